# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""A wait is a predicate and a clock; a retry is a wait around a call."""

from __future__ import annotations

import functools
import random
import time
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

from .errors import TimedOut

T = TypeVar("T")
P = ParamSpec("P")


def clock(
    limit: float, step: float, *, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
) -> Iterator[float]:
    """Yield the seconds elapsed: at once, then every ``step``, never past ``limit``. A limit of 0 looks once."""
    start = now()
    while True:
        yield now() - start
        if now() - start + step > limit:
            return
        sleep(step)


def wait_for(ready: Callable[[Any], bool], look: Callable[[], T], *, what: str, ticks: Iterator[float]) -> T:
    """Return what ``look`` sees once ``ready`` holds for it. Raises TimedOut, with ``what`` and the last look."""
    seen: T | None = None
    waited = 0.0
    for elapsed in ticks:
        seen, waited = look(), elapsed
        if ready(seen):
            return seen
    raise TimedOut(f"{what} is not {ready.__name__.replace('_', ' ')} after {waited:.0f} s; last seen: {shown(seen)}")


def shown(state: object) -> str:
    """One line of a state: ``status=negotiating, endpoint=198.51.100.7:500``."""
    if isinstance(state, dict):
        return ", ".join(f"{key}={value}" for key, value in state.items())
    return "nothing" if state is None else str(state)


def retries(
    passes_by_waiting: Callable[[Exception], bool],
    *,
    within: float,
    first: float = 0.5,
    most: float = 8.0,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Call again what passes by waiting, for ``within`` seconds at most, with doubling pauses and full jitter.

    Source of the jitter: AWS Architecture Blog, "Exponential Backoff And Jitter". The last error goes up unchanged.
    """

    def decorate(call: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(call)
        def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
            start, pause = now(), first
            while True:
                try:
                    return call(*args, **kwargs)
                except Exception as error:
                    wait = random.uniform(pause / 2, pause)
                    if not passes_by_waiting(error) or now() - start + wait > within:
                        raise
                sleep(wait)
                pause = min(most, pause * 2)

        return wrapped

    return decorate
