# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which zones of a region a site uses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from .._engine.errors import Refused
from . import api_account
from .client import Client
from .sizes import nearest

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


def offers_of(client: Client, types: Iterable[str]) -> dict[str, set[str]]:
    """``{zone: types}`` of the types that are asked for. Raises Refused, with the nearest, for one that none has."""
    wanted, found = set(types), dict[str, set[str]]()
    for row in api_account.list_offerings(client, sorted(wanted)) if wanted else []:
        found.setdefault(row["Location"], set()).add(row["InstanceType"])
    refuse_missing_types(
        wanted, found, client.region, lambda: {row["InstanceType"] for row in api_account.list_all_offerings(client)}
    )
    return found


def refuse_missing_types(
    types: set[str], offers: Mapping[str, set[str]], region: str, everything: Callable[[], Iterable[str]]
) -> None:
    """Raise Refused for a type that no zone has, or types that no zone has together. ``everything``: on offer there."""
    missing = sorted(types - set().union(*offers.values()))
    if missing:
        near = nearest(missing[0], everything())
        instead = f"the nearest that it has is {near}; " if near else ""
        raise Refused(
            f"{region} does not offer {missing[0]} in any zone; {instead}choose another size or region", nearest=near
        )
    if types and not any(types <= has for has in offers.values()):
        each = "; ".join(f"{zone}: {', '.join(sorted(has))}" for zone, has in sorted(offers.items()))
        raise Refused(
            f"no zone of {region} offers all of {', '.join(sorted(types))} ({each}); choose sizes that meet in one"
        )


def refuse_zones_without(places: Iterable[tuple[str, str]], offers: Mapping[str, set[str]]) -> None:
    """Raise Refused when a type, zone pair of a machine that is to be made is not on offer."""
    for kind, zone in sorted(set(places)):
        if kind not in offers.get(zone, set()):
            can = ", ".join(name for name, has in sorted(offers.items()) if kind in has)
            raise Refused(f"zone {zone} does not offer {kind}, only {can} do; choose another size in the cluster file")
