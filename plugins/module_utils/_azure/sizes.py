# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Sizes by name, and what a region offers of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from .._engine.errors import Refused

Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """A machine type with what one gets for it."""

    type: str
    vcpus: int
    memory_gb: int


# kubeadm asks for 2 processors and 1.7 GB on a control-plane node; less is not offered. Processors x86-64.
# learn.microsoft.com/azure/virtual-machines/sizes/general-purpose/basv2-series
SIZES = {
    "small": Size("Standard_B2als_v2", 2, 4),
    "medium": Size("Standard_B2as_v2", 2, 8),
    "large": Size("Standard_B4as_v2", 4, 16),
}


@dataclass(frozen=True)
class Offer:
    """A machine type as a region offers it to the subscription. ``zones`` is empty where there are none."""

    type: str
    family: str
    vcpus: int
    memory_gb: float
    architecture: str  # amd64 or arm64
    generation: str  # V2 where it starts images of the second generation, else V1
    premium: bool  # takes premium disks
    zones: frozenset[str]
    offered: bool

    @classmethod
    def of(cls, row: Row) -> Offer:
        """From a row of the list of SKUs of one region."""
        can = {one["name"]: one["value"] for one in row.get("capabilities") or []}
        zones = {zone for place in row.get("locationInfo") or [] for zone in place.get("zones") or []}
        limits = row.get("restrictions") or []
        closed = {z for one in limits for z in (one.get("restrictionInfo") or {}).get("zones") or []}
        arm = can.get("CpuArchitectureType") == "Arm64"
        return cls(
            type=row["name"],
            family=row.get("family") or "",
            vcpus=int(can.get("vCPUs", 0)),
            memory_gb=float(can.get("MemoryGB", 0)),
            architecture="arm64" if arm else "amd64",
            generation="V2" if "V2" in can.get("HyperVGenerations", "V1") else "V1",
            premium=can.get("PremiumIO") == "True",
            zones=frozenset(zones - closed),
            offered=not any(one.get("type") == "Location" for one in limits) and not (zones and zones <= closed),
        )


def offers_of(rows: Iterable[Row]) -> dict[str, Offer]:
    """``{lower-case type: offer}`` of the machine types among the rows."""
    found = (Offer.of(row) for row in rows if row.get("resourceType") == "virtualMachines")
    return {offer.type.lower(): offer for offer in found}


def type_of(size: str) -> str:
    """The machine type of a size; an exact type is its own size."""
    return SIZES[size].type if size in SIZES else size


def refuse_missing_types(types: Iterable[str], offers: dict[str, Offer], region: str) -> None:
    """Raise Refused for a type that the region does not offer to the subscription, naming the nearest that is."""
    for kind in sorted(set(types)):
        offer = offers.get(kind.lower())
        if offer is None or not offer.offered:
            near = nearest(kind, offers)
            raise Refused(
                f"{region} does not offer {kind} to this subscription; the nearest that it offers is "
                f"{near or 'unknown'}: name that in the cluster file, or choose another size or region",
                nearest=near,
            )


def nearest(kind: str, offers: dict[str, Offer]) -> str | None:
    """Of the same kind of processor the one with the nearest number of them, then memory, then name.

    A type that the region's list does not hold says by its name what it is.
    """
    known = offers.get(kind.lower())
    said = (known.architecture, known.vcpus, known.memory_gb) if known else (*_named(kind), None)
    architecture, vcpus, memory = said

    def distance(offer: Offer) -> tuple[bool, int, float, float, str]:
        more = 0 if vcpus is None else abs(offer.vcpus - vcpus)
        others = offer.architecture != architecture
        likeness = SequenceMatcher(None, offer.type, kind).ratio()
        return others, more, 0 if memory is None else abs(offer.memory_gb - memory), -likeness, offer.type

    have = [offer for offer in offers.values() if offer.offered and offer.vcpus]
    return min(have, key=distance).type if have else None


def _named(kind: str) -> tuple[str, int | None]:
    """Architecture and processors of ``Standard_D4ps_v5``: its number, and a "p" among the letters after it for Arm.

    Source: learn.microsoft.com/azure/virtual-machines/vm-naming-conventions
    """
    found = re.match(r"Standard_[A-Z]+(\d+)(?:-\d+)?([a-z]*)", kind)
    return ("arm64" if found and "p" in found[2] else "amd64"), int(found[1]) if found else None


def refuse_zones_without(places: Iterable[tuple[str, str]], offers: dict[str, Offer], region: str) -> None:
    """Raise Refused when a type, zone pair of a machine that is to be made is not on offer."""
    for kind, zone in sorted(set(places)):
        can = offers[kind.lower()].zones
        if zone not in can:
            others = f"only {', '.join(sorted(can))} do" if can else "and no other does"
            raise Refused(
                f"zone {zone} of {region} does not offer {kind} to this subscription, {others}; choose another size "
                "in the cluster file"
            )
