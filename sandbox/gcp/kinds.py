# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of things the sandbox keeps or lists, in the API's own words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Kind:
    """`collection` stands in URLs, `schema` in the contract, `scope` is "global", "regions", "zones" or "" (places)."""

    collection: str
    schema: str
    scope: str

    @property
    def kind(self) -> str:
        """The value of the field `kind`."""
        return f"compute#{self.schema[0].lower()}{self.schema[1:]}"

    @property
    def word(self) -> str:
        """As messages name one of them."""
        return self.collection.removesuffix("s") if self.collection != "addresses" else "address"


NETWORK = Kind("networks", "Network", "global")
SUBNETWORK = Kind("subnetworks", "Subnetwork", "regions")
FIREWALL = Kind("firewalls", "Firewall", "global")
ROUTE = Kind("routes", "Route", "global")
ADDRESS = Kind("addresses", "Address", "regions")
INSTANCE = Kind("instances", "Instance", "zones")
DISK = Kind("disks", "Disk", "zones")
KEPT = (NETWORK, SUBNETWORK, FIREWALL, ROUTE, ADDRESS, INSTANCE, DISK)

REGION = Kind("regions", "Region", "")
ZONE = Kind("zones", "Zone", "")
MACHINE_TYPE = Kind("machineTypes", "MachineType", "zones")
DISK_TYPE = Kind("diskTypes", "DiskType", "zones")
IMAGE = Kind("images", "Image", "global")
OFFERED = (REGION, ZONE, MACHINE_TYPE, DISK_TYPE, IMAGE)

OPERATIONS = {
    "globalOperations": Kind("operations", "Operation", "global"),
    "regionOperations": Kind("operations", "Operation", "regions"),
    "zoneOperations": Kind("operations", "Operation", "zones"),
}
LISTED = {**{kind.collection: kind for kind in (*KEPT, *OFFERED)}, **OPERATIONS}
