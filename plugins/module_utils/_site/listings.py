# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a region holds, one list call per kind, and views of it by our names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._engine.errors import Refused
from .._engine.resource import Listing, State

Row = dict[str, Any]
Named = Mapping[str, State]


class Rows(Listing[str]):
    """The rows of one list call by their cloud id."""

    def __init__(self, rows: Callable[[], Iterable[Row]], key: str) -> None:
        super().__init__(lambda: {row[key]: row for row in rows()})


class View(Listing[str]):
    """States by our names, made from the rows of another listing without a call of its own."""

    def __init__(self, base: Listing[str], view: Callable[[Mapping[str, Row]], Named]) -> None:
        super().__init__(dict)
        self._base, self._view = base, view
        self._seen_from: Mapping[str, Row] | None = None
        self._named: Named = {}

    def all(self) -> Named:
        """What the base lists now: several views share one, and any of them may have let it forget."""
        rows = self._base.all()
        if rows is not self._seen_from:
            self._named, self._seen_from = self._view(rows), rows
        return self._named

    def forget(self) -> None:
        """The next look lists the base again."""
        self._base.forget()


def only_one(rows: Iterable[Row], key: str, what: str) -> Row | None:
    """The row, or None. Raises Refused for two: picking one at random would lose the other."""
    found = sorted(rows, key=lambda row: str(row[key]))
    if len(found) > 1:
        ids = ", ".join(str(row[key]) for row in found)
        raise Refused(f"{what} exists {len(found)} times: {ids}; find out which one is used, and remove the others")
    return found[0] if found else None


def by_name(
    rows: Iterable[Row], key: str, name_of: Callable[[Row], str | None], state_of: Callable[[Row], State], what: str
) -> Named:
    """States by name; rows without a name stay out. Raises Refused when a name is there twice."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        name = name_of(row)
        if name is not None:
            found.setdefault(name, []).append(row)
    one = {name: only_one(same, key, f"{what}/{name}") for name, same in found.items()}
    return {name: state_of(row) for name, row in one.items() if row}
