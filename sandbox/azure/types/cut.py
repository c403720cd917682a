# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cut a types.json of Azure/bicep-types-az: `python -m sandbox.azure.types.cut IN OUT TYPE...`."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path
from typing import Any


def cut(table: list[Any], names: set[str]) -> list[Any]:
    """The elements that the named resource types reach, numbered anew, without descriptions."""
    lower = {name.lower() for name in names}
    roots = [
        number
        for number, entry in enumerate(table)
        if entry["$type"] == "ResourceType" and entry["name"].split("@")[0].lower() in lower
    ]
    if len(roots) != len(lower):
        raise SystemExit(f"{len(lower)} types were named, {len(roots)} are in the file")
    reached: dict[int, int] = {}
    todo = list(roots)
    while todo:
        number = todo.pop()
        if number not in reached:
            reached[number] = len(reached)
            todo += _references(table[number])
    return [_renumbered(table[number], reached) for number in reached]


def _references(part: Any) -> list[int]:
    if isinstance(part, dict):
        if set(part) == {"$ref"}:
            return [_number(part)]
        return [number for inner in part.values() for number in _references(inner)]
    return [number for inner in part for number in _references(inner)] if isinstance(part, list) else []


def _renumbered(part: Any, new: dict[int, int]) -> Any:
    if isinstance(part, dict):
        if set(part) == {"$ref"}:
            return {"$ref": f"#/{new[_number(part)]}"}
        # A text is prose about a type; anything else of that name is a property that is called so.
        kept = {key: inner for key, inner in part.items() if key != "description" or not isinstance(inner, str)}
        return {key: _renumbered(inner, new) for key, inner in kept.items()}
    return [_renumbered(inner, new) for inner in part] if isinstance(part, list) else part


def _number(reference: dict[str, str]) -> int:
    return int(reference["$ref"].rsplit("/", 1)[1])


def main(source: str, target: str, *names: str) -> None:
    """Read, cut, write with gzip, always the same bytes for the same input."""
    smaller = cut(json.loads(Path(source).read_text(encoding="utf-8")), set(names))
    text = json.dumps(smaller, separators=(",", ":")).encode()
    Path(target).write_bytes(gzip.compress(text, mtime=0))


if __name__ == "__main__":
    main(*sys.argv[1:])
