# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a value in the cluster file may look like: a shape reads one value, and is one JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from .document import Document
from .problem import Path, nearest, one_of

_KINDS: Final = {
    dict: "a mapping",
    list: "a list",
    str: "text",
    bool: "true or false to YAML",
    int: "a number to YAML",
    float: "a number to YAML",
}
BAD: Final = object()  # what a shape answers for a value it has complained about


@dataclass(frozen=True)
class Place:
    """One spot in the document, where a shape reads and complains."""

    document: Document
    path: Path = ()
    is_key: bool = False  # the key is judged, not what stands behind it

    def __truediv__(self, part: str | int) -> Place:
        return Place(self.document, (*self.path, part))

    def bad(self, value: Any, why: str, fix: str) -> Any:
        """Note a problem, with the value as it is spelled in the file. Always answers BAD."""
        spelled = None if self.is_key else self.document.spelled.get(self.path)
        shown = spelled if spelled is not None else None if isinstance(value, (dict, list)) else str(value)
        self.document.bad(self.path, shown, why, fix)
        return BAD

    def wrong_kind(self, value: Any, wanted: str, fix: str) -> Any:
        if self.path in self.document.refused:
            return BAD  # said already, and a secret must not be shown
        if value is None:
            self.document.bad(self.path, None, f"is empty, and it should be {wanted}", fix)
            return BAD
        kind = _KINDS.get(type(value), "a date")
        return self.bad(value, f"is {kind}, and it should be {wanted}", fix)


class Shape:
    """MUST be overridden: `read`, `schema`."""

    def read(self, value: Any, place: Place) -> Any:
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        raise NotImplementedError


@dataclass(frozen=True)
class Text(Shape):
    """Text, of a pattern or accepted by `check(text) -> (why, fix) | None`."""

    means: str
    example: str
    pattern: str | None = None
    longest: int | None = None
    check: Callable[[str], tuple[str, str] | None] | None = None

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, str):
            spelled = place.document.spelled.get(place.path)
            fix = f'write it in quotes: "{spelled}"' if spelled and self._wrong(spelled) is None else self._write()
            return place.wrong_kind(value, f"text: {self.means}", fix)
        found = self._wrong(value)
        return place.bad(value, *found) if found else value

    def _wrong(self, value: str) -> tuple[str, str] | None:
        if self.longest is not None and len(value) > self.longest:
            return f"has {len(value)} characters, {self.longest} is the limit", "use a shorter one"
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return f"is not {self.means}", self._write()
        return self.check(value) if self.check is not None else None

    def _write(self) -> str:
        return f"write it like {self.example}"

    def schema(self) -> dict[str, Any]:
        result: dict[str, Any] = {"type": "string", "examples": [self.example.strip('"')]}
        if self.pattern is not None:
            result["pattern"] = f"^(?:{self.pattern})$"
        if self.longest is not None:
            result["maxLength"] = self.longest
        return result


@dataclass(frozen=True)
class Number(Shape):
    """A whole number from `low` to `high`."""

    means: str
    low: int
    high: int

    def read(self, value: Any, place: Place) -> Any:
        wanted = f"{self.means} is {self.low} to {self.high}"
        if isinstance(value, bool) or not isinstance(value, int):
            plain = isinstance(value, str) and value.isdecimal()
            fix = f"write {value if plain else self.low + 1}, without quotes"
            return place.wrong_kind(value, f"a whole number: {wanted}", fix if plain else f"for example, {fix}")
        if not self.low <= value <= self.high:
            side = f"is less than {self.low}" if value < self.low else f"is more than {self.high}"
            return place.bad(value, f"{side}: {wanted}", f"write a number from {self.low} to {self.high}")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Flag(Shape):
    """true or false."""

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, bool):
            return place.wrong_kind(value, "true or false", "write true or false, without quotes")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(Shape):
    """One of some words; those in `later` are known, and not built yet."""

    means: str
    words: tuple[str, ...]
    later: tuple[str, ...] = ()

    def read(self, value: Any, place: Place) -> Any:
        if value in self.later:
            return place.bad(
                value, f"as {self.means} is planned, and not in this release yet", f"write {one_of(self.words)}"
            )
        if value not in self.words:
            if not isinstance(value, str):
                return place.wrong_kind(value, f"{self.means}: {one_of(self.words)}", f"write {one_of(self.words)}")
            meant = nearest(value, self.words)
            fix = f"did you mean {meant}?" if meant else f"write {one_of(self.words)}"
            return place.bad(value, f"is not {self.means}", fix)
        return value

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.words)}


@dataclass(frozen=True)
class Items(Shape):
    """A list."""

    item: Shape
    least: int = 0

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, list):
            spelled = place.document.spelled.get(place.path)
            fix = f"write it as a list: [{spelled}]" if spelled else "write it as a list: [...]"
            return place.wrong_kind(value, "a list", fix)
        if len(value) < self.least:
            return place.bad(value, "is an empty list", "name at least one")
        found = [self.item.read(item, place / number) for number, item in enumerate(value)]
        for number, item in enumerate(found):
            if item is not BAD and item in found[:number]:
                (place / number).bad(item, "is in the list twice", "remove one of the two")
        return [item for item in found if item is not BAD]

    def schema(self) -> dict[str, Any]:
        result: dict[str, Any] = {"type": "array", "items": self.item.schema(), "uniqueItems": True}
        return {**result, "minItems": self.least} if self.least else result


@dataclass(frozen=True)
class Named(Shape):
    """A mapping whose keys are names that the user chooses. `key` judges each name."""

    key: Text
    item: Shape
    least: int = 0

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong_kind(value, "a mapping", "write it as name: value")
        if len(value) < self.least:
            return place.bad(value, "is empty", "name at least one")
        result = {}
        for name, item in value.items():
            here = place / name
            judged = self.key.read(name, Place(place.document, here.path, is_key=True))
            read = self.item.read(item, here)
            if judged is not BAD and read is not BAD:
                result[name] = read
        return result

    def schema(self) -> dict[str, Any]:
        names = {key: rule for key, rule in self.key.schema().items() if key in ("pattern", "maxLength")}
        result: dict[str, Any] = {"type": "object", "additionalProperties": self.item.schema()}
        if names:
            result["propertyNames"] = names
        return {**result, "minProperties": self.least} if self.least else result


@dataclass(frozen=True)
class Free(Shape):
    """A mapping that is handed on as it is."""

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong_kind(value, "a mapping", "write it as key: value")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "object"}


@dataclass(frozen=True)
class Either(Shape):
    """One shape for a mapping, another for everything else."""

    mapping: Shape
    other: Shape

    def read(self, value: Any, place: Place) -> Any:
        return (self.mapping if isinstance(value, dict) else self.other).read(value, place)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.other.schema(), self.mapping.schema()]}


@dataclass(frozen=True)
class Key:
    """One key of a Record. `missing`: what to do when a required key is absent."""

    shape: Shape
    doc: str
    required: bool = False
    default: Any = None
    missing: Callable[[], str] | None = None


@dataclass(frozen=True)
class Record(Shape):
    """A mapping of fixed keys. Reads into a dict with every key that is good, defaults filled in."""

    keys: Mapping[str, Key]
    later: Mapping[str, str] = field(default_factory=dict)  # known keys of a coming release, and what they will be

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong_kind(value, "a mapping", f"write its keys below it: {', '.join(self.keys)}")
        meant = {self._unknown(name, place / name) for name in value if name not in self.keys}
        result = {}
        for name, key in self.keys.items():
            here = place / name
            if name in value:
                read = key.shape.read(value[name], here)
                if read is not BAD:
                    result[name] = read
            elif key.required:
                if name not in meant:  # else one mistake would be told twice
                    self._missing(key, here)
            elif isinstance(key.shape, Record):
                result[name] = key.shape.read({}, here)  # absent means empty: the defaults inside hold
            else:
                result[name] = key.default
        return result

    def _missing(self, key: Key, here: Place) -> None:
        fix = key.missing() if key.missing else f"add it ({key.doc.removesuffix('.')})"
        here.document.bad(here.path, None, "is missing", fix)

    def _unknown(self, name: str, here: Place) -> str | None:
        """Complain about an unknown key; the known one that was probably meant, or None."""
        if here.path in here.document.refused:
            return None
        if name in self.later:
            why = f"({self.later[name]}) is planned, and not in this release yet"
            here.document.bad(here.path, None, why, "remove it")
            return None
        meant = nearest(name, self.keys)
        fix = f"did you mean {meant}?" if meant else f"the known ones here are {', '.join(self.keys)}"
        here.document.bad(here.path, None, "is an unknown key", fix)
        return meant

    def schema(self) -> dict[str, Any]:
        properties = {}
        for name, key in self.keys.items():
            properties[name] = {**key.shape.schema(), "description": key.doc}
            if key.default not in (None, [], {}):
                properties[name]["default"] = key.default
        result: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": properties}
        required = [name for name, key in self.keys.items() if key.required]
        return {**result, "required": required} if required else result
