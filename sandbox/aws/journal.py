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

from sandbox.aws.model import Params

READS = ("Describe", "Get", "List", "Search")
SECRET = frozenset({"UserData", "PublicKeyMaterial", "PrivateKey"})
MOST = 200_000  # entries kept in memory; the file keeps all


def is_mutating(action: str) -> bool:
    """Whether the action changes something when it succeeds."""
    return not action.startswith(READS)


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


def without_secrets(params: Params) -> Params:
    """The parameters as the log may show them: secrets masked, long values cut."""
    return {key: _shown(key, value) for key, value in params.items()}


def _shown(key: str, value: Any) -> Any:
    if key in SECRET:
        return f"(masked, {len(value)} characters)"
    if isinstance(value, dict):
        return without_secrets(value)
    if isinstance(value, list):
        return [_shown(key, inner) for inner in value]
    return value if not isinstance(value, str | bytes) or len(value) <= 300 else f"{value[:300]!s}..."
