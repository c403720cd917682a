# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Changing the tunnel: files first, then only what differs in the kernel, so that other links do not notice."""

from __future__ import annotations

import os
from collections.abc import Iterator

from .._mesh.decision import Decision, Running, astray
from .._mesh.wireguard import Interface, Peer
from .shell import run, sysctl_path, write
from .tunnel import FOLDER, SYSCTLS, Seen, persistent

AT_ONCE = 50  # peers per command: a command line has a limit


def make_key(name: str) -> None:
    """Make the node's private key, here, for nobody else to read."""
    os.makedirs(FOLDER, mode=0o700, exist_ok=True)
    write(f"{FOLDER}/{name}.key", run("wg", "genkey"), 0o600)


def apply(decision: Decision, seen: Seen) -> None:
    """Make the tunnel what ``decision`` says. Raises Error; what was done until then shows at the next look."""
    interface = decision.interface
    _write_files(interface, seen)
    for key, value in SYSCTLS.items():
        if seen.sysctls[key] != value:
            with open(sysctl_path(key), "w", encoding="ascii") as file:
                file.write(value)
    unit = f"wg-quick@{interface.name}.service"
    if seen.unit.get("UnitFileState") != "enabled":
        run("systemctl", "enable", unit)
    if seen.running is None or not seen.works_from_boot:
        _start(interface, unit)
    else:
        _adjust(decision, seen, seen.running)


def _write_files(interface: Interface, seen: Seen) -> None:
    changed = [path for path, (text, _mode) in persistent(interface).items() if seen.files[path] != text]
    for path in changed:
        write(path, *persistent(interface)[path])
    if any(path.startswith("/etc/systemd/system/") for path in changed):
        run("systemctl", "daemon-reload")


def _start(interface: Interface, unit: str) -> None:
    # An interface that its unit did not make is in the unit's way. The unit, not wg-quick itself: wireguard-go would
    # keep the output of this session open, and the session would never end.
    if os.path.exists(f"/sys/class/net/{interface.name}"):
        run("ip", "link", "delete", interface.name, fine=(0, 1, 2))
    run("systemctl", "restart", unit)


def _adjust(decision: Decision, seen: Seen, running: Running) -> None:
    wanted, now = decision.interface, running.interface
    name = wanted.name
    for settings in wg_settings(decision, seen, running):
        run("wg", "set", name, *settings)
    if now.mtu != wanted.mtu:
        run("ip", "link", "set", "dev", name, "mtu", str(wanted.mtu))
    gone = [address for address in now.address.split(", ") if address not in (wanted.address, "none")]
    if now.address != wanted.address:
        run("ip", "address", "replace", f"{wanted.address}/32", "dev", name)
    if batch := "".join(route_changes(wanted, running)):
        run("ip", "-4", "-batch", "-", given=batch)
    for address in gone:  # after the routes: they may still have it as their source
        run("ip", "address", "delete", address if "/" in address else f"{address}/32", "dev", name, fine=(0, 2))
    if not running.ruled:
        _rule(wanted)


def wg_settings(decision: Decision, seen: Seen, running: Running) -> Iterator[list[str]]:
    """Arguments of ``wg set``: the interface's, then the peers' that differ, some at a time."""
    wanted, now = decision.interface, running.interface
    own: list[str] = []
    if now.port != wanted.port:
        own += ["listen-port", str(wanted.port)]
    if now.mark != wanted.mark:
        own += ["fwmark", hex(wanted.mark)]
    if running.public_key != seen.public_key:
        own += ["private-key", f"{FOLDER}/{wanted.name}.key"]
    if own:
        yield own
    peers = [["peer", key, "remove"] for key in decision.strangers]  # first: their networks go to others
    peers += [settings for peer in wanted.peers if (settings := _peer_settings(peer, seen, running))]
    for start in range(0, len(peers), AT_ONCE):
        yield [word for settings in peers[start : start + AT_ONCE] for word in settings]


def _peer_settings(peer: Peer, seen: Seen, running: Running) -> list[str]:
    """``wg set`` for one peer; nothing where it is as it should be, so that its session goes on."""
    before = seen.in_file.peer(peer.name) if seen.in_file else None
    theirs = next((other for other in running.interface.peers if other.public_key == peer.public_key), None)
    settings: list[str] = []
    # A roamed endpoint is the better one while it talks; one that the cluster gives anew is the better one at once.
    renewed = before is None or before.endpoint != peer.endpoint
    lost = theirs is None or renewed or astray(peer, theirs, running.ages.get(peer.public_key))
    if peer.endpoint and lost and not (theirs and theirs.endpoint == peer.endpoint):
        settings += ["endpoint", peer.endpoint]
    if theirs is None or theirs.allowed != peer.allowed:
        settings += ["allowed-ips", ",".join(peer.allowed)]
    return ["peer", peer.public_key, *settings] if settings else []


def route_changes(wanted: Interface, running: Running) -> Iterator[str]:
    """Lines for ``ip -batch``: what no link has goes first, since a wrong row may stand where a right one belongs."""
    for route in sorted(set(running.routes) - set(wanted.routes)):
        yield f"route delete {route} table {wanted.table}\n"
    for route in wanted.routes:
        if route not in running.routes:
            yield f"route replace {route} {wanted.route_options}\n"


def _rule(wanted: Interface) -> None:
    # Whatever stands at our place goes; a rule is found by its place only, and there may be several.
    for _attempt in range(16):
        place = run("ip", "-4", "rule", "show", "pref", str(wanted.table))
        if not place.strip():
            break
        run("ip", "-4", "rule", "delete", "pref", str(wanted.table))
    run("ip", "-4", "rule", "add", *wanted.rule.split())
