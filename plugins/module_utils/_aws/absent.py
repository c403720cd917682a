# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The end of one site's network: all of ours goes, children first, with what Kubernetes left; nothing of others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.resource import Resource
from .._site.leaving import refuse_while_our_machines_are_there
from .._site.listings import Row, View, by_name
from . import api_account
from .client import Client
from .firewall_resources import Firewall
from .leftovers import Leftovers, refuse_what_others_have_in_our_network
from .network_listings import NetworkListings, refuse_a_network_without_its_tag
from .network_resources import Address, Association, InternetGateway, Network, RouteTable, SshKey, Subnet
from .tags import common_state

LATE = 3600.0  # seconds: the interfaces of a network load balancer outlive it by up to an hour


class NetworkRemoval:
    """The part ``network`` of a site that leaves."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.options = options
        self.client = client or Client.of(options)
        self.calls = self.client.calls
        self.listings = NetworkListings(self.client, frozenset(options["addresses"]))
        self.leftovers = Leftovers(self.client, lambda: self.listings.id)

    def record(self) -> list[str]:
        """Nothing."""
        return []

    def resources(self) -> Iterable[Resource]:
        """All that is ours. Raises NotOurs while others have something in the network."""
        seen = self.listings
        api_account.refuse_another_account(self.client)
        refuse_a_network_without_its_tag(seen)
        others = self.leftovers.others(seen.group_rows.all(), seen.subnet_rows.all(), seen.table_rows.all())
        refuse_what_others_have_in_our_network(self.client, seen.id, others)
        network = Network(self.client, "", None, listing=seen.networks)
        refuse_while_our_machines_are_there(network.key, self.leftovers.machines(), "aws_machines")
        gateway = InternetGateway(self.client, "", None, after=(network,), listing=seen.gateways)
        tables = [
            RouteTable(self.client, name, None, parent=network, listing=seen.tables) for name in seen.tables.all()
        ]
        subnets = self._subnets(network, tuple(tables))
        associations = [Association(self.client, s.name, None, parent=s, listing=seen.associations) for s in subnets]
        inside = [*self._firewalls(network), *subnets]
        addresses = self._addresses(gateway)
        keys = [SshKey(self.client, name, None, listing=seen.keys) for name in seen.keys.all()]
        rest = self.leftovers.resources((*inside, *addresses))
        if self.leftovers.balancers.all() or self.leftovers.classics.all():
            for resource in inside:
                resource.patience = LATE
        return [network, gateway, *tables, *inside, *associations, *addresses, *keys, *rest]

    def result(self) -> dict[str, Any]:
        """The same keys as of a network that is there."""
        network = self.listings.networks.get("") or {}
        nothing: dict[str, Any] = {
            "zones": {},
            "groups": {},
            "addresses": {},
            "key_name": None,
            "ssh_public_keys": [],
            "marks": {},
        }
        return {"network": {"id": network.get("id"), "cidr": network.get("cidr"), **nothing}, "waiting": []}

    def _subnets(self, network: Network, tables: tuple[Resource, ...]) -> list[Subnet]:
        seen = self.listings.subnets
        return [Subnet(self.client, n, None, parent=network, after=tables, listing=seen) for n in seen.all()]

    def _firewalls(self, network: Network) -> list[Firewall]:
        found = View(self.listings.group_rows, lambda rows: self._by_id(rows.values(), "GroupId"))
        return [Firewall(self.client, name, None, parent=network, listing=found) for name in found.all()]

    def _addresses(self, gateway: InternetGateway) -> list[Address]:
        """Also those that Kubernetes took. Before the gateway: it cannot be detached while addresses are mapped."""
        found = View(self.listings.address_rows, lambda rows: self._by_id(rows.values(), "AllocationId"))
        return [Address(self.client, name, None, after=(gateway,), listing=found) for name in found.all()]

    def _by_id(self, rows: Iterable[Row], key: str) -> dict[str, Any]:
        ours = (row for row in rows if self.leftovers.ours(row) and row.get("GroupName") != "default")
        states = by_name(
            ours, key, lambda row: str(row.get("GroupName") or row[key]), lambda row: self._state(row, key), key
        )
        return dict(states)

    def _state(self, row: Row, key: str) -> dict[str, Any]:
        extra = {"used_by": row.get("AssociationId"), "address": row.get("PublicIp")} if key == "AllocationId" else {}
        return {**common_state(row, row[key]), **extra, "owner": self.client.owner}
