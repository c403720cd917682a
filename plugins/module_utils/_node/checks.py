# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a node is compared with what it should be: one function a kind of expectation, each returning sentences."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from .._engine.errors import Error, Invalid
from .facts import certificates, servers, version
from .shell import run, sysctl, text_of
from .tunnel import Seen, own_differences


@dataclass(frozen=True)
class Look:
    """What was read once for all checks."""

    packages: dict[str, str]
    units: dict[str, dict[str, str]]
    tunnel: Seen


def differences(expect: Mapping[str, Mapping[str, Any]], look: Look) -> dict[str, list[str]]:
    """``{"base": ["package kubelet is 1.34.3, not 1.34.4"], "mesh": []}``. Raises Invalid for an unknown kind."""
    found: dict[str, list[str]] = {}
    for area, wanted in expect.items():
        found[area] = []
        for kind, value in wanted.items():
            if kind not in CHECKS:
                raise Invalid(f"expect.{area}.{kind}: there is no such check; there are {', '.join(sorted(CHECKS))}")
            if value:
                found[area] += CHECKS[kind](value, look)
    return found


def check_packages(wanted: Any, look: Look) -> list[str]:
    """``["nftables"]``, or ``{"kubelet": "1.34.4"}`` where the version matters."""
    found = []
    for name, should in (wanted if isinstance(wanted, dict) else dict.fromkeys(wanted)).items():
        there = look.packages.get(name)
        if there is None:
            found.append(f"package {name} is not installed")
        elif should and should not in (there, version(there)):
            found.append(f"package {name} is {there}, not {should}")
    return found


def check_units(wanted: Any, look: Look) -> list[str]:
    """Names of units that run and start at boot."""
    found = []
    for name in wanted:
        unit = look.units.get(name, {})
        if unit.get("ActiveState") != "active":
            state = unit.get("ActiveState") if unit.get("LoadState") == "loaded" else "not there"
            found.append(f"unit {name} is {state}")
        if unit.get("LoadState") == "loaded" and unit.get("UnitFileState") not in ("enabled", "static", "generated"):
            found.append(f"unit {name} does not start at boot")
    return found


def check_files(wanted: Any, _look: Look) -> list[str]:
    """``{path: sha256}``; None for a file that must not be there."""
    found = []
    for path, should in wanted.items():
        try:
            with open(path, "rb") as file:
                there = hashlib.sha256(file.read()).hexdigest()
        except (FileNotFoundError, NotADirectoryError):
            there = None
        if there != should:
            how = "is missing" if there is None else "should not be there" if should is None else "has another text"
            found.append(f"file {path} {how}")
    return found


def check_sysctls(wanted: Any, _look: Look) -> list[str]:
    """``{"net.ipv4.ip_forward": "1"}``."""
    return [
        f"sysctl {key} is {sysctl(key) or 'not there'}, not {should}"
        for key, should in wanted.items()
        if sysctl(key) != " ".join(str(should).split())
    ]


def check_records(wanted: Any, _look: Look) -> list[str]:
    """``{"/etc/pangaea/node.json": {"pods": "10.128.1.0/24"}}``: keys that a file of JSON has; others may be there."""
    found = []
    for path, should in wanted.items():
        try:
            there = json.loads(text_of(path) or "null")
        except json.JSONDecodeError:
            there = None
        if not isinstance(there, dict):
            found.append(f"file {path} is missing or not JSON")
            continue
        found += [
            f"{key} in {path} is {there.get(key)}, not {value}"
            for key, value in should.items()
            if there.get(key) != value
        ]
    return found


def check_read(wanted: Any, _look: Look) -> list[str]:
    """``{path: sign}``: a service touches its sign when it reads its file, so a younger file was not read yet."""
    found = []
    for path, sign in wanted.items():
        try:
            unread = os.stat(path).st_mtime > os.stat(sign).st_mtime
        except FileNotFoundError:
            unread = os.path.exists(path)  # a missing file is for check_files to say
        if unread:
            found.append(f"file {path} is newer than what runs")
    return found


def check_rules(wanted: Any, _look: Look) -> list[str]:
    """``{"table": "inet pangaea", "file": ..., "loaded": ...}``: whether the kernel has the rules of the last load."""
    try:
        listed = run("nft", "-s", "list", "table", *wanted["table"].split())
    except Error:
        return [f"table {wanted['table']} is not in the kernel"]
    now = hashlib.sha256(((text_of(wanted["file"]) or "") + listed).encode()).hexdigest()
    loaded = (text_of(wanted["loaded"]) or "").split()
    return [] if loaded[:1] == [now] else [f"table {wanted['table']} in the kernel is not that of {wanted['file']}"]


def check_tunnel(wanted: Any, look: Look) -> list[str]:
    """Whether kernel, settings and boot agree with the tunnel's file. Its links are compared by the controller."""
    return own_differences(look.tunnel) if wanted else []


def check_certificates(wanted: Any, _look: Look) -> list[str]:
    """``{"days": 30}``: how long each must still be good."""
    limit = datetime.now(timezone.utc) + timedelta(days=wanted["days"])
    return [
        f"certificate {path} ends at {ends}"
        for path, ends in certificates().items()
        if datetime.fromisoformat(ends) < limit
    ]


def check_paths(wanted: Any, _look: Look) -> list[str]:
    """Paths that must be there, whatever they hold: what a join leaves behind."""
    return [f"{path} is missing" for path in wanted if not os.path.exists(path)]


def check_servers(wanted: Any, _look: Look) -> list[str]:
    """``{"file": path, "servers": {name: address}, "keep": [names]}``: kept ones may be there or not."""
    there = servers(wanted["file"])
    found = [
        f"server {name} is {there.get(name, 'missing')}, not {address}"
        for name, address in wanted["servers"].items()
        if there.get(name) != address
    ]
    allowed = {*wanted["servers"], *wanted.get("keep", [])}
    return found + [f"server {name} is not wanted" for name in sorted(set(there) - allowed)]


CHECKS: dict[str, Callable[[Any, Look], list[str]]] = {
    "packages": check_packages,
    "units": check_units,
    "files": check_files,
    "sysctls": check_sysctls,
    "records": check_records,
    "read": check_read,
    "rules": check_rules,
    "tunnel": check_tunnel,
    "certificates": check_certificates,
    "paths": check_paths,
    "servers": check_servers,
}
