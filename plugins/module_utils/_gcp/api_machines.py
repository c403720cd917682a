# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about machines and their disks: one function per call. ``machine`` is ``zones/<zone>/instances/<name>``."""

from __future__ import annotations

from typing import Any

from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import is_transient
from .operations import writes

Row = dict[str, Any]


@lists("instances.aggregatedList", "list the machines of the project", "compute.instances.list")
@retries(is_transient, within=30)
def list_instances(client: Client, prefix: str) -> list[Row]:
    """Instances of all zones that begin with ``prefix`` (``zones/europe-west3-``), in any state."""
    return client.scopes("aggregated/instances", "instances", prefix)


@lists("disks.aggregatedList", "list the disks of the project", "compute.disks.list")
@retries(is_transient, within=30)
def list_disks(client: Client, prefix: str) -> list[Row]:
    """Disks of all zones that begin with ``prefix``."""
    return client.scopes("aggregated/disks", "disks", prefix)


@calls("instances.get", "look at {machine}", "compute.instances.get")
@retries(is_transient, within=30)
def get_instance(client: Client, machine: str) -> Row:
    """One as it is now, with its fingerprints."""
    return client.get(machine)


@calls(
    "instances.insert",
    "create the machine {body[name]}",
    "compute.instances.create",
    "compute.instances.setLabels",
    "compute.instances.setMetadata",
    "compute.instances.setTags",
    "compute.disks.create",
    "compute.disks.setLabels",
    "compute.subnetworks.use",
    "compute.subnetworks.useExternalIp",
    "compute.addresses.use",
    "compute.images.useReadOnly",  # an image of the user's own
)
@writes()
def insert_instance(client: Client, request: str, zone: str, body: Row) -> Row:
    """With its disk. Raises AlreadyExists, OverQuota, NoCapacity."""
    return client.send("POST", f"zones/{zone}/instances", request, body)


@deletes("instances.delete", "delete {machine}", "compute.instances.delete")
@writes()
def delete_instance(client: Client, request: str, machine: str) -> Row:
    """The disks that end with it go as well; a static address is free again."""
    return client.send("DELETE", machine, request)


@calls("instances.start", "start {machine}", "compute.instances.start")
@writes(within=120)
def start_instance(client: Client, request: str, machine: str) -> Row:
    """One that was stopped. Waits for one that is at work."""
    return client.send("POST", f"{machine}/start", request)


@calls("instances.resume", "resume {machine}", "compute.instances.resume")
@writes(within=120)
def resume_instance(client: Client, request: str, machine: str) -> Row:
    """One that was suspended, which cannot be started."""
    return client.send("POST", f"{machine}/resume", request)


@calls("instances.setLabels", "write the labels of {machine}", "compute.instances.setLabels")
@writes()
def set_labels(client: Client, request: str, machine: str, body: Row) -> Row:
    """All labels at once, with their fingerprint. Raises an error that ``is_stale`` when somebody wrote since."""
    return client.send("POST", f"{machine}/setLabels", request, body)


@calls("instances.setTags", "set the firewalls of {machine}", "compute.instances.setTags")
@writes()
def set_tags(client: Client, request: str, machine: str, body: Row) -> Row:
    """All network tags at once, with their fingerprint. Raises an error that ``is_stale``."""
    return client.send("POST", f"{machine}/setTags", request, body)


@calls("instances.setMetadata", "write the metadata of {machine}", "compute.instances.setMetadata")
@writes()
def set_metadata(client: Client, request: str, machine: str, body: Row) -> Row:
    """All metadata at once, with their fingerprint. Raises an error that ``is_stale``."""
    return client.send("POST", f"{machine}/setMetadata", request, body)


@calls("instances.setDiskAutoDelete", "let the disk {device} end with {machine}", "compute.instances.setDiskAutoDelete")
@writes()
def set_disk_auto_delete(client: Client, request: str, machine: str, device: str) -> Row:
    """The disk goes with its machine."""
    return client.send("POST", f"{machine}/setDiskAutoDelete", request, deviceName=device, autoDelete="true")


@calls(
    "instances.addAccessConfig",
    "give {machine} a public address",
    "compute.instances.addAccessConfig",
    "compute.subnetworks.useExternalIp",
    "compute.addresses.use",
)
@writes()
def add_access_config(client: Client, request: str, machine: str, interface: str, body: Row) -> Row:
    """A reserved one (``natIP``), or one of GCP's choice. Raises Invalid while it has another or somebody has it."""
    return client.send("POST", f"{machine}/addAccessConfig", request, body, networkInterface=interface)


@deletes(
    "instances.deleteAccessConfig", "take the public address from {machine}", "compute.instances.deleteAccessConfig"
)
@writes()
def delete_access_config(client: Client, request: str, machine: str, interface: str, access: str) -> Row:
    """A reserved one stays ours and is free; any other is gone."""
    return client.send(
        "POST", f"{machine}/deleteAccessConfig", request, networkInterface=interface, accessConfig=access
    )


@deletes("disks.delete", "delete the disk {disk}", "compute.disks.delete")
@writes()
def delete_disk(client: Client, request: str, disk: str) -> Row:
    """``disk`` is ``zones/<zone>/disks/<name>``. Raises InUse while a machine has it."""
    return client.send("DELETE", disk, request)
