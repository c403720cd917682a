# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which zones of a region a site uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from .._engine.errors import Refused

MOST_ZONES = 3  # used unless zones are named


def wanted_zones(
    named: list[str] | None, existing: Iterable[str], region: str, offering: Callable[[], Mapping[str, set[str]]]
) -> list[str]:
    """Zones in order: those named, else the first three by name that offer all types. Existing ones stay in any case.

    ``offering`` looks up ``{zone: types}``; it is asked only when a zone is missing, so a quiet hour costs nothing.
    """
    have = set(existing)
    if named:
        return sorted(have | set(named))
    if len(have) >= MOST_ZONES:
        return sorted(have)
    offers = offering()
    types = set().union(*offers.values()) if offers else set()
    # Local and wavelength zones are listed beside the real ones: us-east-1-bos-1a.
    usable = sorted(zone for zone, found in offers.items() if found == types and re.fullmatch(f"{region}[a-z]", zone))
    spare = [zone for zone in usable if zone not in have]
    return sorted(have | set(spare[: MOST_ZONES - len(have)]))


def refuse_missing_types(types: set[str], offers: Mapping[str, set[str]], region: str) -> None:
    """Raise Refused for types that no zone has, or that no zone has together."""
    found: set[str] = set().union(*offers.values()) if offers else set()
    if types - found:
        raise Refused(
            f"{region} does not offer {', '.join(sorted(types - found))} in any zone; choose another size or region"
        )
    if not any(types <= has for has in offers.values()):
        each = "; ".join(f"{zone}: {', '.join(sorted(has))}" for zone, has in sorted(offers.items()))
        raise Refused(
            f"no zone of {region} offers all of {', '.join(sorted(types))} ({each}); choose sizes that meet in one"
        )
