# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google's discovery document as a checker: which method a URL means, and what a body may hold, in both directions.

The document marks only 54 fields as required and knows no CIDR, reference or label rules: those are written by hand
in rules_*.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Schema = dict[str, Any]
DOCUMENT = Path(__file__).parent / "contract/compute.v1.json"
LIMITS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-(2**63), 2**63 - 1),
          "uint64": (0, 2**64 - 1)}  # fmt: skip


@dataclass(frozen=True)
class Fault:
    """One place that breaks the contract. `rule` is unknown, type, enum, pattern, range, required or number."""

    path: str
    rule: str
    value: Any
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


@dataclass(frozen=True)
class Method:
    """One method of the API and the values its path had."""

    id: str
    about: Schema
    values: dict[str, str]


@cache
def document() -> Schema:
    """The whole cut."""
    return json.loads(DOCUMENT.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


@cache
def _routes() -> dict[tuple[str, int], list[tuple[re.Pattern[str], Schema]]]:
    """Methods by verb and number of path parts, those with the fewest placeholders first."""
    found: dict[tuple[str, int], list[tuple[int, re.Pattern[str], Schema]]] = {}
    for method in document()["methods"]:
        path = "/" + document()["servicePath"] + method["flatPath"]
        pattern = "".join(
            f"(?P<{part[1:-1]}>[^/]+)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", path)
        )
        holes = path.count("{")
        found.setdefault((method["httpMethod"], path.count("/")), []).append((holes, re.compile(pattern), method))
    return {key: [one[1:] for one in sorted(rows, key=lambda one: one[0])] for key, rows in found.items()}


def match(verb: str, path: str) -> Method | None:
    """The method behind a verb and a path, or None."""
    for pattern, method in _routes().get((verb, path.count("/")), ()):
        if met := pattern.fullmatch(path):
            return Method(method["id"], method, met.groupdict())
    return None


def check_query(method: Method, query: dict[str, list[str]]) -> list[Fault]:
    """Check the parameters of path and query."""
    known = {**document()["parameters"], **method.about["parameters"]}
    given = {**{name: [value] for name, value in method.values.items()}, **query}
    faults = []
    for name, values in given.items():
        if name not in known:
            faults.append(Fault(name, "unknown", values[0], "no such parameter"))
        elif len(values) > 1 and not known[name].get("repeated"):
            faults.append(Fault(name, "type", values, "given more than once"))
        else:
            faults += [fault for value in values for fault in _parameter(known[name], name, value)]
    missing = [name for name, rule in known.items() if rule.get("required") and name not in given]
    return faults + [Fault(name, "required", None, "is missing") for name in missing]


def plain(method: Method, name: str, value: str) -> str:
    """The value of a parameter that was checked, written one way: of booleans gcloud sends True, others true."""
    known = {**document()["parameters"], **method.about["parameters"]}
    return value.lower() if name in known and known[name]["type"] == "boolean" else value


def _parameter(rule: Schema, name: str, value: str) -> Iterator[Fault]:
    if rule["type"] == "boolean" and value.lower() not in ("true", "false"):
        yield Fault(name, "type", value, "must be true or false")
    elif rule["type"] == "integer":
        low, high = LIMITS[rule.get("format", "int32")]
        if not re.fullmatch(r"-?\d+", value):
            yield Fault(name, "type", value, "must be a whole number")
        elif not max(low, int(rule.get("minimum", low))) <= int(value) <= min(high, int(rule.get("maximum", high))):
            yield Fault(name, "range", value, "is out of range")
    yield from _allowed(rule, name, value)


def check_body(method: Method, body: Any) -> list[Fault]:
    """Check the body of a request. Output-only fields and nulls pass, as the real service ignores them."""
    if "request" not in method.about:
        return [Fault("$", "unknown", body, "this method takes no body")] if body else []
    return list(_Walk(method.id, asking=True).value({"$ref": method.about["request"]["$ref"]}, body, "resource"))


def check_answer(method: Method, body: Any) -> list[Fault]:
    """Check the body of a good answer."""
    return list(_Walk(method.id, asking=False).value({"$ref": method.about["response"]["$ref"]}, body, "$"))


def field_of(schema: str, path: list[str]) -> Schema | None:
    """The rule of one field, through arrays and maps, or None where there is none; for filters."""
    rule: Schema = {"$ref": schema}
    for part in path:
        rule = _resolved(rule)
        while rule.get("type") == "array":
            rule = _resolved(rule["items"])
        inner = rule.get("properties", {}).get(part) or rule.get("additionalProperties")
        if inner is None:
            return None
        rule = inner
    return _resolved(rule)


def without_ignored(schema: str, body: Any) -> Any:
    """The body without what a request may carry but what has no effect: output-only fields and nulls."""
    rule = _resolved({"$ref": schema} if schema else {})
    return _kept(rule, body)


def _kept(rule: Schema, value: Any) -> Any:
    rule = _resolved(rule)
    if isinstance(value, list):
        return [_kept(rule.get("items", {}), inner) for inner in value if inner is not None]
    if not isinstance(value, dict):
        return value
    fields, other = rule.get("properties", {}), rule.get("additionalProperties", {})
    return {
        name: _kept(fields.get(name, other), inner)
        for name, inner in value.items()
        if inner is not None and not fields.get(name, other).get("readOnly")
    }


def _resolved(rule: Schema) -> Schema:
    return document()["schemas"][rule["$ref"]] if "$ref" in rule else rule


def _allowed(rule: Schema, path: str, value: str) -> Iterator[Fault]:
    if "enum" in rule and value not in rule["enum"]:
        yield Fault(path, "enum", value, f"must be one of [{', '.join(rule['enum'])}]")
    elif value and "pattern" in rule and not re.fullmatch(rule["pattern"], value):
        yield Fault(path, "pattern", value, f"must be a match of regex '{rule['pattern']}'")


class _Walk:
    """One way through a body. `asking`: it is a request, where the service is laxer than in its answers."""

    def __init__(self, method: str, *, asking: bool) -> None:
        self.method, self.asking = method, asking

    def value(self, rule: Schema, value: Any, path: str) -> Iterator[Fault]:
        rule = _resolved(rule)
        if value is None:
            if not self.asking:
                yield Fault(path, "type", None, "is null")
            return
        checks = {"object": self._object, "array": self._array, "string": self._string, "integer": self._integer}
        kind = rule.get("type", "any")
        if kind in checks:
            yield from checks[kind](rule, value, path)
        elif kind == "boolean" and not isinstance(value, bool):
            yield Fault(path, "type", value, "must be true or false")
        elif kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
            yield Fault(path, "type", value, "must be a number")

    def _array(self, rule: Schema, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault(path, "type", value, "must be a list")
            return
        for number, inner in enumerate(value):
            yield from self.value(rule["items"], inner, f"{path}[{number}]")

    def _integer(self, rule: Schema, value: Any, path: str) -> Iterator[Fault]:
        low, high = LIMITS[rule["format"]]
        if isinstance(value, bool) or not isinstance(value, int):
            yield Fault(path, "type", value, f"must be a whole number (TYPE_{rule['format'].upper()})")
        elif not low <= value <= high:
            yield Fault(path, "range", value, f"is out of the range of {rule['format']}")

    def _string(self, rule: Schema, value: Any, path: str) -> Iterator[Fault]:
        limits = LIMITS.get(rule.get("format", ""))
        if limits and self.asking and isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # 64-bit numbers travel as text, but a plain number is taken too
        if not isinstance(value, str):
            yield Fault(path, "type", value, "must be text (TYPE_STRING)")
        elif limits and not (re.fullmatch(r"-?\d+", value) and limits[0] <= int(value) <= limits[1]):
            yield Fault(path, "range", value, f"is no {rule['format']}")
        else:
            yield from _allowed(rule, path, value)

    def _object(self, rule: Schema, value: Any, path: str) -> Iterator[Fault]:
        if not isinstance(value, dict):
            yield Fault(path, "type", value, "must be an object")
            return
        fields, other = rule.get("properties", {}), rule.get("additionalProperties")
        for name, inner in value.items():
            if name not in fields and other is None:
                yield Fault(f"{path}.{name}", "unknown", inner, "no such field")
            elif not (self.asking and fields.get(name, {}).get("readOnly")):
                yield from self.value(fields.get(name, other), inner, f"{path}.{name}")
        for name, field in fields.items() if self.asking else ():
            if self.method in field.get("annotations", {}).get("required", ()) and value.get(name) in (None, ""):
                yield Fault(f"{path}.{name}", "required", None, "is missing")
