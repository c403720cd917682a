# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public addresses: 198.18.0.0/15 is set aside for tests of devices (RFC 2544), so none of them is anybody's."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable

from sandbox.aws.errors import AwsError

FIRST = int(ipaddress.IPv4Address("198.18.1.0"))  # below it live the internet's own: router, resolver, mirror
LAST = int(ipaddress.IPv4Address("198.19.63.254"))  # above it are those of the other clouds


class Pool:
    """Gives out addresses in turn, so that a new one is not the one that was just given back."""

    def __init__(self, taken: Callable[[], Iterable[str]]) -> None:
        self._taken = taken
        self._next = FIRST

    def allocate(self) -> str:
        """A free address. Raises AwsError when there is none."""
        taken = {int(ipaddress.IPv4Address(address)) for address in self._taken()}
        for _ in range(LAST - FIRST + 1):
            number, self._next = self._next, self._next + 1 if self._next < LAST else FIRST
            if number not in taken and number & 0xFF not in (0, 255):
                return str(ipaddress.IPv4Address(number))
        raise AwsError("InsufficientAddressCapacity", "Not enough available addresses to satisfy the requested number")
