# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The mesh as plain data, for filters: lists and dicts in, lists and dicts out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .decision import Asked, merge
from .node import Mesh, Node
from .topology import Topology
from .wireguard import Interface, Peer


def topology_of(nodes: Iterable[Mapping[str, Any]], mesh: Mapping[str, Any] | None) -> Topology:
    """Raises Refused when the nodes cannot be linked."""
    return Topology.of((Node.of(node) for node in nodes), Mesh.of(mesh))


def peers(topology: Topology, name: str) -> list[dict[str, Any]]:
    """``[{"name", "public_key", "endpoint", "allowed"}]``, as the module ``wireguard`` takes them."""
    return [{**vars(peer), "allowed": list(peer.allowed)} for peer in topology.peers(name)]


def tunnel(topology: Topology, name: str, keep: Iterable[str], remove: Iterable[str]) -> dict[str, Any]:
    """All that the role ``wireguard`` wants to know of one node."""
    keyless = {node.name for node in topology.nodes if not node.public_key}
    return {
        "address": topology.node(name).address,
        "port": topology.mesh.port,
        "mtu": topology.mtu,
        "peers": peers(topology, name),
        "keep": sorted({*keep, *keyless} - {name}),
        "remove": sorted(set(remove) - {name}),
    }


def differences(has: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, list[str]]:
    """What ``node_facts_info`` found of ``wireguard``, compared with ``tunnel``: reasons, and what is unexpected."""
    links = [Peer.of(one["name"], one["public_key"], one["endpoint"], one["allowed"]) for one in wanted["peers"]]
    interface = Interface(wanted["address"], wanted["port"], wanted["mtu"], tuple(links))
    there = None
    if has.get("address"):
        linked = [
            Peer.of(name, one["public_key"], one["endpoint"], one["allowed"]) for name, one in has["peers"].items()
        ]
        there = Interface(has["address"], has["port"], has["mtu"], tuple(linked))
    decision = merge(Asked(interface, frozenset(wanted["keep"]), frozenset(wanted["remove"])), there)
    return {"reasons": list(decision.reasons), "unexpected": list(decision.unexpected)}
