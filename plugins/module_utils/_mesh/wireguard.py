# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One WireGuard interface as a value: as text of ``wg-quick``, as routes, and compared with another."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from .._engine.errors import Invalid

NAME = "wg0"
TABLE = 7100  # of our routes, and the place of the rule that leads to it
FIELDS = {"address": "address", "port": "port", "mtu": "MTU", "mark": "mark"}
MARK = 0x100000  # of the outer packets; kube-proxy and portmap use 0x2000, 0x4000 and 0x8000

GOES = "to be removed"
_NAMED = re.compile(r"^# node (\S+)$")
_PAIR = re.compile(r"^(\w+)\s*=\s*(.*?)\s*$")


@dataclass(frozen=True, order=True)
class Peer:
    """The other end of a link. ``endpoint`` None: it calls first. ``allowed`` is what lies behind it."""

    name: str
    public_key: str
    endpoint: str | None
    allowed: tuple[str, ...]

    @classmethod
    def of(cls, name: str, public_key: str, endpoint: str | None, allowed: Iterable[str]) -> Peer:
        """With ``allowed`` in one order, so that comparing stays ``!=``."""
        return cls(name, public_key, endpoint or None, tuple(sorted(set(allowed), key=_by_address)))

    def differences(self, other: Peer, *, endpoint: bool = True) -> list[str]:
        """What ``other`` has and this has not: ``["endpoint 198.51.100.7:51820 -> 198.51.100.9:51820"]``."""
        found = []
        if other.public_key != self.public_key:
            found.append(f"public key {other.public_key[:8]}... -> {self.public_key[:8]}...")
        if endpoint and other.endpoint != self.endpoint:
            found.append(f"endpoint {other.endpoint or 'none'} -> {self.endpoint or 'none'}")
        if other.allowed != self.allowed:
            found.append(f"networks {', '.join(other.allowed) or 'none'} -> {', '.join(self.allowed)}")
        return found


@dataclass(frozen=True)
class Interface:
    """One end of all of a node's links. The private key is not part of it: it never leaves the node."""

    address: str  # of the node; the interface carries it as /32
    port: int
    mtu: int
    peers: tuple[Peer, ...] = ()
    mark: int = MARK
    table: int = TABLE
    name: str = NAME

    def __post_init__(self) -> None:
        object.__setattr__(self, "peers", tuple(sorted(self.peers)))

    def with_peers(self, peers: Iterable[Peer]) -> Interface:
        """The same with other peers."""
        return replace(self, peers=tuple(peers))

    def peer(self, name: str) -> Peer | None:
        """The peer of that name."""
        return next((peer for peer in self.peers if peer.name == name), None)

    @property
    def routes(self) -> tuple[str, ...]:
        """What goes into the tunnel: every network behind a peer."""
        return tuple(sorted({network for peer in self.peers for network in peer.allowed}, key=_by_address))

    @property
    def rule(self) -> str:
        """The rule that leads everything but the outer packets to our table, as ``ip rule`` takes it.

        The outer packets stay out by their mark, so that an endpoint never loops into the tunnel that needs it.
        """
        return f"pref {self.table} not fwmark {self.mark:#x}/{self.mark:#x} lookup {self.table}"

    def text(self) -> str:
        """The file for ``wg-quick``. Sorted by name: equal interfaces have equal files."""
        up = (
            "wg set %i private-key /etc/wireguard/%i.key",
            f"ip -4 rule del pref {self.table} 2>/dev/null || :; ip -4 rule add {self.rule}",
            "ip -4 -batch /etc/wireguard/%i.routes",
        )
        down = f"ip -4 rule del pref {self.table} || :; ip -4 route flush table {self.table} || :"
        lines = [
            "# Written by Pangaea; peers come and go by its module, each under its node's name.",
            "[Interface]",
            f"Address = {self.address}/32",
            f"ListenPort = {self.port}",
            f"MTU = {self.mtu}",
            f"FwMark = {self.mark:#x}",
            "Table = off",
            *(f"PostUp = {command}" for command in up),
            f"PostDown = {down}",
        ]
        for peer in self.peers:
            lines += ["", f"# node {peer.name}", "[Peer]", f"PublicKey = {peer.public_key}"]
            lines += [f"Endpoint = {peer.endpoint}"] if peer.endpoint else []
            lines += [f"AllowedIPs = {', '.join(peer.allowed)}"]
        return "\n".join(lines) + "\n"

    def routes_text(self) -> str:
        """The routes for ``ip -batch``; source is the node's address, whatever other addresses the node has."""
        return "".join(f"route replace {route} {self.route_options}\n" for route in self.routes)

    @property
    def route_options(self) -> str:
        """What every route of ours says after its network."""
        return f"dev {self.name} src {self.address} table {self.table}"

    def differences(self, other: Interface) -> list[str]:
        """Sentences of what is to change in ``other`` to become this; endpoints as they are configured."""
        found = [
            f"{word} {getattr(other, field)} -> {getattr(self, field)}"
            for field, word in FIELDS.items()
            if getattr(other, field) != getattr(self, field)
        ]
        for name in sorted({peer.name for peer in (*self.peers, *other.peers)}):
            mine, theirs = self.peer(name), other.peer(name)
            if mine is None:
                found.append(f"link {name}: {GOES}")
            elif theirs is None:
                found.append(f"link {name}: missing")
            else:
                found += [f"link {name}: {difference}" for difference in mine.differences(theirs)]
        return found

    def compare(self, other: Interface) -> tuple[bool, str]:
        """``(True, "")``, or ``(False, "link azure-fra-gw1: endpoint 198.51.100.7:51820 -> 198.51.100.9:51820")``."""
        found = self.differences(other)
        return not found, found[0] if found else ""


def parse(text: str, name: str = NAME, table: int = TABLE) -> Interface:
    """The interface that ``text`` describes. Raises Invalid when ``Interface.text`` cannot have made it."""
    options: dict[str, str] = {}
    sections: list[dict[str, str]] = []
    named = ""
    for line in text.splitlines():
        if match := _NAMED.match(line):
            named = match[1]
        elif line.strip() == "[Peer]":
            sections.append({"name": named})
            named = ""
        elif match := _PAIR.match(line):
            (sections[-1] if sections else options).setdefault(match[1], match[2])
    try:
        peers = [
            Peer.of(
                section["name"] or section["PublicKey"],  # without a name: by its key, which no node is called
                section["PublicKey"],
                section.get("Endpoint"),
                [network.strip() for network in section.get("AllowedIPs", "").split(",") if network.strip()],
            )
            for section in sections
        ]
        return Interface(
            address=str(ipaddress.ip_interface(options["Address"]).ip),
            port=int(options["ListenPort"]),
            mtu=int(options["MTU"]),
            mark=int(options["FwMark"], 0),
            peers=tuple(peers),
            table=table,
            name=name,
        )
    except (KeyError, ValueError) as error:
        raise Invalid(f"{name}.conf is not one of ours: {type(error).__name__} {error}") from error


def _by_address(network: str) -> tuple[int, int]:
    parsed = ipaddress.ip_network(network)
    return int(parsed.network_address), parsed.prefixlen
