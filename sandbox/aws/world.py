# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the simulated AWS as the fabric's world: VPCs, route tables and security groups become real ones."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator

from sandbox.aws import images, kinds
from sandbox.aws.cloud import Cloud
from sandbox.aws.lists import Row
from sandbox.aws.region import Region
from sandbox.fabric.world import Firewall, Machine, Network, Route, Rule, Subnet, World

LEAVING = ("shutting-down", "terminated")
ALWAYS_OPEN = ("tcp", "udp", "icmp")


def world_of(cloud: Cloud) -> World:
    """Everything of all accounts and regions. Default VPCs that nobody uses stay on paper."""
    networks: list[Network] = []
    firewalls: list[Firewall] = []
    machines: list[Machine] = []
    for region in cloud.regions.values():
        alive = [row for row in region.rows(kinds.INSTANCE) if row["State"]["Name"] not in LEAVING]
        used = {row["VpcId"] for row in alive}
        vpcs = [row for row in region.rows(kinds.VPC) if not row["IsDefault"] or row["VpcId"] in used]
        networks += [_network(region, vpc) for vpc in vpcs]
        firewalls += [_firewall(row) for row in region.rows(kinds.GROUP)]
        machines += [_machine(region, row) for row in alive]
    return World(tuple(networks), tuple(firewalls), tuple(machines))


def _network(region: Region, vpc: Row) -> Network:
    cidrs = [
        one["CidrBlock"] for one in vpc["CidrBlockAssociationSet"] if one["CidrBlockState"]["State"] == "associated"
    ]
    subnets = [row for row in region.rows(kinds.SUBNET) if row["VpcId"] == vpc["VpcId"]]
    tables = [row for row in region.rows(kinds.ROUTES) if row["VpcId"] == vpc["VpcId"]]
    return Network(
        vpc["VpcId"], tuple(cidrs),
        tuple(_subnet(region, row, tables) for row in subnets),
    )  # fmt: skip


def _subnet(region: Region, row: Row, tables: list[Row]) -> Subnet:
    return Subnet(row["SubnetId"], row["CidrBlock"], tuple(_routes(region, row["SubnetId"], tables)))


def _routes(region: Region, subnet: str, tables: list[Row]) -> Iterator[Route]:
    """The routes of the subnet's own table, else of the network's main one."""
    own = [table for table in tables if any(one.get("SubnetId") == subnet for one in table["Associations"])]
    main = [table for table in tables if any(one["Main"] for one in table["Associations"])]
    for table in (own or main)[:1]:
        for route in table["Routes"]:
            if "DestinationCidrBlock" in route:
                yield Route(route["DestinationCidrBlock"], _target(region, route))


def _target(region: Region, route: Row) -> str:
    if route.get("GatewayId") == "local":
        return "local"
    if route["State"] == "blackhole":
        return "blackhole"
    if route.get("GatewayId", "").startswith("igw-"):
        return "internet"
    nic = region.backend.enis.get(route.get("NetworkInterfaceId"))
    machine = route.get("InstanceId") or (nic.instance.id if nic is not None and nic.instance is not None else None)
    return f"machine:{machine}" if machine else "blackhole"


def _firewall(row: Row) -> Firewall:
    return Firewall(
        row["GroupId"], tuple(_rules(row.get("IpPermissions", []))), tuple(_rules(row.get("IpPermissionsEgress", [])))
    )


def _rules(permissions: list[Row]) -> Iterator[Rule]:
    for one in permissions:
        peers = (
            *(peer["CidrIp"] for peer in one.get("IpRanges", [])),
            *(f"group:{peer['GroupId']}" for peer in one.get("UserIdGroupPairs", [])),
        )
        protocol = {"-1": "all"}.get(one["IpProtocol"], one["IpProtocol"])
        if not peers or protocol not in ("all", *ALWAYS_OPEN):
            continue  # IPv6 peers, and protocols that no machine here speaks
        ports = (one["FromPort"], one["ToPort"]) if protocol in ("tcp", "udp") else None
        yield Rule(protocol, ports, peers)  # type: ignore[arg-type]


def _machine(region: Region, row: Row) -> Machine:
    instance = region.instance(row["InstanceId"])
    image = images.by_id(region.name, row["ImageId"])
    names = [tag["Value"] for tag in row.get("Tags", []) if tag["Key"] == "Name"]
    sizes = [
        volume["Size"]
        for volume in region.rows(kinds.VOLUME)
        for one in volume["Attachments"]
        if one["InstanceId"] == row["InstanceId"] and one["Device"] == row["RootDeviceName"]
    ]
    return Machine(
        key=row["InstanceId"], name=names[0] if names else row["InstanceId"], network=row["VpcId"],
        subnet=row["SubnetId"],
        private_address=row["PrivateIpAddress"], public_address=row.get("PublicIpAddress"),
        firewalls=tuple(group["GroupId"] for group in row["NetworkInterfaces"][0]["Groups"]),
        forwards=not row["SourceDestCheck"], wanted="stopped" if instance.state == "stopped" else "running",
        image=image.name if image else row["ImageId"], user_data=user_data(instance),
        hop_limit=row["MetadataOptions"]["HttpPutResponseHopLimit"], disk_gb=sizes[0] if sizes else 8,
        platform_uuid=platform_uuid(row["InstanceId"]),
    )  # fmt: skip


def user_data(instance: object) -> bytes:
    """User data as it was given, without the base64 of the API."""
    text = getattr(instance, "user_data", None)
    return base64.b64decode(str(text)) if text else b""


def platform_uuid(instance: str) -> str:
    """What the hypervisor shows; it begins with ec2 (EC2 user guide, "Detect whether a host is an EC2 instance")."""
    return "ec2" + str(uuid.uuid5(uuid.NAMESPACE_OID, instance))[3:]
