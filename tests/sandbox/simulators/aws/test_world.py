# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the cloud as the fabric is told, and what a machine reads from its metadata service."""

from __future__ import annotations

import json
import secrets
from typing import Any

import pytest

from sandbox.aws.cloud import Cloud, Request
from sandbox.aws.errors import AwsError
from sandbox.aws.images import IMAGES
from sandbox.aws.imds import answer as metadata
from sandbox.aws.world import world_of
from sandbox.fabric.world import Route, Rule, World

REGION = "eu-central-1"
ZONE = "eu-central-1b"
KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0"


class Lab:
    """A cloud in this process with one machine, and machines whose status the test says."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}
        self.worlds: list[World] = []
        self.cloud = Cloud(self, lambda: self.worlds.append(world_of(self.cloud)))
        self.account = "".join(secrets.choice("123456789") for _ in range(12))
        self.vpc = self("CreateVpc", CidrBlock="10.64.0.0/16")["Vpc"]["VpcId"]
        self.subnet = self("CreateSubnet", VpcId=self.vpc, CidrBlock="10.64.0.0/20", AvailabilityZone=ZONE)["Subnet"][
            "SubnetId"
        ]
        self.gateway = self("CreateInternetGateway")["InternetGateway"]["InternetGatewayId"]
        self("AttachInternetGateway", InternetGatewayId=self.gateway, VpcId=self.vpc)
        table = self("CreateRouteTable", VpcId=self.vpc)["RouteTable"]["RouteTableId"]
        self("CreateRoute", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=self.gateway)
        self("AssociateRouteTable", RouteTableId=table, SubnetId=self.subnet)
        self.group = self("CreateSecurityGroup", GroupName="nodes", Description="x", VpcId=self.vpc)["GroupId"]
        self("AuthorizeSecurityGroupIngress", GroupId=self.group, IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "198.18.0.1/32"}]},
            {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": self.group}]},
        ])  # fmt: skip
        self("ImportKeyPair", KeyName="mine", PublicKeyMaterial=KEY)
        nic = {"DeviceIndex": 0, "SubnetId": self.subnet, "Groups": [self.group], "AssociatePublicIpAddress": True}
        self.machine = self(
            "RunInstances", ImageId=IMAGES[0].id(REGION), InstanceType="t3.small", MinCount=1, MaxCount=1,
            KeyName="mine", NetworkInterfaces=[nic], UserData="I2Nsb3VkLWNvbmZpZwo=",
            MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "shop-cp-1"}]}],
            BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30}}],
        )["Instances"][0]["InstanceId"]  # fmt: skip

    def __call__(self, action: str, **params: Any) -> dict[str, Any]:
        return self.cloud.answer(Request(self.account, REGION, "client", "ec2", action, params))

    def status(self, key: str) -> str:
        return self.words.get(key, "booting")

    def state(self) -> str:
        row = self("DescribeInstances", InstanceIds=[self.machine])["Reservations"][0]["Instances"][0]
        return str(row["State"]["Name"])

    def reboot(self, key: str) -> None:
        self.words[key] = "booting"

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        status, _, body = metadata(self.cloud, self.machine, "GET", path, given)
        return status, body.decode()


@pytest.fixture
def lab() -> Lab:
    return Lab()


def test_the_world_is_what_the_cloud_says(lab: Lab) -> None:
    world = lab.worlds[-1]
    assert [network.key for network in world.networks] == [lab.vpc]  # the default network is nobody's
    subnet = world.networks[0].subnets[0]
    assert subnet.routes == (Route("10.64.0.0/16", "local"), Route("0.0.0.0/0", "internet"))
    firewall = next(one for one in world.firewalls if one.key == lab.group)
    assert firewall.ingress == (Rule("tcp", (22, 22), ("198.18.0.1/32",)), Rule("all", None, (f"group:{lab.group}",)))
    assert firewall.egress == (Rule("all", None, ("0.0.0.0/0",)),)
    machine = world.machine(lab.machine)
    assert machine is not None and machine.public_address is not None
    assert (machine.name, machine.network, machine.subnet, machine.firewalls) == (
        "shop-cp-1", lab.vpc, lab.subnet, (lab.group,),
    )  # fmt: skip
    assert (machine.image, machine.disk_gb, machine.hop_limit, machine.user_data, machine.forwards, machine.wanted) == (
        "debian-13", 30, 1, b"#cloud-config\n", False, "running",
    )  # fmt: skip


def test_a_machine_runs_when_the_fabric_says_so_and_dies_when_it_is_gone(lab: Lab) -> None:
    assert [lab.state() for _ in range(5)] == ["pending"] * 5
    lab.words[lab.machine] = "running"
    assert lab.state() == "running"
    lab("StopInstances", InstanceIds=[lab.machine])
    assert lab.worlds[-1].machine(lab.machine).wanted == "stopped"  # type: ignore[union-attr]
    assert lab.state() == "stopping"
    lab.words[lab.machine] = "stopped"
    assert lab.state() == "stopped"
    lab("StartInstances", InstanceIds=[lab.machine])
    lab.words[lab.machine] = "running"
    assert lab.state() == "running"
    lab("TerminateInstances", InstanceIds=[lab.machine])
    assert lab.worlds[-1].machine(lab.machine) is None
    assert [lab.state() for _ in range(5)] == ["shutting-down"] * 5
    lab.words[lab.machine] = "absent"
    assert lab.state() == "terminated"


def test_a_reboot_reaches_the_machine_and_needs_a_running_one(lab: Lab) -> None:
    with pytest.raises(AwsError, match="IncorrectInstanceState"):
        lab("RebootInstances", InstanceIds=[lab.machine])
    lab.words[lab.machine] = "running"
    assert lab.state() == "running"
    lab("RebootInstances", InstanceIds=[lab.machine])
    assert lab.words[lab.machine] == "booting"
    assert lab.state() == "running"  # as the cloud sees it


def test_a_machine_that_cannot_be_made_is_terminated_with_a_reason(lab: Lab) -> None:
    lab.words[lab.machine] = "failed"
    assert lab.state() in ("pending", "shutting-down")
    lab.words[lab.machine] = "absent"
    lab.cloud.tick()
    row = lab("DescribeInstances", InstanceIds=[lab.machine])["Reservations"][0]["Instances"][0]
    assert row["State"]["Name"] == "terminated"
    assert row["StateReason"]["Code"] == "Server.InternalError"


def test_a_machine_killed_behind_the_cloud_still_runs_for_it_but_is_impaired(lab: Lab) -> None:
    lab.words[lab.machine] = "running"
    assert lab.state() == "running"
    lab.words[lab.machine] = "failed"
    assert lab.state() == "running"
    status = lab("DescribeInstanceStatus", InstanceIds=[lab.machine])["InstanceStatuses"][0]
    assert status["InstanceStatus"]["Status"] == "impaired"


def test_changes_of_rules_and_routes_reach_the_world(lab: Lab) -> None:
    lab("ModifyInstanceAttribute", InstanceId=lab.machine, SourceDestCheck={"Value": False})
    assert lab.worlds[-1].machine(lab.machine).forwards is True  # type: ignore[union-attr]
    nic = lab("DescribeNetworkInterfaces")["NetworkInterfaces"][0]["NetworkInterfaceId"]
    main = lab("DescribeRouteTables", Filters=[{"Name": "association.main", "Values": ["true"]},
                                               {"Name": "vpc-id", "Values": [lab.vpc]}])["RouteTables"][0]  # fmt: skip
    lab("CreateRoute", RouteTableId=main["RouteTableId"], DestinationCidrBlock="10.65.0.0/16", NetworkInterfaceId=nic)
    for row in lab("DescribeRouteTables", Filters=[{"Name": "association.subnet-id", "Values": [lab.subnet]}])[
        "RouteTables"
    ]:
        number = next(one["RouteTableAssociationId"] for one in row["Associations"])
        lab("DisassociateRouteTable", AssociationId=number)
    routes = lab.worlds[-1].networks[0].subnets[0].routes
    assert routes == (Route("10.64.0.0/16", "local"), Route("10.65.0.0/16", f"machine:{lab.machine}"))


def token(lab: Lab) -> str:
    status, _, body = metadata(
        lab.cloud, lab.machine, "PUT", "/latest/api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    assert status == 200
    return body.decode()


def test_metadata_needs_a_token_of_this_machine(lab: Lab) -> None:
    assert lab.get("/latest/meta-data/instance-id")[0] == 401
    assert lab.get("/latest/meta-data/instance-id", X_aws_ec2_metadata_token="banana")[0] == 401
    good = token(lab)
    assert lab.get("/latest/meta-data/instance-id", X_aws_ec2_metadata_token=good) == (200, lab.machine)
    for headers in (
        {},
        {"X-aws-ec2-metadata-token-ttl-seconds": "0"},
        {"X-aws-ec2-metadata-token-ttl-seconds": "21601"},
    ):
        assert metadata(lab.cloud, lab.machine, "PUT", "/latest/api/token", headers)[0] == 400
    forwarded = {"X-aws-ec2-metadata-token-ttl-seconds": "60", "X-Forwarded-For": "10.0.0.1"}
    assert metadata(lab.cloud, lab.machine, "PUT", "/latest/api/token", forwarded)[0] == 403
    lab("ModifyInstanceMetadataOptions", InstanceId=lab.machine, HttpTokens="optional")
    assert lab.get("/latest/meta-data/instance-id") == (200, lab.machine)
    lab("ModifyInstanceMetadataOptions", InstanceId=lab.machine, HttpEndpoint="disabled")
    assert lab.get("/latest/meta-data/instance-id", X_aws_ec2_metadata_token=good)[0] == 403


def test_metadata_tells_what_cloud_init_asks(lab: Lab) -> None:
    good = token(lab)

    def read(path: str) -> str:
        status, text = lab.get(path, X_aws_ec2_metadata_token=good)
        assert status == 200, path
        return text

    machine = lab.worlds[-1].machine(lab.machine)
    assert machine is not None
    assert "latest" in read("/").split()
    assert read("/2021-03-23/user-data") == "#cloud-config\n"
    assert read("/latest/meta-data/local-ipv4") == machine.private_address
    assert read("/latest/meta-data/public-ipv4") == machine.public_address
    assert read("/latest/meta-data/placement/availability-zone") == ZONE
    assert read("/latest/meta-data/public-keys/").startswith("0=mine")
    assert read("/latest/meta-data/public-keys/0/openssh-key").encode() == KEY
    assert "placement/" in read("/latest/meta-data/").split() and "mac" in read("/latest/meta-data/").split()
    mac = read("/latest/meta-data/mac")
    assert read(f"/latest/meta-data/network/interfaces/macs/{mac}/vpc-id") == lab.vpc
    document = json.loads(read("/latest/dynamic/instance-identity/document"))
    assert (document["accountId"], document["region"], document["instanceId"]) == (lab.account, REGION, lab.machine)
    assert lab.get("/latest/meta-data/iam/security-credentials/", X_aws_ec2_metadata_token=good)[0] == 404
    assert metadata(lab.cloud, "i-" + "0" * 17, "GET", "/latest/meta-data/", {})[0] == 404
