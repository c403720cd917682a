# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The resources of a network, except its firewalls."""

from __future__ import annotations

from typing import Any

from .._engine.errors import InUse
from .._engine.resource import State
from . import api_account, api_machines, api_network
from .network_listings import STATIC, TABLE, subnet_of
from .resource import AzureResource

# What a user may set on a subnet and we do not: it stays when we write the subnet.
KEPT = (
    "defaultOutboundAccess",
    "delegations",
    "natGateway",
    "privateEndpointNetworkPolicies",
    "privateLinkServiceNetworkPolicies",
    "serviceEndpointPolicies",
    "serviceEndpoints",
)


class Group(AzureResource):
    """The resource group of a site, ours alone. Marks are fields ``mark_initialised``, kept in its tags."""

    kind = "group"
    fixed = frozenset({"region"})
    patience = 600.0

    def read(self) -> State | None:
        """One that is being deleted is as good as gone, unless it is to go."""
        state = super().read()
        ending = state is not None and state["status"] == "Deleting"
        return None if ending and self.desired is not None else state

    def put(self) -> None:
        """With its tags and marks."""
        api_account.put_group(self.client, {"location": self.client.region, "tags": self.tags})

    def retag(self) -> None:
        """Tags and marks."""
        api_account.tag_group(self.client, self.tags)

    def delete(self) -> None:
        """The last to go, and only empty: with it would go what others put there meanwhile."""
        left = [row["id"] for row in api_account.list_resources(self.client)]
        if left:
            raise InUse(f"delete {self.key}: it still holds {', '.join(left)}; remove it, or run again")
        api_account.delete_group(self.client)


class Network(AzureResource):
    """The virtual network of a site. Made together with its subnets; after: the route table that they use."""

    kind = "network"
    fixed = frozenset({"cidr"})
    patience = 300.0
    subnets: tuple[Subnet, ...] = ()  # set by who makes both: each needs the other

    def put(self) -> None:
        """Without ``subnets`` those that are there stay (API versions since 2023)."""
        subnets = [{"name": subnet.called, "properties": subnet.body()} for subnet in self.subnets]
        space = {"addressSpace": {"addressPrefixes": self.wanted["cidr"].split(",")}}
        made = self.actual is None and subnets
        properties = {**space, "subnets": subnets} if made else space
        body = {"location": self.client.region, "tags": self.tags, "properties": properties}
        api_network.put_network(self.client, self.client.label, body)

    def retag(self) -> None:
        """Tags."""
        api_network.tag_network(self.client, self.client.label, self.tags)

    def delete(self) -> None:
        """With its subnets, after the machines in them."""
        api_network.delete_network(self.client, self.client.label)


class Subnet(AzureResource):
    """One subnet per zone, or one for a region without zones. Parent: the network; after: the route table."""

    kind = "subnet"
    fixed = frozenset({"cidr"})
    tagged = False
    patience = 300.0

    @property
    def called(self) -> str:
        """Its name in the network."""
        return subnet_of(self.name)

    def make(self) -> None:
        """A new network has it already: seen by the look after it was made."""
        if self.inspect() is not None:
            self.put()

    def put(self) -> None:
        """No firewall of its own: each interface has one, and both would have to let through."""
        api_network.put_subnet(self.client, self.client.label, self.called, {"properties": self.body()})

    def body(self) -> dict[str, Any]:
        """With what a user set and we do not."""
        present = (self.actual or {}).get("properties") or {}
        kept = {name: present[name] for name in KEPT if present.get(name) not in (None, [])}
        return {**kept, "addressPrefix": self.wanted["cidr"], "routeTable": {"id": self.after_id}}

    def delete(self) -> None:
        """Never asked for: it goes with the network."""
        raise NotImplementedError


class RouteTable(AzureResource):
    """The routes of the subnets. There are none of ours: Azure's own way to the internet is enough."""

    kind = "route_table"
    patience = 300.0

    @property
    def _called(self) -> str:
        return f"{self.client.label}-{self.name}"

    def put(self) -> None:
        """An empty one: routes that others added are drift."""
        api_network.put_route_table(self.client, self._called, {"location": self.client.region, "tags": self.tags})

    def retag(self) -> None:
        """Tags."""
        api_network.tag_route_table(self.client, self._called, self.tags)

    def delete(self) -> None:
        """After the subnets that use it."""
        api_network.delete_route_table(self.client, self._called)


class Route(AzureResource):
    """A route that somebody added. Parent: the route table."""

    kind = "route"
    tagged = False

    def put(self) -> None:
        """Never asked for: there are no routes that we make."""
        raise NotImplementedError

    def delete(self) -> None:
        """It leads traffic elsewhere."""
        api_network.delete_route(self.client, f"{self.client.label}-{TABLE}", self.name)


class SshKey(AzureResource):
    """The first of the keys, to be picked in the portal; machines get all of them in their user data."""

    kind = "ssh_key"
    has_health = False

    def put(self) -> None:
        """Machines that exist keep what they were made with."""
        key = {"publicKey": self.wanted["public_key"]}
        body = {"location": self.client.region, "tags": self.tags, "properties": key}
        api_machines.put_key(self.client, self.name, body)

    def retag(self) -> None:
        """Tags."""
        api_machines.tag_key(self.client, self.name, self.tags)

    def delete(self) -> None:
        """No machine notices."""
        api_machines.delete_key(self.client, self.name)


class AvailabilitySet(AzureResource):
    """Keeps machines on different racks, in a region without zones: one of the control plane, one of the others."""

    kind = "availability_set"
    has_health = False

    @property
    def _called(self) -> str:
        return f"{self.client.label}-{self.name}"

    def put(self) -> None:
        """Two fault domains are what every region has."""
        domains = {"platformFaultDomainCount": 2, "platformUpdateDomainCount": 5}
        body = {"location": self.client.region, "tags": self.tags, "sku": {"name": "Aligned"}, "properties": domains}
        api_machines.put_set(self.client, self._called, body)

    def retag(self) -> None:
        """Tags."""
        api_machines.tag_set(self.client, self._called, self.tags)

    def delete(self) -> None:
        """After its machines."""
        api_machines.delete_set(self.client, self._called)


class Address(AzureResource):
    """A static public address, named by the machine that it is for. It outlives the machine."""

    kind = "address"
    patience = 120.0

    def put(self) -> None:
        """Standard is the only kind there is, and it is static."""
        body = public_address(self.client.region, self.tags, (self.actual or {}).get("zones"), outlives=True)
        api_network.put_address(self.client, f"{self.name}{STATIC}", body)

    def retag(self) -> None:
        """Tags."""
        api_network.tag_address(self.client, f"{self.name}{STATIC}", self.tags)

    def delete(self) -> None:
        """Once no machine has it."""
        api_network.delete_address(self.client, f"{self.name}{STATIC}")


def public_address(region: str, tags: dict[str, str], zones: list[str] | None, *, outlives: bool) -> dict[str, Any]:
    """The body of a public address; ``outlives``: it stays when its machine is deleted.

    ``zones`` are those that it has: a new one names none, Azure spreads it, and they cannot be changed.
    """
    option = "Detach" if outlives else "Delete"
    properties = {"publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4", "deleteOption": option}
    spread = {"zones": zones} if zones else {}
    return {"location": region, "tags": tags, **spread, "sku": {"name": "Standard"}, "properties": properties}
