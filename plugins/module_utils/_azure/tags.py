# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Tags: how ownership and recorded values stand on a resource. Azure compares their names without regard to case."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.resource import State

OWNER, SITE = "pangaea-cluster", "pangaea-site"
POOL, PODS = "pangaea-pool", "pangaea-pods"
MACHINE = "pangaea-machine"  # on a public address: the machine that it is for
FIRST_HOST_KEY, HOST_KEY = "pangaea-first-host-key", "pangaea-host-key"
MARK = "pangaea-"  # before the name of a mark on the group
# Who made it (kubernetes-sigs/cloud-provider-azure, pkg/consts; azuredisk-csi-driver): clusters are told by their name.
KUBERNETES_CLUSTER, KUBERNETES_DISK = "k8s-azure-cluster-name", "kubernetes.io-created-for-pv-name"
TAG_OF_FIELD = {
    "owner": OWNER,
    "site": SITE,
    "machine": MACHINE,
    "pool": POOL,
    "pods": PODS,
    "first_host_key": FIRST_HOST_KEY,
    "host_key": HOST_KEY,
}
Row = dict[str, Any]


def tags_of(row: Row) -> dict[str, str]:
    """The tags of a row of any list call, by lower-case name."""
    return {name.lower(): value for name, value in (row.get("tags") or {}).items()}


def common_state(row: Row) -> State:
    """What the state of every tagged resource begins with."""
    tags = tags_of(row)
    kept = {field: tags.get(tag) for field, tag in TAG_OF_FIELD.items()}
    return {**child_state(row, tags.get(OWNER)), **kept, "tags": row.get("tags") or {}}


def child_state(row: Row, owner: str | None) -> State:
    """The same for what has no tags and shares its parent's owner.

    ``health`` is what is compared: the last write of it failed, or not. ``status`` is Azure's own word.
    """
    status = (row.get("properties") or {}).get("provisioningState")
    health = "failed" if status in ("Failed", "Canceled") else "good"
    return {"id": row["id"], "owner": owner, "status": status, "health": health}


def as_tags(fields: State) -> dict[str, str]:
    """The fields of a state that are kept in tags, with marks. None is not written."""
    found = {tag: str(fields[name]) for name, tag in TAG_OF_FIELD.items() if fields.get(name) is not None}
    marks = {name.removeprefix("mark_"): value for name, value in fields.items() if name.startswith("mark_")}
    return {**found, **{f"{MARK}{name}": str(value) for name, value in sorted(marks.items())}}


def merged(present: dict[str, str], wanted: dict[str, str], strays: Iterable[str] = ()) -> dict[str, str]:
    """All tags of a thing after a change: a write replaces the whole set, and others' tags are to stay.

    ``strays``: fields whose tags are to go.
    """
    names = {*(name.lower() for name in wanted), *(TAG_OF_FIELD[field] for field in strays if field in TAG_OF_FIELD)}
    return {**{name: value for name, value in present.items() if name.lower() not in names}, **wanted}


def is_tag(field: str) -> bool:
    """Whether a field of a state is kept in a tag."""
    return field in TAG_OF_FIELD or field.startswith("mark_")


def marks_of(row: Row) -> State:
    """``{"mark_initialised": ...}``: every tag of ours that is no other field."""
    known = set(TAG_OF_FIELD.values())
    tags = tags_of(row)
    return {f"mark_{n.removeprefix(MARK)}": v for n, v in tags.items() if n.startswith(MARK) and n not in known}


def is_owned(row: Row, owner: str) -> bool:
    """Whether a thing carries our owner."""
    return tags_of(row).get(OWNER) == owner


def made_by_kubernetes(row: Row, owner: str) -> bool:
    """Whether a controller of our cluster made it; a volume's disk names no cluster, and counts in our group only."""
    tags = tags_of(row)
    return tags.get(KUBERNETES_CLUSTER) == owner or (KUBERNETES_DISK in tags and OWNER not in tags)
