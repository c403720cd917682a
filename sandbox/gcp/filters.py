# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `filter` of lists in both styles: AIP-160 (`name = x`, `labels.owner:*`), regular expressions (`name eq x.*`).

Source: the description of the parameter `filter` in the API reference of each list method, and AIP-160 (OR binds
tighter than AND). What the description leaves open (`:` on text, wildcards) is 501, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sandbox.gcp.discovery import field_of
from sandbox.gcp.errors import GcpError, not_implemented

Row = dict[str, Any]
Test = Callable[[Row], bool]
TOKEN = re.compile(
    r"""\s*(?:(?P<open>\()|(?P<close>\))|(?P<op><=|>=|!=|=|<|>|:)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<word>[^\s()=<>!:"']+))"""
)
REGEX = re.compile(r"""\(?\s*([\w.-]+)\s+(eq|ne)\s+("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|.+?)\s*\)?""", re.DOTALL)
NOT_RE2 = re.compile(r"\\[1-9]|\(\?[=!<]")


def parse(schema: str, text: str) -> Test:
    """A test for rows. Raises GcpError for an expression that is wrong or that the sandbox does not know."""
    if re.search(r"(^|[\s(])[\w.-]+\s+(eq|ne)\s", text):
        return _regular(schema, text)
    return _Reader(schema, text, list(_tokens(text))).whole()


def _bad(text: str) -> GcpError:
    return GcpError(400, "invalid", f"Invalid value for field 'filter': '{text}'. Invalid list filter expression.")


def _regular(schema: str, text: str) -> Test:
    """`field eq regex`, alone or as several in parentheses, all of which must hold."""
    tests = []
    for part in _parts(text):
        met = REGEX.fullmatch(part)
        if met is None or (met[3][0] not in "\"'" and re.search(r"\s(AND|OR|=|!=)\s", met[3])):
            raise _bad(text)
        literal = _unquoted(met[3])
        if NOT_RE2.search(literal):
            raise _bad(text)
        try:
            pattern = re.compile(literal)
        except re.error as error:
            raise _bad(text) from error
        tests.append(_matches(_field(schema, met[1], text), pattern, wanted=met[2] == "eq"))
    return lambda row: all(test(row) for test in tests)


def _parts(text: str) -> Iterator[str]:
    """The expressions in outer parentheses, or the one that has none."""
    if not text.lstrip().startswith("("):
        yield text.strip()
        return
    depth, start = 0, 0
    for place, letter in enumerate(text):
        if letter == "(":
            start = place if depth == 0 else start
            depth += 1
        elif letter == ")":
            depth -= 1
            if depth == 0:
                yield text[start + 1 : place].strip()
        elif depth == 0 and not letter.isspace():
            raise _bad(text)
    if depth:
        raise _bad(text)


def _matches(path: list[str], pattern: re.Pattern[str], *, wanted: bool) -> Test:
    return lambda row: any(pattern.fullmatch(_shown(value)) for value in _values(row, path)) is wanted


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place = 0
    while place < len(text.rstrip()):
        met = TOKEN.match(text, place)
        if met is None or met.lastgroup is None:
            raise _bad(text)
        yield met.lastgroup, met[met.lastgroup]
        place = met.end()


class _Reader:
    """A recursive-descent reader of AIP-160 as far as the API reference tells it."""

    def __init__(self, schema: str, text: str, tokens: list[tuple[str, str]]) -> None:
        self.schema, self.text, self.tokens = schema, text, tokens

    def whole(self) -> Test:
        test = self.all_of()
        if self.tokens:
            raise _bad(self.text)
        return test

    def all_of(self) -> Test:
        tests = [self.any_of()]
        while self.tokens and self.tokens[0][0] != "close":
            if self.tokens[0] == ("word", "AND"):
                self.tokens.pop(0)
            tests.append(self.any_of())
        return lambda row: all(test(row) for test in tests)

    def any_of(self) -> Test:
        tests = [self.one()]
        while self.tokens and self.tokens[0] == ("word", "OR"):
            self.tokens.pop(0)
            tests.append(self.one())
        return lambda row: any(test(row) for test in tests)

    def one(self) -> Test:
        kind, text = self._next("open", "word", "text")
        if (kind, text) in (("word", "NOT"), ("word", "-")):
            negated = self.one()
            return lambda row: not negated(row)
        if kind == "open":
            inner = self.all_of()
            self._next("close")
            return inner
        path = _field(self.schema, _unquoted(text), self.text)
        operator = self._next("op")[1]
        return self._comparison(path, operator, *self._next("word", "text"))

    def _next(self, *kinds: str) -> tuple[str, str]:
        if not self.tokens or self.tokens[0][0] not in kinds:
            raise _bad(self.text)
        return self.tokens.pop(0)

    def _comparison(self, path: list[str], operator: str, kind: str, raw: str) -> Test:
        value = _unquoted(raw)
        if operator == ":" and (kind, value) == ("word", "*"):
            return lambda row: any(True for _ in _values(row, path))
        rule = field_of(self.schema, path) or {}
        if operator == ":" and rule.get("type") != "array":
            raise not_implemented(f"the filter operator ':' on text, in {self.text!r}")
        if "*" in value:
            raise not_implemented(f"wildcards in a filter, in {self.text!r}")
        if operator == "!=":
            return lambda row: not any(_shown(one) == value for one in _values(row, path))
        if operator in ("=", ":"):
            return lambda row: any(_shown(one) == value for one in _values(row, path))
        number = rule.get("type") in ("integer", "number") or rule.get("format") in ("int64", "uint64")
        if number and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise _bad(self.text)
        return lambda row: any(_ordered(one, operator, value, number=number) for one in _values(row, path))


def _field(schema: str, name: str, text: str) -> list[str]:
    path = name.split(".")
    if field_of(schema, path) is None:
        raise _bad(text)
    return path


def _values(value: Any, path: list[str]) -> Iterator[Any]:
    """What is at the path; an array gives each of its elements."""
    if isinstance(value, list):
        for inner in value:
            yield from _values(inner, path)
    elif not path:
        yield value
    elif isinstance(value, dict) and path[0] in value:
        yield from _values(value[path[0]], path[1:])


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ordered(one: Any, operator: str, value: str, *, number: bool) -> bool:
    left, right = (float(one), float(value)) if number else (str(one), value)
    tests = {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}  # type: ignore[operator]
    return tests[operator]


def _unquoted(text: str) -> str:
    if text[:1] in ("'", '"') and text[-1:] == text[0]:
        return re.sub(r"\\(.)", r"\1", text[1:-1]) if "\\" + text[0] in text else text[1:-1]
    return text
