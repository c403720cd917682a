# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about networks: one function per call. All of EC2.

A create that has no client token is repeated only when it was turned away unheard; see ``AwsResource.create`` for the
answer that got lost. Calls that name a thing made a moment ago wait until all of AWS knows it.
"""

from __future__ import annotations

from typing import Any

from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import is_busy, is_not_yet_there, is_throttled, is_transient

Row = dict[str, Any]
Tags = list[dict[str, str]]


def in_network(network: str) -> list[Row]:
    """The filter for what lies in one network."""
    return [{"Name": "vpc-id", "Values": [network]}]


def _tagged(kind: str, tags: Tags) -> list[Row]:
    return [{"ResourceType": kind, "Tags": tags}]


@lists("ec2:DescribeVpcs", "list the networks of the region")
@retries(is_transient, within=30)
def list_networks(client: Client) -> list[Row]:
    """All VPCs of the region, ours or not: they count against a quota, and ours may have lost its tag."""
    return client.pages("ec2", "describe_vpcs", "Vpcs", page=1000)


@lists("ec2:DescribeSubnets", "list the subnets of the network")
@retries(is_transient, within=30)
def list_subnets(client: Client, filters: list[Row]) -> list[Row]:
    """Subnets that a filter lets through; no filter means the whole region."""
    return client.pages("ec2", "describe_subnets", "Subnets", page=1000, Filters=filters)


@lists("ec2:DescribeInternetGateways", "list the internet gateways of the region")
@retries(is_transient, within=30)
def list_internet_gateways(client: Client) -> list[Row]:
    """All of the region: one that is not attached lies in no network."""
    return client.pages("ec2", "describe_internet_gateways", "InternetGateways", page=1000)


@lists("ec2:DescribeRouteTables", "list the route tables of the network")
@retries(is_transient, within=30)
def list_route_tables(client: Client, filters: list[Row]) -> list[Row]:
    """Route tables with their routes and associations."""
    return client.pages("ec2", "describe_route_tables", "RouteTables", page=100, Filters=filters)


@lists("ec2:DescribeSecurityGroups", "list the firewalls of the network")
@retries(is_transient, within=30)
def list_security_groups(client: Client, filters: list[Row]) -> list[Row]:
    """Security groups with their rules."""
    return client.pages("ec2", "describe_security_groups", "SecurityGroups", page=1000, Filters=filters)


@lists("ec2:DescribeKeyPairs", "list the ssh keys of the region")
@retries(is_transient, within=30)
def list_key_pairs(client: Client) -> list[Row]:
    """All of the region, with their public keys. This operation has no pages."""
    rows: list[Row] = client.call("ec2", "describe_key_pairs", IncludePublicKey=True)["KeyPairs"]
    return rows


@lists("ec2:DescribeAddresses", "list the public addresses of the region")
@retries(is_transient, within=30)
def list_addresses(client: Client) -> list[Row]:
    """All of the region: they count against a quota. This operation has no pages."""
    rows: list[Row] = client.call("ec2", "describe_addresses")["Addresses"]
    return rows


@lists("ec2:DescribeNetworkInterfaces", "list the network interfaces of the network")
@retries(is_transient, within=30)
def list_network_interfaces(client: Client, filters: list[Row]) -> list[Row]:
    """Network interfaces that a filter lets through."""
    return client.pages("ec2", "describe_network_interfaces", "NetworkInterfaces", page=1000, Filters=filters)


@calls("ec2:CreateTags", "write the tags of {thing}")
@retries(lambda error: is_transient(error) or is_not_yet_there(error), within=60)
def tag(client: Client, thing: str, tags: Tags) -> None:
    """Set tags of one thing; the others stay."""
    client.call("ec2", "create_tags", Resources=[thing], Tags=tags)


@calls("ec2:DeleteTags", "take tags off {thing}")
@retries(is_transient, within=60)
def untag(client: Client, thing: str, tags: Tags) -> None:
    """Take tags off one thing, ``{"Key"}`` each, whatever they say; the others stay."""
    client.call("ec2", "delete_tags", Resources=[thing], Tags=tags)


@calls("ec2:CreateVpc", "create the network {cidr}")
@retries(is_throttled, within=60)
def create_network(client: Client, cidr: str, tags: Tags) -> None:
    """Make a VPC. Raises OverQuota, Invalid."""
    client.call("ec2", "create_vpc", CidrBlock=cidr, TagSpecifications=_tagged("vpc", tags))


@deletes("ec2:DeleteVpc", "delete the network {network}")
@retries(is_transient, within=60)
def delete_network(client: Client, network: str) -> bool:
    """Delete a VPC with its main route table and default firewall. Raises InUse."""
    client.call("ec2", "delete_vpc", VpcId=network)
    return True


@calls("ec2:CreateSubnet", "create the subnet {cidr} in {zone}")
@retries(is_not_yet_there, within=60)
def create_subnet(client: Client, network: str, cidr: str, zone: str, tags: Tags) -> None:
    """Make a subnet. Raises AlreadyExists if it overlaps another."""
    client.call(
        "ec2",
        "create_subnet",
        VpcId=network,
        CidrBlock=cidr,
        AvailabilityZone=zone,
        TagSpecifications=_tagged("subnet", tags),
    )


@deletes("ec2:DeleteSubnet", "delete the subnet {subnet}")
@retries(is_transient, within=60)
def delete_subnet(client: Client, subnet: str) -> bool:
    """Delete a subnet. Raises InUse."""
    client.call("ec2", "delete_subnet", SubnetId=subnet)
    return True


@calls("ec2:CreateInternetGateway", "create the internet gateway")
@retries(is_throttled, within=60)
def create_internet_gateway(client: Client, tags: Tags) -> str:
    """Make one, attached to nothing; its id."""
    answer = client.call("ec2", "create_internet_gateway", TagSpecifications=_tagged("internet-gateway", tags))
    return str(answer["InternetGateway"]["InternetGatewayId"])


@calls("ec2:AttachInternetGateway", "attach the internet gateway {gateway} to {network}")
@retries(lambda error: is_transient(error) or is_not_yet_there(error), within=60)
def attach_internet_gateway(client: Client, gateway: str, network: str) -> None:
    """Raises AlreadyExists if the network or the gateway has another partner."""
    client.call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=network)


@deletes("ec2:DetachInternetGateway", "detach the internet gateway {gateway} from {network}")
@retries(is_transient, within=60)
def detach_internet_gateway(client: Client, gateway: str, network: str) -> bool:
    """Raises InUse while public addresses are mapped in the network."""
    client.call("ec2", "detach_internet_gateway", InternetGatewayId=gateway, VpcId=network)
    return True


@deletes("ec2:DeleteInternetGateway", "delete the internet gateway {gateway}")
@retries(is_transient, within=60)
def delete_internet_gateway(client: Client, gateway: str) -> bool:
    """Raises InUse while it is attached."""
    client.call("ec2", "delete_internet_gateway", InternetGatewayId=gateway)
    return True


@calls("ec2:CreateRouteTable", "create the route table of {network}")
@retries(is_not_yet_there, within=60)
def create_route_table(client: Client, network: str, tags: Tags) -> None:
    """Make a route table that holds the local route only."""
    client.call("ec2", "create_route_table", VpcId=network, TagSpecifications=_tagged("route-table", tags))


@deletes("ec2:DeleteRouteTable", "delete the route table {table}")
@retries(is_transient, within=60)
def delete_route_table(client: Client, table: str) -> bool:
    """Raises InUse while a subnet uses it."""
    client.call("ec2", "delete_route_table", RouteTableId=table)
    return True


@calls("ec2:CreateRoute", "create the route {to} to {gateway} in {table}")
@retries(lambda error: is_transient(error) or is_not_yet_there(error), within=60)
def create_route(client: Client, table: str, to: str, gateway: str) -> None:
    """Raises AlreadyExists for a route to the same network by another way."""
    client.call("ec2", "create_route", RouteTableId=table, DestinationCidrBlock=to, GatewayId=gateway)


@calls("ec2:ReplaceRoute", "turn the route {to} in {table} to {gateway}")
@retries(is_transient, within=60)
def replace_route(client: Client, table: str, to: str, gateway: str) -> None:
    """Let an existing route lead elsewhere."""
    client.call("ec2", "replace_route", RouteTableId=table, DestinationCidrBlock=to, GatewayId=gateway)


@deletes("ec2:DeleteRoute", "delete the route {destination} in {table}")
@retries(is_transient, within=60)
def delete_route(client: Client, table: str, destination: dict[str, str]) -> bool:
    """``destination`` as the route table lists it: ``{"DestinationCidrBlock": "10.9.0.0/16"}``."""
    client.call("ec2", "delete_route", RouteTableId=table, **destination)
    return True


@calls("ec2:AssociateRouteTable", "let the subnet {subnet} use the route table {table}")
@retries(lambda error: is_transient(error) or is_not_yet_there(error), within=60)
def associate_route_table(client: Client, table: str, subnet: str) -> None:
    """Raises AlreadyExists if it uses another one explicitly."""
    client.call("ec2", "associate_route_table", RouteTableId=table, SubnetId=subnet)


@calls("ec2:ReplaceRouteTableAssociation", "let the association {association} use the route table {table}")
@retries(is_transient, within=60)
def replace_association(client: Client, association: str, table: str) -> None:
    """Let a subnet use another route table, without a moment in between."""
    client.call("ec2", "replace_route_table_association", AssociationId=association, RouteTableId=table)


@deletes("ec2:DisassociateRouteTable", "end the association {association}")
@retries(is_transient, within=60)
def disassociate_route_table(client: Client, association: str) -> bool:
    """The subnet uses the main table again."""
    client.call("ec2", "disassociate_route_table", AssociationId=association)
    return True


@calls("ec2:CreateSecurityGroup", "create the firewall {name}")
@retries(is_not_yet_there, within=60)
def create_security_group(client: Client, network: str, name: str, description: str, tags: Tags) -> None:
    """Make a security group; AWS gives it one rule: everything may leave. Raises AlreadyExists."""
    client.call(
        "ec2",
        "create_security_group",
        GroupName=name,
        Description=description,
        VpcId=network,
        TagSpecifications=_tagged("security-group", tags),
    )


@deletes("ec2:DeleteSecurityGroup", "delete the firewall {group}")
@retries(is_transient, within=60)
def delete_security_group(client: Client, group: str) -> bool:
    """Raises InUse while a network interface or another group's rule names it."""
    client.call("ec2", "delete_security_group", GroupId=group)
    return True


@calls("ec2:AuthorizeSecurityGroupIngress", "let traffic into {group}")
@retries(is_not_yet_there, within=60)
def allow_in(client: Client, group: str, permission: Row) -> None:
    """Raises AlreadyExists if one of the rules exists, and then sets none."""
    client.call("ec2", "authorize_security_group_ingress", GroupId=group, IpPermissions=[permission])


@calls("ec2:AuthorizeSecurityGroupEgress", "let traffic out of {group}")
@retries(is_not_yet_there, within=60)
def allow_out(client: Client, group: str, permission: Row) -> None:
    """Raises AlreadyExists if one of the rules exists, and then sets none."""
    client.call("ec2", "authorize_security_group_egress", GroupId=group, IpPermissions=[permission])


@deletes("ec2:RevokeSecurityGroupIngress", "let no such traffic into {group}")
@retries(is_transient, within=60)
def forbid_in(client: Client, group: str, permission: Row) -> bool:
    """Remove rules; what is not there is no error."""
    client.call("ec2", "revoke_security_group_ingress", GroupId=group, IpPermissions=[permission])
    return True


@deletes("ec2:RevokeSecurityGroupEgress", "let no such traffic out of {group}")
@retries(is_transient, within=60)
def forbid_out(client: Client, group: str, permission: Row) -> bool:
    """Remove rules; what is not there is no error."""
    client.call("ec2", "revoke_security_group_egress", GroupId=group, IpPermissions=[permission])
    return True


@calls("ec2:ImportKeyPair", "import the ssh key {name}")
@retries(is_throttled, within=60)
def import_key_pair(client: Client, name: str, public_key: str, tags: Tags) -> None:
    """Raises AlreadyExists, and Invalid for a kind of key that EC2 does not take."""
    client.call(
        "ec2",
        "import_key_pair",
        KeyName=name,
        PublicKeyMaterial=public_key.encode(),
        TagSpecifications=_tagged("key-pair", tags),
    )


@deletes("ec2:DeleteKeyPair", "delete the ssh key {name}")
@retries(is_transient, within=60)
def delete_key_pair(client: Client, name: str) -> bool:
    """Machines keep the key they were made with."""
    client.call("ec2", "delete_key_pair", KeyName=name)
    return True


@calls("ec2:AllocateAddress", "allocate a public address")
@retries(is_throttled, within=60)
def allocate_address(client: Client, tags: Tags) -> None:
    """Raises OverQuota."""
    client.call("ec2", "allocate_address", Domain="vpc", TagSpecifications=_tagged("elastic-ip", tags))


@calls("ec2:AssociateAddress", "give {instance} the address {address}")
@retries(lambda error: is_busy(error) or is_not_yet_there(error), within=60)
def associate_address(client: Client, address: str, instance: str) -> None:
    """Also takes it from whoever had it."""
    client.call("ec2", "associate_address", AllocationId=address, InstanceId=instance, AllowReassociation=True)


@deletes("ec2:DisassociateAddress", "take the address back from {association}")
@retries(is_transient, within=60)
def disassociate_address(client: Client, association: str) -> bool:
    """Free an address from its user."""
    client.call("ec2", "disassociate_address", AssociationId=association)
    return True


@deletes("ec2:ReleaseAddress", "release the address {address}")
@retries(is_transient, within=60)
def release_address(client: Client, address: str) -> bool:
    """Raises InUse while something has it."""
    client.call("ec2", "release_address", AllocationId=address)
    return True


@deletes("ec2:DeleteNetworkInterface", "delete the network interface {interface}")
@retries(is_transient, within=60)
def delete_network_interface(client: Client, interface: str) -> bool:
    """Raises InUse while it is attached."""
    client.call("ec2", "delete_network_interface", NetworkInterfaceId=interface)
    return True
