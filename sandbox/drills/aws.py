# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills in AWS, by EC2's API."""

from __future__ import annotations

import contextlib
import json
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.aws import ACCOUNT
from sandbox.client import port_of
from sandbox.drills.cloud import Cloud, Found, Refused, Row
from sandbox.faults import KINDS
from sandbox.places import AWS
from sandbox.showing import name_of

# The kind's list in the state, its id, and other fields that may name it besides the Name tag.
LISTED = {
    "network": ("Vpcs", "VpcId", ()),
    "subnet": ("Subnets", "SubnetId", ()),
    "gateway": ("InternetGateways", "InternetGatewayId", ()),
    "table": ("RouteTables", "RouteTableId", ()),
    "group": ("SecurityGroups", "GroupId", ("GroupName",)),
    "rule": ("SecurityGroupRules", "SecurityGroupRuleId", ()),
    "key": ("KeyPairs", "KeyPairId", ("KeyName",)),
    "address": ("Addresses", "AllocationId", ("PublicIp",)),
    "machine": ("Instances", "InstanceId", ("PrivateIpAddress", "PublicIpAddress")),
    "volume": ("Volumes", "VolumeId", ()),
    "interface": ("NetworkInterfaces", "NetworkInterfaceId", ()),
}  # fmt: skip
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
# Their tags look like ours of another cluster, and partly like nothing: neither is a reason to touch them.
TAGS = [{"Key": "Name", "Value": "bystander"}, {"Key": "team", "Value": "somebody-else"},
        {"Key": "pangaea-cluster", "Value": "other-b7x2m9qd"}]  # fmt: skip
REMOVED: dict[str, Callable[[Any, str], Any]] = {  # in the order in which they let go of each other
    "vol-": lambda ec2, one: ec2.delete_volume(VolumeId=one),
    "eipalloc-": lambda ec2, one: ec2.release_address(AllocationId=one),
    "key-": lambda ec2, one: ec2.delete_key_pair(KeyPairId=one),
    "sg-": lambda ec2, one: ec2.delete_security_group(GroupId=one),
    "subnet-": lambda ec2, one: ec2.delete_subnet(SubnetId=one),
    "vpc-": lambda ec2, one: ec2.delete_vpc(VpcId=one),
}
ENDS_WITHIN = 300.0  # seconds, of a machine that is told to end


class Aws(Cloud):
    """Answers at once; what takes time shows in the state of the thing."""

    NAME, FAULTS, CHANGING = AWS, KINDS, ("pending", "creating")
    SERVICES = ("ec2", "sts", "ssm", "service-quotas", "elb", "elbv2")

    @classmethod
    def has(cls, region: str) -> bool:
        return REGION.fullmatch(region) is not None

    def things(self) -> list[Found]:
        return [
            one
            for place, rows in self.ask("GET", "state")["regions"].items()
            if place.startswith(f"{ACCOUNT}/")
            for kind, (listed, _, _) in LISTED.items()
            for row in rows[listed]
            for one in _found(kind, place.split("/")[1], row)
        ]

    def delete(self, one: Found) -> None:
        with self._ec2(one.region) as ec2:
            DELETES[one.kind](ec2, one)

    def edit_rule(self, rule: Found, cidr: str) -> None:
        kept = ("IpProtocol", "FromPort", "ToPort", "Description")
        update = {**{name: rule.row[name] for name in kept if name in rule.row}, "CidrIpv4": cidr}
        with self._ec2(rule.region) as ec2:
            ec2.modify_security_group_rules(
                GroupId=rule.inside, SecurityGroupRules=[{"SecurityGroupRuleId": rule.id, "SecurityGroupRule": update}]
            )

    def add_rule(self, holder: Found, port: int, cidr: str) -> None:
        rule = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}
        with self._ec2(holder.region) as ec2:
            ec2.authorize_security_group_ingress(GroupId=holder.id, IpPermissions=[rule])

    def release(self, address: Found) -> None:
        with self._ec2(address.region) as ec2:
            if "AssociationId" in address.row:
                ec2.disassociate_address(AssociationId=address.row["AssociationId"])
            ec2.release_address(AllocationId=address.id)

    def tag(self, one: Found, key: str, value: str | None) -> str:
        if one.kind == "route":
            raise Refused("a route of AWS has no tags; its table has")
        with self._ec2(one.region) as ec2:
            if value is None:
                ec2.delete_tags(Resources=[one.id], Tags=[{"Key": key}])
            else:
                ec2.create_tags(Resources=[one.id], Tags=[{"Key": key, "Value": value}])
        return "tag"

    def power(self, machine: Found, *, on: bool) -> None:
        with self._ec2(machine.region) as ec2:
            (ec2.start_instances if on else ec2.stop_instances)(InstanceIds=[machine.id])

    def make_bystander(self, region: str, *, machine: bool) -> list[str]:
        with self._ec2(region) as ec2:
            vpc = ec2.create_vpc(CidrBlock="10.250.0.0/16", TagSpecifications=_tags("vpc"))["Vpc"]["VpcId"]
            subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.250.1.0/24", TagSpecifications=_tags("subnet"))[
                "Subnet"
            ]
            group = ec2.create_security_group(
                GroupName="bystander", Description="Of somebody else", VpcId=vpc,
                TagSpecifications=_tags("security-group"),
            )["GroupId"]  # fmt: skip
            rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
            ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
            address = ec2.allocate_address(Domain="vpc", TagSpecifications=_tags("elastic-ip"))["AllocationId"]
            zone, disk = subnet["AvailabilityZone"], {"Size": 4, "VolumeType": "gp3"}
            volume = ec2.create_volume(AvailabilityZone=zone, **disk, TagSpecifications=_tags("volume"))["VolumeId"]
            key = ec2.create_key_pair(KeyName="bystander", KeyType="ed25519", TagSpecifications=_tags("key-pair"))
            ids = [vpc, subnet["SubnetId"], group, address, volume, key["KeyPairId"]]
            if machine:
                image = ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
                ids.append(ec2.run_instances(
                    ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1, SubnetId=subnet["SubnetId"],
                    SecurityGroupIds=[group], TagSpecifications=_tags("instance"),
                )["Instances"][0]["InstanceId"])  # fmt: skip
        return ids

    def remove_bystander(self, region: str, ids: list[str]) -> None:
        machines = [one for one in ids if one.startswith("i-")]
        with self._ec2(region) as ec2:
            if machines:
                ec2.terminate_instances(InstanceIds=machines)
                _wait_until_terminated(ec2, machines)
            for prefix, remove in REMOVED.items():
                for one in ids:
                    if one.startswith(prefix):
                        remove(ec2, one)

    def names(self, entry: Row, thing: str) -> bool:
        return f'"{thing}"' in json.dumps(entry["params"])

    @contextlib.contextmanager
    def _ec2(self, region: str) -> Iterator[Any]:
        """A client whose requests the log marks as somebody else's. A refusal becomes a Refused."""
        import boto3
        from botocore.config import Config
        from botocore.exceptions import ClientError

        url = f"http://127.0.0.1:{self.place.port(AWS, port_of(self.place))}"
        client: Any = boto3.client(
            "ec2", region_name=region, endpoint_url=url, aws_access_key_id="sandbox-drill",
            aws_secret_access_key="sandbox", config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )  # fmt: skip
        try:
            yield client
        except ClientError as error:
            raise Refused(f"the cloud refused: {error}") from None


def _delete_rule(ec2: Any, one: Found) -> None:
    revoke = ec2.revoke_security_group_egress if one.egress else ec2.revoke_security_group_ingress
    revoke(GroupId=one.inside, SecurityGroupRuleIds=[one.id])


def _delete_gateway(ec2: Any, one: Found) -> None:
    for attachment in one.row.get("Attachments", []):
        ec2.detach_internet_gateway(InternetGatewayId=one.id, VpcId=attachment["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=one.id)


DELETES: dict[str, Callable[[Any, Found], Any]] = {
    "network": lambda ec2, one: ec2.delete_vpc(VpcId=one.id),
    "subnet": lambda ec2, one: ec2.delete_subnet(SubnetId=one.id),
    "gateway": _delete_gateway,
    "table": lambda ec2, one: ec2.delete_route_table(RouteTableId=one.id),
    "route": lambda ec2, one: ec2.delete_route(RouteTableId=one.inside, DestinationCidrBlock=one.cidr),
    "group": lambda ec2, one: ec2.delete_security_group(GroupId=one.id),
    "rule": _delete_rule,
    "key": lambda ec2, one: ec2.delete_key_pair(KeyPairId=one.id),
    "volume": lambda ec2, one: ec2.delete_volume(VolumeId=one.id),
    "machine": lambda ec2, one: ec2.terminate_instances(InstanceIds=[one.id]),
    "interface": lambda ec2, one: ec2.delete_network_interface(NetworkInterfaceId=one.id),
}


def _found(kind: str, region: str, row: Row) -> Iterator[Found]:
    """One row of a list; of a table, its routes as well."""
    if kind == "machine" and row["State"]["Name"] in ("terminated", "shutting-down"):
        return
    _, key, others = LISTED[kind]
    made = {
        "id": row[key],
        "name": name_of(row),
        "row": row,
        "names": frozenset(str(row[one]) for one in others if row.get(one)),
    }
    if kind == "rule":
        made |= {"inside": row["GroupId"], "port": row.get("FromPort"), "egress": row["IsEgress"],
                 "cidr": row.get("CidrIpv4", ""), "about": _shown(row)}  # fmt: skip
    elif kind == "machine":
        made["key"] = row[key]
    elif kind == "address":
        made |= {"on": row.get("InstanceId", ""), "cidr": row["PublicIp"]}
    yield Found(AWS, kind, region, **made)
    if kind == "table":
        for route in row["Routes"]:
            to = route.get("DestinationCidrBlock", "")
            yield Found(AWS, "route", region, f"{row[key]}/{to}", "", route, inside=row[key], cidr=to)


def _shown(rule: Row) -> str:
    peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("ReferencedGroupInfo", {}).get("GroupId")
    ports = f" {rule['FromPort']}-{rule['ToPort']}" if "FromPort" in rule and rule["IpProtocol"] != "-1" else ""
    return f"{'out' if rule['IsEgress'] else 'in'} {rule['IpProtocol']}{ports} {peer}"


def _tags(kind: str) -> list[Row]:
    return [{"ResourceType": kind, "Tags": TAGS}]


def _wait_until_terminated(ec2: Any, ids: list[str]) -> None:
    limit = time.monotonic() + ENDS_WITHIN
    while time.monotonic() < limit:
        rows = [row for held in ec2.describe_instances(InstanceIds=ids)["Reservations"] for row in held["Instances"]]
        if all(row["State"]["Name"] == "terminated" for row in rows):
            return
        time.sleep(0.3)
    raise Refused(f"{', '.join(ids)} did not end within {ENDS_WITHIN:.0f} s")
