# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the thing that a drill means, and acting on it through the cloud's API as somebody else."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from typing import Any

from sandbox.client import ask, port_of
from sandbox.places import Place
from sandbox.showing import name_of

Row = dict[str, Any]
# The kind's list in the state, its id, and other fields that may name it besides the Name tag.
KINDS = {
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


class Unclear(ValueError):
    """Nothing, or more than one thing, is meant. The message lists what there is."""


@dataclass(frozen=True)
class Found:
    """One thing and where it is."""

    kind: str
    region: str
    id: str
    row: Row

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({name_of(self.row) or 'without a name'}) in {self.region}"


class World:
    """The sandbox as a drill sees it."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.port = port_of(Place(options.name))
        self.only = getattr(options, "region", None)
        self.state = ask(self.port, "GET", "state")

    def all(self, *kinds: str) -> list[Found]:
        """Everything of these kinds that lives."""
        found = []
        for place, things in self.state["regions"].items():
            region = place.split("/")[1]
            if self.only not in (None, region):
                continue
            for kind in kinds:
                rows, key, _ = KINDS[kind]
                found += [Found(kind, region, row[key], row) for row in things[rows] if not _is_dead(kind, row)]
        return found

    def one(self, name: str, *kinds: str) -> Found:
        """The one thing with this id or name. Raises Unclear."""
        there = self.all(*kinds)
        meant = [one for one in there if name == one.id or name in _names(one)]
        if len(meant) == 1:
            return meant[0]
        word = " or ".join(kinds)
        if meant:
            raise Unclear(f"{name} is {len(meant)} things: {'; '.join(map(str, meant))}; name one by its id")
        known = "; ".join(sorted(f"{one.id} {name_of(one.row)}".strip() for one in there)) or "there is none"
        raise Unclear(f"no {word} is called {name}{f' in {self.only}' if self.only else ''}; there are: {known}")

    def ec2(self, region: str) -> Any:
        """A client of the cloud's API whose requests the log marks as somebody else's."""
        import boto3
        from botocore.config import Config

        return boto3.client(
            "ec2", region_name=region, endpoint_url=f"http://127.0.0.1:{self.port}", aws_access_key_id="sandbox-drill",
            aws_secret_access_key="sandbox", config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )  # fmt: skip


def _names(one: Found) -> set[str]:
    return {name_of(one.row), *(str(one.row[field]) for field in KINDS[one.kind][2] if one.row.get(field))} - {""}


def _is_dead(kind: str, row: Row) -> bool:
    return kind == "machine" and row["State"]["Name"] in ("terminated", "shutting-down")
