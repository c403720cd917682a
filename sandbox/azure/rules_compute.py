# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks, availability sets and SSH keys.

Pages, below learn.microsoft.com/: rest/api/compute/disks/create-or-update, rest/api/compute/disks/delete,
rest/api/compute/availability-sets/create-or-update, rest/api/compute/ssh-public-keys/create.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Rules
from sandbox.azure.os_profile import check_key, invalid
from sandbox.azure.references import user_ids

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body, Resource

LARGEST = 32767  # GB


class Disks(Rules):
    """An OS disk comes with its machine and lives as long, or longer; an empty one is made by itself."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        part = new.properties
        if old is not None:
            new.body = {**{name: old.body[name] for name in ("sku", "managedBy") if name in old.body}, **new.body}
            new.properties.update({name: value for name, value in old.properties.items() if name not in part})
            if new.body.get("zones") != old.body.get("zones"):
                raise invalid("Changing property 'zones' is not allowed.", "zones", "PropertyChangeNotAllowed", 409)
            if part["diskSizeGB"] < old.properties["diskSizeGB"]:
                raise invalid("Disk size can only be increased.", "disk.diskSizeGB", "OperationNotAllowed", 409)
            return
        if part.get("creationData", {}).get("createOption") != "Empty":
            raise not_implemented("disks of their own that are not empty; an OS disk comes with its machine")
        if "diskSizeGB" not in part:
            raise invalid("Required parameter 'disk.diskSizeGB' is missing (null).", "disk.diskSizeGB")
        if not 1 <= part["diskSizeGB"] <= LARGEST:
            raise invalid(f"The value {part['diskSizeGB']} of disk.diskSizeGB must be between 1 and {LARGEST}.",
                          "disk.diskSizeGB")  # fmt: skip
        new.body.setdefault("sku", {"name": "Standard_LRS"})
        cloud.check_zones(new)
        new.own["guid"] = str(uuid.uuid4())

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        user = resource.body.get("managedBy")
        if user is None:
            return None
        return ArmError("OperationNotAllowed", f"Disk {resource.name} is attached to VM {user}.", 409)

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        size = resource.properties["diskSizeGB"]
        shown["sku"]["tier"] = shown["sku"]["name"].split("_")[0].removesuffix("SSD")
        shown["properties"] |= {
            "diskState": "Attached" if resource.body.get("managedBy") else "Unattached", "diskSizeBytes": size << 30,
            "uniqueId": resource.own["guid"], "timeCreated": cloud.stamp(resource.created),
        }  # fmt: skip
        if "osType" in resource.properties:
            shown["properties"]["hyperVGeneration"] = "V2"


class AvailabilitySets(Rules):
    """A set keeps its machines on different racks."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        part = new.properties
        part.setdefault("platformUpdateDomainCount", 5)
        part.setdefault("platformFaultDomainCount", 2 if new.body.get("sku") else 3)
        new.body.setdefault("sku", {"name": "Classic"})
        if not 1 <= part["platformFaultDomainCount"] <= 3:
            raise invalid("The specified fault domain count "
                          f"{part['platformFaultDomainCount']} must fall in the range 1 to 3.",
                          "platformFaultDomainCount")  # fmt: skip
        if not 1 <= part["platformUpdateDomainCount"] <= 20:
            raise invalid("The specified update domain count "
                          f"{part['platformUpdateDomainCount']} must fall in the range 1 to 20.",
                          "platformUpdateDomainCount")  # fmt: skip
        if old is not None and any(old.properties[name] != part[name] for name in
                                   ("platformFaultDomainCount", "platformUpdateDomainCount")):  # fmt: skip
            raise invalid("Changing property 'platformFaultDomainCount' or 'platformUpdateDomainCount' is not allowed.",
                          "availabilitySet", "PropertyChangeNotAllowed", 409)  # fmt: skip
        if old is None:
            cloud.quota("availabilitySets", new.location, "OperationNotAllowed", "availability sets")

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        users = user_ids(cloud, resource)
        if not users:
            return None
        return ArmError("OperationNotAllowed", f"Availability Set {resource.name} cannot be deleted. Before deleting "
                        "an Availability Set please ensure that it does not contain any VM: "
                        f"{users[0]}.", 409)  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        users = user_ids(cloud, resource)
        shown["properties"]["virtualMachines"] = [{"id": one} for one in users]


class SshKeys(Rules):
    """A public key under a name."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        if new.properties.get("publicKey"):
            check_key(new.properties["publicKey"], "properties.publicKey")
