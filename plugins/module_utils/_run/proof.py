# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Nothing of ours is left, and nothing of others went through us: the closing proof of a delete, from two snapshots."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Snapshot = Mapping[str, Mapping[str, Mapping[str, Any]]]  # {kind: {id: {"owner", "site", "tags", "row"}}}
KUBERNETES = "kubernetes.io/cluster/"  # followed by the cluster's name: the tag of what Kubernetes makes in a cloud


def proof(owner: str, before: Snapshot, after: Snapshot, deleted: Iterable[str]) -> dict[str, list[str]]:
    """``left``: what is there and is ours. ``not_ours``: ids that we deleted and were not ours. Both MUST be empty.

    ``came`` and ``went``: what others did meanwhile. ``deleted``: ids by the modules' own account.
    """
    networks = {one for one, row in before.get("network", {}).items() if row.get("owner") == owner}
    deleted, known = set(deleted), _flat(before)
    mine = {one for one, (_kind, row) in known.items() if _ours(owner, row, networks) or one in networks}
    there = _flat(after)
    return {
        "left": sorted(f"{kind} {one}" for one, (kind, row) in there.items() if _ours(owner, row, networks)),
        "not_ours": sorted(f"{known[one][0]} {one}" for one in deleted if one in known and one not in mine),
        "came": sorted(f"{kind} {one}" for one, (kind, _row) in there.items() if one not in known),
        "went": sorted(f"{kind} {one}" for one, (kind, _row) in known.items() if one not in there and one not in mine),
    }


def text(site: str, found: Mapping[str, list[str]], deleted: int) -> list[str]:
    """The proof of one site for people."""
    lines = [f"{site}: {one} is ours and still there" for one in found["left"]]
    lines += [f"{site}: {one} was deleted and was not ours" for one in found["not_ours"]]
    lines = lines or [f"{site}: {deleted} things were deleted, all of them ours; nothing of ours is left"]
    lines += [f"{site}: {one} came meanwhile, by others" for one in found["came"]]
    return lines + [f"{site}: {one} went meanwhile, by others" for one in found["went"]]


def deleted_ids(plans: Iterable[Mapping[str, Any]]) -> list[str]:
    """Ids of what the plans of the modules deleted."""
    changes = (change for plan in plans for change in plan.get("changes") or [])
    found = ((change.get("before") or {}).get("id") for change in changes if change["action"] == "delete")
    return sorted({one for one in found if one})


def _flat(snapshot: Snapshot) -> dict[str, tuple[str, Mapping[str, Any]]]:
    return {one: (kind, row) for kind, rows in snapshot.items() for one, row in rows.items()}


def _ours(owner: str, row: Mapping[str, Any], networks: set[str]) -> bool:
    """By tag, by Kubernetes' own tag, by name, or because it lies in a network of ours."""
    tags = row.get("tags") or {}
    named = str(tags.get("Name") or (row.get("row") or {}).get("KeyName") or "").startswith(f"{owner}-")
    if row.get("owner") == owner or f"{KUBERNETES}{owner}" in tags or named:
        return True
    return any(network in networks for network in _words(row.get("row")))


def _words(value: Any) -> Iterator[str]:
    """All texts in a row of the cloud."""
    return iter(json.dumps(value, default=str).replace('"', " ").replace(",", " ").split())
