# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Creation that can be repeated: the same machine is asked for under the same token, whoever asks and how often.

A token has a generation, because one that made a machine which is dead by now answers with the dead one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from .._engine.errors import Invalid, TimedOut
from .._engine.wait import clock

Row = dict[str, Any]
MOST_GENERATIONS = 64  # dead machines of one name within the hour that AWS remembers them
DEAD = frozenset({"shutting-down", "terminated"})
MISMATCH = "IdempotentParameterMismatch"
LOOK_FOR = 60.0  # seconds until what a token made must show


def token_of(owner: str, name: str, generation: int) -> str:
    """At most 64 ASCII characters."""
    return hashlib.sha256(f"{owner}/{name}/{generation}".encode()).hexdigest()


def names_by_token(owner: str, names: Iterable[str]) -> dict[str, str]:
    """``{token: name}``: by it a machine is known that lost its tags."""
    return {token_of(owner, name, generation): name for name in names for generation in range(1, 9)}


def is_dead(row: Row) -> bool:
    """Ended, or about to."""
    return row["State"]["Name"] in DEAD


def make_once(
    owner: str,
    name: str,
    run: Callable[[str], Row],
    listed: Callable[[str], list[Row]],
    ticks: Callable[[], Iterable[float]] = lambda: clock(LOOK_FOR, 2.0),
) -> Row:
    """The one living machine of a name: made now, or by an earlier attempt whose answer was lost.

    ``run(token)`` asks for it; ``listed(token)`` are the rows that a token made. A token that answers with "other
    parameters" or a dead machine is looked up until something shows: a living machine is it, only dead ones mean the
    next generation. Raises TimedOut when nothing shows.
    """
    for generation in range(1, MOST_GENERATIONS + 1):
        token = token_of(owner, name, generation)
        try:
            made = run(token)
            if not is_dead(made):
                return made
        except Invalid as error:
            if error.details.get("code") != MISMATCH:
                raise
        found = _look_up(name, token, listed, ticks())
        living = [row for row in found if not is_dead(row)]
        if living:
            return living[0]
    raise TimedOut(
        f"create the machine {name}: it died {MOST_GENERATIONS} times in an hour; look at why, then run again"
    )


def _look_up(name: str, token: str, listed: Callable[[str], list[Row]], ticks: Iterable[float]) -> list[Row]:
    for _elapsed in ticks:
        rows = listed(token)
        if rows:
            return rows
    raise TimedOut(
        f"create the machine {name}: AWS knows its token {token[:12]}... and lists no machine for it after "
        f"{LOOK_FOR:.0f} s; run again"
    )
