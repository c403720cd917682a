# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting and editing what is there, through the cloud's API, as somebody with the right to do so."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from sandbox.client import ask_cloud
from sandbox.drills.cloud import Cloud, Found
from sandbox.drills.find import Unclear, World, where_options
from sandbox.places import AWS, Place

Run = Callable[[argparse.Namespace], int]
# What one call deletes. What is still in use stays, with the cloud's own refusal.
DELETED = ("network", "subnet", "table", "group", "key", "volume", "machine", "interface")


def add(verbs: Any) -> None:
    """Add the verbs of this file."""
    for kind in DELETED:
        _verb(verbs, f"delete-{kind}", _delete(kind), f"delete {'an' if kind[0] in 'aeiou' else 'a'} {kind}")
    held = "NAME: a group, in GCP a network; or a rule"
    _rule_options(_verb(verbs, "delete-rule", delete_rule, f"delete one rule ({held})"))
    edit = _verb(verbs, "edit-rule", edit_rule, f"let another network in by a rule ({held})")
    _rule_options(edit)
    edit.add_argument("--to", default="198.51.100.0/24", help="the rule's new CIDR (default: 198.51.100.0/24)")
    new = _verb(verbs, "add-rule", add_a_rule, "open a port to a network (NAME: a group, in GCP a network)")
    new.add_argument("--port", type=int, default=23)
    new.add_argument("--cidr", default="198.51.100.0/24")
    route = _verb(verbs, "delete-route", delete_route, "delete a route (NAME: a table, in GCP a network; or a route)")
    route.add_argument("--cidr", default="0.0.0.0/0", help="destination (default: 0.0.0.0/0)")
    _verb(verbs, "delete-address", delete_address, "take a static public address off its machine and release it")
    _verb(verbs, "delete-gateway", _delete("gateway"), "detach and delete an internet gateway")
    tag = _verb(verbs, "edit-tag", edit_tag, "set a tag or label of anything, or remove it (GCP: what has no labels "
                "is known by its description, and a key of a machine's metadata stays there)")  # fmt: skip
    tag.add_argument("key")
    tag.add_argument("value", nargs="?", help="without a value the tag is removed")
    tag.add_argument("--kind", help="only of this kind, as machine or volume")
    _verb(verbs, "stop-machine", _power("stopped", on=False), "stop a machine by the API")
    _verb(verbs, "start-machine", _power("started", on=True), "start a stopped machine by the API")
    _verb(verbs, "kill-machine", kill_machine, "kill a machine behind the cloud's back: the API goes on to say it runs")


def _verb(verbs: Any, verb: str, function: Run, text: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = verbs.add_parser(verb, help=text, description=text)
    parser.add_argument("thing", metavar="NAME", help="its name (AWS: its Name tag) or its id")
    where_options(parser, "only there; needed where a name stands in several regions")
    parser.set_defaults(run=function, verb=verb)
    return parser


def _rule_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, help="the rule whose ports begin with this one (default: the first rule)")
    parser.add_argument("--egress", action="store_true", help="an outbound rule")


def _one(options: argparse.Namespace, *kinds: str) -> tuple[Cloud, Found]:
    return World(options).one(options.thing, options.verb, lambda _cloud: kinds)


def _delete(kind: str) -> Run:
    def run(options: argparse.Namespace) -> int:
        cloud, one = _one(options, kind)
        cloud.delete(one)
        return _say(f"deleted {one}")

    return run


def delete_rule(options: argparse.Namespace) -> int:
    cloud, rule, holder = _rule(options)
    cloud.delete(rule)
    return _say(f"deleted rule {rule.id} ({rule.about}) of {holder}")


def edit_rule(options: argparse.Namespace) -> int:
    cloud, rule, holder = _rule(options, cidr_only=True)
    cloud.edit_rule(rule, options.to)
    return _say(f"changed rule {rule.id} ({rule.about}) of {holder}: peer is {options.to} now")


def add_a_rule(options: argparse.Namespace) -> int:
    cloud, holder = World(options).one(options.thing, options.verb, lambda cloud: (cloud.RULES,))
    cloud.add_rule(holder, options.port, options.cidr)
    return _say(f"opened tcp {options.port} of {holder} to {options.cidr}")


def delete_route(options: argparse.Namespace) -> int:
    world = World(options)
    cloud, found = world.one(options.thing, options.verb, lambda cloud: (cloud.ROUTES, "route"))
    held = [one for one in world.all("route") if one.inside == found.id and one.cidr == options.cidr]
    route = found if found.kind == "route" else next(iter(held), None)
    if route is None:
        raise Unclear(f"{found} has no route to {options.cidr}")
    cloud.delete(route)
    return _say(f"deleted route {route.cidr} of {found}")


def delete_address(options: argparse.Namespace) -> int:
    """An address is named by itself, or by the machine it is on."""
    world = World(options)
    machines = {one.id for one in world.all("machine") if one.is_called(options.thing)}
    on = [one for one in world.all("address") if one.on in machines]
    name = on[0].id if len(on) == 1 else options.thing
    cloud, one = world.one(name, options.verb, lambda _cloud: ("address",))
    cloud.release(one)
    return _say(f"took {one.cidr} off {one.on or 'nobody'} and released it: {one}")


def edit_tag(options: argparse.Namespace) -> int:
    world = World(options)
    kinds = tuple(sorted({one.kind for one in world.all()} - {"rule", "route"} | {"rule"}))
    if options.kind is not None and options.kind not in kinds:
        raise Unclear(f"nothing is of the kind {options.kind}; there are: {', '.join(kinds)}")
    cloud, one = world.one(options.thing, options.verb, lambda _cloud: (options.kind,) if options.kind else kinds)
    word = cloud.tag(one, options.key, options.value)
    if options.value is None:
        return _say(f"removed {word} {options.key} of {one}")
    return _say(f"set {word} {options.key}={options.value} of {one}")


def _power(word: str, *, on: bool) -> Run:
    def run(options: argparse.Namespace) -> int:
        cloud, one = _one(options, "machine")
        cloud.power(one, on=on)
        return _say(f"{word} {one}")

    return run


def kill_machine(options: argparse.Namespace) -> int:
    """The fabric is behind all clouds, and asked where the first of them answers."""
    _, one = _one(options, "machine")
    ask_cloud(Place(options.name), AWS, "POST", "kill", {"id": one.key})
    return _say(f"killed {one}; the cloud does not know")


def _rule(options: argparse.Namespace, *, cidr_only: bool = False) -> tuple[Cloud, Found, Found]:
    """The cloud, the rule and its holder: by the rule's own name, or the first of the holder that fits."""
    world = World(options)
    cloud, found = world.one(options.thing, options.verb, lambda cloud: (cloud.RULES, "rule"))
    if found.kind == "rule":
        return cloud, found, next(one for one in world.all(cloud.RULES) if one.id == found.inside)
    rules = [
        one
        for one in world.all("rule")
        if one.inside == found.id
        and one.egress == options.egress
        and options.port in (None, one.port)
        and (one.cidr or not cidr_only)
    ]
    if not rules:
        raise Unclear(f"{found} has no {'outbound' if options.egress else 'inbound'} rule like that")
    return cloud, rules[0], found


def _say(text: str) -> int:
    print(f"drill: {text}")
    return 0
