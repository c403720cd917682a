# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which IAM permissions a request needs, so that a test can take one away.

Source: API reference, "IAM Permissions" of each method; IAM documentation, "Compute Engine roles and permissions".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sandbox.gcp.call import Call
from sandbox.gcp.catalog import PUBLIC_PROJECTS
from sandbox.gcp.errors import GcpError
from sandbox.gcp.kinds import LISTED

# Verbs whose permission has another name; all others are called as the method is.
VERBS = {"insert": "create", "patch": "update", "aggregatedList": "list", "wait": "get"}
# What changes how a network's packets go needs a permission on the network, too.
POLICY = ("firewalls.insert", "firewalls.patch", "firewalls.update", "firewalls.delete", "routes.insert",
          "routes.delete", "subnetworks.insert")  # fmt: skip


def check(call: Call, may: Callable[[str], bool]) -> None:
    """Raise GcpError for the first permission that the caller needs and does not have."""
    if call.project in PUBLIC_PROJECTS:  # everybody who is logged in may read and use public images
        return
    for permission in needed(call):
        if not may(permission):
            where = f"projects/{call.project}"
            if call.method.split(".")[0] in LISTED:
                name = call.body.get("name") or next(reversed(call.values.values()))
                where = call.path(name) if len(call.values) > 1 or call.body else where
            raise GcpError(403, "forbidden", f"Required '{permission}' permission for '{where}'")


def needed(call: Call) -> Iterator[str]:
    """The permissions of one request, the main one first."""
    kind = call.method.split(".")[0]
    yield f"compute.{kind}.{VERBS.get(call.verb, call.verb)}"
    if call.method in POLICY:
        yield "compute.networks.updatePolicy"
    if call.verb == "insert" and call.body.get("labels"):
        yield f"compute.{kind}.setLabels"
    if call.method == "instances.insert":
        yield from _instance(call)
    if call.method == "instances.addAccessConfig":
        yield "compute.subnetworks.useExternalIp"
        if call.body.get("natIP"):
            yield "compute.addresses.use"


def _is_public(image: str) -> bool:
    return not image or any(f"projects/{project}/" in image for project in PUBLIC_PROJECTS)


def _instance(call: Call) -> Iterator[str]:
    body = call.body
    disks = [one.get("initializeParams") for one in body.get("disks", [])]
    if any(disks):
        yield "compute.disks.create"
    if any(one and one.get("labels") for one in disks):
        yield "compute.disks.setLabels"
    if not all(disks):
        yield "compute.disks.use"
    if any(one and not _is_public(one.get("sourceImage", "")) for one in disks):
        yield "compute.images.useReadOnly"
    yield "compute.subnetworks.use"
    accesses = [access for nic in body.get("networkInterfaces", []) for access in nic.get("accessConfigs", [])]
    if accesses:
        yield "compute.subnetworks.useExternalIp"
    if any(access.get("natIP") for access in accesses):
        yield "compute.addresses.use"
    for field, permission in (("metadata", "setMetadata"), ("tags", "setTags"), ("serviceAccounts",
                              "setServiceAccount"), ("deletionProtection", "setDeletionProtection")):  # fmt: skip
        if body.get(field):
            yield f"compute.instances.{permission}"
