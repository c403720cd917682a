# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Firewall rules with priorities and denials as the allow-only rules of the fabric: what is left of each allowance.

Each rule is boxes of protocol x ports x peers. In the order of their priority (a denial first among equals), a box
that is allowed keeps what no denial before it took. Pure.

Source: VPC documentation, "VPC firewall rules" (priority; implied rules: everything out, nothing in).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from sandbox.fabric.world import Rule
from sandbox.gcp.store import Row

Range = ipaddress.IPv4Network
EVERYBODY = (Range("0.0.0.0/0"),)
NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp"}
SPOKEN = ("tcp", "udp", "icmp")
LAST = 65535
Ports = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """Traffic of one protocol (or "all"), one span of ports, some peers."""

    protocol: str
    ports: Ports
    peers: tuple[Range, ...]


def rules(firewalls: Iterable[Row], direction: str, tags: set[str], members: Callable[[str], list[str]]) -> list[Rule]:
    """What a machine with these tags may receive ("INGRESS") or send ("EGRESS").

    `members` gives the private addresses of the machines with a tag.
    """
    mine = [row for row in firewalls if _applies(row, direction, tags)]
    denied: list[Box] = []
    found: list[Rule] = []
    for row in sorted(mine, key=lambda row: (row["priority"], "denied" not in row)):
        boxes = list(_boxes(row, direction, members))
        if "denied" in row:
            denied += boxes
        else:
            found += [_rule(left) for box in boxes for left in _left(box, denied)]
    if direction == "EGRESS":
        found += [_rule(left) for left in _left(Box("all", (0, LAST), EVERYBODY), denied)]
    return list(dict.fromkeys(found))


def _applies(row: Row, direction: str, tags: set[str]) -> bool:
    targets = row.get("targetTags")
    return row["direction"] == direction and not row["disabled"] and (not targets or bool(tags & set(targets)))


def _boxes(row: Row, direction: str, members: Callable[[str], list[str]]) -> Iterator[Box]:
    """The protocols that no machine here speaks are left out."""
    peers = [Range(text) for text in row.get("sourceRanges" if direction == "INGRESS" else "destinationRanges", [])]
    peers += [Range(address) for tag in row.get("sourceTags", []) for address in members(tag)]
    whole = tuple(ipaddress.collapse_addresses(peers))
    for traffic in row.get("denied") or row["allowed"]:
        protocol = NUMBERS.get(traffic["IPProtocol"], traffic["IPProtocol"])
        if not whole or protocol not in ("all", *SPOKEN):
            continue
        for text in traffic.get("ports", [f"0-{LAST}"]):
            low, _, high = text.partition("-")
            yield Box(protocol, (int(low), int(high or low)), whole)


def _left(box: Box, denied: list[Box]) -> list[Box]:
    left = [box]
    for denial in denied:
        left = [rest for one in left for rest in _without(one, denial)]
    return left


def _without(box: Box, denial: Box) -> list[Box]:
    """A box less another, as boxes that do not overlap."""
    if box.protocol == "all" and denial.protocol != "all":
        parts = [replace(box, protocol=protocol) for protocol in SPOKEN]
        return [rest for part in parts for rest in _without(part, denial)]
    if denial.protocol not in ("all", box.protocol):
        return [box]
    untouched = _difference(box.peers, denial.peers)
    common = _difference(box.peers, untouched)
    found = [replace(box, peers=untouched)] if untouched else []
    low, high = box.ports
    spans = [(low, min(high, denial.ports[0] - 1)), (max(low, denial.ports[1] + 1), high)]
    return found + [replace(box, ports=span, peers=common) for span in spans if common and span[0] <= span[1]]


def _difference(some: Iterable[Range], others: Iterable[Range]) -> tuple[Range, ...]:
    left = list(some)
    for other in others:
        left = [rest for one in left for rest in _cut(one, other)]
    return tuple(ipaddress.collapse_addresses(left))


def _cut(one: Range, other: Range) -> Iterable[Range]:
    if not one.overlaps(other):
        return [one]
    return [] if one.subnet_of(other) else one.address_exclude(other)


def _rule(box: Box) -> Rule:
    ports = box.ports if box.protocol in ("tcp", "udp") and box.ports != (0, LAST) else None
    return Rule(box.protocol, ports, tuple(map(str, box.peers)))  # type: ignore[arg-type]
