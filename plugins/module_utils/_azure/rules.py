# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewall rules as a network security group holds them.

An interface has one group, and what passes it must pass the subnet's too, so groups cannot add up as they do elsewhere:
each of ours holds the rules of all nodes beside its own. The last one denies what Azure lets in by itself, from
networks that are peered or routed to ours (tag VirtualNetwork).
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any

from .._engine.errors import OverQuota
from .._engine.resource import State
from .._site.rules import EVERYWHERE, NODES, Rule
from .quotas import PREFIXES, RULES

Row = dict[str, Any]
FIRST, LAST = 100, 4096  # priorities that a rule may have; the lowest decides
WORDS = {"all": "*", "tcp": "Tcp", "udp": "Udp", "icmp": "Icmp"}
DENY = "in-deny"
Wanted = dict[str, dict[str, State]]


def wanted_states(rules: dict[str, dict[Rule, list[str]]]) -> Wanted:
    """``{firewall: {name of a rule: state}}`` from what the cluster asks for."""
    found: Wanted = {}
    for firewall, own in rules.items():
        together: dict[Rule, set[str]] = {}
        for rule, peers in [*rules[NODES].items(), *own.items()]:
            together.setdefault(rule._replace(firewall=firewall), set()).update(peers)
        named = {_short(rule): _allow(rule, peers) for rule, peers in together.items()}
        found[firewall] = {**named, DENY: _state("deny", "in", "all", "*", [EVERYWHERE]) | {"priority": LAST}}
    return found


def refuse_too_many_rules(wanted: Wanted, site: str) -> None:
    """Raise OverQuota when a firewall would hold more than Azure allows."""
    for firewall, rules in wanted.items():
        count = sum(len(rule["peers"]) for rule in rules.values())
        if len(rules) > RULES or count > PREFIXES:
            raise OverQuota(
                f"firewall/{site}/{firewall} would have {len(rules)} rules with {count} networks, Azure allows {RULES} "
                f"and {PREFIXES}; give fewer or wider networks in access.admin and access.public",
                quota="SecurityRulesPerNetworkSecurityGroup",
            )


def state_of(row: Row) -> State:
    """What a rule does, in the words of ``wanted_states``, with its priority."""
    rule = row["properties"]
    way = "in" if rule["direction"] == "Inbound" else "out"
    near, far = ("destination", "source") if way == "in" else ("source", "destination")
    protocol = "all" if rule["protocol"] == "*" else rule["protocol"].lower()
    ports, peers = _values(rule, "destinationPortRange"), sorted(map(_everywhere, _values(rule, f"{far}AddressPrefix")))
    state = _state(rule["access"].lower(), way, protocol, ",".join(ports), peers)
    state["from_ports"] = ",".join(_values(rule, "sourcePortRange"))
    state["to"] = sorted(map(_everywhere, _values(rule, f"{near}AddressPrefix")))
    return {**state, "priority": rule["priority"]}


def body_of(state: State, priority: int) -> Row:
    """The properties of a rule as Azure takes them: one value in the singular, several in the plural."""
    inward = state["direction"] == "in"
    far, near = ("source", "destination") if inward else ("destination", "source")
    peers = ["*" if peer == EVERYWHERE else peer for peer in state["peers"]]
    many = {f"{far}AddressPrefix": peers[0]} if len(peers) == 1 else {f"{far}AddressPrefixes": peers}
    return {
        "direction": "Inbound" if inward else "Outbound",
        "access": state["access"].capitalize(),
        "protocol": WORDS[state["protocol"]],
        "priority": priority,
        "sourcePortRange": "*",
        "destinationPortRange": state["ports"],
        f"{near}AddressPrefix": "*",
        **many,
    }


class Priorities:
    """Which priority each rule of one firewall gets: the one that it has, else the lowest that is free.

    The order of ours does not matter, but for the last one: all others allow. So it is no part of a plan.
    """

    def __init__(self, present: dict[str, State]) -> None:
        self._given = {(state["direction"], state["priority"]): name for name, state in present.items()}

    def of(self, name: str, state: State) -> int:
        """Give one out. Not safe in several threads: the caller holds the lock of the firewall."""
        way = state["direction"]
        has = (number for (other, number), owner in self._given.items() if (other, owner) == (way, name))
        free = (number for number in range(FIRST, LAST) if (way, number) not in self._given)
        wanted = state.get("priority")
        number = int(wanted or next((one for one in has if one < LAST), 0) or next(free))
        self._given[way, number] = name
        return number


def without_overlaps(peers: Iterable[str]) -> list[str]:
    """Networks that are in others are left out: Azure refuses OverlappingSubnetsNotPermittedInSecurityRule."""
    networks = [ip_network(peer) for peer in peers]
    old = collapse_addresses(net for net in networks if isinstance(net, IPv4Network))
    new = collapse_addresses(net for net in networks if isinstance(net, IPv6Network))
    return sorted(map(str, [*old, *new]))


def _short(rule: Rule) -> str:
    return rule.name.removeprefix(f"{rule.firewall}-")


def _allow(rule: Rule, peers: Iterable[str]) -> State:
    ports = "-".join(str(port) for port in sorted(set(rule.ports))) if rule.ports else "*"
    return _state("allow", rule.direction, rule.protocol, ports, without_overlaps(peers))


def _state(access: str, direction: str, protocol: str, ports: str, peers: list[str]) -> State:
    to = {"from_ports": "*", "to": [EVERYWHERE]}
    return {"access": access, "direction": direction, "protocol": protocol, "ports": ports, "peers": peers, **to}


def _values(rule: Row, one: str) -> list[str]:
    many = f"{one}es" if one.endswith("Prefix") else f"{one}s"
    return [rule[one]] if rule.get(one) else list(rule.get(many) or [])


def _everywhere(peer: str) -> str:
    return EVERYWHERE if peer in ("*", EVERYWHERE) else peer
