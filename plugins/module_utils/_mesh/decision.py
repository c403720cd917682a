# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a node's links should become, given what was asked for, what its file says and what its kernel runs."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from .._engine.errors import Refused
from .wireguard import FIELDS, GOES, Interface, Peer

# WireGuard makes a new session key every 120 s while it has anything to send, and gives an old one up after 180 s
# (REJECT_AFTER_TIME, whitepaper section 6.1): a link without a handshake for longer carries nothing.
SILENT_AFTER = 180


@dataclass(frozen=True)
class Asked:
    """What the cluster wants of one node. Every entry carries the name of a node.

    ``keep``: nodes that could not be read in this run; what is known of them stays. ``remove``: nodes that leave.
    A peer that is in none of the three stays, too: nothing goes because a list is shorter.
    """

    interface: Interface
    keep: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if both := sorted(self.remove & {peer.name for peer in self.interface.peers}):
            raise Refused(f"{', '.join(both)}: both wanted and to be removed; name it in one list only")


@dataclass(frozen=True)
class Running:
    """What the kernel runs, and the seconds since each peer (by public key) last shook hands; None: never."""

    interface: Interface
    routes: tuple[str, ...]
    ages: Mapping[str, float | None] = field(default_factory=dict)
    public_key: str = ""
    ruled: bool = True  # whether the rule that leads to our table is there, once


@dataclass(frozen=True)
class Decision:
    """The whole of what should be, why it is not, and which links nobody asked for."""

    interface: Interface
    reasons: tuple[str, ...]
    unexpected: tuple[str, ...]
    strangers: tuple[str, ...] = ()  # public keys in the kernel that no node has: to be removed


def merge(asked: Asked, in_file: Interface | None) -> Decision:
    """What the file should say, and why it does not. Raises Refused when a kept link is in a wanted one's way."""
    reasons: list[str] = []
    kept, unexpected = _kept(asked, in_file, reasons)
    wanted = [_completed(peer, in_file) for peer in asked.interface.peers]
    final = asked.interface.with_peers((*wanted, *kept))
    if in_file is None:
        return Decision(final, (f"{final.name}.conf is not there", *reasons), tuple(unexpected))
    # What goes has its reason already, a better one.
    differ = [reason for reason in final.differences(in_file) if not reason.endswith(GOES)]
    return Decision(final, (*differ, *reasons), tuple(unexpected))


def decide(asked: Asked, in_file: Interface | None, running: Running | None, public_key: str) -> Decision:
    """What ``merge`` says, and what the kernel runs other than its file says."""
    merged = merge(asked, in_file)
    final, reasons, unexpected = merged.interface, list(merged.reasons), list(merged.unexpected)
    if running is None:
        return replace(merged, reasons=(*reasons, f"interface {final.name} is not there"))
    strangers = _strangers(final, running)
    known = {peer.public_key for peer in in_file.peers} if in_file else set()
    nameless = [key for key in strangers if key not in known]
    if asked.keep or in_file is None:  # it may be the key of a node that could not be read
        unexpected += [f"key {key[:8]}..." for key in nameless]
        strangers = [key for key in strangers if key in known]
    else:
        reasons += [f"link with key {key[:8]}...: no node has that key" for key in nameless]
    reasons += not_running(in_file or final, running, public_key)
    return Decision(final, tuple(reasons), tuple(unexpected), tuple(strangers))


def not_running(wanted: Interface, running: Running, public_key: str) -> list[str]:
    """Sentences of what ``wanted`` says and the kernel does not run.

    An endpoint that roamed while the link talks is as it should be; one that roamed and fell silent is not.
    """
    found = [
        f"{word} in the kernel is {getattr(running.interface, name)}, not {getattr(wanted, name)}"
        for name, word in FIELDS.items()
        if getattr(running.interface, name) != getattr(wanted, name)
    ]
    if public_key and running.public_key != public_key:
        found.append("the interface runs with another private key than that of the node's file")
    by_key = {peer.public_key: peer for peer in running.interface.peers}
    for peer in wanted.peers:
        theirs = by_key.get(peer.public_key)
        if theirs is None:
            found.append(f"link {peer.name}: not in the kernel")
            continue
        if theirs.allowed != peer.allowed:
            found.append(f"link {peer.name}: networks in the kernel are {', '.join(theirs.allowed) or 'none'}")
        if astray(peer, theirs, running.ages.get(peer.public_key)):
            found.append(f"link {peer.name}: silent, and its endpoint in the kernel is {theirs.endpoint or 'none'}")
    found += [f"route {route}: missing" for route in sorted(set(wanted.routes) - set(running.routes))]
    found += [f"route {route}: no link has it" for route in sorted(set(running.routes) - set(wanted.routes))]
    if not running.ruled:
        found.append(f"the rule at {wanted.table} is not {wanted.rule!r}")
    return found


def astray(peer: Peer, running: Peer, age: float | None) -> bool:
    """Whether the kernel sends to another endpoint than the configured one, and nobody answers there."""
    return bool(peer.endpoint) and running.endpoint != peer.endpoint and (age is None or age > SILENT_AFTER)


def _kept(asked: Asked, in_file: Interface | None, reasons: list[str]) -> tuple[list[Peer], list[str]]:
    """Links of the file that nobody asked for and that stay, and the names of those that are not in ``keep`` either."""
    kept, unexpected = [], []
    for peer in in_file.peers if in_file else ():
        if asked.interface.peer(peer.name):
            continue
        if peer.name in asked.remove:
            reasons.append(f"link {peer.name}: removed, its node left")
        elif (heir := _heir(peer, asked.interface)) is None:
            kept.append(peer)
            unexpected += [] if peer.name in asked.keep else [peer.name]
        elif peer.name in asked.keep:
            raise Refused(
                f"link {peer.name} has the key or a network of {heir.name}, and {peer.name} could not be read: "
                "which of them is right is not known; converge again when it answers"
            )
        else:
            reasons.append(f"link {peer.name}: removed, what lay behind it belongs to {heir.name} now")
    return kept, unexpected


def _heir(peer: Peer, wanted: Interface) -> Peer | None:
    """The wanted peer that now has the key or a network of ``peer``: WireGuard gives each of them to one peer only."""
    mine = [ipaddress.ip_network(network) for network in peer.allowed]
    for other in wanted.peers:
        theirs = (ipaddress.ip_network(network) for network in other.allowed)
        if other.public_key == peer.public_key or any(one.overlaps(two) for one in theirs for two in mine):
            return other
    return None


def _completed(peer: Peer, in_file: Interface | None) -> Peer:
    """Unknown is not absent: what this run does not know of a link stays as it is configured.

    A stopped machine has no public address; a machine that lost its tag has no pod range, though its pods live on.
    """
    before = in_file.peer(peer.name) if in_file else None
    if before is None:
        return peer
    ranges = [network for network in before.allowed if not network.endswith("/32")]
    unknown = all(network.endswith("/32") for network in peer.allowed)
    allowed = (*peer.allowed, *ranges) if unknown else peer.allowed
    return Peer.of(peer.name, peer.public_key, peer.endpoint or before.endpoint, allowed)


def _strangers(final: Interface, running: Running) -> list[str]:
    wanted = {peer.public_key for peer in final.peers}
    return sorted(peer.public_key for peer in running.interface.peers if peer.public_key not in wanted)
