# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Everything that a subscription holds in a region, ours or not, by kind and id."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._engine.resource import Resource
from . import api_account, api_machines, api_network
from .client import Client
from .tags import OWNER, SITE, tags_of

Row = dict[str, Any]
KINDS: dict[str, Callable[[Client], list[Row]]] = {
    "group": api_account.list_groups,
    "network": api_network.list_all_networks,
    "route_table": api_network.list_all_route_tables,
    "firewall": api_network.list_all_firewalls,
    "ssh_key": api_machines.list_all_keys,
    "availability_set": api_machines.list_all_sets,
    "address": api_network.list_all_addresses,
    "machine": api_machines.list_all_machines,
    "disk": api_machines.list_all_disks,
    "network_interface": api_network.list_all_interfaces,
}


class Snapshot:
    """Reads only; as ``run`` of the engine wants it. What is of no known kind stands under ``other``."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.client = client or Client.of(options)
        self.calls = self.client.calls

    def resources(self) -> Iterable[Resource]:
        """Nothing is compared."""
        api_account.refuse_another_subscription(self.client)
        return []

    def record(self) -> list[str]:
        """Nothing is written."""
        return []

    def result(self) -> dict[str, Any]:
        """``{kind: {id: {"owner", "site", "tags", "row"}}}``; subnets, rules and routes stand in what they are in."""
        found = {kind: self._seen(lists(self.client)) for kind, lists in KINDS.items()}
        known = {name.lower() for rows in found.values() for name in rows}
        others = (row for row in api_account.list_all_resources(self.client) if row["id"].lower() not in known)
        return {"snapshot": {**found, "other": self._seen(others)}}

    def _seen(self, rows: Iterable[Row]) -> dict[str, Any]:
        here = (row for row in rows if row.get("location", self.client.region).lower() == self.client.region)
        return {row["id"]: _shown(row) for row in sorted(here, key=lambda row: str(row["id"]))}


def _shown(row: Row) -> dict[str, Any]:
    tags = tags_of(row)
    return {"owner": tags.get(OWNER), "site": tags.get(SITE), "tags": tags, "row": row}
