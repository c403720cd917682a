# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Amazon's `aws`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.clients.client import NAME, NODES, RANGE, Client, Machine
from tests.sandbox.conftest import ACCOUNT, REGION, Sandbox

MINE = f"Name=tag:Name,Values={NAME}"


class Aws(Client):
    cloud, region = "aws", REGION
    site = {"cloud": "aws", "region": REGION, "account": ACCOUNT}

    def __init__(self, command: list[str], sandbox: Sandbox, folder: Path) -> None:
        super().__init__(command, sandbox, folder)
        self.env |= {"AWS_ENDPOINT_URL": self.endpoint(), "AWS_ACCESS_KEY_ID": "sandbox", "AWS_PAGER": "",
                     "AWS_SECRET_ACCESS_KEY": "sandbox", "AWS_DEFAULT_REGION": REGION,
                     "AWS_DEFAULT_OUTPUT": "json"}  # fmt: skip

    def networks(self) -> set[str]:
        return {_tag(one, "Name") or "" for one in self.call("ec2", "describe-vpcs")["Vpcs"]}

    def subnets(self, network: str) -> list[str]:
        vpc = self._one("describe-vpcs", "Vpcs", f"Name=tag:Name,Values={network}")
        found = self.call("ec2", "describe-subnets", "--filters", f"Name=vpc-id,Values={vpc['VpcId']}")
        return [one["CidrBlock"] for one in found["Subnets"]]

    def machines(self) -> set[str]:
        return {_tag(one, "Name") or "" for one in self._instances("Name=instance-state-name,Values=pending,running")}

    def machine(self, name: str) -> Machine:
        (found,) = self._instances(f"Name=tag:Name,Values={name}")
        owner = _tag(found, "pangaea-cluster")
        return Machine(name, found["State"]["Name"] == "running", found["PrivateIpAddress"], owner)

    def change(self, owner: str, site: str, machine: str) -> list[str]:
        (found,) = self._instances(f"Name=tag:Name,Values={machine}")
        group = next(one["GroupId"] for one in found["SecurityGroups"] if one["GroupName"].endswith("nodes"))
        self.call("ec2", "authorize-security-group-ingress", "--group-id", group, "--protocol", "tcp", "--port", "23",
                  "--cidr", "0.0.0.0/0")  # fmt: skip
        self.call("ec2", "create-tags", "--resources", found["InstanceId"], "--tags", "Key=pangaea-pool,Value=x")
        return [f"delete rule/{site}/nodes-in-tcp-23", f"update machine/{site}/{machine}"]

    def make(self) -> None:
        vpc = self.call("ec2", "create-vpc", "--cidr-block", RANGE, "--tag-specifications", _named("vpc"))["Vpc"]
        subnet = self.call("ec2", "create-subnet", "--vpc-id", vpc["VpcId"], "--cidr-block", NODES)["Subnet"]
        image = self.call("ssm", "get-parameter", "--name", "/aws/service/debian/release/13/latest/amd64")
        self.call("ec2", "run-instances", "--image-id", image["Parameter"]["Value"], "--instance-type", "t3.small",
                  "--subnet-id", subnet["SubnetId"], "--tag-specifications", _named("instance"))  # fmt: skip
        self.call("ec2", "wait", "instance-running", "--filters", MINE)

    def own(self) -> dict[str, Any]:
        vpcs = self.call("ec2", "describe-vpcs", "--filters", MINE)["Vpcs"]
        alive = self._instances(MINE, "Name=instance-state-name,Values=running")
        return {**{one["VpcId"]: one for one in vpcs}, **{one["InstanceId"]: one for one in alive}}

    def remove(self) -> None:
        (found,) = self._instances(MINE)
        self.call("ec2", "terminate-instances", "--instance-ids", found["InstanceId"])
        self.call("ec2", "wait", "instance-terminated", "--instance-ids", found["InstanceId"])
        self.call("ec2", "delete-subnet", "--subnet-id", found["SubnetId"])
        self.call("ec2", "delete-vpc", "--vpc-id", found["VpcId"])

    def _instances(self, *filters: str) -> list[dict[str, Any]]:
        found = self.call("ec2", "describe-instances", "--filters", *filters)["Reservations"]
        return [one for reservation in found for one in reservation["Instances"]]

    def _one(self, verb: str, kind: str, *filters: str) -> dict[str, Any]:
        (found,) = self.call("ec2", verb, "--filters", *filters)[kind]
        return dict(found)


def _tag(row: dict[str, Any], key: str) -> str | None:
    return next((one["Value"] for one in row.get("Tags", []) if one["Key"] == key), None)


def _named(kind: str) -> str:
    return f"ResourceType={kind},Tags=[{{Key=Name,Value={NAME}}}]"
