# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ids, fingerprints and times as Compute Engine makes them: opaque, from a seed, never used twice."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import random
from typing import Any

from sandbox.clock import Clock

# Google shows Pacific time with its offset; who compares times as text, or expects a Z, has a bug to find here.
PACIFIC = datetime.timezone(datetime.timedelta(hours=-8))


class Stamps:
    """One source of ids for one cloud."""

    def __init__(self, clock: Clock, seed: int = 1) -> None:
        self._clock, self._random = clock, random.Random(seed)

    def number(self) -> str:
        """An id: decimal text of a 64-bit number."""
        return str(self._random.randrange(10**18, 9 * 10**18))

    def hexadecimal(self, length: int) -> str:
        return f"{self._random.getrandbits(4 * length):0{length}x}"

    def operation(self) -> str:
        """The name of an operation."""
        milliseconds = round(self._clock.now() * 1000)
        return f"operation-{milliseconds}-{self.hexadecimal(13)}-{self.hexadecimal(8)}-{self.hexadecimal(8)}"

    def time(self) -> str:
        """Now, as RFC 3339."""
        return moment(self._clock.now())

    def fingerprint(self, value: Any) -> str:
        """Base64 of eight bytes. Another value, or the same one set again, has another fingerprint."""
        text = json.dumps(value, sort_keys=True) + self.hexadecimal(8)
        return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def moment(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339."""
    return datetime.datetime.fromtimestamp(seconds, PACIFIC).isoformat(timespec="milliseconds")
