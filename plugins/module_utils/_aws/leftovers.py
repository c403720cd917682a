# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What stands in a network, or was made for the cluster, and not by us: by Kubernetes, or by others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .._engine.errors import NotOurs
from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View
from . import api_balancers, api_machines, api_network
from .client import Client
from .resource import AwsResource
from .tags import NAME, OWNER, SITE, made_by_kubernetes, tags_of

GONE = ("terminated", "shutting-down")


class Leftover(AwsResource):
    """One thing that is only ever removed; named by its cloud id."""

    def __init__(
        self, kind: str, remove: Callable[[Client, str], Any], client: Client, name: str, **others: Any
    ) -> None:
        self.kind, self._remove = kind, remove
        super().__init__(client, name, None, **others)

    patience = 300.0

    def update(self, fields: State) -> None:
        """Never asked for."""
        raise NotImplementedError

    def delete(self) -> None:
        """Raises InUse, which is tried again."""
        self._remove(self.client, self.name)


class Leftovers:
    """Lists of what the closing of a site looks at in addition."""

    def __init__(self, client: Client, network: Callable[[], str | None]) -> None:
        self.client, self._network = client, network
        in_network = self._in_network
        self.instances = Rows(lambda: in_network(api_machines.list_instances), "InstanceId")
        self.interface_rows = Rows(lambda: in_network(api_network.list_network_interfaces), "NetworkInterfaceId")
        self.volume_rows = Rows(lambda: api_machines.list_volumes(client, self._marked()), "VolumeId")
        self.balancer_rows = Rows(
            lambda: self._with_tags(api_balancers.list_balancers(client), "LoadBalancerArn"), "id"
        )
        self.target_rows = Rows(
            lambda: self._with_tags(api_balancers.list_target_groups(client), "TargetGroupArn"), "id"
        )
        self.classic_rows = Rows(self._classic, "id")
        self.interfaces = View(self.interface_rows, lambda rows: self._ours(r for r in rows.values() if _idle(r)))
        self.volumes = View(self.volume_rows, lambda rows: self._ours(r for r in rows.values() if _idle(r)))
        self.balancers = View(self.balancer_rows, lambda rows: self._ours(rows.values()))
        self.targets = View(self.target_rows, lambda rows: self._ours(rows.values()))
        self.classics = View(self.classic_rows, lambda rows: self._ours(rows.values()))

    def ours(self, row: Row) -> bool:
        """By our tags, or by those of our Kubernetes."""
        tags = tags_of(row)
        site = tags.get(SITE, self.client.site) == self.client.site
        return (tags.get(OWNER) == self.client.owner and site) or made_by_kubernetes(row, self.client.owner)

    def others(self, firewalls: Mapping[str, Row], subnets: Mapping[str, Row], tables: Mapping[str, Row]) -> list[str]:
        """What lies in our network and is not ours, one phrase each; what a machine has is named by the machine."""
        interfaces = [row for row in self.interface_rows.all().values() if _idle(row)]
        balancers = [*self.balancer_rows.all().values(), *self.classic_rows.all().values()]
        kinds: list[tuple[str, str, Iterable[Row]]] = [
            ("machine", "InstanceId", self._living()),
            ("load balancer", "id", balancers),
            ("network interface", "NetworkInterfaceId", interfaces),
            ("subnet", "SubnetId", subnets.values()),
            ("firewall", "GroupId", (row for row in firewalls.values() if row["GroupName"] != "default")),
            ("route table", "RouteTableId", (row for row in tables.values() if not _is_main(row))),
        ]
        return [_phrase(word, row, key) for word, key, rows in kinds for row in rows if not self.ours(row)]

    def machines(self) -> list[str]:
        """Our machines that are still there, by name."""
        return [tags_of(row).get(NAME) or row["InstanceId"] for row in self._living() if self.ours(row)]

    def resources(self, after: tuple[AwsResource, ...]) -> list[AwsResource]:
        """What to remove before ``after``: load balancers first, then their target groups, interfaces and disks."""
        below = self._of("network_interface", api_network.delete_network_interface, self.interfaces, after)
        below += self._of("disk", api_machines.delete_volume, self.volumes, ())
        targets = self._of("target_group", api_balancers.delete_target_group, self.targets, (*after, *below))
        above = (*after, *below, *targets)
        return [
            *below,
            *targets,
            *self._of("load_balancer", api_balancers.delete_balancer, self.balancers, above),
            *self._of("load_balancer", api_balancers.delete_classic_balancer, self.classics, above),
        ]

    def _living(self) -> list[Row]:
        return [row for row in self.instances.all().values() if row["State"]["Name"] not in GONE]

    def _of(
        self, kind: str, remove: Callable[[Client, str], Any], view: View, after: tuple[AwsResource, ...]
    ) -> list[AwsResource]:
        return [Leftover(kind, remove, self.client, name, after=after, listing=view) for name in sorted(view.all())]

    def _ours(self, rows: Iterable[Row]) -> Named:
        key = ("id", "NetworkInterfaceId", "VolumeId")
        named = {str(next(row[k] for k in key if k in row)): row for row in rows if self.ours(row)}
        return {name: {"id": name, "owner": self.client.owner} for name in named}

    def _in_network(self, lists: Callable[[Client, list[Row]], list[Row]]) -> list[Row]:
        network = self._network()
        return lists(self.client, api_network.in_network(network)) if network else []

    def _marked(self) -> list[Row]:
        return [{"Name": "tag-key", "Values": [OWNER, f"kubernetes.io/cluster/{self.client.owner}"]}]

    def _with_tags(self, rows: list[Row], key: str) -> list[Row]:
        mine = [row for row in rows if row.get("VpcId") and row["VpcId"] == self._network()]
        tags = (
            {row["ResourceArn"]: row for row in api_balancers.list_tags(self.client, [row[key] for row in mine])}
            if mine
            else {}
        )
        return [{**row, "id": row[key], "Tags": tags.get(row[key], {}).get("Tags", [])} for row in mine]

    def _classic(self) -> list[Row]:
        rows = [row for row in api_balancers.list_classic_balancers(self.client) if row.get("VPCId") == self._network()]
        rows = rows if self._network() else []
        names = [row["LoadBalancerName"] for row in rows]
        tags = {r["LoadBalancerName"]: r for r in api_balancers.list_classic_tags(self.client, names)} if names else {}
        return [{**row, "id": row["LoadBalancerName"], "Tags": tags[row["LoadBalancerName"]]["Tags"]} for row in rows]


def refuse_what_others_have_in_our_network(client: Client, network: str | None, others: list[str]) -> None:
    """Raise NotOurs, naming all of it: with the network it would lose its place."""
    if others:
        raise NotOurs(
            f"delete network/{client.site} ({network}): it holds what is not this cluster's: {', '.join(others)}; "
            "remove it, or move it to another network, then run again",
            others=others,
        )


def _idle(row: Row) -> bool:
    """A network interface or disk that nothing uses. A disk that is only being made is deleted once it is there."""
    return row.get("Status", row.get("State")) in ("available", "creating")


def _is_main(table: Row) -> bool:
    return any(association.get("Main") for association in table.get("Associations", []))


def _phrase(word: str, row: Row, key: str) -> str:
    name = tags_of(row).get(NAME) or row.get("GroupName")
    return f"{word} {row[key]} ({name})" if name else f"{word} {row[key]}"
