# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Sizes by name, and what a region offers of them."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
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
    """Of the same processor the one with the nearest number of processors, then memory, then name."""
    known = offers.get(kind.lower())
    have = [offer for offer in offers.values() if offer.offered and offer.vcpus]
    if known is None:
        close = difflib.get_close_matches(kind, [offer.type for offer in have], n=1, cutoff=0.0)
        return close[0] if close else None

    def distance(offer: Offer) -> tuple[bool, int, float, float]:
        likeness = difflib.SequenceMatcher(None, offer.type, kind).ratio()
        others = offer.architecture != known.architecture
        return others, abs(offer.vcpus - known.vcpus), abs(offer.memory_gb - known.memory_gb), -likeness

    return min(have, key=distance).type if have else None
