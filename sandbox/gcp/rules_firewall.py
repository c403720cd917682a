# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Firewall rules: priorities, allowed or denied, sources and targets.

Source: API reference, "firewalls"; VPC documentation, "VPC firewall rules" (components, priority, protocols and ports).
Firewalls have no fingerprint: the last writer wins.

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/firewalls/insert, vpc/docs/firewalls, vpc/docs/quota.
"""

from __future__ import annotations

import re

from sandbox.gcp import ranges
from sandbox.gcp.call import Call, rule
from sandbox.gcp.errors import invalid, not_implemented, required
from sandbox.gcp.links import check_name
from sandbox.gcp.rules_network import network_of
from sandbox.gcp.store import Row

KNOWN = frozenset({
    "name", "description", "network", "priority", "direction", "disabled", "sourceRanges", "destinationRanges",
    "sourceTags", "targetTags", "allowed.IPProtocol", "allowed.ports", "denied.IPProtocol", "denied.ports",
})  # fmt: skip
PROTOCOLS = ("tcp", "udp", "icmp", "esp", "ah", "sctp", "ipip", "all")
WITH_PORTS = ("tcp", "udp", "sctp", "6", "17", "132")
PORTS = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?")
LOWEST = 65535
MOST = {"sourceTags": 30, "targetTags": 70}  # VPC documentation, "Quotas and limits", per firewall rule
FIXED = ("name", "network", "direction")


@rule("firewalls.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    body = {"network": "global/networks/default", **call.body}
    call.body = body
    network = network_of(call)
    row = _complete({**body, "network": network.row["selfLink"]})
    entry = call.fresh(row)
    call.cloud.quotas.need("FIREWALLS", 1, call.project)
    return call.insert(entry)


@rule("firewalls.patch")
def patch(call: Call) -> Row:
    """Fields that are given replace those that are there."""
    return _change(call, keep=True)


@rule("firewalls.update")
def update(call: Call) -> Row:
    """The whole rule is replaced; what is not given is gone."""
    return _change(call, keep=False)


@rule("firewalls.delete")
def delete(call: Call) -> Row:
    return call.delete(call.target())


def _change(call: Call, *, keep: bool) -> Row:
    call.only(KNOWN)
    entry = call.target()
    call.unchangeable(entry, *FIXED)
    before = entry.row if keep else {key: entry.row[key] for key in (*FIXED, "kind", "id", "creationTimestamp",
                                                                      "selfLink")}  # fmt: skip
    given = {key: value for key, value in call.body.items() if key not in FIXED}
    after = _complete({**before, **given})

    def effect() -> None:
        row = call.cloud.store.edit(entry.path)
        row.clear()
        row.update(after)

    return call.accept(call.verb, (entry.path, entry.row["id"]), effect)


def _complete(row: Row) -> Row:
    """The rule with its defaults. Raises GcpError."""
    row = {"direction": "INGRESS", "priority": 1000, "disabled": False, "logConfig": {"enable": False}, **row}
    if not 0 <= row["priority"] <= LOWEST:
        raise invalid("resource.priority", row["priority"], f"Must be from 0 to {LOWEST}.")
    if bool(row.get("allowed")) == bool(row.get("denied")):
        if not row.get("allowed"):
            raise required("resource.allowed")
        raise invalid("resource.denied", "", "Either 'allowed' or 'denied' can be given, not both.")
    for action in ("allowed", "denied"):
        if row.get(action):
            row[action] = [_traffic(f"resource.{action}[{n}]", one) for n, one in enumerate(row[action])]
        else:
            row.pop(action, None)
    _peers(row)
    return {key: value for key, value in row.items() if value != []}


def _traffic(where: str, one: Row) -> Row:
    protocol = str(one.get("IPProtocol", "")).lower()
    if not protocol:
        raise required(f"{where}.IPProtocol")
    if protocol not in PROTOCOLS and not (protocol.isdigit() and int(protocol) <= 255):
        raise invalid(f"{where}.IPProtocol", protocol, "Must be a protocol's number or one of "
                      f"{', '.join(PROTOCOLS)}.")  # fmt: skip
    ports = one.get("ports", [])
    if ports and protocol not in WITH_PORTS:
        raise invalid(f"{where}.ports", ports[0], f"Ports may only be specified on rules whose protocol is one of "
                      f"[TCP, UDP, SCTP], not {protocol}.")  # fmt: skip
    for number, text in enumerate(ports):
        _port(f"{where}.ports[{number}]", text)
    return {"IPProtocol": protocol, **({"ports": ports} if ports else {})}


def _port(where: str, text: str) -> None:
    met = PORTS.fullmatch(text)
    if met is None:
        raise invalid(where, text, "Must be an integer or a range.")
    low, high = int(met[1]), int(met[2] or met[1])
    if not low <= high <= 65535:
        raise invalid(where, text, "Must be from 0 to 65535, the lower port first.")


def _peers(row: Row) -> None:
    """Sources belong to ingress, destinations to egress; nothing given means everybody."""
    ingress = row["direction"] == "INGRESS"
    ours, others = ("sourceRanges", "destinationRanges") if ingress else ("destinationRanges", "sourceRanges")
    if row.get(others):
        raise not_implemented(f"{others} of a firewall rule for {row['direction']}")
    if not ingress and row.get("sourceTags"):
        raise invalid("resource.sourceTags", row["sourceTags"][0], "Source tags are not supported for EGRESS rules.")
    if not row.get(ours) and not (ingress and row.get("sourceTags")):
        row[ours] = ["0.0.0.0/0"]
    row[ours] = [str(ranges.ipv4(f"resource.{ours}[{n}]", text)) for n, text in enumerate(row.get(ours, []))]
    for name, most in MOST.items():
        tags = row.get(name, [])
        if len(tags) > most:
            raise invalid(f"resource.{name}", f"{len(tags)} tags", f"A rule has at most {most}.")
        for number, tag in enumerate(tags):
            check_name(f"resource.{name}[{number}]", tag)
