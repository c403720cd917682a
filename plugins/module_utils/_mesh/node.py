# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What the mesh knows of a node and of itself."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from .._engine.errors import Refused

PORT = 51820


@dataclass(frozen=True)
class Node:
    """One end of links. ``address`` is the cloud's private one and stays; what is None is not known (yet)."""

    name: str
    site: str
    address: str
    public_address: str | None = None
    pods: str | None = None
    public_key: str | None = None
    cloud: str | None = None

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Node:
        """From plain data; what ``*_machines`` returns (``private_address``) does too."""
        address = value.get("address") or value.get("private_address")
        if not address:
            raise Refused(f"node {value.get('name')}: it has no private address, so nothing can be linked to it")
        known = {key: value.get(key) or None for key in ("public_address", "pods", "public_key", "cloud")}
        return cls(name=value["name"], site=value["site"], address=str(address), **known)

    @property
    def networks(self) -> tuple[str, ...]:
        """What lies behind this node: its own address, and its pods when they have a range."""
        return (f"{self.address}/32", *((self.pods,) if self.pods else ()))

    def endpoint(self, seen_from: Node, port: int) -> str | None:
        """Where the other end reaches it: privately within a site, publicly across. None: it has to call first."""
        address = self.address if seen_from.site == self.site else self.public_address
        return f"{address}:{port}" if address else None


@dataclass(frozen=True)
class Mesh:
    """How nodes are linked: ``network.mesh`` of the cluster file, and ``clouds``, those of all its sites.

    What is the same on every node must not hang on who could be read: the sites decide, not the nodes that are known.
    """

    driver: str = "wireguard"
    topology: str = "full"
    port: int = PORT
    clouds: tuple[str, ...] = ()

    @classmethod
    def of(cls, value: Mapping[str, Any] | None) -> Mesh:
        """From plain data. Raises Refused for what nobody has built yet."""
        given = {key: (value or {}).get(key) for key in ("driver", "topology", "port")}
        mesh = cls(**{key: said for key, said in given.items() if said is not None})
        for key, works in (("driver", "wireguard"), ("topology", "full")):
            if getattr(mesh, key) != works:
                raise Refused(f"network.mesh.{key}: {getattr(mesh, key)!r} does not exist yet; use {works!r}")
        return replace(mesh, clouds=tuple((value or {}).get("clouds") or ()))


def refuse_overlaps(networks: Iterable[tuple[str, str]]) -> None:
    """Raise Refused if two of ``(owner, cidr)`` share an address, naming both."""
    ordered = sorted((ipaddress.ip_network(cidr), owner) for owner, cidr in networks)
    for (one, owner), (two, other) in pairwise(ordered):
        if one.overlaps(two):  # sorted by address: who overlaps anything overlaps a neighbour
            raise Refused(
                f"{owner} has {one} and {other} has {two}: they overlap, and a packet cannot go to both; "
                "give one of them another range"
            )
