# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances: from PROVISIONING to RUNNING, stopped, started, deleted with the disks that die with them.

Source: API reference, "instances"; Compute Engine documentation, "VM instance life cycle".
"""

from __future__ import annotations

from collections.abc import Callable

from sandbox.gcp import launch
from sandbox.gcp.call import Call, bad_request, rule
from sandbox.gcp.errors import not_ready
from sandbox.gcp.links import full, last, path_of
from sandbox.gcp.quotas import CPUS, OFF
from sandbox.gcp.rules_address import leave, public_of, use
from sandbox.gcp.store import Entry, Row

# What has an effect here, and what is kept and shown as given because it has none that could be seen from outside.
KNOWN = frozenset({
    "name", "description", "machineType", "labels", "tags.items", "metadata.items", "canIpForward",
    "deletionProtection", "scheduling.provisioningModel", "scheduling.preemptible", "scheduling.automaticRestart",
    "scheduling.onHostMaintenance", "scheduling.instanceTerminationAction", "networkInterfaces.network",
    "networkInterfaces.subnetwork", "networkInterfaces.networkIP", "networkInterfaces.accessConfigs.name",
    "networkInterfaces.accessConfigs.type", "networkInterfaces.accessConfigs.natIP",
    "networkInterfaces.accessConfigs.networkTier", "networkInterfaces.stackType", "networkInterfaces.nicType",
    "disks.boot", "disks.autoDelete", "disks.source", "disks.deviceName", "disks.mode", "disks.type",
    "disks.diskSizeGb", "disks.initializeParams.diskName", "disks.initializeParams.diskSizeGb",
    "disks.initializeParams.diskType", "disks.initializeParams.sourceImage", "disks.initializeParams.labels",
    "disks.initializeParams.description", "serviceAccounts", "shieldedInstanceConfig", "reservationAffinity",
    "displayDevice", "keyRevocationActionType", "shieldedInstanceIntegrityPolicy",
})  # fmt: skip
INERT = ("description", "serviceAccounts", "shieldedInstanceConfig", "reservationAffinity", "displayDevice",
         "keyRevocationActionType", "shieldedInstanceIntegrityPolicy")  # fmt: skip


@rule("instances.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    body, cloud = call.body, call.cloud
    kind = launch.machine_type(call)
    entry = call.fresh({"name": body.get("name")})
    _need_quota(call, kind.cpus)
    call.cloud.quotas.need("INSTANCES", 1, call.project, call.region)
    shown, new = launch.disks(call, kind, entry.name)
    place = full(f"projects/{call.project}/zones/{call.values['zone']}")
    entry.row |= {
        **{key: body[key] for key in INERT if key in body}, "machineType": f"{place}/machineTypes/{kind.name}",
        "status": "PROVISIONING", "cpuPlatform": kind.platform, "canIpForward": bool(body.get("canIpForward")),
        "disks": shown, "networkInterfaces": [launch.interface(call)], "scheduling": launch.scheduling(call),
        "tags": launch.tags(call, body.get("tags", {})), "startRestricted": False,
        "metadata": launch.metadata(call, body.get("metadata", {}), "resource.metadata"),
        "deletionProtection": bool(body.get("deletionProtection")), **call.labels(body.get("labels", {})),
        "fingerprint": cloud.stamps.fingerprint(body), "lastStartTimestamp": cloud.stamps.time(),
    }  # fmt: skip
    if not entry.row["labels"]:
        del entry.row["labels"]

    def effect() -> None:
        cloud.store.add(entry)
        for disk in new:
            cloud.store.add(disk)
        for one in shown:
            _attach(call, one["source"], entry)
        for address in public_of(entry.row):
            use(cloud.store, address, entry)

    return call.accept("insert", (entry.path, entry.row["id"]), effect, _running(call, entry), _is_up(call, entry))


def _need_quota(call: Call, cpus: int) -> None:
    call.cloud.quotas.need("CPUS", cpus, call.project, call.region)
    call.cloud.quotas.need("CPUS_ALL_REGIONS", cpus, call.project)


def _attach(call: Call, link: str, machine: Entry) -> None:
    row = call.cloud.store.edit(path_of(link))
    row.update(users=[machine.row["selfLink"]], lastAttachTimestamp=call.cloud.stamps.time())


def _running(call: Call, entry: Entry) -> Callable[[], None]:
    def finish() -> None:
        entry.busy = ""
        call.cloud.store.edit(entry.path).update(status="RUNNING")

    return finish


def _is_up(call: Call, entry: Entry) -> Callable[[], bool] | None:
    """With real machines under it, an instance is RUNNING when its machine is powered on (it may still boot)."""
    machines = call.cloud.machines
    if machines is None:
        return None
    return lambda: machines.status(key_of(entry.row)) in ("booting", "running", "failed")


def key_of(row: Row) -> str:
    """The fabric's key of an instance: a new one of the same name is another machine."""
    return f"gce-{row['id']}"


@rule("instances.delete")
def delete(call: Call) -> Row:
    entry, store = call.target(), call.cloud.store
    if entry.row["deletionProtection"]:
        text = "Resource cannot be deleted if it's protected against deletion. To modify deletion protection, "
        raise bad_request(f"Invalid resource usage: '{text}update the deletionProtection field.'.")

    def begin() -> None:
        store.edit(entry.path).update(status="STOPPING")

    def end() -> None:
        entry.busy = ""
        for address in public_of(entry.row):
            leave(store, address)
        for disk in entry.row["disks"]:
            _detach(call, disk)
        store.remove(entry.path)

    return call.accept("delete", (entry.path, entry.row["id"]), begin, end)


def _detach(call: Call, shown: Row) -> None:
    path = path_of(shown["source"])
    if shown["autoDelete"]:
        call.cloud.store.remove(path)
        return
    row = call.cloud.store.edit(path)
    row.pop("users", None)
    row["lastDetachTimestamp"] = call.cloud.stamps.time()


@rule("instances.stop")
def stop(call: Call) -> Row:
    """Stopping what is stopped is accepted and does nothing. A passing public address is given back."""
    entry, store = call.target(), call.cloud.store

    def begin() -> None:
        if entry.row["status"] == "RUNNING":
            store.edit(entry.path).update(status="STOPPING")

    def end() -> None:
        row = store.edit(entry.path)
        row.update(status="TERMINATED", lastStopTimestamp=call.cloud.stamps.time())
        for nic in row["networkInterfaces"]:
            for access in nic.get("accessConfigs", []):
                if not call.cloud.is_static(access.get("natIP", "")):
                    access.pop("natIP", None)

    return call.accept("stop", (entry.path, entry.row["id"]), begin, end)


@rule("instances.start")
def start(call: Call) -> Row:
    """One that is still stopping is refused: only what has stopped can be started ("VM instance life cycle")."""
    entry, store = call.target(), call.cloud.store
    if entry.row["status"] == "STOPPING":
        raise not_ready(entry.path)
    if entry.row["status"] in OFF:
        _need_quota(call, CPUS[last(entry.row["machineType"])])

    def begin() -> None:
        if entry.row["status"] in OFF:
            row = store.edit(entry.path)
            row.update(status="STAGING", lastStartTimestamp=call.cloud.stamps.time())
            for nic in row["networkInterfaces"]:
                for access in nic.get("accessConfigs", []):
                    access.setdefault("natIP", call.cloud.pool.allocate())

    finish, up = _running(call, entry), _is_up(call, entry)
    return call.accept("start", (entry.path, entry.row["id"]), begin, finish, up)


@rule("instances.reset")
def reset(call: Call) -> Row:
    """Power off and on: address and disks stay."""
    entry = call.target()
    if entry.row["status"] != "RUNNING":
        raise bad_request(f"Instance '{entry.path}' is not running.")
    machines = call.cloud.machines

    def effect() -> None:
        if machines is not None:
            machines.reboot(key_of(entry.row))

    return call.accept("reset", (entry.path, entry.row["id"]), effect)
