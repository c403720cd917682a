# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which zones a site uses. A region without zones has one place, ``regional``, where an availability set spreads."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .._engine.errors import Refused
from .sizes import Offer

MOST_ZONES = 3
REGIONAL = "regional"


def wanted_zones(
    named: list[str] | None, existing: Iterable[str], types: set[str], offers: Callable[[], dict[str, Offer]]
) -> list[str]:
    """Zones in order: those named, else the first three by name that offer all types. Existing ones stay in any case.

    ``offers`` looks up what the region has; it is asked only when a zone is missing, so a quiet hour costs nothing.
    """
    have = set(existing)
    if REGIONAL in have or (named and set(named) <= have) or (not named and len(have) >= MOST_ZONES):
        return sorted(have)
    usable = usable_zones(types, offers())
    if named and set(named) - set(usable):
        raise Refused(
            f"zones {', '.join(sorted(set(named) - set(usable)))} do not offer {', '.join(sorted(types)) or 'anything'}"
            f"; those that do: {', '.join(usable) or 'none'}; name others, or leave zones out"
        )
    spare = [zone for zone in usable if zone not in have]
    return sorted(have | set(named or spare[: MOST_ZONES - len(have)])) or [REGIONAL]


def usable_zones(types: set[str], offers: dict[str, Offer]) -> list[str]:
    """Zones that offer all of the types. Raises Refused where each type has zones, and none has them all."""
    zones = [offers[kind.lower()].zones for kind in sorted(types)] or [offer.zones for offer in offers.values()]
    common = set.intersection(*map(set, zones)) if types and zones else set().union(*zones)
    if not common and any(zones):
        each = "; ".join(f"{kind}: {', '.join(sorted(offers[kind.lower()].zones)) or 'none'}" for kind in sorted(types))
        raise Refused(f"no zone offers all of {', '.join(sorted(types))} ({each}); choose sizes that meet in one")
    return sorted(common)
