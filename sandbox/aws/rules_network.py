# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, subnets, internet gateways, route tables: what AWS checks before it changes one.

Sources: Amazon EC2 API Reference (CreateVpc, CreateSubnet, CreateRoute, DetachInternetGateway ...) and Amazon VPC
quotas.

Pages, below docs.aws.amazon.com/: AWSEC2/latest/APIReference/API_CreateVpc.html,
AWSEC2/latest/APIReference/API_CreateSubnet.html, AWSEC2/latest/APIReference/API_CreateRoute.html,
AWSEC2/latest/APIReference/API_AssociateRouteTable.html, AWSEC2/latest/APIReference/API_AttachInternetGateway.html,
vpc/latest/userguide/vpc-cidr-blocks.html, vpc/latest/userguide/subnet-sizing.html,
vpc/latest/userguide/VPC_Route_Tables.html, vpc/latest/userguide/VPC_Internet_Gateway.html.
"""

from __future__ import annotations

import ipaddress

from sandbox.aws import kinds, quotas
from sandbox.aws.calls import Call, rule
from sandbox.aws.errors import AwsError, in_use, invalid
from sandbox.aws.lists import Row
from sandbox.aws.model import Params
from sandbox.aws.region import Region


def canonical(cidr: str, name: str) -> str:
    """AWS turns 100.68.0.18/18 into 100.68.0.0/18 by itself. Raises AwsError for what is no IPv4 range."""
    try:
        if "/" not in cidr:
            raise ValueError("no prefix length")
        return str(ipaddress.IPv4Network(cidr, strict=False))
    except ValueError:
        message = f"Value ({cidr}) for parameter {name} is invalid. This is not a valid CIDR block."
        raise invalid(message) from None


@rule("CreateVpc")
def create_vpc(call: Call) -> Params:
    region = call.region
    if "CidrBlock" not in call.params:
        raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.")
    cidr = canonical(call.params["CidrBlock"], "cidrBlock")
    if not 16 <= int(cidr.split("/")[1]) <= 28:
        raise AwsError("InvalidVpc.Range", f"The CIDR '{cidr}' is invalid.")
    if len(region.rows(kinds.VPC)) >= region.shared.quotas.of(quotas.VPCS):
        raise AwsError("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
    made = call.do({**call.params, "CidrBlock": cidr})["Vpc"]
    call.settle(made["VpcId"])
    return {"Vpc": region.row(kinds.VPC, made["VpcId"])}


@rule("DeleteVpc")
def delete_vpc(call: Call) -> Params:
    vpc = call.params["VpcId"]
    if children(call.region, vpc):
        raise in_use(f"The vpc '{vpc}' has dependencies and cannot be deleted.")
    call.do()
    call.region.shared.phases.end(vpc)
    return {}


def children(region: Region, vpc: str) -> list[str]:
    """Ids of everything in the network that does not go with it: all but its default group, table, ACL."""
    inside = [
        *(row["SubnetId"] for row in region.rows(kinds.SUBNET) if row["VpcId"] == vpc),
        *(row["NetworkInterfaceId"] for row in region.rows(kinds.INTERFACE) if row["VpcId"] == vpc),
        *(
            row["GroupId"]
            for row in region.rows(kinds.GROUP)
            if row.get("VpcId") == vpc and row["GroupName"] != "default"
        ),
        *(row["RouteTableId"] for row in region.rows(kinds.ROUTES) if row["VpcId"] == vpc and not _is_main(row)),
        *(row["InternetGatewayId"] for row in region.rows(kinds.GATEWAY) if vpc in _vpcs_of(row)),
    ]
    return sorted(inside)


@rule("CreateSubnet")
def create_subnet(call: Call) -> Params:
    if "CidrBlock" not in call.params:
        raise AwsError("MissingParameter", "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.")
    cidr = canonical(call.params["CidrBlock"], "cidrBlock")
    if not 16 <= int(cidr.split("/")[1]) <= 28:
        raise AwsError("InvalidSubnet.Range", f"The CIDR '{cidr}' is invalid.")
    made = call.do({**call.params, "CidrBlock": cidr})["Subnet"]
    call.settle(made["SubnetId"])
    return {"Subnet": call.region.row(kinds.SUBNET, made["SubnetId"])}


@rule("DeleteSubnet")
def delete_subnet(call: Call) -> Params:
    subnet = call.params["SubnetId"]
    if any(row["SubnetId"] == subnet for row in call.region.rows(kinds.INTERFACE)):
        raise in_use(f"The subnet '{subnet}' has dependencies and cannot be deleted.")
    # An explicit association goes with the subnet; moto would keep it and then refuse to delete the table.
    call.commit()
    for row in call.region.rows(kinds.ROUTES):
        for association in row["Associations"]:
            if association.get("SubnetId") == subnet:
                call.do({"AssociationId": association["RouteTableAssociationId"]}, "DisassociateRouteTable")
    call.do()
    call.region.shared.phases.end(subnet)
    return {}


@rule("CreateInternetGateway")
def create_gateway(call: Call) -> Params:
    if len(call.region.rows(kinds.GATEWAY)) >= call.region.shared.quotas.of(quotas.GATEWAYS):
        raise AwsError("InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached.")
    return call.do()


@rule("AttachInternetGateway")
def attach_gateway(call: Call) -> Params:
    gateway, vpc = call.params["InternetGatewayId"], call.params["VpcId"]
    attached = _vpcs_of(call.region.row(kinds.GATEWAY, gateway))
    if attached:
        raise AwsError("Resource.AlreadyAssociated", f"resource {gateway} is already attached to network {attached[0]}")
    if any(vpc in _vpcs_of(row) for row in call.region.rows(kinds.GATEWAY)):
        raise invalid(f"Network {vpc} already has an internet gateway attached")
    call.do()
    return {}


@rule("DetachInternetGateway")
def detach_gateway(call: Call) -> Params:
    gateway, vpc = call.params["InternetGatewayId"], call.params["VpcId"]
    if vpc not in _vpcs_of(call.region.row(kinds.GATEWAY, gateway)):
        raise AwsError("Gateway.NotAttached", f"resource {gateway} is not attached to network {vpc}")
    for row in call.region.rows(kinds.INTERFACE):
        if row["VpcId"] == vpc and row.get("Association", {}).get("PublicIp"):
            raise in_use(
                f"Network {vpc} has some mapped public address(es). "
                "Please unmap those public address(es) before detaching the gateway."
            )
    call.do()
    return {}


@rule("DeleteInternetGateway")
def delete_gateway(call: Call) -> Params:
    gateway = call.params["InternetGatewayId"]
    if _vpcs_of(call.region.row(kinds.GATEWAY, gateway)):
        raise in_use(f"The internetGateway '{gateway}' has dependencies and cannot be deleted.")
    call.do()
    return {}


@rule("DeleteRouteTable")
def delete_route_table(call: Call) -> Params:
    table = call.params["RouteTableId"]
    if call.region.row(kinds.ROUTES, table)["Associations"]:
        raise in_use(f"The routeTable '{table}' has dependencies and cannot be deleted.")
    call.do()
    return {}


@rule("AssociateRouteTable")
def associate_route_table(call: Call) -> Params:
    if "SubnetId" not in call.params:
        raise AwsError("MissingParameter", "The request must contain the parameter subnetId")
    table = call.region.row(kinds.ROUTES, call.params["RouteTableId"])
    subnet = call.region.row(kinds.SUBNET, call.params["SubnetId"])
    if table["VpcId"] != subnet["VpcId"]:
        raise invalid(
            f"Route table {table['RouteTableId']} and subnet {subnet['SubnetId']} belong to different networks"
        )
    for row in call.region.rows(kinds.ROUTES):
        if any(one.get("SubnetId") == subnet["SubnetId"] for one in row["Associations"]):
            if row["RouteTableId"] != table["RouteTableId"]:
                raise AwsError(
                    "Resource.AlreadyAssociated",
                    f"the specified association for route table {table['RouteTableId']} "
                    "conflicts with an existing association",
                )
            return call.do()  # the same again: AWS answers the association that is there, and so does moto
    return call.do()


@rule("DisassociateRouteTable")
def disassociate_route_table(call: Call) -> Params:
    _refuse_main(call)
    call.do()
    return {}


@rule("ReplaceRouteTableAssociation")
def replace_association(call: Call) -> Params:
    call.region.row(kinds.ROUTES, call.params["RouteTableId"])
    return call.do()


@rule("CreateRoute", "ReplaceRoute")
def create_route(call: Call) -> Params:
    table = call.region.row(kinds.ROUTES, call.params["RouteTableId"])
    if "DestinationCidrBlock" not in call.params:
        raise AwsError("MissingParameter", "The request must contain the parameter destinationCidrBlock")
    cidr = canonical(call.params["DestinationCidrBlock"], "destinationCidrBlock")
    if cidr in [one["DestinationCidrBlock"] for one in table["Routes"] if one.get("GatewayId") == "local"]:
        raise invalid(f"The destination CIDR block {cidr} is equal to or more specific than the VPC's local route")
    _check_target(call, table)
    return call.do({**call.params, "DestinationCidrBlock": cidr})


@rule("DeleteRoute")
def delete_route(call: Call) -> Params:
    table = call.region.row(kinds.ROUTES, call.params["RouteTableId"])
    cidr = canonical(call.params.get("DestinationCidrBlock", ""), "destinationCidrBlock")
    routes = [one for one in table["Routes"] if one.get("DestinationCidrBlock") == cidr]
    if not routes:
        message = f"no route with destination-cidr-block {cidr} in route table {table['RouteTableId']}"
        raise AwsError("InvalidRoute.NotFound", message)
    if routes[0].get("GatewayId") == "local":
        raise invalid(f"cannot remove local route {cidr} in route table {table['RouteTableId']}")
    call.do({**call.params, "DestinationCidrBlock": cidr})
    return {}


def _check_target(call: Call, table: Row) -> None:
    targets = [name for name in ("GatewayId", "InstanceId", "NetworkInterfaceId") if name in call.params]
    if len(targets) != 1:
        raise AwsError("InvalidParameterCombination", "The request must contain exactly one route target")
    target = call.params[targets[0]]
    if targets[0] == "GatewayId":
        gateway = call.region.find(kinds.GATEWAY, target)
        if gateway is None:
            raise AwsError("InvalidGatewayID.NotFound", f"The gateway ID '{target}' does not exist")
        home = _vpcs_of(gateway)
    else:
        kind = kinds.INSTANCE if targets[0] == "InstanceId" else kinds.INTERFACE
        home = [call.region.row(kind, target).get("VpcId", "")]
    if table["VpcId"] not in home:
        raise invalid(f"route table {table['RouteTableId']} and network gateway {target} belong to different networks")


def _refuse_main(call: Call) -> None:
    wanted = call.params["AssociationId"]
    for row in call.region.rows(kinds.ROUTES):
        for association in row["Associations"]:
            if association["RouteTableAssociationId"] == wanted and association["Main"]:
                raise invalid("cannot disassociate the main route table association " + wanted)


def _is_main(row: Row) -> bool:
    return any(association["Main"] for association in row["Associations"])


def _vpcs_of(gateway: Row) -> list[str]:
    return [attachment["VpcId"] for attachment in gateway.get("Attachments", [])]
