# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The lists of one site's group, as states by the names that we give.

All that is ours lies in one group, and has a name that follows from ours: a thing that lost its tag is seen under its
name, without an owner, and not made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View
from .._site.rules import CONTROL_PLANE, NODES
from . import api_account, api_machines, api_network
from .client import Client
from .rules import state_of
from .tags import child_state, common_state, is_owned, marks_of
from .zones import REGIONAL

TABLE = "public"  # the route table's name
STATIC = "-static"  # with it end the names of static addresses; those that go with their machine have its name
SETS = ("control_plane", "nodes")


def same(one: str | None, other: str | None) -> bool:
    """Whether two ids name the same thing: Azure writes them in any case."""
    return one is not None and other is not None and one.lower() == other.lower()


class NetworkListings:
    """Six list calls, seven in a region without zones. Nothing is asked of a group that is not there."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.group_rows = Rows(lambda: api_account.list_group(client), "id")
        self.network_rows = Rows(lambda: self._inside(api_network.list_networks), "id")
        self.table_rows = Rows(lambda: self._inside(api_network.list_route_tables), "id")
        self.firewall_rows = Rows(lambda: self._inside(api_network.list_firewalls), "id")
        self.address_rows = Rows(lambda: self._inside(api_network.list_addresses), "id")
        self.key_rows = Rows(lambda: self._inside(api_machines.list_keys), "id")
        self.set_rows = Rows(lambda: self._inside(api_machines.list_sets), "id")

        self.groups = View(self.group_rows, self._groups)
        self.networks = View(self.network_rows, self._networks)
        self.subnets = View(self.network_rows, self._subnets)
        self.tables = View(self.table_rows, self._tables)
        self.routes = View(self.table_rows, self._routes)
        self.firewalls = View(self.firewall_rows, self._firewalls)
        self.rules = View(self.firewall_rows, self._rules)
        self.addresses = View(self.address_rows, self._addresses)
        self.keys = View(self.key_rows, self._keys)
        self.sets = View(self.set_rows, self._sets)

    @property
    def exists(self) -> bool:
        """Whether there is a group to look into. What is in one that is being deleted is as good as gone."""
        group = self.groups.get("")
        return group is not None and group["status"] != "Deleting"

    @property
    def key_name(self) -> str:
        """Of the one ssh key."""
        return f"{self.client.owner}-{self.client.site}"

    def key(self, kind: str, name: str = "") -> str:
        """How desired fields name another resource."""
        return "/".join(part for part in (kind, self.client.site, name) if part)

    def named(self, name: str) -> str:
        """Our name of a thing, as it is called in the group."""
        return f"{self.client.label}-{name}"

    def _inside(self, lists: Callable[[Client], list[Row]]) -> list[Row]:
        return lists(self.client) if self.exists else []

    def _short(self, row: Row) -> str:
        return str(row["name"]).removeprefix(f"{self.client.label}-")

    def _groups(self, rows: Mapping[str, Row]) -> Named:
        row = next(iter(rows.values()), None)
        return {"": {**common_state(row), "region": row["location"], **marks_of(row)}} if row else {}

    def _network(self, rows: Mapping[str, Row]) -> Row | None:
        return next((row for row in rows.values() if row["name"].lower() == self.client.label.lower()), None)

    def _networks(self, rows: Mapping[str, Row]) -> Named:
        row = self._network(rows)
        if row is None:
            return {}
        space = row["properties"]["addressSpace"]["addressPrefixes"]
        return {"": {**common_state(row), "cidr": ",".join(space)}}

    def _subnets(self, rows: Mapping[str, Row]) -> Named:
        network = self._network(rows)
        if network is None:
            return {}
        owner = common_state(network)["owner"]
        found = network["properties"].get("subnets") or []
        return {zone: self._subnet(row, owner) for row in found if (zone := zone_of(row["name"]))}

    def _subnet(self, row: Row, owner: str | None) -> State:
        part = row["properties"]
        table = (part.get("routeTable") or {}).get("id")
        ours = self.tables.get(TABLE)
        return {
            **child_state(row, owner),
            "cidr": part.get("addressPrefix") or ",".join(part.get("addressPrefixes") or []),
            "route_table": self.key("route_table", TABLE) if ours and same(ours["id"], table) else table,
            "firewall": (part.get("networkSecurityGroup") or {}).get("id"),
            "properties": part,
            "used_by": [one["id"] for one in part.get("ipConfigurations") or []],
        }

    def _tables(self, rows: Mapping[str, Row]) -> Named:
        return {self._short(row): common_state(row) for row in rows.values() if self._is_ours(row, (TABLE,))}

    def _routes(self, rows: Mapping[str, Row]) -> Named:
        table = self.tables.get(TABLE)
        if table is None:
            return {}
        found = rows[table["id"]]["properties"].get("routes") or []
        return {row["name"]: child_state(row, table["owner"]) for row in found}

    def _firewalls(self, rows: Mapping[str, Row]) -> Named:
        return {self._short(row): self._firewall(row) for row in rows.values() if self._is_firewall(row)}

    def _firewall(self, row: Row) -> State:
        part = row["properties"]
        used = [*(part.get("networkInterfaces") or []), *(part.get("subnets") or [])]
        return {**common_state(row), "used_by": [one["id"] for one in used]}

    def _is_firewall(self, row: Row) -> bool:
        short = self._short(row)
        ours = short != row["name"] and (short in (NODES, CONTROL_PLANE) or short.startswith("pool-"))
        return ours or self._is_ours(row, ())

    def _rules(self, rows: Mapping[str, Row]) -> Named:
        return {
            f"{name}-{row['name']}": {**child_state(row, firewall["owner"]), **state_of(row)}
            for name, firewall in self.firewalls.all().items()
            for row in rows[firewall["id"]]["properties"].get("securityRules") or []
        }

    def _addresses(self, rows: Mapping[str, Row]) -> Named:
        return {
            row["name"].removesuffix(STATIC): _address(row) for row in rows.values() if row["name"].endswith(STATIC)
        }

    def _keys(self, rows: Mapping[str, Row]) -> Named:
        row = next((row for row in rows.values() if row["name"].lower() == self.key_name.lower()), None)
        return {self.key_name: {**common_state(row), "public_key": without_comment(_key(row))}} if row else {}

    def _sets(self, rows: Mapping[str, Row]) -> Named:
        return {self._short(row): common_state(row) for row in rows.values() if self._is_ours(row, SETS)}

    def _is_ours(self, row: Row, names: tuple[str, ...]) -> bool:
        """By one of our names, whatever its tags; or by our owner, whatever its name."""
        return row["name"] in map(self.named, names) or is_owned(row, self.client.owner)


def zone_of(subnet: str) -> str | None:
    """``1`` for ``zone-1``, ``regional`` for itself; None for a subnet that is none of ours."""
    zone = subnet.removeprefix("zone-")
    return zone if subnet in (REGIONAL, f"zone-{zone}") else None


def subnet_of(zone: str) -> str:
    """The reverse."""
    return zone if zone == REGIONAL else f"zone-{zone}"


def without_comment(public_key: str) -> str:
    """``ssh-ed25519 AAAA...``: the comment is not part of the key."""
    return " ".join(public_key.split()[:2])


def _key(row: Row) -> str:
    return str((row.get("properties") or {}).get("publicKey") or "")


def _address(row: Row) -> State:
    part: dict[str, Any] = row["properties"]
    used_by = (part.get("ipConfiguration") or {}).get("id")
    state = {"address": part.get("ipAddress"), "used_by": used_by, "zones": row.get("zones")}
    return {**common_state(row), **state}
