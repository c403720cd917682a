# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the simulator behaves where the real one varies: pages, durations, headers, lag, throttling. Tests change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from sandbox.clock import Clock

Style = Literal["headers", "resource"]
Conflict = Literal["refuse", "operation"]


@dataclass
class Settings:
    """`style` "resource": a PUT has no operation headers; clients poll the resource. `retry_after`: None sends none.

    `lag`: seconds for which lists neither show what is new nor miss what is gone. `conflict` "operation": a second
    write is accepted, and its operation fails. `polls`: how often an operation is seen in progress, at least.
    """

    page: int = 100
    polls: int = 2
    seconds: float = 0.5
    machine_seconds: float = 2.0
    retry_after: int | None = None
    style: Style = "headers"
    conflict: Conflict = "refuse"
    lag: float = 0.0
    throttled: bool = True

    def set(self, changes: dict[str, Any]) -> None:
        """Change some; an unknown name or word is a ValueError."""
        words = {"style": get_args(Style), "conflict": get_args(Conflict)}
        for name, value in changes.items():
            if name not in self.__dataclass_fields__:
                raise ValueError(f"setting {name!r} is not one of {', '.join(self.__dataclass_fields__)}")
            if name in words and value not in words[name]:
                raise ValueError(f"{name} is {value!r}; it is one of {', '.join(words[name])}")
            setattr(self, name, value)


@dataclass
class Bucket:
    """Tokens of one kind of request (learn.microsoft.com/azure/azure-resource-manager/management/request-limits...)."""

    size: float
    rate: float
    left: float
    filled: float

    def take(self, now: float) -> bool:
        """One token, if there is one."""
        self.left = min(self.size, self.left + (now - self.filled) * self.rate)
        self.filled = now
        if self.left < 1:
            return False
        self.left -= 1
        return True


@dataclass
class Throttle:
    """Reads, writes and deletes of each principal in each subscription."""

    clock: Clock
    limits: dict[str, tuple[float, float]] = field(
        default_factory=lambda: {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10)}
    )
    buckets: dict[tuple[str, str, str], Bucket] = field(default_factory=dict)

    def take(self, actor: str, subscription: str, method: str) -> tuple[bool, str, int]:
        """Whether the request may pass, its kind, and how many of that kind are left."""
        what = {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(method, "writes")
        now, (size, rate) = self.clock.now(), self.limits[what]
        bucket = self.buckets.setdefault((actor, subscription, what), Bucket(size, rate, size, now))
        return bucket.take(now), what, int(bucket.left)
