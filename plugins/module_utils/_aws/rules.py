# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewall rules as values: what the options ask for, and what a security group holds, in the same words.

A rule is one direction, protocol and range of ports of one firewall, with the networks that it opens to. It is named by
the first three (``nodes-in-udp-51820``), so that one network more or less is an update of that rule.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .._engine.errors import OverQuota
from .quotas import RULES

EVERYWHERE = "0.0.0.0/0"
NODES, CONTROL_PLANE = "nodes", "control_plane"
Permission = dict[str, Any]


class Rule(NamedTuple):
    """``protocol`` is tcp, udp, icmp, a number, or all; ``ports`` is None where the protocol has none, or for all."""

    firewall: str
    direction: str  # in or out
    protocol: str
    ports: tuple[int, int] | None = None

    @property
    def name(self) -> str:
        """``nodes-in-tcp-22``; ports 80 to 90 are ``80-90``."""
        parts = [self.firewall, self.direction, self.protocol]
        if self.ports:
            parts.append("-".join(str(port) for port in sorted(set(self.ports))))
        return "-".join(parts)

    def permission(self, peers: list[str]) -> Permission:
        """What AWS takes, for some of the peers."""
        wanted: Permission = {"IpProtocol": "-1" if self.protocol == "all" else self.protocol}
        if self.ports:
            wanted |= {"FromPort": self.ports[0], "ToPort": self.ports[1]}
        sorts = [_as_peer(peer) for peer in peers]
        for member in dict.fromkeys(kind for kind, _peer in sorts):
            wanted[member] = [value for other, value in sorts if other == member]
        return wanted


def wanted_rules(options: dict[str, Any]) -> dict[str, dict[Rule, list[str]]]:
    """From the options of ``aws_network``: ``{firewall: {rule: sorted networks}}``."""
    found: dict[str, dict[Rule, set[str]]] = {NODES: {}, CONTROL_PLANE: {}}

    def open_to(rule: Rule, cidrs: list[str]) -> None:
        if cidrs:
            found.setdefault(rule.firewall, {}).setdefault(rule, set()).update(cidrs)

    mesh, api = options["mesh_port"], options["api_port"]
    open_to(Rule(NODES, "in", "udp", (mesh, mesh)), [EVERYWHERE])  # the mesh answers no stranger
    open_to(Rule(NODES, "in", "tcp", (22, 22)), options["admin"])
    open_to(Rule(NODES, "in", "all"), options["inside"])
    open_to(Rule(CONTROL_PLANE, "in", "tcp", (api, api)), options["admin"])
    for opening in options["public"]:
        for pool in opening["pools"]:
            for ports in opening["ports"]:
                open_to(Rule(f"pool-{pool}", "in", "tcp", _ports(ports)), opening["cidrs"])
    for firewall in found:
        open_to(Rule(firewall, "out", "all"), [EVERYWHERE])
    return {firewall: {rule: sorted(cidrs) for rule, cidrs in rules.items()} for firewall, rules in found.items()}


def refuse_too_many_rules(wanted: dict[str, dict[Rule, list[str]]], site: str) -> None:
    """Raise OverQuota when a firewall would hold more entries than AWS allows by default. Each network counts."""
    for firewall, rules in wanted.items():
        for direction in ("in", "out"):
            count = sum(len(cidrs) for rule, cidrs in rules.items() if rule.direction == direction)
            if count > (RULES.default or count):
                raise OverQuota(
                    f"firewall/{site}/{firewall} would have {count} entries {direction}, AWS allows {RULES.default} "
                    f"({RULES.name}, {RULES.code}); give fewer or wider networks in access.admin and access.public",
                    quota=RULES.code,
                )


def rules_of(firewall: str, group: dict[str, Any]) -> dict[Rule, list[str]]:
    """What a security group holds: ``{rule: sorted peers}``."""
    found: dict[Rule, set[str]] = {}
    for direction, member in (("in", "IpPermissions"), ("out", "IpPermissionsEgress")):
        for permission in group.get(member, []):
            found.setdefault(_rule(firewall, direction, permission), set()).update(_peers(permission))
    return {rule: sorted(peers) for rule, peers in found.items()}


def _rule(firewall: str, direction: str, permission: Permission) -> Rule:
    protocol = str(permission["IpProtocol"])
    if protocol == "-1" or "FromPort" not in permission:
        return Rule(firewall, direction, "all" if protocol == "-1" else protocol)
    return Rule(firewall, direction, protocol, (permission["FromPort"], permission["ToPort"]))


def _peers(permission: Permission) -> list[str]:
    return [
        *(entry["CidrIp"] for entry in permission.get("IpRanges", [])),
        *(entry["CidrIpv6"] for entry in permission.get("Ipv6Ranges", [])),
        *(entry["GroupId"] for entry in permission.get("UserIdGroupPairs", [])),
        *(entry["PrefixListId"] for entry in permission.get("PrefixListIds", [])),
    ]


def _as_peer(peer: str) -> tuple[str, dict[str, str]]:
    if peer.startswith("sg-"):
        return "UserIdGroupPairs", {"GroupId": peer}
    if peer.startswith("pl-"):
        return "PrefixListIds", {"PrefixListId": peer}
    return ("Ipv6Ranges", {"CidrIpv6": peer}) if ":" in peer else ("IpRanges", {"CidrIp": peer})


def _ports(ports: int | str) -> tuple[int, int]:
    ends = [int(end) for end in str(ports).split("-")]
    return ends[0], ends[-1]
