# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The resources of a network."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.resource import State
from .._site.listings import Rows
from . import api_network as api
from .labels import as_labels, description, labels_of, marks_of, name_for, relabelled
from .network_listings import EVERYWHERE, GATEWAY
from .resource import DescribedResource, GcpResource, Row, write_fresh
from .rules import DIRECTIONS, body_of

REPLACED = frozenset({"action", "direction", "network"})  # of a firewall: what GCP cannot change


class Network(DescribedResource):
    """The VPC network of a site, in custom mode."""

    kind = "network"
    fixed = frozenset({"mode", "site"})
    way_out = "delete it, with what is in it, and run again"
    patience = 300.0

    def __init__(self, *args: Any, label: str, **others: Any) -> None:
        super().__init__(*args, **others)
        self._label = label

    def make(self) -> None:
        """GCP adds the way to the internet."""
        routing = {"routingMode": self.wanted["routing"].upper()}
        body = {"name": self._label, "description": self.description, "autoCreateSubnetworks": False}
        api.insert_network(self.client, {**body, "routingConfig": routing})

    def update(self, fields: State) -> None:
        """How far its routes reach; there is nothing else that could be changed."""
        self.refuse_to_adopt(fields)
        api.patch_network(self.client, self._label, {"routingConfig": {"routingMode": fields["routing"].upper()}})

    def delete(self) -> None:
        """The last to go."""
        api.delete_network(self.client, self._label)


class Subnet(DescribedResource):
    """The one subnetwork of a site: it spans all zones of its region. Parent: the network."""

    kind = "subnet"
    fixed = frozenset({"cidr", "network", "site"})
    patience = 300.0

    def __init__(self, *args: Any, label: str, network: str, **others: Any) -> None:
        super().__init__(*args, **others)
        self._label, self._network = label, network

    def make(self) -> None:
        """With the whole range of the site."""
        body = {"name": self._label, "description": self.description, "network": self._network}
        api.insert_subnet(self.client, {**body, "ipCidrRange": self.wanted["cidr"]})

    def update(self, fields: State) -> None:
        """Never asked for: nothing of it can be changed."""
        self.refuse_to_adopt(fields)
        raise NotImplementedError

    def delete(self) -> None:
        """After the machines in it."""
        api.delete_subnet(self.client, self._label)


class Route(DescribedResource):
    """One route. The one to the internet came with the network, whose owner it shares. Parent: the network."""

    kind = "route"
    tagged = False
    fixed = frozenset({"destination", "next_hop"})

    def __init__(self, *args: Any, label: str, network: str, **others: Any) -> None:
        super().__init__(*args, **others)
        self._label, self._network = label, network

    def make(self) -> None:
        """A new network has its way out already, made with it since the last look."""
        if self.listing is not None:
            self.listing.forget()
        if self.read() is None:
            body = {"name": name_for(self._label, self.name), "description": self.description, "network": self._network}
            gateway = f"projects/{self.client.project}/global/gateways/{GATEWAY}"
            way = {"destRange": EVERYWHERE, "priority": 1000, "nextHopGateway": gateway}
            api.insert_route(self.client, {**body, **way})

    def update(self, fields: State) -> None:
        """Never asked for: a route cannot be changed."""
        raise NotImplementedError

    def delete(self) -> None:
        """One of ours that is no longer asked for."""
        api.delete_route(self.client, (self.actual or {})["name"])


class FirewallRule(DescribedResource):
    """One direction, protocol and range of ports, open to ``peers``. Its marks are fields named ``mark_initialised``.

    Parent: the network.
    """

    kind = "rule"
    describable = True

    def __init__(self, *args: Any, gcp_name: str, network: str, rows: Rows, **others: Any) -> None:
        super().__init__(*args, **others)
        self._gcp_name, self._network, self._rows = gcp_name, network, rows

    def make(self) -> None:
        """All of it in one call."""
        wanted = self.wanted
        body = {"name": self._gcp_name, "network": self._network, "description": self.description}
        api.insert_firewall(self.client, {**body, "direction": DIRECTIONS[wanted["direction"]], **body_of(wanted)})

    def update(self, fields: State) -> None:
        """What differs; the marks that nobody asked about stay."""
        self.refuse_to_adopt(fields)
        if REPLACED & fields.keys():
            self._replace()
            return
        body = body_of({**fields, "direction": self.wanted["direction"]})
        if "site" in fields or any(name.startswith("mark_") for name in fields):
            body["description"] = self._kept_description()
        api.patch_firewall(self.client, self._gcp_name, body)

    def delete(self) -> None:
        """One that is no longer asked for."""
        api.delete_firewall(self.client, self._gcp_name)

    def _replace(self) -> None:
        kept = {name: value for name, value in (self.actual or {}).items() if name.startswith("mark_")}
        self.desired = {**kept, **self.wanted}
        self.delete()
        self.make()

    def _kept_description(self) -> str:
        return description({**marks_of(self._rows.get(self._gcp_name) or {}), **self.wanted})


class Address(GcpResource):
    """A static public address, named by the machine that it is for. It outlives the machine."""

    kind = "address"
    patience = 120.0

    def __init__(self, *args: Any, rows: Rows, **others: Any) -> None:
        super().__init__(*args, **others)
        self._rows = rows

    def make(self) -> None:
        """Its labels are written apart: GCP says that only setLabels sets them, and may ignore those of an insert."""
        labels = as_labels(self.wanted)
        said = description({"owner": self.owner, "site": self.site})
        body = {"name": self.name, "description": said, "addressType": "EXTERNAL", "networkTier": "PREMIUM"}
        api.insert_address(self.client, {**body, "labels": labels})
        made = api.get_address(self.client, self.name)
        if labels_of(made) != labels:
            self._write_labels(made, labels)

    def update(self, fields: State) -> None:
        """Labels."""
        self.refuse_to_adopt(fields)
        self._write_labels(self._rows.get(self.name) or {}, as_labels(self.wanted), self.strays())

    def delete(self) -> None:
        """One that a machine still has is in use, and tried again."""
        api.delete_address(self.client, self.name)

    def _write_labels(self, row: Row, labels: dict[str, str], strays: Iterable[str] = ()) -> None:
        def write(seen: Row) -> None:
            labelled = relabelled(labels_of(seen), labels, strays)
            body = {"labels": labelled, "labelFingerprint": seen["labelFingerprint"]}
            api.set_address_labels(self.client, self.name, body)

        write_fresh(row, lambda: api.get_address(self.client, self.name), write)
