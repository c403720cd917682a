# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Tags: how ownership, names and recorded values stand on a resource."""

from __future__ import annotations

from typing import Any

from .._engine.resource import State

OWNER, SITE, NAME = "pangaea-cluster", "pangaea-site", "Name"
POOL, PODS = "pangaea-pool", "pangaea-pods"
MACHINE = "pangaea-machine"  # on a public address: the machine that it is for
FIRST_HOST_KEY, HOST_KEY = "pangaea-first-host-key", "pangaea-host-key"
MARK = "pangaea-"  # before the name of a mark on a network
KUBERNETES = "kubernetes.io/cluster/"  # before the name of the cluster whose controllers made a thing
TAG_OF_FIELD = {
    "owner": OWNER,
    "site": SITE,
    "label": NAME,
    "machine": MACHINE,
    "pool": POOL,
    "pods": PODS,
    "first_host_key": FIRST_HOST_KEY,
    "host_key": HOST_KEY,
}


def tags_of(row: dict[str, Any]) -> dict[str, str]:
    """The tags of a row of any list call."""
    return {tag["Key"]: tag.get("Value", "") for tag in row.get("Tags") or row.get("TagSet") or []}


def common_state(row: dict[str, Any], thing: str) -> State:
    """What the state of every resource begins with; ``thing`` is its cloud id."""
    tags = tags_of(row)
    return {"id": thing, **{field: tags.get(tag) for field, tag in TAG_OF_FIELD.items()}}


def as_tags(fields: State) -> list[dict[str, str]]:
    """The fields of a state that are kept in tags, as the API takes them. None is not written."""
    return [
        {"Key": TAG_OF_FIELD[name], "Value": str(value)}
        for name, value in sorted(fields.items())
        if name in TAG_OF_FIELD and value is not None
    ]


def stray_tags(fields: State) -> list[dict[str, str]]:
    """The tags that are to be taken off: those of fields that are None."""
    return [{"Key": TAG_OF_FIELD[name]} for name, value in fields.items() if name in TAG_OF_FIELD and value is None]


def made_by_kubernetes(row: dict[str, Any], owner: str) -> bool:
    """Whether a controller of our cluster made it: ``kubernetes.io/cluster/<owner>``."""
    return KUBERNETES + owner in tags_of(row)


def is_ours(row: dict[str, Any], owner: str, site: str, label: str) -> bool:
    """Whether a thing that lies in no network of ours is this site's: the owner, with the site's tag or its name.

    Either may have been edited, and is then drift; two sites of a cluster may share a region.
    """
    tags = tags_of(row)
    return tags.get(OWNER) == owner and (tags.get(SITE) == site or tags.get(NAME) == label)
