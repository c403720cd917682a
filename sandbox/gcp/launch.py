# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Making an instance: machine type, boot disk, interface, all checked before anything is kept.

Source: API reference, "instances.insert"; Compute Engine documentation, "Create and start a VM instance".

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/instances/insert,
compute/docs/instances/create-start-instance, compute/docs/instances/spot, compute/docs/metadata/overview.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator

from sandbox.gcp import catalog, ranges
from sandbox.gcp.call import Call, bad_request
from sandbox.gcp.errors import GcpError, invalid, not_implemented, required
from sandbox.gcp.kinds import DISK, INSTANCE
from sandbox.gcp.links import check_tags, last, path_of
from sandbox.gcp.ranges import Range
from sandbox.gcp.rules_address import by_address, public_of
from sandbox.gcp.rules_disk import disk
from sandbox.gcp.rules_network import network_of
from sandbox.gcp.rules_subnet import network_path, subnet_of
from sandbox.gcp.store import Entry, Row, Store

VALUE, TOTAL = 256 * 1024, 512 * 1024  # bytes. Source: "About VM metadata", limits
KEY = re.compile(r"[a-zA-Z0-9_-]{1,128}")
KNOWN_TIERS = ("PREMIUM", "STANDARD")


def machine_type(call: Call) -> catalog.Machine:
    """The type that the body names, in this zone. Raises GcpError."""
    link = call.body.get("machineType") or ""
    if not link:
        raise required("resource.machineType")
    path = path_of(link)
    zone = call.values["zone"]
    pattern = rf"(projects/[^/]+/)?zones/{zone}/machineTypes/([a-z0-9-]+)"
    met = re.fullmatch(pattern, path)
    if met is None:
        raise invalid("resource.machineType", link, "The URL is malformed.")
    found = catalog.machine(zone, met[2])
    if found is None:
        text = f"Machine type with name '{met[2]}' does not exist in zone '{zone}'."
        raise invalid("resource.machineType", link, text)
    return found


def disks(call: Call, kind: catalog.Machine, name: str) -> tuple[list[Row], list[Entry]]:
    """The attached disks as the instance shows them, and the new ones. The first is the boot disk. Raises GcpError."""
    wanted = call.body.get("disks") or []
    if not wanted:
        raise invalid("resource.disks", "", "No disks are specified.")
    shown: list[Row] = []
    new: list[Entry] = []
    for number, one in enumerate(wanted):
        where = f"resource.disks[{number}]"
        if bool(one.get("boot")) != (number == 0):
            raise invalid(f"{where}.boot", one.get("boot", False), "Exactly the first disk must be the boot disk.")
        if bool(one.get("source")) == bool(one.get("initializeParams")):
            raise invalid(where, "", "Exactly one of 'source' and 'initializeParams' must be given.")
        if one.get("source"):
            entry = call.find(f"{where}.source", one["source"], DISK)
            if entry.row.get("users"):
                raise bad_request(f"The disk resource '{entry.path}' is already being used by "
                                  f"'{path_of(entry.row['users'][0])}'")  # fmt: skip
        else:
            entry = _new_disk(call, one, where, name if number == 0 else f"{name}-{number}")
            new.append(entry)
        _check_architecture(entry, kind, where)
        shown.append(_attached(number, one, entry))
    return shown, new


def _new_disk(call: Call, one: Row, where: str, name: str) -> Entry:
    params = one["initializeParams"]
    if one.get("boot") and not params.get("sourceImage"):
        raise required(f"{where}.initializeParams.sourceImage")
    size = params.get("diskSizeGb") or one.get("diskSizeGb")
    wanted = {"sizeGb": size, "type": params.get("diskType"), "sourceImage": params.get("sourceImage"),
              "labels": params.get("labels", {}), "description": params.get("description")}  # fmt: skip
    given = {key: value for key, value in wanted.items() if value is not None}
    entry = disk(call, given, f"{where}.initializeParams", params.get("diskName") or name)
    if call.body["machineType"].rsplit("/", 1)[-1].split("-")[0] in catalog.HYPERDISK_ONLY:
        if not last(entry.row["type"]).startswith("hyperdisk"):
            text = "cannot be used by the machine type, which takes Hyperdisk only."
            raise invalid(f"{where}.initializeParams.diskType", last(entry.row["type"]), f"The disk type {text}")
    elif last(entry.row["type"]).startswith("hyperdisk"):
        raise not_implemented("Hyperdisk on machine types that also take Persistent Disk")
    return entry


def _check_architecture(entry: Entry, kind: catalog.Machine, where: str) -> None:
    has = entry.row.get("architecture", kind.architecture)
    if has != kind.architecture:
        text = f"The architecture of the disk is {has}, that of the machine type {kind.name} is {kind.architecture}."
        raise invalid(where, last(entry.path), text)


def _attached(number: int, one: Row, entry: Entry) -> Row:
    shown: Row = {
        "kind": "compute#attachedDisk", "type": "PERSISTENT", "mode": one.get("mode", "READ_WRITE"),
        "source": entry.row["selfLink"], "deviceName": one.get("deviceName") or f"persistent-disk-{number}",
        "index": number, "boot": number == 0, "autoDelete": bool(one.get("autoDelete")), "interface": "SCSI",
        "diskSizeGb": entry.row["sizeGb"],
    }  # fmt: skip
    if "architecture" in entry.row:
        shown["architecture"] = entry.row["architecture"]
    return shown


def interface(call: Call) -> Row:
    """The one network interface, with its addresses chosen. Raises GcpError."""
    wanted = call.body.get("networkInterfaces") or []
    if not wanted:
        raise invalid("resource.networkInterfaces", "", "At least one network interface is required.")
    if len(wanted) > 1:
        raise not_implemented("instances with more than one network interface")
    one, where = wanted[0], "resource.networkInterfaces[0]"
    if not one.get("subnetwork"):
        raise invalid(f"{where}.subnetwork", "", "Subnetwork must be specified when the network is of custom mode.")
    subnet = subnet_of(call, f"{where}.subnetwork", one["subnetwork"], call.region)
    network = call.ready(network_path(subnet))
    if one.get("network"):
        given = network_of(Call(call.cloud, call.method, call.values, body={"network": one["network"]}))
        if given is not network:
            raise bad_request(f"Subnetwork '{subnet.path}' is not valid for Network '{given.name}'.")
    address = _private(call, subnet, one.get("networkIP"), f"{where}.networkIP")
    return {
        "kind": "compute#networkInterface", "name": "nic0", "network": network.row["selfLink"],
        "subnetwork": subnet.row["selfLink"], "networkIP": address, "stackType": "IPV4_ONLY",
        "fingerprint": call.cloud.stamps.fingerprint(address),
        **({"nicType": one["nicType"]} if "nicType" in one else {}),
        **({"accessConfigs": access} if (access := _accesses(call, one, where)) else {}),
    }  # fmt: skip


def _private(call: Call, subnet: Entry, wanted: str | None, where: str) -> str:
    whole = Range(subnet.row["ipCidrRange"])
    taken = dict(_private_addresses(call.cloud.store, subnet.row["selfLink"]))
    if not wanted:
        return ranges.free(whole, taken)
    try:
        address = ipaddress.IPv4Address(wanted)
    except ValueError as error:
        raise invalid(where, wanted, "Must be an IPv4 address.") from error
    if not ranges.usable(whole, address):
        raise invalid(where, wanted, f"The address is not one that a VM can have in {whole}.")
    if wanted in taken:
        raise GcpError(400, "invalid", f"IP '{wanted}' is already being used by another resource ('{taken[wanted]}').")
    return wanted


def _private_addresses(store: Store, subnet: str) -> Iterator[tuple[str, str]]:
    for machine in store.all(INSTANCE):
        for nic in machine.row["networkInterfaces"]:
            if nic["subnetwork"] == subnet:
                yield nic["networkIP"], machine.path


def _accesses(call: Call, nic: Row, where: str) -> list[Row]:
    wanted = nic.get("accessConfigs") or []
    if len(wanted) > 1:
        raise invalid(f"{where}.accessConfigs", len(wanted), "At most one access config currently supported.")
    return [access(call, one, f"{where}.accessConfigs[0]") for one in wanted]


def access(call: Call, wanted: Row, where: str) -> Row:
    """One access config with its public address: a static one of ours, or one that passes. Raises GcpError."""
    if wanted.get("type", "ONE_TO_ONE_NAT") != "ONE_TO_ONE_NAT":
        raise invalid(f"{where}.type", wanted["type"], "Must be ONE_TO_ONE_NAT.")
    tier = wanted.get("networkTier", "PREMIUM")
    if tier not in KNOWN_TIERS:
        raise invalid(f"{where}.networkTier", tier, f"Must be one of {', '.join(KNOWN_TIERS)}.")
    call.cloud.quotas.need("IN_USE_ADDRESSES", 1, call.project, call.region)
    address = wanted.get("natIP") or ""
    if address:
        tier = _static(call, address, wanted.get("networkTier"), f"{where}.natIP")
    return {"kind": "compute#accessConfig", "type": "ONE_TO_ONE_NAT", "name": wanted.get("name") or "External NAT",
            "natIP": address or call.cloud.pool.allocate(), "networkTier": tier}  # fmt: skip


def _static(call: Call, address: str, tier: str | None, where: str) -> str:
    """The tier of a reserved address that is free and of this region. Raises GcpError."""
    entry = by_address(call.cloud.store, address)
    if entry is None or entry.project != call.project or entry.scope != f"regions/{call.region}":
        raise invalid(where, address, "The specified external IP address was not found in region "
                      f"'{call.region}'.")  # fmt: skip
    call.ready(entry.path)
    if entry.row.get("users") or any(address in public_of(one.row) for one in call.cloud.store.all(INSTANCE)):
        raise GcpError(400, "invalid", f"External IP address: {address} is already in-use.")
    if tier and tier != entry.row["networkTier"]:
        raise invalid(where, address, f"The network tier of the address is {entry.row['networkTier']}, not {tier}.")
    return str(entry.row["networkTier"])


def metadata(call: Call, wanted: Row, where: str) -> Row:
    """Metadata items with a fingerprint. Raises GcpError."""
    items = wanted.get("items", [])
    keys = [item.get("key", "") for item in items]
    for number, item in enumerate(items):
        if not KEY.fullmatch(keys[number]):
            raise invalid(f"{where}.items[{number}].key", keys[number], "Must be a match of regex "
                          "'[a-zA-Z0-9-_]{1,128}'")  # fmt: skip
        if len(item.get("value", "").encode()) > VALUE:
            raise invalid(f"{where}.items[{number}].value", "...", f"Value is too large: at most {VALUE} bytes.")
    if len(set(keys)) != len(keys):
        raise invalid(f"{where}.items", max(keys, key=keys.count), "Metadata has duplicate keys.")
    if sum(len(str(item).encode()) for item in items) > TOTAL:
        raise invalid(where, "...", f"Metadata is too large: at most {TOTAL} bytes.")
    shown: Row = {"kind": "compute#metadata", "fingerprint": call.cloud.stamps.fingerprint(items)}
    return {**shown, "items": items} if items else shown


def tags(call: Call, wanted: Row) -> Row:
    """Network tags with a fingerprint. Raises GcpError."""
    items = wanted.get("items", [])
    check_tags("resource.tags.items", items)
    shown: Row = {"fingerprint": call.cloud.stamps.fingerprint(items)}
    return {**shown, "items": list(items)} if items else shown


def scheduling(call: Call) -> Row:
    """Standard or Spot, with the defaults of each. Source: "Spot VMs"; API reference, `Scheduling`."""
    wanted = call.body.get("scheduling", {})
    spot = wanted.get("provisioningModel") == "SPOT" or bool(wanted.get("preemptible"))
    row = {"onHostMaintenance": "TERMINATE" if spot else "MIGRATE", "automaticRestart": not spot, "preemptible": spot,
           "provisioningModel": "SPOT" if spot else "STANDARD", **wanted}  # fmt: skip
    if spot and row["automaticRestart"]:
        raise invalid("resource.scheduling.automaticRestart", True, "Must be false for Spot VMs.")
    if spot and row["onHostMaintenance"] != "TERMINATE":
        raise invalid("resource.scheduling.onHostMaintenance", row["onHostMaintenance"], "Must be TERMINATE for Spot "
                      "VMs.")  # fmt: skip
    if not spot and wanted.get("instanceTerminationAction"):
        raise invalid("resource.scheduling.instanceTerminationAction", wanted["instanceTerminationAction"],
                      "Only for Spot VMs.")  # fmt: skip
    return row
