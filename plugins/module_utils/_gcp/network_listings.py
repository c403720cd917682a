# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The lists of one site's network, as states by the names that we give.

Everything is listed unfiltered: a thing that lost what makes it ours is seen under its name, without an owner, and not
made twice. A prefix of a name proves nothing: ``shop-`` begins the names of a cluster ``shop-eu`` as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View, by_name
from .._site.rules import Rule
from . import api_network as api
from .client import Client
from .labels import (
    described,
    described_state,
    labelled_state,
    labels_of,
    last,
    marks_of,
    name_for,
    path_of,
)
from .rules import state_of

DEFAULT = "default"  # the name of the route to the internet
EVERYWHERE = "0.0.0.0/0"
GATEWAY = "default-internet-gateway"


class NetworkListings:
    """Five list calls."""

    def __init__(
        self, client: Client, machines: frozenset[str] = frozenset(), rules: frozenset[Rule] = frozenset()
    ) -> None:
        """``machines``: names of those that have a public address of their own; ``rules``: those that are wanted."""
        self.client, self.machines = client, machines
        self.network_rows = Rows(lambda: api.list_networks(client), "name")
        self.subnet_rows = Rows(lambda: api.list_subnets(client), "name")
        self.firewall_rows = Rows(lambda: api.list_firewalls(client), "name")
        self.route_rows = Rows(lambda: api.list_routes(client), "name")
        self.address_rows = Rows(lambda: api.list_addresses(client), "name")
        self._rule_names = {self.firewall_name(rule): rule.name for rule in rules}

        self.networks = View(self.network_rows, self._networks)
        self.subnets = View(self.subnet_rows, self._subnets)
        self.rules = View(self.firewall_rows, self._rules)
        self.routes = View(self.route_rows, self._routes)
        self.addresses = View(self.address_rows, self._addresses)

    @property
    def id(self) -> str | None:
        """The id of our network, or None."""
        network = self.networks.get("")
        return network["id"] if network else None

    @property
    def label(self) -> str:
        """The name of network and subnetwork; the names of firewalls and routes begin with it."""
        return name_for(self.client.owner, self.client.site)

    @property
    def network_path(self) -> str:
        """From ``projects/`` on."""
        return f"projects/{self.client.project}/global/networks/{self.label}"

    def key(self, kind: str, name: str = "") -> str:
        """How desired fields name another resource."""
        return "/".join(part for part in (kind, self.client.site, name) if part)

    def firewall_name(self, rule: Rule) -> str:
        """The name of a rule's firewall in GCP."""
        return name_for(self.label, rule.name)

    def inside(self, row: Row) -> bool:
        """Whether a thing lies in our network."""
        return path_of(row["network"]) == self.network_path

    def is_ours(self, row: Row) -> bool:
        """Whether the description of a thing is that of this site."""
        said = described(row)
        return (said.get("owner"), said.get("site")) == (self.client.owner, self.client.site)

    def network_key(self, row: Row) -> str:
        """``network/<site>`` for our network, else the path of the other one."""
        return self.key("network") if self.inside(row) else path_of(row["network"])

    def _networks(self, rows: Mapping[str, Row]) -> Named:
        row = rows.get(self.label)
        if row is None:
            return {}
        routing = str(row.get("routingConfig", {}).get("routingMode", "REGIONAL"))
        mode = "legacy" if "IPv4Range" in row else "auto" if row.get("autoCreateSubnetworks") else "custom"
        return {"": {**described_state(row), "mode": mode, "routing": routing.lower()}}

    def _subnets(self, rows: Mapping[str, Row]) -> Named:
        row = rows.get(self.label)
        if row is None:
            return {}
        return {"": {**described_state(row), "cidr": row["ipCidrRange"], "network": self.network_key(row)}}

    def _rules(self, rows: Mapping[str, Row]) -> Named:
        return by_name(rows.values(), "name", self._rule_name, self._rule_state, self.key("rule"))

    def _rule_name(self, row: Row) -> str | None:
        if row["name"] in self._rule_names:
            return self._rule_names[row["name"]]
        return str(row["name"]).removeprefix(f"{self.label}-") if self.is_ours(row) else None

    def _rule_state(self, row: Row) -> State:
        common = {**described_state(row), "name": row["name"], "network": self.network_key(row)}
        return {**common, **state_of(row), **marks_of(row)}

    def _routes(self, rows: Mapping[str, Row]) -> Named:
        """The way to the internet, whoever made it: it came with the network; and those that say they are ours."""
        inside = [row for row in rows.values() if self.inside(row)]
        found = {
            str(row["name"]).removeprefix(f"{self.label}-"): self._route_state(row)
            for row in inside
            if self.is_ours(row)
        }
        ways_out = sorted((row for row in inside if _leads_out(row)), key=lambda row: (row["priority"], row["name"]))
        if ways_out:
            network = self.networks.get("")
            found[DEFAULT] = {**self._route_state(ways_out[0]), "owner": network["owner"] if network else None}
        return found

    def _route_state(self, row: Row) -> State:
        hop = next((last(str(row[key])) for key in row if key.startswith("nextHop")), None)
        return {**described_state(row), "name": row["name"], "destination": row["destRange"], "next_hop": hop}

    def _addresses(self, rows: Mapping[str, Row]) -> Named:
        return by_name(rows.values(), "name", self._machine_of, self._address_state, self.key("address"))

    def _machine_of(self, row: Row) -> str | None:
        state = self._address_state(row)
        ours = (state["owner"], state["site"]) == (self.client.owner, self.client.site)
        return str(row["name"]) if row["name"] in self.machines or ours else None

    def _address_state(self, row: Row) -> State:
        # Labels are written after the address is made: until then its description says whose it is.
        common = labelled_state(row) if labels_of(row) else described_state(row)
        return {**common, "address": row.get("address"), "used_by": row.get("users") or []}


def _leads_out(row: Row) -> bool:
    out = last(row.get("nextHopGateway", "")) == GATEWAY
    return row["destRange"] == EVERYWHERE and out and not row.get("tags")
