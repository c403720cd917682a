# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Edits of the cluster file in place: only the characters that must change do, so comments and layout stay.

A YAML round trip would lay the whole file out anew. Here the parser only says where a value stands in the text.
"""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import Any

from .._engine.errors import Refused
from .document import Document
from .problem import nearest


def set_machines(text: str, pool: str, site: str, machines: int) -> str:
    """The text with as many machines of a pool in a site. Raises Refused when there is no such pool or site.

    What is written is the highest number: numbers that the pool skips in this site do not count as machines.
    """
    data = _data(text)
    _refuse_unknown("pool", pool, data.get("pools") or {})
    _refuse_unknown("site", site, data.get("sites") or {})
    counts = (data["pools"][pool] or {}).get("machines")
    wanted = _highest(machines, _skipped(data["pools"][pool], site))
    if isinstance(counts, dict) and counts.get(site) == wanted:
        return text
    edited = _replaced(text, ("pools", pool, "machines"), site, wanted)
    data["pools"][pool]["machines"] = {**counts, site: wanted} if isinstance(counts, dict) else {}
    if _data(edited) != data:
        place = f"pools.{pool}.machines.{site}"
        raise Refused(f"{place}: cannot be edited in this layout; write {site}: {wanted} there yourself")
    return edited


def write(path: str | Path, text: str) -> None:
    """Replace a file whole or not at all; mode and owner stay, and a link stays a link."""
    target = Path(path).resolve(strict=True)
    before = target.stat()
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with open(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), before.st_mode & 0o7777)
            if (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(file.fileno(), before.st_uid, before.st_gid)
            os.fsync(file.fileno())
        os.replace(name, target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _data(text: str) -> dict[str, Any]:
    document = Document.parse(text)
    if document.problems or not isinstance(document.data, dict):
        raise Refused("the cluster file has mistakes, so it is not edited; `plan` names them")
    return document.data


def _refuse_unknown(kind: str, name: str, known: dict[str, Any]) -> None:
    if name not in known:
        meant = nearest(name, known)
        hint = f"did you mean {meant}?" if meant else f"there is {', '.join(known) or 'none'}"
        raise Refused(f"{name}: is not a {kind} of the cluster file; {hint}")


def _skipped(pool: dict[str, Any], site: str) -> set[int]:
    skip = pool.get("skip") or []
    return set(skip.get(site, []) if isinstance(skip, dict) else skip)


def _highest(machines: int, skipped: set[int]) -> int:
    """The highest number when so many machines are numbered from 1 and some numbers are left out."""
    number = 0
    while machines > 0:
        number += 1
        machines -= number not in skipped
    return number


def _replaced(text: str, path: tuple[str, ...], key: str, value: int) -> str:
    """The text with `key: value` in the mapping at `path`."""
    import yaml

    node: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    for part in path:
        node = next((child for name, child in _pairs(node) if name == part), None)
    if not isinstance(node, yaml.MappingNode):
        return text  # the caller compares, and says so
    for name, child in _pairs(node):
        if name == key:
            return text[: child.start_mark.index] + str(value) + text[child.end_mark.index :]
    if not node.value:
        return text[: node.start_mark.index] + f"{{{key}: {value}}}" + text[node.end_mark.index :]
    last_key, last_value = node.value[-1]
    if node.flow_style:
        end = last_value.end_mark.index
        return f"{text[:end]}, {key}: {value}{text[end:]}"
    # A line of its own below the last one, which keeps its comment.
    newline_after = re.compile(r"\r?\n").search(text, last_value.end_mark.index)
    end = newline_after.start() if newline_after else len(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    added = f"{' ' * last_key.start_mark.column}{key}: {value}"
    return f"{text[:end]}{newline}{added}{text[end:]}"


def _pairs(node: Any) -> list[tuple[str, Any]]:
    return [(name.value, child) for name, child in node.value] if hasattr(node, "value") else []
