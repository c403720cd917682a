# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which part of a site's network each of its subnets gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

from .._engine.errors import Refused

PARTS_BITS = 2  # a site's network is cut into four parts


def blocks(cidr: str, existing: Mapping[str, str], taken: Iterable[str], zones: Iterable[str]) -> dict[str, str]:
    """``{zone: block}``: existing ones keep theirs, a new zone gets the lowest part that overlaps nothing taken."""
    used = [IPv4Network(block) for block in (*taken, *existing.values())]
    free = [part for part in IPv4Network(cidr).subnets(PARTS_BITS) if not any(part.overlaps(other) for other in used)]
    found = dict(existing)
    for zone in sorted(set(zones) - existing.keys()):
        if not free:
            raise Refused(
                f"subnet {zone}: network {cidr} is cut into {1 << PARTS_BITS} parts, and none is free; "
                "name fewer zones, or remove a subnet that is not this cluster's"
            )
        found[zone] = str(free.pop(0))
    return found
