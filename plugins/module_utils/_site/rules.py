# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewall rules as values: what a cluster asks for, in words that every cloud's own rules are compared in.

A rule is one direction, protocol and range of ports of one firewall, with the networks that it opens to. It is named by
the first three (``nodes-in-udp-51820``), so that one network more or less is an update of that rule.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from .._engine.errors import Refused

EVERYWHERE = "0.0.0.0/0"
NODES, CONTROL_PLANE = "nodes", "control_plane"


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


def wanted_rules(options: dict[str, Any]) -> dict[str, dict[Rule, list[str]]]:
    """From the options of a network module: ``{firewall: {rule: sorted networks}}``."""
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


def _ports(ports: int | str) -> tuple[int, int]:
    ends = [int(end) for end in str(ports).split("-")]
    return ends[0], ends[-1]


def refuse_to_lock_out_the_caller(options: dict[str, Any]) -> None:
    """Raise Refused when the address that a run comes from is known and ``admin`` does not let it in."""
    caller, admin = options["caller_address"], options["admin"]
    if caller and not any(ip_address(caller) in ip_network(cidr) for cidr in admin):
        raise Refused(
            f"this run comes from {caller}, which is not in access.admin ({', '.join(admin) or 'empty'}): it could "
            "not reach the machines by ssh; add it there, or run from an address that is in it"
        )
