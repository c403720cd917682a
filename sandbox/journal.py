# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request log: one line of JSON per request, for budgets, for tests and for people. No secret enters it."""

from __future__ import annotations

import bisect
import itertools
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

MOST = 200_000  # entries kept in memory; the file keeps all
LONGEST = 300  # characters of a value


def blank(now: float, **known: Any) -> dict[str, Any]:
    """One request of which no more is known yet, as every cloud logs it. `now`: seconds since 1970."""
    return {"time": round(now, 3), "actor": "client", "outcome": "ok", "account": "", "region": "", "service": "",
            "action": "", "params": {}, "mutating": False, **known}  # fmt: skip


class Journal:
    """What was asked of one simulated cloud, in order; clouds that share `numbers` count as one, from 1."""

    def __init__(self, file: Path | None, numbers: Iterator[int] | None = None) -> None:
        self._entries: list[dict[str, Any]] = []
        self._numbers, self._last = numbers or itertools.count(1), 0
        self._lock = threading.Lock()
        self._file = open(file, "a", buffering=1) if file else None  # noqa: SIM115  (lives as long as the daemon)

    def add(self, entry: dict[str, Any]) -> None:
        """Number and write one entry."""
        with self._lock:
            self._last = next(self._numbers)
            entry = {"seq": self._last, **entry}
            self._entries.append(entry)
            del self._entries[:-MOST]
            if self._file:
                self._file.write(json.dumps(entry, default=str) + "\n")

    def since(self, seq: int) -> list[dict[str, Any]]:
        """All entries after that number."""
        with self._lock:
            return self._entries[bisect.bisect_right(self._entries, seq, key=lambda entry: int(entry["seq"])) :]

    @property
    def last(self) -> int:
        """The number of the newest entry; give it to `since` to see what comes after."""
        return self._last


def without_secrets(value: Any, secret: frozenset[str]) -> Any:
    """What was sent, as the log may show it: secrets masked, by their names in lower case, and long values cut."""
    if isinstance(value, dict):
        return {name: _masked(one) if name.lower() in secret else without_secrets(one, secret)
                for name, one in value.items()}  # fmt: skip
    if isinstance(value, list):
        return [without_secrets(one, secret) for one in value]
    return value if not isinstance(value, str | bytes) or len(value) <= LONGEST else f"{value[:LONGEST]!s}..."


def _masked(value: Any) -> str:
    return f"(masked, {len(value if isinstance(value, str | bytes) else str(value))} characters)"
