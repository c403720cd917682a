# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewall rules as GCP holds them: one firewall each, for the machines that carry a network tag."""

from __future__ import annotations

from typing import Any

from .._site.rules import NODES, Rule
from .labels import last, name_for

Row = dict[str, Any]
DIRECTIONS = {"in": "INGRESS", "out": "EGRESS"}
TAG = "pangaea"  # before the name of a firewall, in network tags: they mean something within one network only
PRIORITY = 1000  # GCP's own default


def tag_for(firewall: str) -> str:
    """``pangaea-control-plane``: the network tag of machines behind a firewall."""
    return name_for(TAG, firewall)


def gcp_rules(wanted: dict[str, dict[Rule, list[str]]]) -> dict[Rule, list[str]]:
    """``{rule: peers}`` of what GCP must hold: every machine is among the nodes, which says once what may leave."""
    every = ((rule, peers) for rules in wanted.values() for rule, peers in rules.items())
    return {rule: peers for rule, peers in every if rule.direction == "in" or rule.firewall == NODES}


def fields_of(rule: Rule) -> Row:
    """What a firewall of this rule has, but for its peers."""
    ports = "" if rule.ports is None else ":" + "-".join(str(port) for port in sorted(set(rule.ports)))
    return {
        "direction": rule.direction,
        "action": "allow",
        "traffic": [f"{rule.protocol}{ports}"],
        "targets": [tag_for(rule.firewall)],
        "priority": PRIORITY,
        "enabled": True,
    }


def body_of(fields: Row) -> Row:
    """Fields of a state as the API takes them; only those that are given."""
    body: Row = {}
    if "traffic" in fields:
        body["allowed"] = [_traffic(one) for one in fields["traffic"]]
    if "peers" in fields:
        body |= {"sourceTags": [], "sourceServiceAccounts": []} if fields.get("direction", "in") == "in" else {}
        body["sourceRanges" if fields.get("direction", "in") == "in" else "destinationRanges"] = fields["peers"]
    if "targets" in fields:
        body |= {"targetTags": fields["targets"]}
    if "priority" in fields:
        body["priority"] = fields["priority"]
    if "enabled" in fields:
        body["disabled"] = not fields["enabled"]
    return body


def state_of(row: Row) -> Row:
    """What a firewall says, in our words. Whatever it holds besides shows as a difference."""
    ingress = row["direction"] == "INGRESS"
    peers = [
        *row.get("sourceRanges" if ingress else "destinationRanges", []),
        *(f"tag {tag}" for tag in row.get("sourceTags", [])),
        *(f"account {account}" for account in row.get("sourceServiceAccounts", [])),
    ]
    targets = [*row.get("targetTags", []), *(f"account {one}" for one in row.get("targetServiceAccounts", []))]
    return {
        "direction": "in" if ingress else "out",
        "action": "allow" if row.get("allowed") else "deny",
        "traffic": sorted(text for one in row.get("allowed") or row.get("denied") or [] for text in _texts(one)),
        "peers": sorted(peers),
        "targets": sorted(targets),
        "priority": row.get("priority", PRIORITY),
        "enabled": not row.get("disabled", False),
        "network_name": last(row["network"]),
    }


def _texts(one: Row) -> list[str]:
    protocol = str(one["IPProtocol"]).lower()
    return [f"{protocol}:{ports}" for ports in one.get("ports", [])] or [protocol]


def _traffic(text: str) -> Row:
    protocol, _colon, ports = text.partition(":")
    return {"IPProtocol": protocol, **({"ports": [ports]} if ports else {})}
