# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Everything that a project holds in a region, and globally, ours or not, by kind and path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._engine.resource import Resource
from . import api_account, api_machines, api_network
from .client import Client
from .labels import OWNER, SITE, described, labels_of, path_of

Row = dict[str, Any]
KINDS: dict[str, Callable[[Client], list[Row]]] = {
    "network": api_network.list_networks,
    "subnet": api_network.list_subnets,
    "firewall": api_network.list_firewalls,
    "route": api_network.list_routes,
    "address": api_network.list_addresses,
    "machine": lambda client: api_machines.list_instances(client, f"zones/{client.region}-"),
    "disk": lambda client: api_machines.list_disks(client, f"zones/{client.region}-"),
}


class Snapshot:
    """Reads only; as ``run`` of the engine wants it."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.client = client or Client.of(options)
        self.calls = self.client.calls

    def resources(self) -> Iterable[Resource]:
        """Nothing is compared."""
        api_account.refuse_another_project(self.client)
        return []

    def record(self) -> list[str]:
        """Nothing is written."""
        return []

    def result(self) -> dict[str, Any]:
        """``{kind: {path: {"owner", "site", "tags", "row"}}}``, the path below the project."""
        return {"snapshot": {kind: self._of(lists(self.client)) for kind, lists in KINDS.items()}}

    def _of(self, rows: list[Row]) -> dict[str, Any]:
        named = {path_of(row["selfLink"]).split("/", 2)[2]: row for row in rows}
        return {name: _seen(row) for name, row in sorted(named.items())}


def _seen(row: Row) -> dict[str, Any]:
    labels, said = labels_of(row), described(row)
    owner, site = (labels.get(OWNER), labels.get(SITE)) if OWNER in labels else (said.get("owner"), said.get("site"))
    return {"owner": owner, "site": site, "tags": labels, "row": _without_secrets(row)}


def _without_secrets(row: Row) -> Row:
    """Metadata may hold anything: private keys in user data, for one. Only what we record is shown."""
    if "metadata" not in row:
        return row
    items = [
        item if item["key"].startswith("pangaea-") else {"key": item["key"], "value": "(not shown)"}
        for item in row["metadata"].get("items", [])
    ]
    return {**row, "metadata": {**row["metadata"], "items": items}}
