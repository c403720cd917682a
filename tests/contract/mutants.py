# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good requests made wrong in one place, as the official type of each of their fields tells how.

A type is read from whatever its cloud publishes into `Field`s (official.py); what is done with one is the same for all.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

GONE = object()
# What is wrong with a mutant. The last two are no offence against the type: what becomes of them is for the page.
DROPPED, MISSPELT, WORD, TYPE, NUMBER, LENGTH, PATTERN = (
    "dropped", "misspelt", "enumeration", "type", "number", "length", "pattern",
)  # fmt: skip
OPEN, OTHER = "open enumeration", "other field"
NOT_THAT = "not-that"
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Field:
    """What an official type says of one value. `fields` and `item` are asked late: types refer to each other.

    `sort`: object, list, text, integer, decimal (a whole number as text), number, boolean, any. `rest`: the type of
    all further names of an object, as of tags. `ignored`: a request may carry it without effect.
    """

    sort: str
    fields: Callable[[], Mapping[str, Field]] = dict
    item: Callable[[], Field] | None = None
    rest: Field | None = None
    words: tuple[str, ...] = ()
    closed: bool = True
    numbers: tuple[int | None, int | None] = (None, None)
    lengths: tuple[int | None, int | None] = (None, None)
    pattern: str = ""
    required: bool = False
    ignored: bool = False


@dataclass(frozen=True)
class Mutant:
    """One body with one thing wrong. `where` has no positions: "properties.subnets.name"."""

    where: str
    wrong: str
    body: Any = field(repr=False)
    shown: str = ""

    def __str__(self) -> str:
        return f"{self.where} {self.wrong}{self.shown and ' ' + self.shown}"


def named(path: Path) -> str:
    """A path without positions."""
    return ".".join(str(part) for part in path if not isinstance(part, int))


def parsed(text: str) -> Path:
    """ "a.b[0].c" as a path."""
    return tuple(int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", text))


def with_change(body: Any, path: Path, value: Any) -> Any:
    """A copy with one value set, or GONE. What is missing on the way is made."""
    body = copy.deepcopy(body)
    inner = body
    for part, following in itertools.pairwise(path):
        new: Any = [] if isinstance(following, int) else {}
        if isinstance(inner, list) and part == len(inner):
            inner.append(new)
        elif isinstance(inner, dict):
            inner.setdefault(part, new)
        inner = inner[part]
    if value is GONE:
        del inner[path[-1]]
    elif isinstance(inner, list) and path[-1] == len(inner):
        inner.append(value)
    else:
        inner[path[-1]] = value
    return body


def mutants(kind: Field, body: Any, *, query: bool = False) -> Iterator[Mutant]:
    """All mutants of a good body. `query`: it travels as pairs of texts, which have no numbers and no empty objects."""
    for path, rule, value in _places(kind, body, ()):
        if path:
            yield from _of_value(body, path, rule, value, {"Inner": "x"} if query else 7)
        if rule.sort == "object":
            for one in _of_names(body, path, rule, value):
                if not (query and one.wrong == DROPPED and path and len(value) == 1):
                    yield one


def _places(rule: Field, value: Any, path: Path) -> Iterator[tuple[Path, Field, Any]]:
    """Every value of the body with its type: the first item of lists stands for all of them."""
    yield path, rule, value
    if rule.sort == "object" and isinstance(value, dict):
        for name, inner in value.items():
            found = rule.fields().get(name) or rule.rest
            if found is None:
                raise KeyError(f"a good body has {named((*path, name))}, and its type does not")
            if not found.ignored:
                yield from _places(found, inner, (*path, name))
    elif rule.sort == "list" and value:
        assert rule.item is not None
        yield from _places(rule.item(), value[0], (*path, 0))


def _of_value(body: Any, path: Path, rule: Field, value: Any, wrong_text: Any) -> Iterator[Mutant]:
    def one(wrong: str, instead: Any) -> Mutant:
        return Mutant(named(path), wrong, with_change(body, path, instead), repr(instead)[:40])

    strange = {"object": "text", "list": "text", "text": wrong_text, "integer": "many", "decimal": "many",
               "number": "many", "boolean": "perhaps"}  # fmt: skip
    if rule.sort in strange:
        yield one(TYPE, strange[rule.sort])
    if rule.words:
        yield one(WORD if rule.closed else OPEN, NOT_THAT)
    low, high = rule.numbers
    for number in (low - 1 if low is not None else None, high + 1 if high is not None else None):
        if number is not None:
            yield one(NUMBER, str(number) if rule.sort == "decimal" else number)
    shortest, longest = rule.lengths
    for length in (shortest - 1 if shortest else None, longest + 1 if longest is not None else None):
        if length is not None:
            yield one(LENGTH, value[:1] * length if isinstance(value, list) else "a" * length)
    if rule.pattern and "~" not in rule.pattern:
        yield one(PATTERN, "~")


def _of_names(body: Any, path: Path, rule: Field, value: Any) -> Iterator[Mutant]:
    for name, inner in value.items():
        found = rule.fields().get(name)
        if found is None or found.ignored:
            continue  # a free name, as that of a tag, cannot be misspelt
        where = (*path, name)
        if found.required:
            yield Mutant(named(where), DROPPED, with_change(body, where, GONE))
        bad = name[:-2] + name[-1] + name[-2] if name[-1] != name[-2] else name + "s"
        while bad in rule.fields():
            bad += "x"
        if rule.rest is None:
            renamed = with_change(with_change(body, where, GONE), (*path, bad), inner)
            yield Mutant(named(where), MISSPELT, renamed, bad)
    for name, found in rule.fields().items() if set(value) != {"id"} else ():  # a reference needs no more
        if name not in value and not found.ignored:
            yield Mutant(named((*path, name)), OTHER, with_change(body, (*path, name), sample(found)))


def sample(rule: Field, depth: int = 0) -> Any:
    """Some value that the type allows."""
    if rule.words:
        return next((word for word in rule.words if "UNSPECIFIED" not in word), rule.words[0])
    if rule.sort == "object":
        if rule.rest is not None:
            return {"a": sample(rule.rest, depth + 1)}
        fields = {name: one for name, one in rule.fields().items() if not one.ignored}
        wanted = [name for name, one in fields.items() if one.required] or list(fields)[:1]
        return {name: sample(fields[name], depth + 1) for name in wanted} if depth < 3 else {}
    if rule.sort == "list":
        assert rule.item is not None
        return [sample(rule.item(), depth + 1)]
    number = rule.numbers[0] if rule.numbers[0] and rule.numbers[0] > 0 else 1
    return {"integer": number, "decimal": str(number), "number": 1.5, "boolean": True}.get(rule.sort, "some")
