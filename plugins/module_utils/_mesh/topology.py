# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Nodes become links. The rest of the collection asks this value and never works out a peer by itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from .._engine.errors import NotFound, Refused
from .mtu import tunnel_mtu
from .node import Mesh, Node, refuse_overlaps
from .wireguard import Interface, Peer


@dataclass(frozen=True, order=True)
class Link:
    """One tunnel, end to end; ``one`` comes first by name."""

    one: str
    two: str

    def __str__(self) -> str:
        return f"{self.one}--{self.two}"


@dataclass(frozen=True)
class Topology:
    """All nodes and all links between them, sorted by name. Its views are methods."""

    nodes: tuple[Node, ...]
    mesh: Mesh

    @classmethod
    def of(cls, nodes: Iterable[Node], mesh: Mesh) -> Topology:
        """Raises Refused when two nodes have one name, one key or overlapping networks, naming both."""
        found = tuple(sorted(set(nodes), key=lambda node: node.name))
        _refuse_twins(found)
        for node in found:
            if node.pods:
                ipaddress.ip_network(node.pods)
        refuse_overlaps((f"node {node.name}", network) for node in found for network in node.networks)
        return cls(found, mesh)

    @property
    def links(self) -> tuple[Link, ...]:
        """``full``: each node with each other one."""
        return tuple(Link(one.name, two.name) for one, two in combinations(self.nodes, 2))

    @property
    def mtu(self) -> int:
        """Of every tunnel: one interface carries all of a node's links, and both ends must agree."""
        return tunnel_mtu({*self.mesh.clouds, *(node.cloud for node in self.nodes)})

    def node(self, name: str) -> Node:
        """Raises NotFound for a name that is no node."""
        for node in self.nodes:
            if node.name == name:
                return node
        there = ", ".join(node.name for node in self.nodes) or "no nodes"
        raise NotFound(f"node {name} is not in the mesh; it has {there}")

    def peers(self, name: str) -> tuple[Peer, ...]:
        """What the node of that name is linked to. A node whose public key is not known yet is left out."""
        mine = self.node(name)
        return tuple(
            Peer.of(node.name, node.public_key, node.endpoint(mine, self.mesh.port), node.networks)
            for node in self.nodes
            if node.public_key and node.name != name
        )

    def interface(self, name: str) -> Interface:
        """The node's end of its links, as a value."""
        return Interface(self.node(name).address, self.mesh.port, self.mtu, self.peers(name))

    def wireguard(self, name: str) -> str:
        """The node's end of its links, as text; the private key stays on the node."""
        return self.interface(name).text()

    def compare(self, name: str, running: Interface) -> tuple[bool, str]:
        """Whether ``running`` is what the node of that name should have; if not, the first reason."""
        return self.interface(name).compare(running)


def _refuse_twins(nodes: tuple[Node, ...]) -> None:
    names: dict[str, Node] = {}
    keys: dict[str, Node] = {}
    for node in nodes:
        if node.name in names:
            raise Refused(f"node {node.name} is there twice, as {names[node.name]} and as {node}")
        names[node.name] = node
        if node.public_key and node.public_key in keys:
            raise Refused(
                f"nodes {keys[node.public_key].name} and {node.name} have one public key: their machines are copies; "
                "remove /etc/wireguard/wg0.key on one of them and converge"
            )
        if node.public_key:
            keys[node.public_key] = node
