# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists, by path ("projects/p/global/networks/n"), and what a late read still sees of it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.clock import Clock
from sandbox.gcp.kinds import Kind

Row = dict[str, Any]


@dataclass
class Entry:
    """One thing. `row` is what the API shows; `busy` is the path of the operation that makes or removes it.

    `automatic`: the cloud made it with something else, and removes it with that.
    """

    path: str
    kind: Kind
    row: Row
    busy: str = ""
    automatic: bool = False

    @property
    def project(self) -> str:
        return self.path.split("/")[1]

    @property
    def scope(self) -> str:
        """ "global", "regions/r" or "zones/z"."""
        return "/".join(self.path.split("/")[2:-2])

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[-1]


@dataclass
class Store:
    """All entries. With a `lag` of some seconds, reads see each thing as it was that long ago."""

    clock: Clock
    lag: float = 0.0
    entries: dict[str, Entry] = field(default_factory=dict)
    _past: list[tuple[float, str, Entry | None]] = field(default_factory=list)

    def get(self, path: str) -> Entry | None:
        """The thing as it is."""
        return self.entries.get(path)

    def all(self, kind: Kind, project: str = "", scope: str = "") -> list[Entry]:
        """All of a kind as they are."""
        return [entry for entry in self.entries.values() if _fits(entry, kind, project, scope)]

    def add(self, entry: Entry) -> None:
        self._remember(entry.path)
        self.entries[entry.path] = entry

    def remove(self, path: str) -> None:
        self._remember(path)
        self.entries.pop(path, None)

    def edit(self, path: str) -> Row:
        """The row, to be changed by the caller."""
        self._remember(path)
        return self.entries[path].row

    def seen(self, path: str) -> Entry | None:
        """The thing as a read sees it."""
        return self._late().get(path)

    def seen_all(self, kind: Kind, project: str, scope: str = "") -> Iterator[Entry]:
        """All of a kind as a list sees them."""
        return (entry for entry in self._late().values() if _fits(entry, kind, project, scope))

    def _remember(self, path: str) -> None:
        if self.lag > 0:
            self._past.append((self.clock.now(), path, copy.deepcopy(self.entries.get(path))))

    def _late(self) -> dict[str, Entry]:
        self._past = [one for one in self._past if self.clock.now() - one[0] < self.lag]
        if not self._past:
            return self.entries
        seen = dict(self.entries)
        for _, path, before in reversed(self._past):  # the oldest change within the lag is undone last, so it decides
            if before is None:
                seen.pop(path, None)
            else:
                seen[path] = before
        return seen


def _fits(entry: Entry, kind: Kind, project: str, scope: str) -> bool:
    return entry.kind == kind and project in ("", entry.project) and scope in ("", entry.scope)
