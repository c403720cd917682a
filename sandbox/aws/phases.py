# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes time: `pending` before `running`, `shutting-down` before `terminated`.

A phase ends by itself after some seconds or after it was seen in some lists, whichever is first, so that a test with
a stepped clock, a client that polls and a person are all served. A phase with `until` ends only when that says so:
with a fabric, a machine runs when it runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.clock import Clock

LOOKS = 2


@dataclass
class Phase:
    """One thing on its way. `name` is the state that is shown, `after` what is done at its end."""

    name: str
    seconds: float
    since: float
    after: Callable[[], None] = lambda: None
    until: Callable[[], bool] | None = None
    stuck: bool = False
    looks: int = field(default=0)


class Phases:
    """All things on their way, by id."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.running: dict[str, Phase] = {}

    def begin(self, key: str, name: str, seconds: float, *, after: Callable[[], None] = lambda: None,
              until: Callable[[], bool] | None = None, stuck: bool = False) -> None:  # fmt: skip
        """Start a phase; one that was under way is over, without its `after`."""
        self.running[key] = Phase(name, seconds, self.clock.now(), after, until, stuck)

    def name(self, key: str) -> str | None:
        """The state to show instead of the final one, or None."""
        phase = self.running.get(key)
        return phase.name if phase else None

    def seen(self, key: str) -> None:
        """A list that a client asked for showed the thing in its phase."""
        if key in self.running:
            self.running[key].looks += 1

    def end(self, key: str) -> None:
        """Forget the phase of a thing that is gone."""
        self.running.pop(key, None)

    def free(self) -> None:
        """Let go of everything that a fault held."""
        for phase in self.running.values():
            phase.stuck = False

    def tick(self) -> list[str]:
        """End what is due; return the keys. Called before each request."""
        due = [key for key, phase in self.running.items() if self._is_over(phase)]
        for key in due:
            self.running.pop(key).after()
        return due

    def _is_over(self, phase: Phase) -> bool:
        if phase.stuck:
            return False
        if phase.until is not None:
            return phase.until()
        return phase.looks >= LOOKS or self.clock.now() - phase.since >= phase.seconds
