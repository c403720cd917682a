# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every list has in common: filters that are applied or refused, pages that are real."""

from __future__ import annotations

import datetime
import functools
import re
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.aws.errors import AwsError, not_implemented
from sandbox.aws.model import Params

Row = dict[str, Any]
MOST_VALUES = 200  # of one filter; AWS: "You can specify up to 200 values for a filter"
MOST_TOKENS = 2000


def keep(rows: Iterable[Row], filters: list[Params], known: Mapping[str, str], where: str) -> list[Row]:
    """The rows that match every filter. `known` maps a filter's name to a path; another name is refused."""
    wanted = [(_path(entry.get("Name", ""), known, where), _patterns(entry)) for entry in filters]
    return [row for row in rows if all(_matches(row, path, patterns) for path, patterns in wanted)]


def values(row: Any, path: str) -> list[Any]:
    """All values at a path: "Attachments[].VpcId" -> ["vpc-1"]."""
    found = [row]
    for step in path.split("."):
        name, many = step.removesuffix("[]"), step.endswith("[]")
        found = [entry[name] for entry in found if isinstance(entry, Mapping) and name in entry]
        if many:
            found = [inner for entry in found for inner in entry]
    return found


def _path(name: str, known: Mapping[str, str], where: str) -> str:
    if name in known:
        return known[name]
    if name.startswith("tag:") or name in ("tag-key", "tag-value"):
        return name
    raise not_implemented(f"the filter '{name}' of {where}")


def _patterns(entry: Params) -> list[re.Pattern[str]]:
    texts = entry.get("Values", [])
    if len(texts) > MOST_VALUES:
        raise AwsError("FilterLimitExceeded", f"The maximum number of filter values is {MOST_VALUES}")
    return [_pattern(text) for text in texts]


@functools.lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """AWS's wildcards: * for any characters, ? for exactly one; a backslash takes their meaning away."""
    out, index = "", 0
    while index < len(text):
        char = text[index]
        if char == "\\" and index + 1 < len(text):
            index += 1
            out += re.escape(text[index])
        else:
            out += {"*": ".*", "?": "."}.get(char) or re.escape(char)
        index += 1
    return re.compile(out, re.DOTALL)


def _matches(row: Row, path: str, patterns: list[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(_text(value)) for value in _values_of(row, path) for pattern in patterns)


def _values_of(row: Row, path: str) -> list[Any]:
    tags = row.get("Tags") or row.get("TagSet", [])  # network interfaces call them TagSet
    if path.startswith("tag:"):
        return [tag["Value"] for tag in tags if tag["Key"] == path[4:]]
    if path in ("tag-key", "tag-value"):
        return [tag["Key" if path == "tag-key" else "Value"] for tag in tags]
    return values(row, path)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return str(value)


class Pages:
    """Lists in parts. A token is opaque, belongs to one request, and remembers which rows are still to come."""

    def __init__(self) -> None:
        self._left: OrderedDict[str, tuple[object, list[str]]] = OrderedDict()

    def page(
        self, rows: list[Row], key: str, size: int, token: str | None, asked: object
    ) -> tuple[list[Row], str | None]:
        """One page and the token of the next. `asked` is the request without its token; a foreign token is refused."""
        if token is not None:
            whose, left = self._left.get(token, (None, []))
            if whose != asked:
                raise AwsError("InvalidNextToken", f"The token '{token[:80]}' is not valid for this request")
            by_key = {row[key]: row for row in rows}
            rows = [by_key[one] for one in left if one in by_key]
        if len(rows) <= size:
            return rows, None
        following = secrets.token_urlsafe(24)
        self._left[following] = (asked, [row[key] for row in rows[size:]])
        while len(self._left) > MOST_TOKENS:
            self._left.popitem(last=False)
        return rows[:size], following
