# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a group holds, piece by piece: ours, what Kubernetes made in it, and what is others'."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .._engine.errors import NotOurs
from .._engine.resource import State
from .._site.listings import Row, Rows, View
from . import api_account, api_machines, api_network
from .client import Client
from .network_listings import STATIC
from .resource import AzureResource
from .tags import is_owned, made_by_kubernetes

NETWORK, COMPUTE = "microsoft.network", "microsoft.compute"
MACHINES = f"{COMPUTE}/virtualmachines"
# Type -> its word in the plan, how it is deleted, how far from the group: what is further goes first.
KINDS: dict[str, tuple[str, Callable[[Client, str], None], int]] = {
    f"{NETWORK}/routetables": ("route_table", api_network.delete_route_table, 1),
    f"{NETWORK}/networksecuritygroups": ("firewall", api_network.delete_firewall, 1),
    f"{NETWORK}/publicipaddresses": ("address", api_network.delete_address, 1),
    f"{COMPUTE}/sshpublickeys": ("ssh_key", api_machines.delete_key, 1),
    f"{COMPUTE}/availabilitysets": ("availability_set", api_machines.delete_set, 1),
    f"{COMPUTE}/disks": ("disk", api_machines.delete_disk, 1),
    f"{NETWORK}/virtualnetworks": ("network", api_network.delete_network, 2),
    f"{NETWORK}/networkinterfaces": ("network_interface", api_network.delete_interface, 3),
    f"{NETWORK}/loadbalancers": ("load_balancer", api_network.delete_balancer, 3),
}


class Piece(AzureResource):
    """One thing that is only ever removed."""

    tagged = False
    has_health = False
    patience = 300.0

    def __init__(
        self, kind: str, remove: Callable[[Client, str], Any], client: Client, name: str, **others: Any
    ) -> None:
        self.kind, self._remove = kind, remove
        super().__init__(client, name, None, **others)

    def delete(self) -> None:
        """Raises InUse, which is tried again."""
        self._remove(self.client, str(self.actual["called"]) if self.actual else self.name)


class Leftovers:
    """Everything in the group, by one list call."""

    def __init__(self, client: Client, exists: Callable[[], bool]) -> None:
        self.client = client
        self.rows = Rows(lambda: api_account.list_resources(client) if exists() else [], "id")

    def machines(self) -> list[str]:
        """Names of machines of ours that are still there."""
        return sorted(row["name"] for row in self.rows.all().values() if _type(row) == MACHINES and self._ours(row))

    def others(self) -> list[str]:
        """Ids of what is not ours, or of a kind that we never make. What is part of a thing of ours is named by it."""
        rows = self.rows.all().values()
        known = [row for row in rows if self._ours(row) and _type(row) in {*KINDS, MACHINES}]
        inside = tuple(f"{row['id']}/".lower() for row in known)
        ids = {row["id"] for row in known}
        return sorted(r["id"] for r in rows if r["id"] not in ids and not r["id"].lower().startswith(inside))

    def resources(self, group: AzureResource) -> list[AzureResource]:
        """What to remove before the group, what is furthest from it first."""
        found: list[AzureResource] = [group]
        for step in sorted({step for _kind, _remove, step in KINDS.values()}):
            after = tuple(found)
            for kind, (word, remove, its) in KINDS.items():
                view = View(self.rows, lambda rows, kind=kind: self._named(rows.values(), kind))  # type: ignore[misc]
                names = sorted(view.all()) if its == step else []
                found += [Piece(word, remove, self.client, name, after=after, listing=view) for name in names]
        return found[1:]

    def _named(self, rows: Iterable[Row], kind: str) -> dict[str, State]:
        found = (row for row in rows if _type(row) == kind and self._ours(row))
        return {
            self._short(row["name"]): {
                "id": row["id"],
                "owner": self.client.owner,
                "called": row["name"],
                "status": None,
            }
            for row in found
        }

    def _short(self, name: str) -> str:
        """Our name of it, as in the plan that made it."""
        rest = name.removeprefix(self.client.label)
        return name.removesuffix(STATIC) if name.endswith(STATIC) else rest.removeprefix("-") if rest != name else name

    def _ours(self, row: Row) -> bool:
        return is_owned(row, self.client.owner) or made_by_kubernetes(row, self.client.owner)


def refuse_what_others_have_in_our_group(client: Client, others: list[str]) -> None:
    """Raise NotOurs, naming all of it: with the group, or the network, it would go."""
    if others:
        raise NotOurs(
            f"delete group/{client.site} ({client.group}): it holds, or serves, what is not this cluster's: "
            f"{', '.join(others)}; remove it, or move it elsewhere, then run again",
            others=others,
        )


def _type(row: Row) -> str:
    return str(row["type"]).lower()
