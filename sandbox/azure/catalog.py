# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated regions offer: places, machine sizes, images. Data, with the names of the real ones.

Sizes: learn.microsoft.com/azure/virtual-machines/sizes; images: wiki.debian.org/Cloud/MicrosoftAzure and
documentation.ubuntu.com/azure. Germany West Central has zones; Germany North has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Size:
    """One machine size."""

    name: str
    family: str
    vcpus: int
    memory_gb: float
    architecture: str
    generations: str = "V1,V2"


@dataclass(frozen=True)
class Image:
    """One marketplace image. `fabric` is the sandbox's word for the root file system behind it."""

    publisher: str
    offer: str
    sku: str
    versions: tuple[str, ...]
    fabric: str
    size_gb: int
    architecture: str = "x64"
    generation: str = "V2"


LOCATIONS: dict[str, tuple[str, ...]] = {
    "germanywestcentral": ("1", "2", "3"), "westeurope": ("1", "2", "3"), "northeurope": ("1", "2", "3"),
    "eastus": ("1", "2", "3"), "germanynorth": (),
}  # fmt: skip
SIZES = (
    Size("Standard_B1s", "standardBSFamily", 1, 1, "x64"),
    Size("Standard_B2s", "standardBSFamily", 2, 4, "x64"),
    Size("Standard_B2ms", "standardBSFamily", 2, 8, "x64"),
    Size("Standard_B4ms", "standardBSFamily", 4, 16, "x64"),
    Size("Standard_B2ats_v2", "standardBasv2Family", 2, 1, "x64"),
    Size("Standard_B2als_v2", "standardBasv2Family", 2, 4, "x64"),
    Size("Standard_B2as_v2", "standardBasv2Family", 2, 8, "x64"),
    Size("Standard_B4as_v2", "standardBasv2Family", 4, 16, "x64"),
    Size("Standard_B2pls_v2", "standardBpsv2Family", 2, 4, "Arm64", "V2"),
    Size("Standard_B2ps_v2", "standardBpsv2Family", 2, 8, "Arm64", "V2"),
    Size("Standard_B4ps_v2", "standardBpsv2Family", 4, 16, "Arm64", "V2"),
    Size("Standard_D2s_v5", "standardDSv5Family", 2, 8, "x64"),
    Size("Standard_D4s_v5", "standardDSv5Family", 4, 16, "x64"),
    Size("Standard_D8s_v5", "standardDSv5Family", 8, 32, "x64"),
    Size("Standard_D2as_v5", "standardDASv5Family", 2, 8, "x64"),
    Size("Standard_D4as_v5", "standardDASv5Family", 4, 16, "x64"),
    Size("Standard_D2ps_v5", "standardDPSv5Family", 2, 8, "Arm64", "V2"),
    Size("Standard_D4ps_v5", "standardDPSv5Family", 4, 16, "Arm64", "V2"),
    Size("Standard_F2s_v2", "standardFSv2Family", 2, 4, "x64"),
    Size("Standard_F4s_v2", "standardFSv2Family", 4, 8, "x64"),
)
NOT_IN = {"germanynorth": ("Standard_B2ps_v2", "Standard_B2pls_v2", "Standard_B4ps_v2", "Standard_D2ps_v5",
                           "Standard_D4ps_v5")}  # fmt: skip
IMAGES = (
    Image("Debian", "debian-13", "13", ("0.20260901.2250",), "debian-13", 30, generation="V1"),
    Image("Debian", "debian-13", "13-gen2", ("0.20260901.2250", "0.20261101.2290"), "debian-13", 30),
    Image("Debian", "debian-13", "13-arm64", ("0.20261101.2290",), "debian-13", 30, "Arm64"),
    Image("Canonical", "ubuntu-24_04-lts", "server", ("24.04.202610150", "24.04.202611010"), "ubuntu-24.04", 30),
    Image("Canonical", "ubuntu-24_04-lts", "server-gen1", ("24.04.202611010",), "ubuntu-24.04", 30, generation="V1"),
    Image("Canonical", "ubuntu-24_04-lts", "server-arm64", ("24.04.202611010",), "ubuntu-24.04", 30, "Arm64"),
)  # fmt: skip


def sizes(location: str) -> dict[str, Size]:
    """What a region offers, by lower-case name."""
    return {one.name.lower(): one for one in SIZES if one.name not in NOT_IN.get(location, ())}


def image(reference: dict[str, Any]) -> tuple[Image, str] | None:
    """The image that publisher, offer and SKU name, with the exact version; None if there is none."""
    for one in IMAGES:
        named = (one.publisher, one.offer, one.sku)
        if all(str(reference.get(key, "")).lower() == value.lower()
               for key, value in zip(("publisher", "offer", "sku"), named, strict=True)):  # fmt: skip
            version = str(reference.get("version", ""))
            if version.lower() == "latest":
                return one, one.versions[-1]
            return (one, version) if version in one.versions else None
    return None


def sku_row(size: Size, location: str) -> dict[str, Any]:
    """A size as the list of SKUs shows it."""
    zones = list(LOCATIONS[location])
    gone = size.name in NOT_IN.get(location, ())
    facts = {"vCPUs": size.vcpus, "MemoryGB": f"{size.memory_gb:g}", "CpuArchitectureType": size.architecture,
             "HyperVGenerations": size.generations, "PremiumIO": True, "MaxNetworkInterfaces": 2,
             "vCPUsAvailable": size.vcpus, "LowPriorityCapable": True}  # fmt: skip
    restriction = {"type": "Location", "values": [location], "reasonCode": "NotAvailableForSubscription",
                   "restrictionInfo": {"locations": [location]}}  # fmt: skip
    return {
        "resourceType": "virtualMachines", "name": size.name, "tier": "Standard",
        "size": size.name.removeprefix("Standard_"), "family": size.family, "locations": [location],
        "locationInfo": [{"location": location, "zones": zones, "zoneDetails": []}],
        "capabilities": [{"name": name, "value": str(value)} for name, value in facts.items()],
        "restrictions": [restriction] if gone else [],
    }  # fmt: skip
