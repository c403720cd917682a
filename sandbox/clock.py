# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's clock: real time, plus what a test stepped it forward."""

from __future__ import annotations

import datetime
import time


class Clock:
    """Seconds since 1970 that tests can step, so that an hour of a terminated instance takes no time."""

    def __init__(self) -> None:
        self._ahead, self._more, self._since = 0.0, 0.0, 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        real = time.time()
        return real + self._ahead + (real - self._since) * self._more

    def hurry(self, times: float) -> None:
        """Go that many times faster from now on: what takes seconds in a cloud takes none of a test's."""
        self._ahead, self._since = self.now() - time.time(), time.time()
        self._more = times - 1

    def today(self) -> datetime.datetime:
        """The same as a time zone aware moment in UTC."""
        return datetime.datetime.fromtimestamp(self.now(), datetime.UTC)

    def step(self, seconds: float) -> None:
        """Move forward; never back, as nothing here expects that."""
        if seconds < 0:
            raise ValueError(f"the clock only steps forward, not by {seconds} s")
        self._ahead += seconds
