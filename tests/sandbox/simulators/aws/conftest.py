# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated AWS as a client meets it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import REGION, Sandbox


class Shop:
    """A network with all that a machine needs, made by its methods, with what a test usually wants as defaults."""

    def __init__(self, sandbox: Sandbox, region: str = REGION) -> None:
        self.sandbox, self.region = sandbox, region
        self.ec2 = sandbox.client(region=region)
        self.vpc = self.ec2.create_vpc(CidrBlock="10.64.0.0/16", TagSpecifications=tags("vpc"))["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=self.vpc, CidrBlock="10.64.0.0/20")["Subnet"]["SubnetId"]
        self.gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=self.gateway, VpcId=self.vpc)
        self.group = self.new_group("nodes")
        name = "/aws/service/debian/release/13/latest/amd64"
        self.image = sandbox.client("ssm", region).get_parameter(Name=name)["Parameter"]["Value"]

    def new_group(self, name: str) -> str:
        return str(self.ec2.create_security_group(GroupName=name, Description="of a test", VpcId=self.vpc)["GroupId"])

    def launch(self, **changes: Any) -> dict[str, Any]:
        """RunInstances with one machine; `changes` replace or (None) remove parameters."""
        asked = {
            "ImageId": self.image, "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1,
            "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": self.subnet, "Groups": [self.group],
                                   "AssociatePublicIpAddress": True}],
            "TagSpecifications": tags("instance") + tags("volume") + tags("network-interface"), **changes,
        }  # fmt: skip
        answer = self.ec2.run_instances(**{key: value for key, value in asked.items() if value is not None})
        return answer["Instances"][0]  # type: ignore[no-any-return]

    def machine(self, key: str) -> dict[str, Any]:
        return self.ec2.describe_instances(InstanceIds=[key])["Reservations"][0]["Instances"][0]  # type: ignore[no-any-return]

    def state(self, key: str) -> str:
        return str(self.machine(key)["State"]["Name"])

    def running(self, **changes: Any) -> str:
        """The id of a machine that runs."""
        key = str(self.launch(**changes)["InstanceId"])
        self.pass_time(10)
        assert self.state(key) == "running"
        return key

    def pass_time(self, seconds: float) -> None:
        self.sandbox.ask("POST", "clock", {"seconds": seconds})


def tags(kind: str, **values: str) -> list[dict[str, Any]]:
    """TagSpecifications of one kind."""
    given = values or {"Name": "shop"}
    return [{"ResourceType": kind, "Tags": [{"Key": key, "Value": value} for key, value in given.items()]}]


def refusal(call: Callable[..., Any], **params: Any) -> str:
    """The error code that a call is refused with; an answer fails the test."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    return str(caught.value.response["Error"]["Code"])


@pytest.fixture
def shop(sandbox: Sandbox) -> Shop:
    """A network in that account."""
    return Shop(sandbox)
