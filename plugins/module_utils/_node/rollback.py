# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""A change that is not confirmed undoes itself: the way back is written and its timer set before anything changes."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator

from .._mesh.decision import Running
from .._mesh.wireguard import Interface
from .shell import run, sysctl_path, write
from .tunnel import FOLDER, Seen, persistent, unit_state

UNIT = "pangaea-rollback"
SCRIPT = "/var/lib/pangaea/rollback"


def arm(seen: Seen, name: str, table: int, seconds: int) -> None:
    """Let the node go back to ``seen`` in ``seconds``, unless somebody stops the timer ``pangaea-rollback.timer``."""
    write(SCRIPT, script(seen, name, table), 0o700)
    run(
        "systemd-run",
        f"--unit={UNIT}",
        f"--on-active={seconds}",
        "--timer-property=AccuracySec=1s",
        "--collect",  # a way back that failed must not be in the way of the next one
        f"--description=Undo the change of the tunnel {name}, which nobody confirmed",
        SCRIPT,
    )


def armed() -> bool:
    """Whether a change of an earlier run still waits for its confirmation."""
    return unit_state(f"{UNIT}.timer").get("ActiveState") == "active"


def undo() -> None:
    """Go back now: the run that made the change did not live to confirm it."""
    run("systemctl", "stop", f"{UNIT}.timer", fine=(0, 5))
    if os.path.exists(SCRIPT):
        run(SCRIPT)


def script(seen: Seen, name: str, table: int) -> str:
    """A shell script that brings files, settings and kernel back to ``seen``. It holds no private key."""
    lines = ["#!/bin/sh", f"# Brings the tunnel {name} back to what it was; the timer {UNIT} runs it."]
    unit = f"wg-quick@{name}.service"
    if seen.running is None:  # before its files go: the unit needs them to stop
        lines += [f"systemctl stop {unit}", f"ip link delete {name} 2>/dev/null"]
        lines.append(f"while ip -4 rule delete pref {table} 2>/dev/null; do :; done")
    for path, text in seen.files.items():
        lines += _file(path, text, name)
    for key, value in seen.sysctls.items():
        if value is not None:
            lines.append(f"echo {shlex.quote(value)} > {sysctl_path(key)}")
    if seen.unit.get("UnitFileState") != "enabled":
        lines.append(f"systemctl disable {unit}")
    lines.append("systemctl daemon-reload")
    if seen.running is not None:
        lines += _kernel(seen.running, name, table, unit)
    return "\n".join([*lines, "exit 0"]) + "\n"


def _file(path: str, text: str | None, name: str) -> Iterator[str]:
    if text is None:
        yield f"rm -f {path}"
        return
    mode = persistent(Interface("0.0.0.0", 0, 0, name=name))[path][1]
    yield f"printf %s {shlex.quote(text)} > {path}.new && chmod {mode:o} {path}.new && mv {path}.new {path}"


def _kernel(running: Running, name: str, table: int, unit: str) -> Iterator[str]:
    interface = running.interface
    yield f"[ -e /sys/class/net/{name} ] || systemctl restart {unit}"
    # As text for wg itself, that is with the roamed endpoints of now; wg changes only what differs.
    yield f"wg syncconf {name} /dev/stdin <<END"
    yield f"[Interface]\nPrivateKey = $(cat {FOLDER}/{name}.key)"
    yield f"ListenPort = {interface.port}\nFwMark = {interface.mark:#x}"
    for peer in interface.peers:
        yield f"[Peer]\nPublicKey = {peer.public_key}"
        if peer.endpoint:
            yield f"Endpoint = {peer.endpoint}"
        if peer.allowed:
            yield f"AllowedIPs = {', '.join(peer.allowed)}"
    yield "END"
    yield f"ip link set dev {name} mtu {interface.mtu}"
    if interface.address != "none":
        yield f"ip -4 address flush dev {name}"
        yield from (f"ip address replace {one} dev {name}" for one in interface.address.split(", "))
    yield f"while ip -4 rule delete pref {table} 2>/dev/null; do :; done"
    if running.ruled:
        yield f"ip -4 rule add {interface.rule}"
    yield f"ip -4 route flush table {table} 2>/dev/null"
    for route in running.routes:
        source = "" if interface.address == "none" else f" src {interface.address.split(', ')[0].split('/')[0]}"
        typed = " " in route  # "unreachable 10.0.0.0/8": it names no device
        yield f"ip -4 route replace {route} {'' if typed else f'dev {name}{source} '}table {table}"
