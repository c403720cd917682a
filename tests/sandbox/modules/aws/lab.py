# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An account in the sandbox's own AWS, a new one for each site."""

from __future__ import annotations

import base64
import functools
import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import boto3
from botocore.config import Config

from ansible_collections.pangaea.multicloud.plugins.modules import aws_machines, aws_network
from tests.contract.watch import watched
from tests.sandbox.modules.lab import OTHER_OWNER, Lab
from tests.sandbox.modules.site import Facts, Limit
from tests.sandbox.running import OWNER

from .damages import DAMAGES, EVERYTHING, HOLDS, MARKS, NETWORK_CREATES, REPAIRS
from .simulator import simulator

REGION = "eu-central-1"
KUBERNETES = [{"Key": f"kubernetes.io/cluster/{OWNER}", "Value": "owned"}]


class Aws(Lab):
    """One account of it."""

    cloud: ClassVar = "aws"
    cidr: ClassVar = "10.64.0.0/16"
    pods: ClassVar = "10.128.0.0/16"
    modules: ClassVar = (aws_network, aws_machines)
    region = REGION
    zones: ClassVar = ("eu-central-1a", "eu-central-1b", "eu-central-1c")
    identity: ClassVar = "GetCallerIdentity"
    lists: ClassVar = {
        "network": (
            "DescribeVpcs", "DescribeSubnets", "DescribeInternetGateways", "DescribeRouteTables",
            "DescribeSecurityGroups", "DescribeKeyPairs", "DescribeAddresses",
        ),
        "machines": ("DescribeInstances",),
    }  # fmt: skip
    creates: ClassVar = (*NETWORK_CREATES, "RunInstances", "AssociateAddress")
    machine_create: ClassVar = "RunInstances"
    deletes: ClassVar = (
        "TerminateInstances", "DisassociateRouteTable", "DeleteSubnet", "DeleteRouteTable", "DetachInternetGateway",
        "DeleteInternetGateway", "DeleteSecurityGroup", "DeleteKeyPair", "ReleaseAddress", "DeleteVpc",
    )  # fmt: skip
    budget: ClassVar = (23, 2)
    kept_on_machine: ClassVar = "CreateTags"
    disk_create: ClassVar = "CreateVolume"
    holds: ClassVar = HOLDS
    everything: ClassVar = EVERYTHING
    damages: ClassVar = DAMAGES
    marks: ClassVar = MARKS
    repairs: ClassVar = REPAIRS
    things: ClassVar = {
        **dict.fromkeys(("network", "subnet", "gateway", "table", "firewall", "key", "address"), "network"),
        "machine": "machines",
    }
    limits: ClassVar = (
        Limit("L-F678F1CE", 1, "network", used=1), Limit("L-0263D0A3", 0, "network"),
        Limit("L-1216C47A", 5, "machines"),
    )  # fmt: skip
    faults: ClassVar = {
        "lost": {"kind": "drop_after"},
        "cut": {"kind": "drop_before"},
        "denied": {"kind": "error", "code": "UnauthorizedOperation", "status": 403},
        "broken": {"kind": "html"},
        "throttled": {"kind": "throttle", "rate": 20.0, "burst": 4.0},
        "full": {"kind": "error", "code": "InsufficientInstanceCapacity", "status": 500},
        "over quota": {"kind": "error", "code": "VcpuLimitExceeded", "status": 400},
        "stuck": {"kind": "stuck"},
    }
    other_account: ClassVar = {"account": "111122223333"}
    wrong_machines: ClassVar = {
        "an image that is not there": ({"image": "ami-00000000"}, ("ami-00000000",)),
    }
    wrong_types: ClassVar = ("u-24tb1.metal", ("u-24tb1.metal",))
    sizes: ClassVar = {"small": "t3.small", "medium": "t3.medium", "large": "t3.xlarge"}
    arm64: ClassVar = "t4g.small"

    def __init__(self, account: str, url: str, key: str) -> None:
        super().__init__(simulator().cloud, simulator().journal)
        self.account, self.url, self.key = account, url, key

    @classmethod
    @contextmanager
    def opened(cls, _ground: Path) -> Iterator[Self]:
        """An account that nobody used before."""
        account = "".join(secrets.choice("123456789") for _ in range(12))
        try:
            with watched("aws", simulator().url) as url:
                found = cls(account, url, f"sandbox-{account}")
                yield found
            broken = [one for one in found.own(found.journal.since(0)) if one["outcome"] == "InternalError"]
            assert broken == [], "an answer of the simulator broke its own model"
        finally:
            simulator().clean(account)

    def options(self) -> dict[str, Any]:
        keys = {"access_key": self.key, "secret_key": "secret"}
        return {"account": self.account, "endpoint_url": self.url, **keys}

    # --- the simulator

    def own(self, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Those of this account: one simulator serves all."""
        return [one for one in entries if one.get("account") == self.account]

    def log(self) -> list[dict[str, Any]]:
        return self.own(super().log())

    def goes_on(self, entry: dict[str, Any]) -> bool:
        return "NextToken" in entry["params"]

    def pages(self, rows: int) -> None:
        self.simulator.describe.size = rows

    def limit(self, name: str, value: int) -> None:
        self.simulator.shared.quotas.set(name, value)

    def let_go(self) -> None:
        with self.simulator.lock:
            self.simulator.shared.phases.free()

    def client(self, service: str = "ec2") -> Any:
        """Somebody else in the account."""
        return _client(service, self.url, self.key)

    @property
    def ec2(self) -> Any:
        return self.client()

    # --- things

    def machine(self, name: str) -> dict[str, Any]:
        """The living instance of a name, as EC2 lists it."""
        living = {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}
        filters = [{"Name": "tag:Name", "Values": [name]}, living]
        found = self.ec2.describe_instances(Filters=filters)["Reservations"]
        assert len(found) == 1, f"{name} is there {len(found)} times"
        return dict(found[0]["Instances"][0])

    def one(self, kind: str, name: str = "") -> str:
        """The id of a thing of ours, by EC2's word for its kind; ``name`` is its tag Name where there are several."""
        filters = [{"Name": "resource-type", "Values": [kind]}]
        tags = self.ec2.describe_tags(Filters=filters)["Tags"]
        ids = {tag["ResourceId"] for tag in tags if (tag["Key"], tag["Value"]) == ("pangaea-cluster", OWNER)}
        named = {tag["ResourceId"] for tag in tags if tag["Key"] == "Name" and tag["Value"] == name}
        found = sorted(ids & named if name else ids)
        assert len(found) == 1, f"{kind} {name} is there {len(found)} times"
        return found[0]

    def id_of(self, thing: str) -> str:
        if thing not in self._ids:
            zone = f"shop-{self.site}-eu-central-1b"
            self._ids[thing] = {
                "network": lambda: self.one("vpc"), "subnet": lambda: self.one("subnet", zone),
                "gateway": lambda: self.one("internet-gateway"), "table": lambda: self.one("route-table"),
                "firewall": lambda: self.one("security-group", f"shop-{self.site}-nodes"),
                "key": lambda: self.one("key-pair"), "address": lambda: self.one("elastic-ip"),
                "machine": lambda: str(self.machine(self.worker)["InstanceId"]),
            }[thing]()  # fmt: skip
        return self._ids[thing]

    @functools.cached_property
    def _ids(self) -> dict[str, str]:
        return {}  # a thing that lost its tags is found no more

    def tags(self, thing: str) -> dict[str, str]:
        filters = [{"Name": "resource-id", "Values": [self.id_of(thing)]}]
        return {tag["Key"]: tag["Value"] for tag in self.ec2.describe_tags(Filters=filters)["Tags"]}

    def retag(self, thing: str, changes: Mapping[str, str | None]) -> None:
        key = self.id_of(thing)
        if gone := [name for name, value in changes.items() if value is None]:
            self.ec2.delete_tags(Resources=[key], Tags=[{"Key": name} for name in gone])
        if new := [{"Key": name, "Value": value} for name, value in changes.items() if value is not None]:
            self.ec2.create_tags(Resources=[key], Tags=new)

    # --- machines and others

    def facts(self, machine: str) -> Facts:
        row = self.machine(machine)
        mapped = row["BlockDeviceMappings"][0]
        disk = self.ec2.describe_volumes(VolumeIds=[mapped["Ebs"]["VolumeId"]])["Volumes"][0]
        asked = {"InstanceId": row["InstanceId"], "Attribute": "userData"}
        text = base64.b64decode(self.ec2.describe_instance_attribute(**asked)["UserData"]["Value"]).decode()
        head, _, body = text.partition("\n")
        assert head == "#cloud-config"
        parts = [disk["Tags"], row["NetworkInterfaces"][0].get("TagSet") or disk["Tags"]]
        named = [{tag["Key"]: tag["Value"] for tag in tags} for tags in (row["Tags"], *parts)]
        dies = mapped["Ebs"]["DeleteOnTermination"]
        return Facts(disk["Size"], dies, named[0], named[1:], json.loads(body))

    def delete_machine(self, machine: str) -> None:
        self.ec2.terminate_instances(InstanceIds=[self.machine(machine)["InstanceId"]])

    def stop_machine(self, machine: str) -> None:
        self.ec2.stop_instances(InstanceIds=[self.machine(machine)["InstanceId"]])

    def forget_mark(self, network: dict[str, Any]) -> str:
        self.ec2.delete_tags(Resources=[network["id"]], Tags=[{"Key": "pangaea-initialised"}])
        return "update network/aws-fra"

    def bystanders(self) -> set[str]:
        ec2, theirs = self.ec2, [{"Key": "pangaea-cluster", "Value": OTHER_OWNER}, {"Key": "Name", "Value": "shop"}]
        vpc = ec2.create_vpc(CidrBlock="10.64.0.0/16")["Vpc"]["VpcId"]
        ec2.create_tags(Resources=[vpc], Tags=theirs)
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.64.0.0/18")["Subnet"]["SubnetId"]
        machine = self.launch(subnet)
        ec2.create_tags(Resources=[machine], Tags=[{"Key": "Name", "Value": self.worker}])
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        disk = ec2.create_volume(AvailabilityZone="eu-central-1a", Size=1)["VolumeId"]
        self.step(60)
        return {vpc, subnet, machine, address, disk}

    def launch(self, subnet: str) -> str:
        """A machine of somebody else; its id."""
        name = "/aws/service/debian/release/13/latest/amd64"
        image = self.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
        asked = {"ImageId": image, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet}
        return str(self.ec2.run_instances(**asked)["Instances"][0]["InstanceId"])

    def intruders(self, network: dict[str, Any]) -> tuple[list[str], list[str]]:
        machine = self.launch(network["zones"]["eu-central-1a"]["subnet_id"])
        group = self.ec2.create_security_group(GroupName="theirs", Description="theirs", VpcId=network["id"])["GroupId"]
        self.step(60)
        return [machine], [machine, group]

    def by_kubernetes(self, network: dict[str, Any]) -> None:
        ec2, subnets = self.ec2, [zone["subnet_id"] for zone in network["zones"].values()]
        group = ec2.create_security_group(GroupName="k8s-elb-a1", Description="Kubernetes", VpcId=network["id"])
        interface = ec2.create_network_interface(SubnetId=subnets[0])["NetworkInterface"]["NetworkInterfaceId"]
        address = ec2.allocate_address(Domain="vpc")["AllocationId"]
        ec2.create_tags(Resources=[group["GroupId"], interface, address], Tags=KUBERNETES)
        balancers = self.client("elbv2")
        balancers.create_load_balancer(Name="a1", Subnets=subnets, Type="network", Tags=KUBERNETES)
        balancers.create_target_group(Name="a1", Protocol="TCP", Port=80, VpcId=network["id"], Tags=KUBERNETES)
        self.disk_by_kubernetes()
        self.step(60)

    def disk_by_kubernetes(self) -> str:
        owned = [{"ResourceType": "volume", "Tags": KUBERNETES}]
        return str(self.ec2.create_volume(AvailabilityZone=self.zones[0], Size=1, TagSpecifications=owned)["VolumeId"])


_session = functools.cache(boto3.session.Session)


@functools.cache
def _client(service: str, url: str, key: str) -> Any:
    """Made once: it has seven hundred methods."""
    keys = {"aws_access_key_id": key, "aws_secret_access_key": "secret"}
    return _session().client(service, region_name=REGION, endpoint_url=url, config=Config(proxies={}), **keys)
