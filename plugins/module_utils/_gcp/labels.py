# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""How ownership, names and recorded values stand on a thing: in labels, in its description, in metadata.

Networks, subnetworks, firewalls and routes have no labels: they are known by their name, and their description says
whose they are, as JSON. Labels take lower-case letters only, so what a machine's node is known by is in its metadata.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from .._engine.resource import State

Row = dict[str, Any]
OWNER, SITE, POOL, MACHINE = "pangaea-cluster", "pangaea-site", "pangaea-pool", "pangaea-machine"
PODS, FIRST_HOST_KEY, HOST_KEY = "pangaea-pods", "pangaea-first-host-key", "pangaea-host-key"  # in metadata
KUBERNETES = "kubernetes-io-cluster-"  # before the name of the cluster whose controllers made a thing
LABEL_OF_FIELD = {"owner": OWNER, "site": SITE, "pool": POOL, "machine": MACHINE}
METADATA_OF_FIELD = {"pods": PODS, "first_host_key": FIRST_HOST_KEY, "host_key": HOST_KEY}
LONGEST = 63  # characters of a name


def path_of(link: str) -> str:
    """From ``projects/`` on: the same thing is linked under several hosts."""
    return "projects/" + link.split("projects/", 1)[1] if "projects/" in link else link


def last(link: str) -> str:
    """The name at the end of a link."""
    return link.rsplit("/", 1)[-1]


def place_of(row: Row) -> str:
    """The zone or region that a row lies in; empty for what is global."""
    return last(row.get("zone") or row.get("region") or "")


def name_for(*parts: str) -> str:
    """A name that the API takes. One that would be too long ends with a digest of the whole."""
    name = "-".join(parts).replace("_", "-").replace(".", "-")
    if len(name) <= LONGEST:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return f"{name[: LONGEST - 9].rstrip('-')}-{digest}"


def described(row: Row) -> dict[str, str]:
    """What the description of a thing says; nothing when it is somebody's own text."""
    try:
        said = json.loads(row.get("description") or "")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in said.items()} if isinstance(said, dict) else {}


def description(fields: State) -> str:
    """The description of a thing of ours: owner, site and marks."""
    marks = {name.removeprefix("mark_"): value for name, value in fields.items() if name.startswith("mark_")}
    return json.dumps({**marks, "owner": fields["owner"], "site": fields["site"]}, sort_keys=True)


def described_state(row: Row) -> State:
    """What the state of a thing without labels begins with."""
    said = described(row)
    return {"id": str(row["id"]), "owner": said.pop("owner", None), "site": said.pop("site", None)}


def marks_of(row: Row) -> State:
    """The marks in a description, as fields: ``mark_initialised``."""
    return {f"mark_{name}": value for name, value in described(row).items() if name not in ("owner", "site")}


def labels_of(row: Row) -> dict[str, str]:
    """The labels of a row."""
    return dict(row.get("labels") or {})


def labelled_state(row: Row) -> State:
    """What the state of a thing with labels begins with."""
    labels = labels_of(row)
    return {"id": str(row["id"]), **{field: labels.get(label) for field, label in LABEL_OF_FIELD.items()}}


def as_labels(fields: State) -> dict[str, str]:
    """The fields of a state that are kept in labels. None is not written."""
    return {
        LABEL_OF_FIELD[name]: str(value)
        for name, value in sorted(fields.items())
        if name in LABEL_OF_FIELD and value is not None
    }


def relabelled(present: dict[str, str], wanted: dict[str, str], strays: Iterable[str] = ()) -> dict[str, str]:
    """All labels of a thing after a change: a write replaces the whole set, and others' labels are to stay.

    ``strays``: fields whose labels are to go.
    """
    gone = {LABEL_OF_FIELD[field] for field in strays}
    return {**{label: value for label, value in present.items() if label not in gone}, **wanted}


def metadata_of(row: Row) -> dict[str, str]:
    """The metadata of a machine, by key."""
    return {item["key"]: item.get("value", "") for item in row.get("metadata", {}).get("items", [])}


def as_metadata(fields: State) -> dict[str, str]:
    """The fields of a state that are kept in metadata."""
    return {
        METADATA_OF_FIELD[name]: str(value)
        for name, value in sorted(fields.items())
        if name in METADATA_OF_FIELD and value is not None
    }


def metadata_items(values: dict[str, str]) -> list[dict[str, str]]:
    """Metadata as the API takes them."""
    return [{"key": key, "value": value} for key, value in sorted(values.items())]


def made_by_kubernetes(row: Row, owner: str) -> bool:
    """Whether a controller of our cluster made it: label ``kubernetes-io-cluster-<owner>``."""
    return KUBERNETES + owner in labels_of(row)
