# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""get, list and aggregatedList of every kind, and the operations."""

from __future__ import annotations

import time
from collections.abc import Iterator

from sandbox.gcp import catalog
from sandbox.gcp.call import RULES, Call, rule
from sandbox.gcp.errors import not_found
from sandbox.gcp.kinds import KEPT, OFFERED, OPERATIONS, REGION, ROUTE, Kind
from sandbox.gcp.listing import Item, aggregated, listed
from sandbox.gcp.rules_route import shown
from sandbox.gcp.store import Entry, Row

PAUSE = 0.05  # seconds between two looks of `wait`


def get(call: Call) -> Row:
    """One thing as a read sees it, which may be late."""
    word = {"addresses": "address"}.get(call.kind.collection, call.kind.collection.removesuffix("s"))
    path = call.path(call.values[word])
    entry = call.cloud.store.seen(path)
    if entry is None:
        raise not_found(path)
    return _shown(call, entry)


def list_kept(call: Call) -> Row:
    entries = call.cloud.store.seen_all(call.kind, call.project, call.scope)
    return listed(call, [_shown(call, entry) for entry in entries])


def aggregate_kept(call: Call) -> Row:
    items = [(entry.scope, _shown(call, entry)) for entry in call.cloud.store.seen_all(call.kind, call.project)]
    return _aggregated(call, items)


def _shown(call: Call, entry: Entry) -> Row:
    row = shown(call.cloud.store, entry.row) if entry.kind == ROUTE else entry.row
    operation = call.cloud.operations.all.get(entry.busy)
    if row.get("status") == "PROVISIONING" and operation is not None and operation.looks > 0:
        return {**row, "status": "STAGING"}
    return row


def get_offered(call: Call) -> Row:
    name = call.values[call.kind.collection.removesuffix("s")]
    row = next((one for one in _offered(call, call.scope) if one["name"] == name), None)
    if row is None:
        middle = f"{call.scope}/" if call.kind.scope else ""
        raise not_found(f"projects/{call.project}/{middle}{call.kind.collection}/{name}")
    return row


def list_offered(call: Call) -> Row:
    return listed(call, _offered(call, call.scope))


def aggregate_offered(call: Call) -> Row:
    return _aggregated(call, [(f"zones/{zone}", row) for zone in catalog.zones()
                              for row in _offered(call, f"zones/{zone}")])  # fmt: skip


def _offered(call: Call, scope: str) -> list[Row]:
    rows = catalog.rows(call.kind, call.project, scope)
    if call.kind is REGION:
        return [{**row, "quotas": call.cloud.quotas.rows(call.project, row["name"])} for row in rows]
    return rows


def _aggregated(call: Call, items: list[Item]) -> Row:
    places = {"zones": [f"zones/{zone}" for zone in catalog.zones()], "global": ["global"],
              "regions": [f"regions/{region}" for region in catalog.ZONES]}  # fmt: skip
    mine = call.kind.scope
    others = [place for scope, found in places.items() if scope != mine for place in found]
    return aggregated(call, items, places[mine], others)


@rule("images.getFromFamily")
def from_family(call: Call) -> Row:
    """The newest image of a family that is not deprecated."""
    path = f"projects/{call.project}/global/images/family/{call.values['family']}"
    found = catalog.image(path)
    if found is None:
        raise not_found(path)
    return catalog.image_row(found)


def get_operation(call: Call) -> Row:
    """One poll."""
    path = call.path(call.values["operation"])
    if call.cloud.operations.look(path) is None:
        raise not_found(path)
    return call.cloud.operations.all[path].row


def wait_operation(call: Call) -> Row:
    """Answer when it is done, or after a while in any case; the clouds' lock is let go meanwhile."""
    path, cloud = call.path(call.values["operation"]), call.cloud
    operation = cloud.operations.all.get(path)
    if operation is None:
        raise not_found(path)
    end = time.monotonic() + cloud.longest_wait
    while not operation.done and time.monotonic() < end:
        operation.looks += 1
        cloud.pause(PAUSE)
    return operation.row


def list_operations(call: Call) -> Row:
    return listed(call, [row for scope, row in _operations(call) if scope == call.scope])


@rule("globalOperations.aggregatedList")
def aggregate_operations(call: Call) -> Row:
    """All operations of a project. The scope "global" is among them."""
    items = list(_operations(call))
    scopes = ["global", *(f"regions/{one}" for one in catalog.ZONES), *(f"zones/{one}" for one in catalog.zones())]
    return aggregated(call, items, scopes, [])


def _operations(call: Call) -> Iterator[Item]:
    for operation in call.cloud.operations.all.values():
        parts = operation.path.split("/")
        if parts[1] == call.project:
            yield "/".join(parts[2:-2]), operation.row


def _register(kind: Kind, name: str) -> None:
    kept = kind in KEPT
    RULES[f"{name}.get"] = get if kept else get_offered
    RULES[f"{name}.list"] = list_kept if kept else list_offered
    if kind.scope in ("regions", "zones"):
        RULES[f"{name}.aggregatedList"] = aggregate_kept if kept else aggregate_offered


for _kind in (*KEPT, *OFFERED):
    _register(_kind, _kind.collection)
for _name in OPERATIONS:
    RULES[f"{_name}.get"] = get_operation
    RULES[f"{_name}.wait"] = wait_operation
    RULES[f"{_name}.list"] = list_operations
