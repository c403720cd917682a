# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public addresses: a part of 198.18.0.0/15 (RFC 2544, so none is anybody's) that the other clouds leave alone."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable

from sandbox.gcp.errors import GcpError

FIRST = int(ipaddress.IPv4Address("198.19.128.0"))
LAST = int(ipaddress.IPv4Address("198.19.191.255"))


class Pool:
    """Gives out addresses in turn, so that a new one is not the one that was just given back."""

    def __init__(self, taken: Callable[[], Iterable[str]]) -> None:
        self._taken = taken
        self._next = FIRST + 1

    def allocate(self) -> str:
        """A free address. Raises GcpError when there is none."""
        taken = {int(ipaddress.IPv4Address(address)) for address in self._taken()}
        for _ in range(LAST - FIRST + 1):
            number, self._next = self._next, self._next + 1 if self._next < LAST else FIRST
            if number not in taken and number & 0xFF not in (0, 255):
                taken.add(number)
                return str(ipaddress.IPv4Address(number))
        raise GcpError(503, "backendError", "No external address is available.")
