# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which zones of a region the machines of a site are spread over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from .._engine.errors import Refused
from . import api_account
from .client import Client
from .labels import last, path_of
from .sizes import nearest

MOST_ZONES = 3  # used unless zones are named
Offers = dict[str, dict[str, dict[str, Any]]]  # the rows of machine types, by zone and name


def wanted_zones(named: Iterable[str], existing: Iterable[str], offers: Mapping[str, Collection[str]]) -> list[str]:
    """Those named, else those that have machines, filled up to three by the first ones that offer all types."""
    if named:
        return sorted(named)
    have = sorted(set(existing))
    types = set().union(*offers.values()) if offers else set()
    spare = sorted(zone for zone, found in offers.items() if set(found) >= types and zone not in have)
    return sorted([*have, *spare[: max(0, MOST_ZONES - len(have))]])


def offers_of(client: Client, types: Iterable[str]) -> Offers:
    """What each zone has of the types that are asked for. Raises Refused, with the nearest, for one that none has."""
    wanted = sorted(set(types))
    rows = api_account.list_offerings(client, wanted, f"zones/{client.region}-") if wanted else []
    found: Offers = {}
    for row in rows:
        found.setdefault(last(row["zone"]), {})[row["name"]] = row
    _refuse_missing_types(client, set(wanted), found)
    return found


def _refuse_missing_types(client: Client, types: set[str], offers: Offers) -> None:
    missing = sorted(types - set().union(*offers.values()))
    if missing:
        raise Refused(
            f"{client.region} does not offer {missing[0]} in any zone; {_instead(client, missing[0])}choose another "
            "size or region"
        )
    if types and not any(types <= set(has) for has in offers.values()):
        each = "; ".join(f"{zone}: {', '.join(sorted(has))}" for zone, has in sorted(offers.items()))
        raise Refused(
            f"no zone of {client.region} offers all of {', '.join(sorted(types))} ({each}); choose sizes that "
            "meet in one"
        )


def _instead(client: Client, missing: str) -> str:
    elsewhere = api_account.list_offerings(client, [missing], "zones/")
    zones = sorted(last(path_of(link)) for link in api_account.get_region(client, client.region).get("zones", []))
    offered = api_account.list_types(client, zones[0]) if zones else []
    found = nearest(missing, next(iter(elsewhere), None), offered)
    return f"the nearest that it has is {found}; " if found else ""


def refuse_zones_without(types: Iterable[str], zones: Iterable[str], offers: Mapping[str, Collection[str]]) -> None:
    """Raise Refused when a zone that machines are to be made in lacks one of their types."""
    for zone in zones:
        lacks = sorted(set(types) - set(offers.get(zone, ())))
        if lacks:
            can = sorted(name for name, has in offers.items() if set(has) >= set(types))
            raise Refused(
                f"zone {zone} does not offer {', '.join(lacks)}; name zones that do in the cluster file"
                f" ({', '.join(can)})"
            )
