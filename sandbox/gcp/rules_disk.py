# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks: from an image or empty, growing only, deletable only when nothing has them.

Source: API reference, "disks"; Compute Engine documentation, "Choose a disk type" and "Resize a persistent disk".

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/disks/insert,
compute/docs/reference/rest/v1/disks/setLabels, compute/docs/disks, compute/docs/disks/resize-persistent-disk.
"""

from __future__ import annotations

import re

from sandbox.gcp import catalog
from sandbox.gcp.call import Call, rule
from sandbox.gcp.errors import in_use, invalid, not_found
from sandbox.gcp.kinds import DISK
from sandbox.gcp.links import full, last, path_of
from sandbox.gcp.store import Entry, Row

VIEW = re.compile(r"(?P<project>projects/[^/]+)/zones/(?P<zone>[^/]+)/imageFamilyViews/(?P<family>[^/]+)")
KNOWN = frozenset({"name", "description", "sizeGb", "type", "sourceImage", "labels"})
SSD = ("pd-balanced", "pd-ssd")


@rule("disks.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    source = call.body.get("sourceImage") or call.query.get("sourceImage", "")
    entry = disk(call, {**call.body, "sourceImage": source}, "resource")
    entry.row["status"] = "CREATING"
    return call.insert(entry, finish=lambda: call.cloud.store.edit(entry.path).update(status="READY"))


@rule("disks.setLabels")
def set_labels(call: Call) -> Row:
    return call.set_labels(call.target())


@rule("disks.resize")
def resize(call: Call) -> Row:
    entry = call.target()
    new, old = int(call.body.get("sizeGb") or 0), int(entry.row["sizeGb"])
    if new <= old:
        raise invalid("sizeGb", new, f"New disk size must be larger than the existing size of {old} GB.")
    _check_size(last(entry.row["type"]), new, "sizeGb")
    call.cloud.quotas.need(metric(entry.row), new - old, call.project, call.region)
    return call.change(entry, {"sizeGb": str(new)})


@rule("disks.delete")
def delete(call: Call) -> Row:
    entry = call.target()

    def check() -> None:
        if entry.row.get("users"):
            raise in_use("disk", entry.path, path_of(entry.row["users"][0]))

    return call.delete(entry, check, at_door=True)


def disk(call: Call, wanted: Row, where: str, name: str | None = None) -> Entry:
    """A new disk, not yet kept. `wanted`: sizeGb, type, sourceImage, labels. Raises GcpError."""
    kind = last(wanted.get("type") or "pd-standard")
    if kind not in catalog.DISKS:
        raise invalid(f"{where}.type", wanted.get("type"), f"The referenced resource does not exist in {call.scope}.")
    source = image_of(call, f"{where}.sourceImage", wanted["sourceImage"]) if wanted.get("sourceImage") else None
    smallest = source.size_gb if source else 0
    size = int(wanted.get("sizeGb") or smallest or 500)
    if size < smallest:
        raise invalid(f"{where}.sizeGb", size, f"Requested disk size cannot be smaller than the image size ({smallest} "
                      "GB)")  # fmt: skip
    _check_size(kind, size, f"{where}.sizeGb")
    row: Row = {
        **{key: wanted[key] for key in ("name", "description") if key in wanted}, "sizeGb": str(size),
        "type": full(f"projects/{call.project}/{call.scope}/diskTypes/{kind}"), "status": "READY",
        "physicalBlockSizeBytes": "4096", **call.labels(wanted.get("labels", {})),
    }  # fmt: skip
    if not row["labels"]:
        del row["labels"]
    if source:
        row |= {"sourceImage": full(source.path), "sourceImageId": catalog.number(source.path),
                "architecture": source.architecture}  # fmt: skip
    call.cloud.quotas.need(metric(row), size, call.project, call.region)
    return call.fresh(row, name, DISK)


def metric(row: Row) -> str:
    """The quota that a disk counts on."""
    return "SSD_TOTAL_GB" if last(row["type"]) in SSD else "DISKS_TOTAL_GB"


def image_of(call: Call, where: str, link: str) -> catalog.Image:
    """The image that a link names, by itself or as the newest of a family. Raises GcpError."""
    path = path_of(link)
    path = path if path.startswith("projects/") else f"projects/{call.project}/{path}"
    view = VIEW.fullmatch(path)
    if view is not None and view["zone"] not in ("-", call.scope.removeprefix("zones/")):
        raise invalid(where, link, "The zone of the image family view must be that of the resource, or -.")
    if view is not None:  # gcloud names a family so; all images of the sandbox are the same in every zone
        path = f"{view['project']}/global/images/family/{view['family']}"
    if "/global/images/" not in path:
        raise invalid(where, link, "The URL is malformed.")
    found = catalog.image(path)
    if found is None:
        raise not_found(path)
    return found


def _check_size(kind: str, size: int, where: str) -> None:
    low, high = catalog.DISKS[kind]
    if not low <= size <= high:
        raise invalid(where, size, f"Disk size of type {kind} must be from {low} GB to {high} GB.")
