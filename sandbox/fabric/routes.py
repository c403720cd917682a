# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, routing rules and routes of one router and of the internet, as entries that can be compared.

Pure. An entry is (namespace part, add command, delete command): `changes` turns two tables of entries into
what `ip -batch` must do. A subnet's own table decides first; what it calls local falls through to the main
table, which knows every machine that is there and nothing else.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Mapping

from sandbox.fabric import addresses
from sandbox.fabric.view import View
from sandbox.fabric.world import Route, Subnet

FIRST_TABLE = 101
_RULE_PREFERENCE = 1000


@dataclasses.dataclass(frozen=True)
class Entry:
    """How `ip` sets one thing, and how it takes it away. Setting it again over another value replaces it."""

    add: str
    delete: str


Entries = Mapping[str, Entry]


def changes(before: Entries, after: Entries) -> tuple[list[str], list[str]]:
    """(commands that take away, commands that set), for `ip -batch`."""
    gone = [entry.delete for key, entry in before.items() if key not in after]
    new = [entry.add for key, entry in after.items() if before.get(key) != entry]
    return gone, new


def router(view: View, tables: Mapping[str, int]) -> dict[str, Entry]:
    """Everything a router has: {"address 10.64.0.1": ..., "route 101 0.0.0.0/0": ...}."""
    entries: dict[str, Entry] = {}
    own = dict.fromkeys([addresses.METADATA, *view.resolvers])
    for address in (*own, *(addresses.gateway(subnet.cidr) for subnet in view.network.subnets)):
        what = f"{address}/32 dev lo"
        entries[f"address {address}"] = Entry(f"address replace {what}", f"address delete {what}")
    entries["route main default"] = _route("main", "0.0.0.0/0", "blackhole", "")
    resolver = f"{addresses.RESOLVER}/32"
    entries["route main resolver"] = _route("main", resolver, "", f"via {addresses.TRANSIT_INTERNET} dev wan onlink")
    for port in view.live:
        target = f"{port.machine.private_address}/32"
        entries[f"route main {target}"] = _route("main", target, "", f"dev {port.interface}")
    for subnet in view.network.subnets:
        number = tables[subnet.key]
        rule = f"pref {_RULE_PREFERENCE + number} fwmark {number} table {number}"
        entries[f"rule {number}"] = Entry(f"rule add {rule}", f"rule delete {rule}")
        entries |= _subnet(view, subnet, number)
    return entries


def _subnet(view: View, subnet: Subnet, number: int) -> dict[str, Entry]:
    """A subnet's own table. What it does not name goes nowhere."""
    ways = {"0.0.0.0/0": ("blackhole", "")}
    for route in subnet.routes:
        ways[str(ipaddress.IPv4Network(route.cidr))] = _way(view, route)
    table = str(number)
    return {f"route {table} {cidr}": _route(table, cidr, kind, via) for cidr, (kind, via) in ways.items()}


def _way(view: View, route: Route) -> tuple[str, str]:
    """(kind, path) as `ip route` says it."""
    if route.target == "local":
        return "throw", ""
    if route.target == "internet":
        return "", f"via {addresses.TRANSIT_INTERNET} dev wan onlink"
    if route.target.startswith("machine:"):
        key = route.target.removeprefix("machine:")
        for port in view.live:
            if port.machine.key == key:
                return "", f"via {port.machine.private_address} dev {port.interface} onlink"
    return "blackhole", ""  # asked for, or towards a machine that is not there


def internet(ways: Mapping[str, tuple[str, str]]) -> dict[str, Entry]:
    """Routes of the internet: {"198.18.1.7": (interface to its router, the router's transit address)}."""
    entries = {}
    for address, (interface, transit) in ways.items():
        path = f"via {transit} dev {interface} onlink src {addresses.RUNNER}"
        entries[f"route main {address}"] = _route("main", f"{address}/32", "", path)
    return entries


def _route(table: str, cidr: str, kind: str, path: str) -> Entry:
    # "replace" finds the old one by table, range and metric, whatever its kind, so nothing is lost on the way.
    return Entry(f"route replace {kind} {cidr} {path} table {table}", f"route delete {cidr} table {table}")
