# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The resources of a network, except its firewalls."""

from __future__ import annotations

from .._engine.resource import State
from . import api_network as api
from .network_listings import DEFAULT_ROUTE
from .resource import AwsResource
from .tags import MARK


class Network(AwsResource):
    """The VPC of a site. Its marks are fields named ``mark_initialised``; those not asked for are left alone."""

    kind = "network"
    fixed = frozenset({"cidr"})
    patience = 300.0

    @property
    def _marks(self) -> list[dict[str, str]]:
        return _mark_tags(self.desired or {})

    def make(self) -> None:
        """One VPC, with its tags and marks."""
        api.create_network(self.client, self.wanted["cidr"], [*self.tags, *self._marks])

    def update(self, fields: State) -> None:
        """Tags and marks."""
        self.write_tags(fields)
        if _mark_tags(fields):
            api.tag(self.client, self.id, _mark_tags(fields))

    def delete(self) -> None:
        """The last to go."""
        api.delete_network(self.client, self.id)

    def settled(self) -> bool:
        """AWS says ``pending`` first."""
        return self.actual is None or self.actual["status"] == "available"


class InternetGateway(AwsResource):
    """The way to the internet. After the network, not in it: it may exist unattached."""

    kind = "internet_gateway"
    patience = 300.0

    def make(self) -> None:
        """Make and attach; one that was left unattached is found again, and attached by ``update``."""
        gateway = api.create_internet_gateway(self.client, self.tags)
        api.attach_internet_gateway(self.client, gateway, self.after_id)

    def update(self, fields: State) -> None:
        """Tags, and which network it is attached to."""
        self.write_tags(fields)
        if "network" in fields:
            self._detach()
            api.attach_internet_gateway(self.client, self.id, self.after_id)

    def delete(self) -> None:
        """Detach first."""
        self._detach()
        api.delete_internet_gateway(self.client, self.id)

    def _detach(self) -> None:
        for network in (self.actual or {})["attached_to"]:
            api.detach_internet_gateway(self.client, self.id, network)


class RouteTable(AwsResource):
    """The routes of the public subnets. Parent: the network."""

    kind = "route_table"
    patience = 300.0

    def make(self) -> None:
        """An empty one."""
        api.create_route_table(self.client, self.parent_id, self.tags)

    def update(self, fields: State) -> None:
        """Tags."""
        self.write_tags(fields)

    def delete(self) -> None:
        """After the subnets that use it."""
        api.delete_route_table(self.client, self.id)


class Route(AwsResource):
    """One route, without tags. Parent: the route table; after: the internet gateway."""

    kind = "route"
    tagged = False

    def make(self) -> None:
        """Lead everything to the internet gateway: there are no other routes that we make."""
        api.create_route(self.client, self.parent_id, DEFAULT_ROUTE, self.after_id)

    def update(self, fields: State) -> None:
        """Lead it there again."""
        api.replace_route(self.client, self.parent_id, DEFAULT_ROUTE, self.after_id)

    def delete(self) -> None:
        """One that somebody added."""
        api.delete_route(self.client, self.parent_id, (self.actual or {})["destination"])

    def settled(self) -> bool:
        """Not a black hole."""
        return self.actual is None or self.actual["status"] in (None, "active")


class Subnet(AwsResource):
    """One subnet per zone, named by the zone. Parent: the network."""

    kind = "subnet"
    fixed = frozenset({"cidr", "zone"})
    patience = 300.0

    def make(self) -> None:
        """In its zone."""
        api.create_subnet(self.client, self.parent_id, self.wanted["cidr"], self.wanted["zone"], self.tags)

    def update(self, fields: State) -> None:
        """Tags."""
        self.write_tags(fields)

    def delete(self) -> None:
        """After the machines and interfaces in it; AWS frees some of them late."""
        api.delete_subnet(self.client, self.id)

    def settled(self) -> bool:
        """AWS says ``pending`` first."""
        return self.actual is None or self.actual["status"] == "available"


class Association(AwsResource):
    """Which route table a subnet uses. Parent: the subnet, whose owner it shares; after: the route table."""

    kind = "association"
    tagged = False

    def make(self) -> None:
        """From the main table, which leads nowhere, to ours."""
        api.associate_route_table(self.client, self.after_id, self.parent_id)

    def update(self, fields: State) -> None:
        """From somebody's table to ours."""
        api.replace_association(self.client, self.id, self.after_id)

    def delete(self) -> None:
        """Before the subnet and the table."""
        api.disassociate_route_table(self.client, self.id)


class SshKey(AwsResource):
    """The key that AWS gives to new machines; all keys are in their user data as well."""

    kind = "ssh_key"

    def make(self) -> None:
        """Import it."""
        api.import_key_pair(self.client, self.name, self.wanted["public_key"], self.tags)

    def update(self, fields: State) -> None:
        """Tags. Another key is imported under the same name: machines that exist keep what they were made with."""
        if "public_key" in fields:
            self.delete()
            self.make()
        else:
            self.write_tags(fields)

    def delete(self) -> None:
        """No machine notices."""
        api.delete_key_pair(self.client, self.name)


class Address(AwsResource):
    """A static public address, named by the machine that it is for. It outlives the machine."""

    kind = "address"
    patience = 120.0

    def make(self) -> None:
        """Which address it becomes is AWS's choice."""
        api.allocate_address(self.client, self.tags)

    def update(self, fields: State) -> None:
        """Tags."""
        self.write_tags(fields)

    def delete(self) -> None:
        """Take it back first: it may still be given to something that ends now."""
        used_by = (self.actual or {}).get("used_by")
        if used_by:
            api.disassociate_address(self.client, used_by)
        api.release_address(self.client, self.id)


def _mark_tags(fields: State) -> list[dict[str, str]]:
    marks = ((name.removeprefix("mark_"), value) for name, value in sorted(fields.items()) if name.startswith("mark_"))
    return [{"Key": f"{MARK}{name}", "Value": value} for name, value in marks]
