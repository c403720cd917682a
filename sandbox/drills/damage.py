# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting and editing what is there, through the API, as somebody with the right to do so."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any

from sandbox.client import ask
from sandbox.drills.find import Found, Row, Unclear, World

Act = Callable[[Any, Found], Any]
# Kinds that one call deletes. Those that are still in use stay, with the cloud's own refusal.
DELETES: dict[str, Act] = {
    "network": lambda ec2, one: ec2.delete_vpc(VpcId=one.id),
    "subnet": lambda ec2, one: ec2.delete_subnet(SubnetId=one.id),
    "table": lambda ec2, one: ec2.delete_route_table(RouteTableId=one.id),
    "group": lambda ec2, one: ec2.delete_security_group(GroupId=one.id),
    "key": lambda ec2, one: ec2.delete_key_pair(KeyPairId=one.id),
    "volume": lambda ec2, one: ec2.delete_volume(VolumeId=one.id),
    "machine": lambda ec2, one: ec2.terminate_instances(InstanceIds=[one.id]),
}


def add(verbs: Any) -> None:
    """Add the verbs of this file."""
    for kind in DELETES:
        _verb(verbs, f"delete-{kind}", _delete(kind), f"delete a {kind}")
    rule = _verb(
        verbs, "delete-rule", delete_rule, "delete one rule of a security group (NAME: a group, or a rule's id)"
    )
    _rule_options(rule)
    route = _verb(verbs, "delete-route", delete_route, "delete a route of a route table")
    route.add_argument("--cidr", default="0.0.0.0/0", help="destination (default: 0.0.0.0/0)")
    _verb(verbs, "delete-address", delete_address, "take a static public address off its machine and release it")
    _verb(verbs, "delete-gateway", delete_gateway, "detach and delete an internet gateway")
    tag = _verb(verbs, "edit-tag", edit_tag, "set a tag of anything, or remove it")
    tag.add_argument("key")
    tag.add_argument("value", nargs="?", help="without a value the tag is removed")
    edit = _verb(verbs, "edit-rule", edit_rule, "let another network in by a rule of a security group")
    _rule_options(edit)
    edit.add_argument("--to", default="198.51.100.0/24", help="the rule's new CIDR (default: 198.51.100.0/24)")
    add_rule = _verb(verbs, "add-rule", add_a_rule, "open a port of a security group to a network")
    add_rule.add_argument("--port", type=int, default=23)
    add_rule.add_argument("--cidr", default="198.51.100.0/24")
    _verb(verbs, "stop-machine", _instance("stop_instances", "stopped"), "stop a machine by the API")
    _verb(verbs, "start-machine", _instance("start_instances", "started"), "start a stopped machine by the API")
    _verb(verbs, "kill-machine", kill_machine, "kill a machine behind the cloud's back: the API goes on to say it runs")


def _verb(verbs: Any, verb: str, function: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(verb, help=text, description=text)
    parser.add_argument("thing", metavar="NAME", help="its Name tag or its id")
    parser.add_argument("--region", help="only there; needed where a name stands in several regions")
    parser.set_defaults(run=_spoken(function))
    return parser


def _spoken(function: Callable[[argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    """A refusal of the cloud is an answer in a sentence, not a traceback."""

    def run(options: argparse.Namespace) -> int:
        from botocore.exceptions import ClientError

        try:
            return function(options)
        except ClientError as error:
            print(f"drill: the cloud refused: {error}", file=sys.stderr)
            return 1

    return run


def _rule_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the rule whose ports begin with this one (default: the first rule)")
    parser.add_argument("--egress", action="store_true", help="an outbound rule")


def _delete(kind: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        world = World(options)
        one = world.one(options.thing, kind)
        DELETES[kind](world.ec2(one.region), one)
        return _say(f"deleted {one}")

    return run


def delete_rule(options: argparse.Namespace) -> int:
    world = World(options)
    group, rule = _rule(world, options)
    ec2 = world.ec2(group.region)
    revoke = ec2.revoke_security_group_egress if rule["IsEgress"] else ec2.revoke_security_group_ingress
    revoke(GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    return _say(f"deleted rule {_shown(rule)} of {group}")


def delete_route(options: argparse.Namespace) -> int:
    world = World(options)
    table = world.one(options.thing, "table")
    world.ec2(table.region).delete_route(RouteTableId=table.id, DestinationCidrBlock=options.cidr)
    return _say(f"deleted route {options.cidr} of {table}")


def delete_address(options: argparse.Namespace) -> int:
    world = World(options)
    one = _address(world, options.thing)
    ec2 = world.ec2(one.region)
    if "AssociationId" in one.row:
        ec2.disassociate_address(AssociationId=one.row["AssociationId"])
    ec2.release_address(AllocationId=one.id)
    return _say(f"took {one.row['PublicIp']} off {one.row.get('InstanceId', 'nobody')} and released it: {one}")


def delete_gateway(options: argparse.Namespace) -> int:
    world = World(options)
    one = world.one(options.thing, "gateway")
    ec2 = world.ec2(one.region)
    for attachment in one.row.get("Attachments", []):
        ec2.detach_internet_gateway(InternetGatewayId=one.id, VpcId=attachment["VpcId"])
    ec2.delete_internet_gateway(InternetGatewayId=one.id)
    return _say(f"detached and deleted {one}")


def edit_tag(options: argparse.Namespace) -> int:
    from sandbox.drills.find import KINDS

    world = World(options)
    one = world.one(options.thing, *KINDS)
    ec2 = world.ec2(one.region)
    if options.value is None:
        ec2.delete_tags(Resources=[one.id], Tags=[{"Key": options.key}])
        return _say(f"removed tag {options.key} of {one}")
    ec2.create_tags(Resources=[one.id], Tags=[{"Key": options.key, "Value": options.value}])
    return _say(f"set tag {options.key}={options.value} of {one}")


def edit_rule(options: argparse.Namespace) -> int:
    world = World(options)
    group, rule = _rule(world, options, cidr_only=True)
    update: Row = {name: rule[name] for name in ("IpProtocol", "FromPort", "ToPort", "Description") if name in rule}
    update["CidrIpv4"] = options.to
    world.ec2(group.region).modify_security_group_rules(
        GroupId=rule["GroupId"],
        SecurityGroupRules=[{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": update}],
    )
    return _say(f"changed rule {_shown(rule)} of {group}: peer is {options.to} now")


def add_a_rule(options: argparse.Namespace) -> int:
    world = World(options)
    group = world.one(options.thing, "group")
    permission = {
        "IpProtocol": "tcp",
        "FromPort": options.port,
        "ToPort": options.port,
        "IpRanges": [{"CidrIp": options.cidr}],
    }
    world.ec2(group.region).authorize_security_group_ingress(GroupId=group.id, IpPermissions=[permission])
    return _say(f"opened tcp {options.port} of {group} to {options.cidr}")


def _instance(action: str, word: str) -> Callable[[argparse.Namespace], int]:
    def run(options: argparse.Namespace) -> int:
        world = World(options)
        one = world.one(options.thing, "machine")
        getattr(world.ec2(one.region), action)(InstanceIds=[one.id])
        return _say(f"{word} {one}")

    return run


def kill_machine(options: argparse.Namespace) -> int:
    world = World(options)
    one = world.one(options.thing, "machine")
    ask(world.port, "POST", "kill", {"id": one.id})
    return _say(f"killed {one}; the cloud does not know")


def _rule(world: World, options: argparse.Namespace, *, cidr_only: bool = False) -> tuple[Found, Row]:
    """The group and the rule that are meant: by the rule's id, or the first of the group that fits. Raises Unclear."""
    found = world.one(options.thing, "group", "rule")
    if found.kind == "rule":
        return world.one(found.row["GroupId"], "group"), found.row
    rules = [
        one.row
        for one in world.all("rule")
        if one.row["GroupId"] == found.id
        and one.row["IsEgress"] == options.egress
        and options.port in (None, one.row.get("FromPort"))
        and ("CidrIpv4" in one.row or not cidr_only)
    ]
    if not rules:
        raise Unclear(f"{found} has no {'outbound' if options.egress else 'inbound'} rule like that")
    return found, rules[0]


def _address(world: World, name: str) -> Found:
    """A static address by its own name, or by that of the machine it is on. Raises Unclear."""
    machines = {one.id for one in world.all("machine") if name in (one.id, _name(one))}
    on = [one for one in world.all("address") if one.row.get("InstanceId") in machines]
    return on[0] if len(on) == 1 else world.one(name, "address")


def _name(one: Found) -> str:
    from sandbox.showing import name_of

    return name_of(one.row)


def _shown(rule: Row) -> str:
    peer = rule.get("CidrIpv4") or rule.get("CidrIpv6") or rule.get("ReferencedGroupInfo", {}).get("GroupId")
    ports = f" {rule['FromPort']}-{rule['ToPort']}" if "FromPort" in rule and rule["IpProtocol"] != "-1" else ""
    return f"{rule['SecurityGroupRuleId']} ({'out' if rule['IsEgress'] else 'in'} {rule['IpProtocol']}{ports} {peer})"


def _say(text: str) -> int:
    print(f"drill: {text}")
    return 0
