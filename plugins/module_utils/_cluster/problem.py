# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What is wrong with a cluster file: all of it at once, each with place, value, why and what to do."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Union

from .._engine.errors import Error

Path = tuple[Union[str, int], ...]

_WIDEST_VALUE = 80


@dataclass(frozen=True)
class Problem:
    """One mistake. `path` as in `pools.batch.taints[0]`, `value` as written, None when there is nothing to show."""

    path: str
    value: str | None
    why: str
    fix: str
    line: int = 0

    def __str__(self) -> str:
        place = f"line {self.line}, {self.path}" if self.line else self.path
        value = "" if self.value is None else f" {_shortened(self.value)}"
        return f"{place}:{value} {self.why}; {self.fix}"


class BadClusterFile(Error):
    """The cluster file cannot be used; `problems` holds every reason, in the order of the file."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = sorted(problems, key=lambda problem: (problem.line, problem.path))
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        lines = "".join(f"\n  - {problem}" for problem in self.problems)
        super().__init__(f"cluster file {file}: {count}, nothing was done:{lines}")


def dotted(path: Path) -> str:
    """`("pools", "batch", "taints", 0)` as `pools.batch.taints[0]`; the file itself is `(file)`."""
    return "".join(_step(part) for part in path).removeprefix(".") or "(file)"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` was most likely meant to be, or None."""
    by_lower = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def one_of(words: Iterable[str]) -> str:
    """`a`, `a or b`, `a, b or c`, in the given order."""
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def _step(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch(r"[\w-]+", part) else f'["{part}"]'


def _shortened(value: str) -> str:
    flat = " ".join(value.split())
    return flat if len(flat) <= _WIDEST_VALUE else flat[: _WIDEST_VALUE - 1] + "…"
