# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody may do to a site in AWS, and what a plan must say then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.sandbox.modules.site import Damage, Marks, created, delete_everything, machines_of, site_of
from tests.sandbox.running import KEY, OWNER

if TYPE_CHECKING:
    from .lab import Aws

SITE = site_of("aws")
CONTROL, WORKER, SECOND = machines_of(SITE)
MACHINE = f"update machine/{SITE}/{WORKER}"
ZONES = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
HOLDS = {
    "network": 1, "subnet": 3, "internet_gateway": 1, "route_table": 1, "firewall": 3, "ssh_key": 1,
    "address": 1, "machine": 3, "disk": 3, "network_interface": 3,
}  # fmt: skip
NETWORK_CREATES = (
    "CreateVpc", "ImportKeyPair", "AllocateAddress", "CreateInternetGateway", "AttachInternetGateway",
    "CreateRouteTable", "CreateSubnet", "CreateRoute", "AssociateRouteTable", "CreateSecurityGroup",
    "AuthorizeSecurityGroupIngress",
)  # fmt: skip
RULES = {
    "nodes": ("in-all", "in-tcp-22", "in-udp-51820", "out-all"),
    "control_plane": ("in-tcp-6443", "out-all"),
    "pool-general": ("in-tcp-443", "in-tcp-80", "out-all"),
}
OF_RULES = tuple(f"rule/{SITE}/{group}-{rule}" for group, rules in RULES.items() for rule in rules)
OF_MACHINES = (*(f"machine/{SITE}/{name}" for name in (CONTROL, WORKER, SECOND)), f"attachment/{SITE}/{CONTROL}")
EVERYTHING = (
    f"network/{SITE}", f"ssh_key/{SITE}/{OWNER}-{SITE}", f"address/{SITE}/{CONTROL}", f"internet_gateway/{SITE}",
    f"route_table/{SITE}/public", *(f"subnet/{SITE}/{zone}" for zone in ZONES),
    *(f"firewall/{SITE}/{name}" for name in RULES), f"route/{SITE}/default",
    *(f"association/{SITE}/{zone}" for zone in ZONES), *OF_RULES, *OF_MACHINES,
)  # fmt: skip


def _permission(protocol: str, cidr: str, port: int | None = None) -> list[dict[str, Any]]:
    ports = {"FromPort": port, "ToPort": port} if port else {}
    return [{"IpProtocol": protocol, **ports, "IpRanges": [{"CidrIp": cidr}]}]


def _group(aws: Aws) -> str:
    return aws.one("security-group", f"shop-{SITE}-nodes")


def _close(protocol: str, cidr: str, port: int | None = None) -> Callable[[Aws], object]:
    asked = _permission(protocol, cidr, port)
    return lambda aws: aws.ec2.revoke_security_group_ingress(GroupId=_group(aws), IpPermissions=asked)


def _open(protocol: str, cidr: str, port: int) -> Callable[[Aws], object]:
    asked = _permission(protocol, cidr, port)
    return lambda aws: aws.ec2.authorize_security_group_ingress(GroupId=_group(aws), IpPermissions=asked)


def _close_the_way_out(aws: Aws) -> None:
    aws.ec2.revoke_security_group_egress(GroupId=_group(aws), IpPermissions=_permission("-1", "0.0.0.0/0"))


def _table(aws: Aws) -> dict[str, Any]:
    return dict(aws.ec2.describe_route_tables(RouteTableIds=[aws.one("route-table")])["RouteTables"][0])


def _association(aws: Aws, zone: str) -> str:
    subnet = aws.one("subnet", f"shop-{SITE}-{zone}")
    found = _table(aws)["Associations"]
    return str(next(one["RouteTableAssociationId"] for one in found if one.get("SubnetId") == subnet))


def _delete_the_default_route(aws: Aws) -> None:
    aws.ec2.delete_route(RouteTableId=aws.one("route-table"), DestinationCidrBlock="0.0.0.0/0")


def _lead_everything_to_a_machine(aws: Aws) -> None:
    interface = aws.machine(WORKER)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    where = {"RouteTableId": aws.one("route-table"), "DestinationCidrBlock": "0.0.0.0/0"}
    aws.ec2.replace_route(**where, NetworkInterfaceId=interface)


def _add_a_route(aws: Aws) -> None:
    where = {"RouteTableId": aws.one("route-table"), "DestinationCidrBlock": "8.8.8.0/24"}
    aws.ec2.create_route(**where, GatewayId=aws.one("internet-gateway"))


def _take_a_subnet_off_its_table(aws: Aws) -> None:
    aws.ec2.disassociate_route_table(AssociationId=_association(aws, ZONES[1]))


def _give_a_subnet_the_main_table(aws: Aws) -> None:
    main = {"Name": "association.main", "Values": ["true"]}
    vpc = {"Name": "vpc-id", "Values": [aws.one("vpc")]}
    table = aws.ec2.describe_route_tables(Filters=[main, vpc])["RouteTables"][0]["RouteTableId"]
    aws.ec2.replace_route_table_association(AssociationId=_association(aws, ZONES[1]), RouteTableId=table)


def _delete_an_empty_subnet(aws: Aws) -> None:
    subnet = aws.one("subnet", f"shop-{SITE}-{ZONES[2]}")
    aws.ec2.disassociate_route_table(AssociationId=_association(aws, ZONES[2]))
    aws.ec2.delete_subnet(SubnetId=subnet)


def _without_machines(act: Callable[[Aws], object]) -> Callable[[Aws], object]:
    """Somebody deleted the machines first: the cloud lets nobody delete what they use."""

    def do(aws: Aws) -> None:
        gone = aws.machines(network=aws.network()["network"], state="absent")
        assert not gone.failed, gone["msg"]
        act(aws)

    return do


def _delete_the_gateway(aws: Aws) -> None:
    gateway, vpc = aws.one("internet-gateway"), aws.one("vpc")
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    aws.ec2.delete_internet_gateway(InternetGatewayId=gateway)


def _detach_the_gateway(aws: Aws) -> None:
    aws.ec2.detach_internet_gateway(InternetGatewayId=aws.one("internet-gateway"), VpcId=aws.one("vpc"))


def _delete_the_table(aws: Aws) -> None:
    table = _table(aws)
    for one in table["Associations"]:
        aws.ec2.disassociate_route_table(AssociationId=one["RouteTableAssociationId"])
    aws.ec2.delete_route_table(RouteTableId=table["RouteTableId"])


def _delete_a_firewall(aws: Aws) -> None:
    aws.ec2.delete_security_group(GroupId=_group(aws))


def take_the_address_away(aws: Aws) -> None:
    found = aws.ec2.describe_addresses(AllocationIds=[aws.one("elastic-ip")])["Addresses"][0]
    aws.ec2.disassociate_address(AssociationId=found["AssociationId"])


def _release_the_address(aws: Aws) -> None:
    address = aws.one("elastic-ip")
    take_the_address_away(aws)
    aws.ec2.release_address(AllocationId=address)


def _give_the_address_to_a_worker(aws: Aws) -> None:
    instance = aws.machine(WORKER)["InstanceId"]
    aws.ec2.associate_address(AllocationId=aws.one("elastic-ip"), InstanceId=instance, AllowReassociation=True)


def _delete_the_key(aws: Aws) -> None:
    aws.ec2.delete_key_pair(KeyPairId=aws.one("key-pair"))


def _change_the_key(aws: Aws) -> None:
    tags = [{"Key": key, "Value": value} for key, value in aws.tags("key").items()]
    _delete_the_key(aws)
    other = KEY.replace("AAAAC3NzaC1lZDI1NTE5AAAAIJ4s", "AAAAC3NzaC1lZDI1NTE5AAAAIJ4t").encode()
    specification = [{"ResourceType": "key-pair", "Tags": tags}]
    aws.ec2.import_key_pair(KeyName=f"{OWNER}-{SITE}", PublicKeyMaterial=other, TagSpecifications=specification)


def _tag(kind: str, name: str = "", **tags: str) -> Callable[[Aws], object]:
    """Write tags on a thing of ours: ``Name`` or ``pangaea_site``."""
    given = [{"Key": key.replace("_", "-"), "Value": value} for key, value in tags.items()]
    return lambda aws: aws.ec2.create_tags(Resources=[aws.one(kind, name)], Tags=given)


def _instance(act: Callable[[Any, str], object]) -> Callable[[Aws], object]:
    return lambda aws: act(aws.ec2, aws.machine(WORKER)["InstanceId"])


def _take_a_firewall_off(aws: Aws) -> None:
    interface = aws.machine(WORKER)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    aws.ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[_group(aws)])


_NODES = (f"firewall/{SITE}/nodes", *(key for key in OF_RULES if "/nodes-" in key))
DAMAGES: dict[str, Damage] = {
    "everything is deleted": Damage(delete_everything, created(EVERYTHING), anew=True),
    "ssh is closed": Damage(_close("tcp", "198.51.100.0/24", 22), (f"create rule/{SITE}/nodes-in-tcp-22",)),
    "a port is open": Damage(_open("tcp", "0.0.0.0/0", 23), (f"delete rule/{SITE}/nodes-in-tcp-23",)),
    "ssh is open to all": Damage(_open("tcp", "0.0.0.0/0", 22), (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "a peer is forgotten": Damage(_close("-1", "10.66.0.0/16"), (f"update rule/{SITE}/nodes-in-all",)),
    "less may leave": Damage(_close_the_way_out, (f"create rule/{SITE}/nodes-out-all",)),
    "the default route is deleted": Damage(_delete_the_default_route, (f"create route/{SITE}/default",)),
    "everything leads to a machine": Damage(_lead_everything_to_a_machine, (f"update route/{SITE}/default",)),
    "a route is too many": Damage(_add_a_route, (f"delete route/{SITE}/8.8.8.0/24",)),
    "a subnet is off its table": Damage(_take_a_subnet_off_its_table, (f"create association/{SITE}/{ZONES[1]}",)),
    "a subnet has the main table": Damage(_give_a_subnet_the_main_table, (f"update association/{SITE}/{ZONES[1]}",)),
    "an empty subnet is deleted": Damage(
        _delete_an_empty_subnet, created((f"subnet/{SITE}/{ZONES[2]}", f"association/{SITE}/{ZONES[2]}"))
    ),
    "the gateway is detached": Damage(
        _without_machines(_detach_the_gateway), (f"update internet_gateway/{SITE}", *created(OF_MACHINES))
    ),
    "the gateway is deleted": Damage(
        _without_machines(_delete_the_gateway),
        (f"create internet_gateway/{SITE}", f"update route/{SITE}/default", *created(OF_MACHINES)),
    ),
    "the table is deleted": Damage(
        _delete_the_table,
        created((f"route_table/{SITE}/public", f"route/{SITE}/default", *(f"association/{SITE}/{z}" for z in ZONES))),
    ),
    "a firewall is deleted": Damage(_without_machines(_delete_a_firewall), created((*_NODES, *OF_MACHINES))),
    "the address is released": Damage(
        _release_the_address, created((f"address/{SITE}/{CONTROL}", f"attachment/{SITE}/{CONTROL}"))
    ),
    "the address is taken away": Damage(take_the_address_away, (f"create attachment/{SITE}/{CONTROL}",)),
    "the address is a workers": Damage(_give_the_address_to_a_worker, (f"create attachment/{SITE}/{CONTROL}",)),
    "the address has another name": Damage(_tag("elastic-ip", Name="mine"), (f"update address/{SITE}/{CONTROL}",)),
    "the address has another site": Damage(
        _tag("elastic-ip", pangaea_site="moon"), (f"update address/{SITE}/{CONTROL}",)
    ),
    "the network has another name": Damage(_tag("vpc", Name="mine"), (f"update network/{SITE}",)),
    "the network has another site": Damage(_tag("vpc", pangaea_site="moon"), (f"update network/{SITE}",)),
    "a subnet has another site": Damage(
        _tag("subnet", f"shop-{SITE}-{ZONES[0]}", pangaea_site="moon"), (f"update subnet/{SITE}/{ZONES[0]}",)
    ),
    "the gateway has another site": Damage(
        _tag("internet-gateway", pangaea_site="moon"), (f"update internet_gateway/{SITE}",)
    ),
    "the table has another site": Damage(
        _tag("route-table", pangaea_site="moon"), (f"update route_table/{SITE}/public",)
    ),
    "a firewall has another site": Damage(
        _tag("security-group", f"shop-{SITE}-nodes", pangaea_site="moon"), (f"update firewall/{SITE}/nodes",)
    ),
    "the key is deleted": Damage(_delete_the_key, (f"create ssh_key/{SITE}/{OWNER}-{SITE}",)),
    "the key is another": Damage(_change_the_key, (f"update ssh_key/{SITE}/{OWNER}-{SITE}",)),
    "the key has another site": Damage(
        _tag("key-pair", pangaea_site="moon"), (f"update ssh_key/{SITE}/{OWNER}-{SITE}",)
    ),
    "a worker is deleted": Damage(
        _instance(lambda ec2, key: ec2.terminate_instances(InstanceIds=[key])), (f"create machine/{SITE}/{WORKER}",)
    ),
    "a worker is stopped": Damage(_instance(lambda ec2, key: ec2.stop_instances(InstanceIds=[key])), (MACHINE,)),
    "a worker has another name": Damage(
        _instance(lambda ec2, key: ec2.create_tags(Resources=[key], Tags=[{"Key": "Name", "Value": "x"}])), (MACHINE,)
    ),
    "a worker has another pool": Damage(_tag("instance", WORKER, pangaea_pool="x"), (MACHINE,)),
    "a worker has another site": Damage(_tag("instance", WORKER, pangaea_site="moon"), (MACHINE,)),
    "the control plane has a pool": Damage(
        _tag("instance", CONTROL, pangaea_pool="general"), (f"update machine/{SITE}/{CONTROL}",)
    ),
    "the metadata of a worker hops": Damage(
        _instance(
            lambda ec2, key: ec2.modify_instance_metadata_options(
                InstanceId=key, HttpTokens="optional", HttpPutResponseHopLimit=2
            )
        ),
        (MACHINE,),
    ),
    "a firewall is off a worker": Damage(_take_a_firewall_off, (MACHINE,)),
}
_RECORDED = ("pangaea-pods", "pangaea-first-host-key", "pangaea-host-key")
_STRAYS = ("pangaea-machine", "pangaea-pool", *_RECORDED)
_OF_NETWORK = {
    "network": f"network/{SITE}", "subnet": f"subnet/{SITE}/{ZONES[1]}", "gateway": f"internet_gateway/{SITE}",
    "table": f"route_table/{SITE}/public", "firewall": f"firewall/{SITE}/nodes",
    "key": f"ssh_key/{SITE}/{OWNER}-{SITE}",
}  # fmt: skip
MARKS = {
    **{thing: Marks(f"update {key}", ("pangaea-site", "Name"), _STRAYS) for thing, key in _OF_NETWORK.items()},
    "address": Marks(
        f"update address/{SITE}/{CONTROL}", ("pangaea-site", "Name", "pangaea-machine"), ("pangaea-pool", *_RECORDED)
    ),
    "machine": Marks(MACHINE, ("pangaea-site", "Name", "pangaea-pool"), ("pangaea-machine",)),
}
REPAIRS = {
    "CreateTags": "the network has another name",
    "DeleteTags": "the control plane has a pool",
    "AuthorizeSecurityGroupIngress": "a peer is forgotten",
    "RevokeSecurityGroupIngress": "a port is open",
    "AuthorizeSecurityGroupEgress": "less may leave",
    "CreateRoute": "the default route is deleted",
    "ReplaceRoute": "everything leads to a machine",
    "DeleteRoute": "a route is too many",
    "AssociateRouteTable": "a subnet is off its table",
    "ReplaceRouteTableAssociation": "a subnet has the main table",
    "AssociateAddress": "the address is a workers",
    "ImportKeyPair": "the key is another",
    "StartInstances": "a worker is stopped",
    "ModifyInstanceMetadataOptions": "the metadata of a worker hops",
    "ModifyNetworkInterfaceAttribute": "a firewall is off a worker",
}
