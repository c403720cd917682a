# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else in the same account: their things must stand untouched, byte for byte, whatever we do.

`bystander` makes them and writes down how they look; `bystander --check` compares and reads the request log.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from sandbox.client import ask
from sandbox.drills.find import KINDS, World
from sandbox.places import Place

CIDR, SUBNET = "10.250.0.0/16", "10.250.1.0/24"
# Their tags look like ours of another cluster, and partly like nothing: neither is a reason to touch them.
TAGS = [{"Key": "Name", "Value": "bystander"}, {"Key": "team", "Value": "somebody-else"},
        {"Key": "pangaea-cluster", "Value": "other-b7x2m9qd"}]  # fmt: skip
DELETES: dict[str, Callable[[Any, str], Any]] = {  # in the order in which they let go of each other
    "vol-": lambda ec2, one: ec2.delete_volume(VolumeId=one),
    "eipalloc-": lambda ec2, one: ec2.release_address(AllocationId=one),
    "key-": lambda ec2, one: ec2.delete_key_pair(KeyPairId=one),
    "sg-": lambda ec2, one: ec2.delete_security_group(GroupId=one),
    "subnet-": lambda ec2, one: ec2.delete_subnet(SubnetId=one),
    "vpc-": lambda ec2, one: ec2.delete_vpc(VpcId=one),
}
SETTLES_WITHIN = 300.0  # seconds; a real machine boots in it


def add(verbs: Any) -> None:
    """Add the verb of this file."""
    text = "add somebody else's network, machine, address, disk and key pair; or check that they are untouched"
    parser = verbs.add_parser("bystander", help=text, description=text)
    parser.add_argument(
        "--region", action="append", dest="regions", help="where; may be repeated (default: where something is)"
    )
    parser.add_argument("--no-machine", action="store_true", help="everything but a machine")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="fail unless all of it is as it was")
    what.add_argument("--remove", action="store_true", help="take it away again")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    world = World(options)
    file = Place(options.name).folder / "bystander.json"
    known: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
    if options.check:
        return _check(world, known)
    regions = options.regions or sorted({place.split("/")[1] for place in world.state["regions"]})
    if not regions:
        raise ValueError("no region is in use yet; name one with --region")
    for region in regions:
        if options.remove:
            _remove(world, region, known.pop(region, None))
        elif region in known:
            print(f"drill: the bystander is in {region} already")
        else:
            known[region] = _make(world, region, machine=not options.no_machine)
            print(f"drill: a bystander is in {region}: {', '.join(known[region]['made'])}")
    file.write_text(json.dumps(known))
    return 0


def _spec(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": TAGS}]


def _make(world: World, region: str, *, machine: bool) -> dict[str, Any]:
    """Make one of each; return {"made": ids, "looks": {id: JSON}}, the looks also of what came with them."""
    ec2 = world.ec2(region)
    vpc = ec2.create_vpc(CidrBlock=CIDR, TagSpecifications=_spec("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=SUBNET, TagSpecifications=_spec("subnet"))["Subnet"]
    group = ec2.create_security_group(
        GroupName="bystander", Description="Of somebody else", VpcId=vpc, TagSpecifications=_spec("security-group")
    )["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=_spec("elastic-ip"))["AllocationId"]
    volume = ec2.create_volume(
        AvailabilityZone=subnet["AvailabilityZone"], Size=4, VolumeType="gp3", TagSpecifications=_spec("volume")
    )["VolumeId"]
    key = ec2.create_key_pair(KeyName="bystander", KeyType="ed25519", TagSpecifications=_spec("key-pair"))["KeyPairId"]
    ids = [vpc, subnet["SubnetId"], group, address, volume, key]
    if machine:
        image = ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
        ids.append(ec2.run_instances(
            ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1, SubnetId=subnet["SubnetId"],
            SecurityGroupIds=[group], TagSpecifications=_spec("instance"),
        )["Instances"][0]["InstanceId"])  # fmt: skip
    return {"made": ids, "looks": _settled(world, region, ids)}


def _settled(world: World, region: str, ids: list[str]) -> dict[str, str]:
    """How they look once nothing of them is on its way."""
    limit = time.monotonic() + SETTLES_WITHIN
    while True:
        looks = _looks(world, region)
        # Also what came with them: the machine's disk and interface, the network's own table and group.
        mine = {one: text for one, text in looks.items() if any(f'"{mark}"' in text for mark in ids)}
        if set(ids) <= set(mine) and not any(
            word in text for text in mine.values() for word in ('"pending"', '"creating"')
        ):
            return mine
        if time.monotonic() > limit:
            raise ValueError(f"the bystander's things in {region} are still on their way after {SETTLES_WITHIN:.0f} s")
        time.sleep(0.3)


def _looks(world: World, region: str) -> dict[str, str]:
    """Everything of a region by id, each as one line of JSON."""
    state = ask(world.port, "GET", "state")
    found: dict[str, str] = {}
    for place, things in state["regions"].items():
        if place.split("/")[1] == region:
            for rows, key, _ in KINDS.values():
                found |= {row[key]: json.dumps(row, sort_keys=True) for row in things[rows]}
    return found


def _check(world: World, known: dict[str, Any]) -> int:
    if not known:
        raise ValueError("there is no bystander; make one first")
    wrong = []
    for region, one_region in known.items():
        before, now = one_region["looks"], _looks(world, region)
        for one, text in before.items():
            if one not in now:
                wrong.append(f"{one} in {region} is gone")
            elif now[one] != text:
                wrong.append(f"{one} in {region} has changed:\n  before {text}\n  now    {now[one]}")
        wrong += _touched(world, region, set(before))
    for line in wrong:
        print(f"drill: {line}", file=sys.stderr)
    if not wrong:
        print(f"drill: the bystander is untouched in {', '.join(sorted(known))}: "
              f"{sum(len(one['looks']) for one in known.values())} things, byte for byte")  # fmt: skip
    return 1 if wrong else 0


def _touched(world: World, region: str, ids: set[str]) -> list[str]:
    """Requests of others that tried to change one of these, even where the cloud refused them."""
    found = []
    for entry in ask(world.port, "GET", "log?since=0")["entries"]:
        if entry.get("mutating") and entry["actor"] != "drill" and entry["region"] == region:
            text = json.dumps(entry["params"])
            found += [f"request {entry['seq']} ({entry['action']}) named {one}" for one in ids if f'"{one}"' in text]
    return found


def _remove(world: World, region: str, known: dict[str, Any] | None) -> None:
    ec2, ids = world.ec2(region), known["made"] if known else []
    machines = [one for one in ids if one.startswith("i-")]
    if machines:
        ec2.terminate_instances(InstanceIds=machines)
        _wait_until_terminated(ec2, machines)
    for prefix, delete in DELETES.items():
        for one in ids:
            if one.startswith(prefix):
                delete(ec2, one)
    print(f"drill: the bystander has left {region}" if ids else f"drill: there was no bystander in {region}")


def _wait_until_terminated(ec2: Any, ids: list[str]) -> None:
    limit = time.monotonic() + SETTLES_WITHIN
    while time.monotonic() < limit:
        rows = [row for held in ec2.describe_instances(InstanceIds=ids)["Reservations"] for row in held["Instances"]]
        if all(row["State"]["Name"] == "terminated" for row in rows):
            return
        time.sleep(0.3)
    raise ValueError(f"{', '.join(ids)} did not end within {SETTLES_WITHIN:.0f} s")
