# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies against the official resource types: what a request must and may hold, and what an answer does.

Flags of a property are bits: 1 required, 2 read-only, 4 write-only, 8 fixed at deployment
(Azure/bicep-types, docs/types.md). A request's read-only parts are not judged: ARM ignores them, and so do we.
"""

from __future__ import annotations

import functools
import gzip
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.azure.own_types import TABLE

REQUIRED, READ_ONLY, WRITE_ONLY = 1, 2, 4
IN_URL = frozenset({"id", "name", "type", "apiVersion", "etag"})  # of a resource: sent back by clients, and ignored
ALWAYS_ANSWERED = ("id", "name", "type")
FILES = ("network-2025-07-01.json.gz", "compute-2025-04-01.json.gz")
# Enumerations that the types leave open, and that ARM closes: an unknown word is refused (the REST reference of each
# kind, below learn.microsoft.com/rest/api/azure).
CLOSED = frozenset({
    "access", "direction", "protocol", "nextHopType", "publicIPAllocationMethod", "publicIPAddressVersion",
    "privateIPAllocationMethod", "privateIPAddressVersion", "deleteOption", "createOption", "storageAccountType",
    "priority", "evictionPolicy", "tier",
})  # fmt: skip
# Words that a request may write in any case: az writes "fromImage" to all the world.
ANY_CASE = frozenset({"createOption"})
Table = list[dict[str, Any]]


@dataclass(frozen=True)
class Breach:
    """One rule broken at one place. `rule`: type, required, unknown, enum, range, length, pattern, write-only."""

    path: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.rule})"

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rsplit(".", 1)[-1]


class Contract:
    """All known types, by lower-case name and api-version."""

    def __init__(self) -> None:
        self._types: dict[tuple[str, str], tuple[Table, dict[str, Any]]] = {}
        here = Path(__file__).parent / "types"
        for table in (*(json.loads(gzip.decompress((here / name).read_bytes())) for name in FILES), TABLE):
            for entry in table:
                if entry["$type"] == "ResourceType":
                    name, version = entry["name"].split("@")
                    self._types[name.lower(), version] = (table, entry)

    def check(self, type_name: str, version: str, body: Any, *, answer: bool) -> list[Breach]:
        """What is wrong with a body. Raises KeyError for a type that is not here: nobody serves what nobody checks."""
        table, entry = self._types[type_name.lower(), version]
        kind = _at(table, entry["body"])
        if not isinstance(body, dict):
            return [Breach("$", "type", "a JSON object is needed")]
        breaches = list(_Look(table, answer).value(kind, body, "$", root=True))
        if answer and not type_name.startswith("answer/"):
            breaches += [Breach(f"$.{name}", "required", "is missing") for name in ALWAYS_ANSWERED if name not in body]
        return breaches

    def without_read_only(self, type_name: str, version: str, body: dict[str, Any]) -> dict[str, Any]:
        """The body as ARM takes it: read-only properties, which real clients send back, and nulls are left out."""
        table, entry = self._types[type_name.lower(), version]
        return _pruned(table, _at(table, entry["body"]), body)  # type: ignore[no-any-return]


def _at(table: Table, reference: dict[str, str]) -> dict[str, Any]:
    return table[int(reference["$ref"].rsplit("/", 1)[1])]


def _pruned(table: Table, kind: dict[str, Any], value: Any) -> Any:
    if isinstance(value, list) and kind["$type"] == "ArrayType":
        return [_pruned(table, _at(table, kind["itemType"]), inner) for inner in value]
    if not isinstance(value, dict) or kind["$type"] != "ObjectType":
        return value
    left = {}
    for name, inner in value.items():
        rule = kind["properties"].get(name)
        # An id is read-only where it names the thing itself, and the only content where it names another.
        if inner is None or (rule is not None and rule["flags"] & READ_ONLY and name not in ("id", "name")):
            continue
        left[name] = inner if rule is None else _pruned(table, _at(table, rule["type"]), inner)
    return left


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    """The types' patterns are JavaScript's, where a dash after a class stands for itself."""
    return re.compile(re.sub(r"(\\[wds])-(?!\])", r"\1\\-", text, flags=re.IGNORECASE), re.ASCII)


class _Look:
    def __init__(self, table: Table, answer: bool) -> None:
        self.table, self.answer = table, answer
        self.by_kind = {
            "StringType": self._string, "IntegerType": self._integer, "BooleanType": self._boolean,
            "StringLiteralType": self._literal, "UnionType": self._union, "ArrayType": self._array,
            "ObjectType": self._object,
        }  # fmt: skip

    def value(self, kind: dict[str, Any], value: Any, path: str, *, root: bool = False) -> Iterator[Breach]:
        """null counts as absent, as ARM has it."""
        if value is None or kind["$type"] == "AnyType":
            return
        if kind["$type"] == "ObjectType":
            yield from self._object(kind, value, path, root=root)
        else:
            yield from self.by_kind[kind["$type"]](kind, value, path)

    def _string(self, kind: dict[str, Any], value: Any, path: str) -> Iterator[Breach]:
        if not isinstance(value, str):
            yield Breach(path, "type", f"a string is needed, not {_shown(value)}")
        elif not kind.get("minLength", 0) <= len(value) <= kind.get("maxLength", sys.maxsize):
            yield Breach(path, "length", f"{len(value)} characters")
        elif "pattern" in kind and not _pattern(kind["pattern"]).search(value):
            yield Breach(path, "pattern", f"does not match {kind['pattern']}")

    def _integer(self, kind: dict[str, Any], value: Any, path: str) -> Iterator[Breach]:
        low, high = kind.get("minValue"), kind.get("maxValue")
        if isinstance(value, bool) or not isinstance(value, int):
            yield Breach(path, "type", f"an integer is needed, not {_shown(value)}")
        elif (low is not None and value < low) or (high is not None and value > high):
            yield Breach(path, "range", f"{value} is not in {low}..{high}")

    def _boolean(self, kind: dict[str, Any], value: Any, path: str) -> Iterator[Breach]:
        if not isinstance(value, bool):
            yield Breach(path, "type", f"true or false is needed, not {_shown(value)}")

    def _literal(self, kind: dict[str, Any], value: Any, path: str) -> Iterator[Breach]:
        if value != kind["value"]:
            yield Breach(path, "enum", f"{_shown(value)} is not {kind['value']}")

    def _union(self, kind: dict[str, Any], value: Any, path: str) -> Iterator[Breach]:
        """A union of literals is a closed enumeration; with a plain string among them it is an open one."""
        members = [_at(self.table, one) for one in kind["elements"]]
        words = [one["value"] for one in members if one["$type"] == "StringLiteralType"]
        is_open = any(one["$type"] == "StringType" for one in members)
        if not isinstance(value, str):
            yield Breach(path, "type", f"a string is needed, not {_shown(value)}")
        elif not self._is_one(value, words, path) and (not is_open or path.rsplit(".", 1)[-1] in CLOSED):
            yield Breach(path, "enum", f"{value!r} is not one of {', '.join(words[:12])}")

    def _is_one(self, value: str, words: list[str], path: str) -> bool:
        if not self.answer and path.rsplit(".", 1)[-1] in ANY_CASE:
            return value.lower() in (word.lower() for word in words)
        return value in words

    def _array(self, kind: dict[str, Any], value: Any, path: str) -> Iterator[Breach]:
        if not isinstance(value, list):
            yield Breach(path, "type", f"a list is needed, not {_shown(value)}")
            return
        if not kind.get("minLength", 0) <= len(value) <= kind.get("maxLength", sys.maxsize):
            yield Breach(path, "length", f"{len(value)} items")
        for number, inner in enumerate(value):
            yield from self.value(_at(self.table, kind["itemType"]), inner, f"{path}[{number}]")

    def _object(self, kind: dict[str, Any], value: Any, path: str, *, root: bool = False) -> Iterator[Breach]:
        if not isinstance(value, dict):
            yield Breach(path, "type", f"an object is needed, not {_shown(value)}")
            return
        reference = not root and set(value) == {"id"}  # to another resource: nothing of it is needed but its id
        for name, rule in kind["properties"].items():
            flags, inner = rule["flags"], value.get(name)
            if inner is None:
                if flags & REQUIRED and not flags & READ_ONLY and not reference and not (root and name in IN_URL):
                    yield Breach(f"{path}.{name}", "required", "is missing")
            elif self.answer and flags & WRITE_ONLY:
                yield Breach(f"{path}.{name}", "write-only", "must not be answered")
            elif self.answer or not (flags & READ_ONLY or (root and name in IN_URL)):
                yield from self.value(_at(self.table, rule["type"]), inner, f"{path}.{name}")
        extra = kind.get("additionalProperties")
        for name in value.keys() - kind["properties"].keys():
            if extra is None:
                yield Breach(f"{path}.{name}", "unknown", "no such property")
            else:
                yield from self.value(_at(self.table, extra), value[name], f"{path}.{name}")


def _shown(value: Any) -> str:
    """The kind of a value, never the value: it may be a secret in the wrong place."""
    return {bool: "a boolean", int: "an integer", str: "a string", list: "a list", dict: "an object"}.get(
        type(value), type(value).__name__
    )
