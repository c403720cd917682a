# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual machines. Pages: [rest] learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update, [states]
learn.microsoft.com/azure/virtual-machines/states-billing, [delete] learn.microsoft.com/azure/virtual-machines/delete,
[custom] learn.microsoft.com/azure/virtual-machines/custom-data, [quota]
learn.microsoft.com/azure/virtual-machines/quotas."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sandbox.azure import catalog, ids
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Rules
from sandbox.azure.os_profile import check_os, invalid
from sandbox.azure.references import refer
from sandbox.azure.rules_interfaces import machine_of
from sandbox.azure.store import Resource

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body

RESERVED = 180.0  # seconds that a NIC stays bound to a machine that failed to start (NicReservedForAnotherVm)
HELD = {"osDisk", "imageReference", "dataDisks"}


class Machines(Rules):
    """A machine, its OS disk, and what dies with it."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        part = new.properties
        if old is not None:
            _keep(new, old)
        for name in ("hardwareProfile", "storageProfile", "networkProfile"):
            if name not in part:
                raise invalid(f"Required parameter '{name}' is missing (null).", name)
        size = self._size(cloud, new, old)
        self._storage(new, old, size)
        if old is None:
            check_os(new)
        self._network(cloud, new, old)
        self._place(cloud, new, old)
        if old is None or not old.own["power"]:  # a PUT on a machine that was never allocated tries again
            new.own |= {"power": "starting", "wanted": "running", "failed": False}
        new.own.setdefault("vmId", str(uuid.uuid4()))

    def _size(self, cloud: Cloud, new: Resource, old: Resource | None) -> catalog.Size:
        name = new.properties["hardwareProfile"].get("vmSize")
        if new.properties["hardwareProfile"].keys() - {"vmSize"}:
            raise not_implemented("hardwareProfile.vmSizeProperties")
        size = catalog.sizes(new.location).get(str(name).lower())
        if size is None:
            if any(one.name.lower() == str(name).lower() for one in catalog.SIZES):
                raise invalid(f"The requested VM size for resource 'Following SKUs have failed for Capacity "
                              f"Restrictions: {name}' is currently not available in location '{new.location}'. Please "
                              "try another size or deploy to a different location or different zone. See "
                              "https://aka.ms/azureskunotavailable for details.", "vmSize", "SkuNotAvailable",
                              409)  # fmt: skip
            raise invalid(f"The value {name} provided for the VM size is not valid. The valid sizes in the current "
                          f"region are: {','.join(sorted(one.name for one in catalog.sizes(new.location).values()))}.",
                          "vmSize")  # fmt: skip
        has = old is not None and old.own["power"] not in ("", "deallocated")
        if old is None or not old.own["power"] or (has and size_of(old).name != size.name):
            check_quota(cloud, new.location, size, size_of(old).vcpus if old is not None and has else 0)
        return size

    def _storage(self, new: Resource, old: Resource | None, size: catalog.Size) -> None:
        part = new.properties["storageProfile"]
        if part.get("dataDisks") or part.keys() - HELD:
            raise not_implemented("data disks, and storageProfile beyond image and OS disk")
        reference, disk = part.get("imageReference"), part.get("osDisk") or {}
        if reference is None:
            raise invalid("Required parameter 'imageReference' is missing (null).", "imageReference")
        if reference.keys() & {"id", "sharedGalleryImageId", "communityGalleryImageId"}:
            raise not_implemented("images that are not of the marketplace")
        found = catalog.image(reference)
        if found is None:
            named = ":".join(str(reference.get(key)) for key in ("publisher", "offer", "sku", "version"))
            raise invalid(f"The platform image '{named}' is not available. Verify that all fields in the storage "
                          "profile are correct. For more details about storage profile information, please refer to "
                          "https://aka.ms/storageprofile", "imageReference", "PlatformImageNotFound", 404)  # fmt: skip
        image, version = found
        if image.architecture != size.architecture:
            raise invalid(f"Cannot create a VM of size '{size.name}' because this VM size only supports a CPU "
                          f"Architecture of '{size.architecture}', but an image or disk with CPU Architecture "
                          f"'{image.architecture}' was given.", "vmSize")  # fmt: skip
        new.own |= {"exactVersion": version, "fabric": image.fabric}
        _fill_disk(new, old, disk, image)

    def _network(self, cloud: Cloud, new: Resource, old: Resource | None) -> None:
        part = new.properties["networkProfile"]
        named = part.get("networkInterfaces") or []
        if part.get("networkInterfaceConfigurations") or "networkApiVersion" in part:
            raise not_implemented("networkInterfaceConfigurations: make interfaces, then name them")
        if not named:
            raise invalid("Virtual Machine must have at least one network interface.", "networkProfile")
        primary = [one for one in named if one.get("properties", {}).get("primary")]
        if len(named) > 1 and len(primary) != 1:
            raise ArmError("VirtualMachineMustHaveOneNetworkInterfaceAsPrimary",
                           f"Virtual machine {new.id} must have one network interface set as the primary.")  # fmt: skip
        if old is not None and _interfaces(new) != _interfaces(old):
            raise not_implemented("another set of interfaces for a machine that exists")
        for number, one in enumerate(named):
            nic = refer(cloud, new, one, "networkInterfaces", f"properties.networkProfile.networkInterfaces[{number}]")
            user = machine_of(cloud, nic)
            if user is not None and user.key != new.key:
                raise ArmError("NicInUse", f"Network Interface {nic.id} is used by existing resource {user.id}.")
            owner, until = nic.own.get("reserved", ("", 0.0))
            if ids.key(owner) != new.key and cloud.clock.now() < until:
                raise ArmError("NicReservedForAnotherVm", f"Nic(s) in request is reserved for another Virtual Machine "
                               f"for 180 seconds. Please provide another nic(s) or retry after 180 seconds. Reserved "
                               f"VM: {owner}.")  # fmt: skip
            one["id"] = nic.id

    def _place(self, cloud: Cloud, new: Resource, old: Resource | None) -> None:
        cloud.check_zones(new)
        if len(new.body.get("zones") or []) > 1:
            raise invalid("A virtual machine can be in one zone only.", "zones")
        if "availabilitySet" in new.properties:
            if new.body.get("zones"):  # [rest] zones and availabilitySet exclude each other
                raise ArmError("BadRequest", "Virtual machines cannot be created in an Availability Set if a zone is "
                               "specified.", target="availabilitySet")  # fmt: skip
            found = refer(cloud, new, new.properties["availabilitySet"], "availabilitySets",
                          "properties.availabilitySet")  # fmt: skip
            new.properties["availabilitySet"] = {"id": found.id}

    def ready(self, cloud: Cloud, resource: Resource) -> bool:
        """A new machine is there when it has booted; a change of one that exists waits for nothing, stopped or not."""
        if resource.own["power"] != "starting":
            return True
        return cloud.machines is None or cloud.machines.status(resource.own["vmId"]) in ("running", "failed")

    def finished(self, cloud: Cloud, resource: Resource) -> None:
        make_disk(cloud, resource)
        if resource.own["power"] == "starting":
            resource.own["power"] = "running"
            if cloud.machines is not None and cloud.machines.status(resource.own["vmId"]) == "failed":
                raise ArmError("OSProvisioningTimedOut", f"OS Provisioning for VM '{resource.name}' did not finish in "
                               "the allotted time.", 409)  # fmt: skip

    def failed(self, cloud: Cloud, resource: Resource) -> None:
        if resource.own["power"] == "starting":  # it was never allocated
            resource.own |= {"power": "", "failed": True}

    def deleted(self, cloud: Cloud, resource: Resource) -> None:
        disk = resource.properties["storageProfile"]["osDisk"]
        found = cloud.store.find(disk["managedDisk"].get("id", ""))
        if found is not None:
            found.body.pop("managedBy", None)
            if disk["deleteOption"] == "Delete":
                cloud.remove(found)
        for one in resource.properties["networkProfile"]["networkInterfaces"]:
            nic = cloud.store.find(one["id"])
            if nic is None:
                continue
            if resource.own.get("failed"):
                nic.own["reserved"] = (resource.id, cloud.clock.now() + RESERVED)
            if one.get("properties", {}).get("deleteOption") == "Delete":
                _delete_interface(cloud, nic)

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        part = shown["properties"]
        part["vmId"] = resource.own["vmId"]
        part["timeCreated"] = cloud.stamp(resource.created)
        part["storageProfile"] |= {"dataDisks": []}
        part["storageProfile"]["imageReference"]["exactVersion"] = resource.own["exactVersion"]
        for name in ("customData", "adminPassword"):  # [custom] never returned
            part["osProfile"].pop(name, None)
        part["osProfile"] |= {"secrets": [], "allowExtensionOperations": True, "requireGuestProvisionSignal": True}


def instance_view(cloud: Cloud, machine: Resource) -> Body:
    """How the machine is. [states]"""
    state = machine.state.lower()
    word = machine.own["power"]
    statuses = [
        {"code": f"ProvisioningState/{state}", "level": "Error" if state == "failed" else "Info",
         "displayStatus": f"Provisioning {state}", "time": cloud.stamp(machine.created)},
    ]  # fmt: skip
    if word:
        statuses.append({"code": f"PowerState/{word}", "level": "Info", "displayStatus": f"VM {word}"})
    disk = machine.properties["storageProfile"]["osDisk"]["name"]
    return {"computerName": machine.properties["osProfile"]["computerName"], "hyperVGeneration": "V2",
            "disks": [{"name": disk, "statuses": statuses[:1]}], "statuses": statuses}  # fmt: skip


def size_of(machine: Resource) -> catalog.Size:
    """The size that a machine has."""
    name = machine.properties["hardwareProfile"]["vmSize"].lower()
    return next(one for one in catalog.SIZES if one.name.lower() == name)


def vcpus(cloud: Cloud, location: str, like: catalog.Size | None = None) -> int:
    """vCPUs in use in a region, of all families or of one; deallocated machines use none. [quota]"""
    return sum(
        size_of(one).vcpus
        for one in cloud.store.of(cloud.kind("virtualMachines"))
        if one.location == location and one.own["power"] not in ("", "deallocated")
        if like is None or size_of(one).family == like.family
    )


def check_quota(cloud: Cloud, location: str, size: catalog.Size, given_back: int = 0) -> None:
    """The vCPUs of one more machine fit, in all and in its family. [quota]"""
    for name, used in (("cores", vcpus(cloud, location)), (size.family, vcpus(cloud, location, size))):
        limit, wanted = cloud.quotas.of(name), size.vcpus - given_back
        if used + wanted > limit:
            what = "Total Regional Cores" if name == "cores" else f"{name} Cores"
            raise ArmError("OperationNotAllowed", "Operation could not be completed as it results in exceeding "
                           f"approved {what} quota. Additional details - Deployment Model: Resource Manager, "
                           f"Location: {location}, Current Limit: {limit}, Current Usage: {used}, Additional "
                           f"Required: {wanted}, (Minimum) New Limit Required: {used + wanted}.", 409)  # fmt: skip


def _interfaces(machine: Resource) -> list[str]:
    return sorted(ids.key(str(one.get("id"))) for one in machine.properties["networkProfile"]["networkInterfaces"])


def _keep(new: Resource, old: Resource) -> None:
    """What a second PUT leaves out stays, and what cannot change does not. [rest]"""
    for name, value in old.properties.items():
        new.properties.setdefault(name, value)
    was, now = old.properties["osProfile"], new.properties["osProfile"]
    for name in ("customData", "adminPassword", "linuxConfiguration", "computerName", "adminUsername"):
        if name in was:
            now.setdefault(name, was[name])
        if now.get(name) != was.get(name):
            raise invalid(f"Changing property 'osProfile.{name}' is not allowed.", f"osProfile.{name}",
                          "PropertyChangeNotAllowed", 409)  # fmt: skip
    held = new.properties["storageProfile"]
    if held.get("imageReference") is None:  # az takes it out of what it sends back
        held["imageReference"] = dict(old.properties["storageProfile"]["imageReference"])
    image_was, image_now = (one.properties.get("storageProfile", {}).get("imageReference") for one in (old, new))
    if image_was != image_now:
        raise invalid("Changing property 'imageReference' is not allowed.", "imageReference",
                      "PropertyChangeNotAllowed", 409)  # fmt: skip
    if old.body.get("zones") != new.body.get("zones"):
        raise invalid("Changing property 'zones' is not allowed.", "zones", "PropertyChangeNotAllowed", 409)
    disk = old.properties["storageProfile"]["osDisk"]
    new.properties["storageProfile"]["osDisk"] = {**disk, **new.properties["storageProfile"].get("osDisk", {})}
    new.own = dict(old.own)


def _fill_disk(new: Resource, old: Resource | None, disk: Body, image: catalog.Image) -> None:
    if disk.get("createOption", "FromImage").lower() != "fromimage":
        raise not_implemented(f"OS disks with createOption {disk['createOption']}")
    if disk.keys() - {"createOption", "name", "diskSizeGB", "managedDisk", "deleteOption", "caching", "osType"}:
        raise not_implemented("OS disks with more than size, name, kind, caching and deleteOption")
    if disk.get("diskSizeGB", image.size_gb) < image.size_gb:
        raise invalid(f"The specified disk size {disk['diskSizeGB']} GB is smaller than the size of the corresponding "
                      f"disk in the VM image: {image.size_gb} GB. This is not allowed.",
                      "osDisk.diskSizeGB")  # fmt: skip
    name = disk.get("name") or f"{new.name}_OsDisk_1_{uuid.uuid4().hex}"
    given: dict[str, Any] = dict(disk.get("managedDisk") or {})
    if given.keys() - ({"storageAccountType"} if old is None else {"storageAccountType", "id"}):
        raise not_implemented("OS disks that exist already, or are encrypted by other keys than Azure's")
    given.setdefault("storageAccountType", "Premium_LRS")
    new.properties["storageProfile"]["osDisk"] = {
        "osType": "Linux", "name": name, "createOption": "FromImage", "caching": disk.get("caching", "ReadWrite"),
        "managedDisk": given, "deleteOption": disk.get("deleteOption", "Detach"),
        "diskSizeGB": disk.get("diskSizeGB", image.size_gb),
    }  # fmt: skip


def make_disk(cloud: Cloud, machine: Resource) -> None:
    """The OS disk becomes a resource of its own, in the machine's group."""
    disk = machine.properties["storageProfile"]["osDisk"]
    if "id" in disk["managedDisk"]:
        return
    named = ids.join(machine.subscription, machine.group, "Microsoft.Compute", ("disks",), (disk["name"],))
    body: Body = {
        "location": machine.location, "tags": dict(machine.body.get("tags", {})), "managedBy": machine.id,
        "sku": {"name": disk["managedDisk"]["storageAccountType"]},
        "properties": {
            "osType": "Linux", "diskSizeGB": disk["diskSizeGB"], "creationData": {"createOption": "FromImage"},
        },
    }  # fmt: skip
    if machine.body.get("zones"):
        body["zones"] = list(machine.body["zones"])
    made = Resource(named, cloud.kind("disks"), body, cloud.clock.now(), "Succeeded", own={"guid": str(uuid.uuid4())})
    cloud.store.put(made)
    disk["managedDisk"]["id"] = named


def _delete_interface(cloud: Cloud, nic: Resource) -> None:
    """With the machine goes the interface, and with that the addresses that are marked so. [delete]"""
    named = [one["properties"].get("publicIPAddress", {}).get("id", "") for one in nic.properties["ipConfigurations"]]
    cloud.remove(nic)
    for one in filter(None, map(cloud.store.find, named)):
        if one.properties.get("deleteOption") == "Delete":
            cloud.remove(one)
