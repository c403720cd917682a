# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The node's tunnel as it is: in its files, in its kernel, and at the next boot."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass, replace
from typing import Any

from .._engine.errors import Error, Invalid, NotFound
from .._mesh.decision import Asked, Decision, Running, decide
from .._mesh.wireguard import NAME, TABLE, Interface, Peer, parse
from .shell import run, sysctl, text_of

FOLDER = "/etc/wireguard"

# The kernel takes the larger of rp_filter at "all" and at an interface, and src_valid_mark if either has it
# (Documentation/networking/ip-sysctl.rst): at "all" they hold for every interface, also one that an image or a later
# package sets to 1. Strict filtering (1) would drop every outer packet: its way back, seen without the mark, is wg0.
SYSCTLS = {"net.ipv4.conf.all.rp_filter": "2", "net.ipv4.conf.all.src_valid_mark": "1"}


def persistent(interface: Interface) -> dict[str, tuple[str, int]]:
    """``{path: (text, mode)}`` of all files that bring the tunnel back at boot."""
    name = interface.name
    return {
        f"{FOLDER}/{name}.conf": (interface.text(), 0o600),
        f"{FOLDER}/{name}.routes": (interface.routes_text(), 0o644),
        # Last of all in name, so that no file of the image has the last word.
        "/etc/sysctl.d/zz-pangaea-mesh.conf": ("".join(f"{key} = {value}\n" for key, value in SYSCTLS.items()), 0o644),
        # systemd-networkd removes rules and routes that it did not make whenever it restarts: networkd.conf(5).
        "/etc/systemd/networkd.conf.d/pangaea.conf": (
            "[Network]\nManageForeignRoutingPolicyRules=no\nManageForeignRoutes=no\n",
            0o644,
        ),
        f"/etc/systemd/system/wg-quick@{name}.service.d/pangaea.conf": ("[Unit]\nBefore=kubelet.service\n", 0o644),
    }


@dataclass(frozen=True)
class Seen:
    """One look at a node. ``files`` are those of ``persistent``, None where one is missing."""

    in_file: Interface | None
    running: Running | None
    public_key: str  # of the key in the node's file; empty: it has none yet
    files: dict[str, str | None]
    sysctls: dict[str, str | None]
    unit: dict[str, str]

    @property
    def works_from_boot(self) -> bool:
        """Whether the interface was made by its unit: only then a restart of the unit replaces it."""
        return self.running is not None and self.unit.get("ActiveState") == "active"


def look(name: str = NAME, table: int = TABLE) -> Seen:
    """Read everything that there is of the tunnel. Raises Error when it cannot know."""
    paths = persistent(Interface("0.0.0.0", 0, 0, name=name, table=table))
    files = {path: text_of(path) for path in paths}
    text = files[f"{FOLDER}/{name}.conf"]
    try:
        in_file = parse(text, name, table) if text else None
    except Invalid:
        in_file = None  # half written, or not ours: it says nothing that could be kept
    return Seen(
        in_file=in_file,
        running=_running(name, table),
        public_key=public_key(name),
        files=files,
        sysctls={key: sysctl(key) for key in SYSCTLS},
        unit=unit_state(f"wg-quick@{name}.service"),
    )


def public_key(name: str = NAME) -> str:
    """The public half of the node's key; empty as long as it has none. The private half goes nowhere."""
    private = text_of(f"{FOLDER}/{name}.key")
    try:
        return run("wg", "pubkey", given=private).strip() if private and private.strip() else ""
    except NotFound:
        return ""


def unit_state(unit: str) -> dict[str, str]:
    """``{"ActiveState": "active", "UnitFileState": "enabled", ...}``; a unit that is not there is inactive."""
    return units_state([unit]).get(unit, {})


def units_state(units: list[str]) -> dict[str, dict[str, str]]:
    """The same for several, with one call."""
    if not units:
        return {}
    text = run("systemctl", "show", "--property=Id,ActiveState,SubState,UnitFileState,LoadState", "--", *units)
    blocks = [dict(line.split("=", 1) for line in block.splitlines() if "=" in line) for block in text.split("\n\n")]
    return dict(zip(units, [block for block in blocks if block], strict=True))


def differences(asked: Asked, seen: Seen) -> Decision:
    """What the links should become, with every reason: file, kernel, settings, boot."""
    decision = decide(asked, seen.in_file, seen.running, seen.public_key)
    found = list(decision.reasons)
    if not seen.public_key:
        found.append("the node has no key yet")
    for path, (text, _mode) in persistent(decision.interface).items():
        told = bool(decision.reasons) and path.startswith(f"{FOLDER}/")  # what differs in there was said already
        if seen.files[path] != text and not told:
            found.append(f"file {path} {'is missing' if seen.files[path] is None else 'has another text'}")
    found += [f"{key} is {value}, not {SYSCTLS[key]}" for key, value in seen.sysctls.items() if value != SYSCTLS[key]]
    if seen.running and not seen.works_from_boot:
        found.append(f"unit wg-quick@{asked.interface.name}.service is {seen.unit.get('ActiveState') or 'not there'}")
    if seen.unit.get("UnitFileState") != "enabled":
        found.append(f"unit wg-quick@{asked.interface.name}.service does not start at boot")
    return replace(decision, reasons=tuple(found))


def own_differences(seen: Seen) -> list[str]:
    """What a node can tell alone: where its kernel, its settings or its boot deviate from its own file."""
    if seen.in_file is None:
        return ["the node has no tunnel yet"]
    return list(differences(Asked(seen.in_file), seen).reasons)


def _running(name: str, table: int) -> Running | None:
    if not os.path.exists(f"/sys/class/net/{name}"):
        return None
    try:
        lines = [line.split("\t") for line in run("wg", "show", name, "dump").splitlines()]
    except Error:
        return None  # not a WireGuard interface, or its wireguard-go died: it has to be made again
    _private, own_key, port, mark = lines[0]
    peers, ages, now = [], {}, time.time()
    for key, _shared, endpoint, allowed, handshake, *_counters in lines[1:]:
        networks = [] if allowed == "(none)" else allowed.split(",")
        peers.append(Peer.of(key, key, None if endpoint == "(none)" else endpoint, networks))
        ages[key] = max(0.0, now - int(handshake)) if int(handshake) else None
    interface = Interface(
        address=_addresses(name),
        port=int(port),
        mtu=int((text_of(f"/sys/class/net/{name}/mtu") or "0").strip()),
        mark=0 if mark == "off" else int(mark, 0),
        peers=tuple(peers),
        name=name,
        table=table,
    )
    return Running(interface, _routes(interface), ages, own_key, ruled(interface))


def _json(*command: str) -> list[dict[str, Any]]:
    text = run("ip", "-4", "-json", *command, fine=(0, 2))  # 2: that table has no route yet
    try:
        found = json.loads(text or "[]")
    except json.JSONDecodeError:
        return []
    return [row for row in found if row]


def _addresses(name: str) -> str:
    """The address that the interface carries as /32; anything else is given as it is, so that it differs."""
    found = [
        str(info["local"]) if info["prefixlen"] == 32 else f"{info['local']}/{info['prefixlen']}"
        for row in _json("address", "show", "dev", name)
        for info in row.get("addr_info", [])
    ]
    return ", ".join(sorted(found)) or "none"


def _routes(interface: Interface) -> tuple[str, ...]:
    """What our table sends into the tunnel from the right source; other rows of it are given as they are."""
    found = []
    for row in _json("route", "show", "table", str(interface.table)):
        right = row.get("dev") == interface.name and row.get("prefsrc") == interface.address and "type" not in row
        network = row["dst"] if "/" in row["dst"] else f"{row['dst']}/32"
        if right:
            found.append("0.0.0.0/0" if row["dst"] == "default" else network)
        else:
            found.append(f"{row.get('type', '')} {row['dst']}".strip())
    return tuple(found)


def ruled(interface: Interface) -> bool:
    """Whether exactly our rule leads to our table, and nothing else stands at its place."""
    mark = hex(interface.mark)
    found = [row for row in _json("rule", "show") if row.get("priority") == interface.table]
    wanted = {"src": "all", "fwmark": mark, "fwmask": mark, "table": str(interface.table)}
    return len(found) == 1 and "not" in found[0] and all(found[0].get(key) == value for key, value in wanted.items())
