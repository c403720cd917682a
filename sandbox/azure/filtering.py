# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security rules with priorities and denies, worked out as the traffic that may pass, for allow-only firewalls.

Exact for protocol, port and peer: the first rule that matches decides (learn.microsoft.com/azure/virtual-network/
network-security-group-how-it-works), so each rule takes its share of what no earlier rule took.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sandbox.azure.cidr import Net

WORLD = Net("0.0.0.0/0")
HOST = Net("168.63.129.16/32")  # what AzureLoadBalancer means: probes come from the host's virtual address
PROTOCOLS = ("tcp", "udp", "icmp", "other")


@dataclass(frozen=True)
class Box:
    """Some ports of some peers. Protocols without ports use all of them."""

    low: int
    high: int
    peers: Net


@dataclass(frozen=True)
class Filter:
    """One security rule, seen from one machine in one direction. `protocol` "*" is all."""

    priority: int
    allow: bool
    protocol: str
    boxes: tuple[Box, ...]


Passing = dict[str, list[Box]]
ALL = Box(0, 65535, WORLD)


def passing(filters: Iterable[Filter]) -> Passing:
    """What the rules let pass, per protocol, in boxes that do not overlap."""
    allowed: Passing = {protocol: [] for protocol in PROTOCOLS}
    undecided: Passing = {protocol: [ALL] for protocol in PROTOCOLS}
    for one in sorted(filters, key=lambda one: one.priority):
        for protocol in PROTOCOLS if one.protocol == "*" else (one.protocol,):
            for box in one.boxes:
                if one.allow:
                    allowed[protocol] += meet(undecided[protocol], [box])
                undecided[protocol] = minus(undecided[protocol], box)
    return allowed


def both(one: Passing, other: Passing) -> Passing:
    """What passes two filters, one behind the other."""
    return {protocol: meet(one[protocol], other[protocol]) for protocol in PROTOCOLS}


def meet(one: list[Box], other: list[Box]) -> list[Box]:
    """What is in both."""
    found = []
    for a in one:
        for b in other:
            low, high = max(a.low, b.low), min(a.high, b.high)
            if low <= high and a.peers.overlaps(b.peers):
                found.append(Box(low, high, a.peers if a.peers.subnet_of(b.peers) else b.peers))
    return found


def minus(boxes: list[Box], cut: Box) -> list[Box]:
    """What is left of boxes without one."""
    left = []
    for box in boxes:
        low, high = max(box.low, cut.low), min(box.high, cut.high)
        if low > high or not box.peers.overlaps(cut.peers):
            left.append(box)
            continue
        if box.low < low:
            left.append(Box(box.low, low - 1, box.peers))
        if high < box.high:
            left.append(Box(high + 1, box.high, box.peers))
        if not box.peers.subnet_of(cut.peers):
            left += [Box(low, high, rest) for rest in box.peers.address_exclude(cut.peers)]
    return left


def outside(nets: list[Net]) -> list[Net]:
    """Everything but these."""
    left = [ALL]
    for net in nets:
        left = minus(left, Box(0, 65535, net))
    return [box.peers for box in left]


def covers(boxes: list[Box], net: Net) -> bool:
    """Whether all ports of a range are in the boxes."""
    left = [Box(0, 65535, net)]
    for box in boxes:
        left = minus(left, box)
    return not left
