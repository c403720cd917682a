# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of an instance can be set later: labels, tags, metadata, protection, addresses; and the project's metadata.

Fingerprints guard the first three: who sends an old one gets 412 and reads again (API reference, each method).

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/instances/setLabels,
compute/docs/reference/rest/v1/instances/setTags, compute/docs/reference/rest/v1/instances/setMetadata,
compute/docs/reference/rest/v1/instances/addAccessConfig,
compute/docs/reference/rest/v1/projects/setCommonInstanceMetadata.
"""

from __future__ import annotations

from sandbox.gcp import launch
from sandbox.gcp.call import Call, bad_request, rule
from sandbox.gcp.errors import not_found, not_implemented, stale
from sandbox.gcp.links import full
from sandbox.gcp.rules_address import leave, use
from sandbox.gcp.store import Row

ACCESS = frozenset({"name", "type", "natIP", "networkTier"})


@rule("instances.setLabels")
def set_labels(call: Call) -> Row:
    return call.set_labels(call.target())


@rule("instances.setTags")
def set_tags(call: Call) -> Row:
    entry = call.target()
    if call.body.get("fingerprint") != entry.row["tags"]["fingerprint"]:
        raise stale("tags")
    return call.change(entry, {"tags": launch.tags(call, call.body)})


@rule("instances.setMetadata")
def set_metadata(call: Call) -> Row:
    entry = call.target()
    if call.body.get("fingerprint") != entry.row["metadata"]["fingerprint"]:
        raise stale("metadata")
    return call.change(entry, {"metadata": launch.metadata(call, call.body, "metadata")})


@rule("instances.setDeletionProtection")
def set_protection(call: Call) -> Row:
    """Without the parameter it is switched on (API reference: default true)."""
    return call.change(call.target(), {"deletionProtection": call.query.get("deletionProtection", "true") == "true"})


@rule("instances.setDiskAutoDelete")
def set_auto_delete(call: Call) -> Row:
    entry = call.target()
    shown = [dict(disk) for disk in entry.row["disks"]]
    mine = [disk for disk in shown if disk["deviceName"] == call.query["deviceName"]]
    if not mine:
        raise bad_request(f"The instance has no disk with the device name '{call.query['deviceName']}'.")
    mine[0]["autoDelete"] = call.query["autoDelete"] == "true"
    return call.change(entry, {"disks": shown})


@rule("instances.addAccessConfig")
def add_access(call: Call) -> Row:
    call.only(ACCESS)
    entry = call.target()
    nic = _nic(call, entry.row)
    if nic.get("accessConfigs"):
        raise bad_request("At most one access config currently supported.")
    new = launch.access(call, call.body, "resource")

    def effect() -> None:
        call.cloud.store.edit(entry.path)
        nic["accessConfigs"] = [new]
        use(call.cloud.store, new["natIP"], entry)

    return call.accept(call.verb, (entry.path, entry.row["id"]), effect)


@rule("instances.deleteAccessConfig")
def delete_access(call: Call) -> Row:
    entry = call.target()
    nic = _nic(call, entry.row)
    found = [one for one in nic.get("accessConfigs", []) if one["name"] == call.query["accessConfig"]]
    if not found:
        raise not_found(f"{entry.path}/{nic['name']}/accessConfigs/{call.query['accessConfig']}")

    def effect() -> None:
        call.cloud.store.edit(entry.path)
        del nic["accessConfigs"]
        leave(call.cloud.store, found[0].get("natIP", ""))

    return call.accept(call.verb, (entry.path, entry.row["id"]), effect)


def _nic(call: Call, row: Row) -> Row:
    wanted = call.query["networkInterface"]
    found = [nic for nic in row["networkInterfaces"] if nic["name"] == wanted]
    if not found:
        raise bad_request(f"The instance has no network interface '{wanted}'.")
    nic: Row = found[0]
    return nic


@rule("instances.getGuestAttributes")
def guest_attributes(call: Call) -> Row:
    """What a machine told of itself. Source: "Set and query guest attributes"."""
    entry = call.target()
    if "variableKey" in call.query:
        raise not_implemented("the parameter variableKey")
    path = call.query.get("queryPath", "")
    namespace, _, key = path.partition("/")
    told = call.cloud.guests.get(entry.row["id"], {})
    items = [
        {"namespace": one, "key": name, "value": value}
        for (one, name), value in sorted(told.items())
        if namespace in ("", one) and key in ("", name)
    ]
    if not items:
        raise not_found(f"{entry.path}/guestAttributes/{path}")
    link = f"{entry.row['selfLink']}/guestAttributes/{path}"
    return {"kind": "compute#guestAttributes", "selfLink": link, "queryPath": path, "queryValue": {"items": items}}


@rule("projects.get")
def get_project(call: Call) -> Row:
    return project_row(call)


@rule("projects.setCommonInstanceMetadata")
def set_common_metadata(call: Call) -> Row:
    """Metadata of all instances of a project, where ssh-keys may stand, too."""
    present = call.cloud.projects[call.project]
    if call.body.get("fingerprint") != present["commonInstanceMetadata"]["fingerprint"]:
        raise stale("metadata")
    new = launch.metadata(call, call.body, "metadata")
    return call.accept(call.verb, (f"projects/{call.project}", present["id"]),
                       lambda: present.update(commonInstanceMetadata=new))  # fmt: skip


def project_row(call: Call) -> Row:
    """A project as projects.get shows it."""
    project = call.cloud.projects[call.project]
    return {
        **project, "kind": "compute#project", "name": call.project, "selfLink": full(f"projects/{call.project}"),
        "quotas": call.cloud.quotas.rows(call.project), "defaultNetworkTier": "PREMIUM",
        "xpnProjectStatus": "UNSPECIFIED_XPN_PROJECT_STATUS",
        "defaultServiceAccount": f"{project['id']}-compute@developer.gserviceaccount.com",
    }  # fmt: skip
