# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewall rules as a security group holds them."""

from __future__ import annotations

from typing import Any

from .._engine.errors import OverQuota
from .._site.rules import Rule
from .quotas import RULES

Permission = dict[str, Any]


def permission_of(rule: Rule, peers: list[str]) -> Permission:
    """What AWS takes, for some of the peers."""
    wanted: Permission = {"IpProtocol": "-1" if rule.protocol == "all" else rule.protocol}
    if rule.ports:
        wanted |= {"FromPort": rule.ports[0], "ToPort": rule.ports[1]}
    sorts = [_as_peer(peer) for peer in peers]
    for member in dict.fromkeys(kind for kind, _peer in sorts):
        wanted[member] = [value for other, value in sorts if other == member]
    return wanted


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
