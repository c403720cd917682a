# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPv4 ranges: what is one, what a subnet may have, which addresses of it are kept."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from sandbox.gcp.errors import GcpError, invalid, not_implemented

Range = ipaddress.IPv4Network
# Source: VPC documentation, "Subnets", prohibited IPv4 subnet ranges.
FORBIDDEN = tuple(
    Range(text)
    for text in (
        "0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/4", "255.255.255.255/32", "199.36.153.4/30",
        "199.36.153.8/30",
    )
)  # fmt: skip
SMALLEST = 29  # the same page: the longest prefix of a primary range


def ipv4(field: str, text: object) -> Range:
    """A range without host bits. Raises GcpError."""
    if isinstance(text, str) and ":" in text:
        raise not_implemented(f"IPv6 ranges ({field})")
    try:
        return Range(str(text), strict=True)
    except ValueError as error:
        raise invalid(field, text, f"Invalid IPCidrRange: {error}.") from error


def subnet(field: str, text: object) -> Range:
    """A range that a subnet can have. Raises GcpError."""
    if not isinstance(text, str) or "/" not in text:
        raise invalid(field, text, "Must be a CIDR address range.")
    found = ipv4(field, text)
    if not 4 <= found.prefixlen <= SMALLEST:
        raise invalid(field, text, f"The prefix length must be from 4 to {SMALLEST}.")
    for bad in FORBIDDEN:
        if found.overlaps(bad):
            raise invalid(field, text, f"The range overlaps {bad}, which no subnet may use.")
    return found


def usable(whole: Range, address: ipaddress.IPv4Address) -> bool:
    """Whether a machine may have the address: not the first two, not the last two.

    Source: VPC documentation, "Subnets", unusable addresses in IPv4 subnet ranges.
    """
    kept = (whole[0], whole[1], whole[-2], whole[-1])
    return address in whole and address not in kept


def free(whole: Range, taken: Iterable[str]) -> str:
    """The lowest address that a machine can have. Raises GcpError when there is none."""
    used = {ipaddress.IPv4Address(one) for one in taken}
    for number in range(2, whole.num_addresses - 2):
        if whole[number] not in used:
            return str(whole[number])
    raise GcpError(400, "ipSpaceExhausted", f"IP space of '{whole}' is exhausted.")
