# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The end of one site's network: all of ours goes, children first, with what Kubernetes left; nothing of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.errors import NotOurs
from .._engine.resource import Resource, State
from .._site.leaving import refuse_while_our_machines_are_there
from .._site.listings import Row, Rows, View
from . import api_account, api_machines, api_network
from .client import Client
from .labels import OWNER, SITE, labels_of, last, made_by_kubernetes, path_of
from .network import others_in
from .network_listings import NetworkListings
from .network_resources import Address, FirewallRule, Network, Route, Subnet
from .resource import GcpResource


class Leftover(GcpResource):
    """A disk that is only ever removed; named by its path below the project."""

    kind = "disk"
    patience = 300.0

    def update(self, fields: State) -> None:
        """Never asked for."""
        raise NotImplementedError

    def delete(self) -> None:
        """Raises InUse, which is tried again."""
        api_machines.delete_disk(self.client, self.name)


class NetworkRemoval:
    """The part ``network`` of a site that leaves."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.options = options
        self.client = client or Client.of(options)
        self.calls = self.client.calls
        self.listings = NetworkListings(self.client, frozenset(options["addresses"]))
        places = f"zones/{self.client.region}-"
        self._disk_rows = Rows(lambda: api_machines.list_disks(self.client, places), "selfLink")
        self._disks = View(self._disk_rows, lambda rows: self._idle(rows.values()))

    def record(self) -> list[str]:
        """Nothing."""
        return []

    def resources(self) -> Iterable[Resource]:
        """All that is ours. Raises NotOurs while others have something in the network."""
        client, seen = self.client, self.listings
        api_account.refuse_another_project(client)
        machines = self._refuse_what_others_have_in_our_network()
        network = Network(client, "", None, label=seen.label, listing=seen.networks)
        refuse_while_our_machines_are_there(network.key, machines, "gcp_machines")
        place: dict[str, Any] = {"parent": network, "network": seen.network_path}
        rules = [
            FirewallRule(
                client,
                name,
                None,
                gcp_name=state["name"],
                rows=seen.firewall_rows,
                listing=seen.rules,
                **place,
            )
            for name, state in seen.rules.all().items()
        ]
        own = View(seen.route_rows, lambda rows: self._own_routes(rows.values()))
        routes = [Route(client, name, None, label=seen.label, listing=own, **place) for name in own.all()]
        subnet = Subnet(client, "", None, label=seen.label, listing=seen.subnets, **place)
        addresses = [
            Address(client, name, None, rows=seen.address_rows, listing=seen.addresses)
            for name in self._our_addresses()
        ]
        disks = [Leftover(client, name, None, listing=self._disks) for name in sorted(self._disks.all())]
        return [network, subnet, *rules, *routes, *addresses, *disks]

    def result(self) -> dict[str, Any]:
        """The same keys as of a network that is there."""
        seen = self.listings
        subnet = {"id": (seen.subnets.get("") or {}).get("id"), "name": seen.label}
        network = {"id": seen.id, "name": seen.label, "cidr": self.options["cidr"], "subnet": subnet}
        nothing: dict[str, Any] = {"zones": [], "groups": {}, "addresses": {}, "ssh_public_keys": [], "marks": {}}
        return {"network": {**network, **nothing, "others": []}, "waiting": []}

    def _own_routes(self, rows: Iterable[Row]) -> dict[str, State]:
        """Not those that came with the network: they go with it."""
        seen = self.listings
        ours = [row for row in rows if seen.inside(row) and seen.is_ours(row)]
        return {
            str(row["name"]).removeprefix(f"{seen.label}-"): {
                "id": row["id"],
                "name": row["name"],
                "owner": self.client.owner,
            }
            for row in ours
        }

    def _our_addresses(self) -> list[str]:
        return [name for name, state in self.listings.addresses.all().items() if state["owner"] == self.client.owner]

    def _idle(self, rows: Iterable[Row]) -> dict[str, State]:
        """Disks of this site, or of volumes that our Kubernetes made, which no machine has."""
        found = [row for row in rows if not row.get("users") and self._ours(row)]
        below = {path_of(row["selfLink"]).split("/", 2)[2]: row for row in found}
        return {name: {"id": row["id"], "owner": self.client.owner} for name, row in below.items()}

    def _ours(self, row: Row) -> bool:
        labels = labels_of(row)
        mine = (labels.get(OWNER), labels.get(SITE)) == (self.client.owner, self.client.site)
        return mine or made_by_kubernetes(row, self.client.owner)

    def _refuse_what_others_have_in_our_network(self) -> list[str]:
        """The names of our machines in it. Raise NotOurs, naming what is not ours: it would lose its place."""
        client, seen = self.client, self.listings
        if seen.id is None:
            return []
        network = seen.networks.get("") or {}
        machines = [row for row in api_machines.list_instances(client, "zones/") if self._inside(row)]
        theirs = [row for row in machines if labels_of(row).get(OWNER) != client.owner]
        subnets = [row for row in api_network.list_all_subnets(client) if seen.inside(row)]
        foreign = [row for row in subnets if not seen.is_ours(row) and row["name"] != seen.label]
        others = [
            *(f"machine {row['name']} ({row['id']})" for row in theirs),
            *(f"subnetwork {last(row['region'])}/{row['name']}" for row in foreign),
            *others_in(seen),
        ]
        if others and network.get("owner") == client.owner:
            raise NotOurs(
                f"delete network/{client.site} ({seen.label}): it holds what is not this cluster's: "
                f"{', '.join(others)}; remove it, or move it to another network, then run again",
                others=others,
            )
        return [str(row["name"]) for row in machines if row not in theirs]

    def _inside(self, row: Row) -> bool:
        return any(path_of(nic["network"]) == self.listings.network_path for nic in row["networkInterfaces"])
