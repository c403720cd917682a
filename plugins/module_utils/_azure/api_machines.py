# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about machines, their disks, keys and availability sets: one function per call. All of Microsoft.Compute."""

from __future__ import annotations

from typing import Any

from .._engine.errors import Error
from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import explain, is_from_azure, is_transient

Row = dict[str, Any]
Tags = dict[str, str]
LONG = 1500.0  # seconds in which a machine is made, started or deleted
WRITE = "Microsoft.Compute/virtualMachines/write"
BESIDE = ("Microsoft.Compute/disks/write", "Microsoft.Network/networkInterfaces/join/action")


@lists("Microsoft.Compute/virtualMachines/read", "list the machines of the group")
@retries(is_transient, within=30)
def list_machines(client: Client) -> list[Row]:
    """All but how they run."""
    return client.pages("compute", "virtual_machines", "list", client.group)


@lists("Microsoft.Compute/virtualMachines/read", "list how the machines run")
@retries(is_transient, within=30)
def list_states(client: Client) -> list[Row]:
    """``{"id", "properties": {"instanceView": {"statuses"}}}``: of the whole subscription, the only list that has it.

    learn.microsoft.com/rest/api/compute/virtual-machines/list-all, parameter statusOnly.
    """
    return client.pages("compute", "virtual_machines", "list_all", status_only="true")


@calls(WRITE, "create the machine {name}", *BESIDE)
@retries(is_transient, within=600)
def begin_machine(client: Client, name: str, body: Row) -> Any:
    """Begin to create it; many go on beside each other, and ``failure_of`` says how each ended. Raises OverQuota."""
    return client.begin("compute", "virtual_machines", "begin_create_or_update", client.group, name, body)


def failure_of(client: Client, name: str, begun: Any, *, lost_too: bool) -> Error | None:
    """Why what ``begin_machine`` began has failed; None while it goes on, and where it did not.

    ``lost_too``: also when only the looks at it failed, which say nothing of the machine.
    """
    if not begun.done():
        return None
    try:
        begun.wait(0)
    except Exception as error:
        if not is_from_azure(error):
            raise
        if lost_too or not is_transient(error):
            return explain(error, WRITE, f"{client.site}: create the machine {name}", client.region)
    return None


@calls(WRITE, "write the machine {name}", *BESIDE)
@retries(is_transient, within=600)
def put_machine(client: Client, name: str, body: Row) -> None:
    """Try again where an earlier attempt failed. Raises OverQuota, NoCapacity."""
    client.finish("compute", "virtual_machines", "begin_create_or_update", client.group, name, body, within=LONG)


@calls("Microsoft.Compute/virtualMachines/write", "write the tags of the machine {name}")
@retries(is_transient, within=120)
def tag_machine(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.finish("compute", "virtual_machines", "begin_update", client.group, name, {"tags": tags}, within=LONG)


@calls("Microsoft.Compute/virtualMachines/start/action", "start the machine {name}")
@retries(is_transient, within=600)
def start_machine(client: Client, name: str) -> None:
    """Waits for one that is still stopping."""
    client.finish("compute", "virtual_machines", "begin_start", client.group, name, within=LONG)


@deletes(
    "Microsoft.Compute/virtualMachines/delete",
    "delete the machine {name}",
    "Microsoft.Network/networkInterfaces/delete",
    "Microsoft.Network/publicIPAddresses/delete",
)
@retries(is_transient, within=600)
def delete_machine(client: Client, name: str) -> None:
    """Its disk, interface and automatic address go with it."""
    client.finish("compute", "virtual_machines", "begin_delete", client.group, name, within=LONG)


@lists("Microsoft.Compute/disks/read", "list the disks of the group")
@retries(is_transient, within=30)
def list_disks(client: Client) -> list[Row]:
    """Attached or not."""
    return client.pages("compute", "disks", "list_by_resource_group", client.group)


@deletes("Microsoft.Compute/disks/delete", "delete the disk {name}")
@retries(is_transient, within=300)
def delete_disk(client: Client, name: str) -> None:
    """Raises InUse while a machine has it."""
    client.finish("compute", "disks", "begin_delete", client.group, name, within=LONG)


@lists("Microsoft.Compute/sshPublicKeys/read", "list the ssh keys of the group")
@retries(is_transient, within=30)
def list_keys(client: Client) -> list[Row]:
    """With the public keys."""
    return client.pages("compute", "ssh_public_keys", "list_by_resource_group", client.group)


@calls("Microsoft.Compute/sshPublicKeys/write", "write the ssh key {name}")
@retries(is_transient, within=60)
def put_key(client: Client, name: str, body: Row) -> None:
    """Create or replace."""
    client.call("compute", "ssh_public_keys", "create", client.group, name, body)


@calls("Microsoft.Compute/sshPublicKeys/write", "write the tags of the ssh key {name}")
@retries(is_transient, within=60)
def tag_key(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("compute", "ssh_public_keys", "update", client.group, name, {"tags": tags})


@deletes("Microsoft.Compute/sshPublicKeys/delete", "delete the ssh key {name}")
@retries(is_transient, within=60)
def delete_key(client: Client, name: str) -> None:
    """No machine notices."""
    client.call("compute", "ssh_public_keys", "delete", client.group, name)


@lists("Microsoft.Compute/availabilitySets/read", "list the availability sets of the group")
@retries(is_transient, within=30)
def list_sets(client: Client) -> list[Row]:
    """Only in regions that have no zones."""
    return client.pages("compute", "availability_sets", "list", client.group)


@calls("Microsoft.Compute/availabilitySets/write", "write the availability set {name}")
@retries(is_transient, within=60)
def put_set(client: Client, name: str, body: Row) -> None:
    """Create or replace."""
    client.call("compute", "availability_sets", "create_or_update", client.group, name, body)


@calls("Microsoft.Compute/availabilitySets/write", "write the tags of the availability set {name}")
@retries(is_transient, within=60)
def tag_set(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("compute", "availability_sets", "update", client.group, name, {"tags": tags})


@deletes("Microsoft.Compute/availabilitySets/delete", "delete the availability set {name}")
@retries(is_transient, within=60)
def delete_set(client: Client, name: str) -> None:
    """Raises InUse while it has machines."""
    client.call("compute", "availability_sets", "delete", client.group, name)


@lists("Microsoft.Compute/virtualMachines/read", "list the machines of the subscription")
@retries(is_transient, within=30)
def list_all_machines(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("compute", "virtual_machines", "list_all")


@lists("Microsoft.Compute/disks/read", "list the disks of the subscription")
@retries(is_transient, within=30)
def list_all_disks(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("compute", "disks", "list")


@lists("Microsoft.Compute/sshPublicKeys/read", "list the ssh keys of the subscription")
@retries(is_transient, within=30)
def list_all_keys(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("compute", "ssh_public_keys", "list_by_subscription")


@lists("Microsoft.Compute/availabilitySets/read", "list the availability sets of the subscription")
@retries(is_transient, within=30)
def list_all_sets(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("compute", "availability_sets", "list_by_subscription")
