# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The lists of one site's network, as states by the names that we give.

What lies in our network is listed without a filter by tag: a thing that lost its tag is seen under its name, without an
owner, and not made twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .._engine.errors import NotOurs
from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View, by_name, only_one
from .._site.rules import CONTROL_PLANE, NODES
from . import api_network as api
from .client import Client
from .rules import rules_of
from .tags import MACHINE, MARK, NAME, OWNER, SITE, TAG_OF_FIELD, common_state, is_ours, tags_of

TABLE = "public"  # the route table's name
DEFAULT_ROUTE = "0.0.0.0/0"


class NetworkListings:
    """Seven list calls. Those of what lies in the network ask nothing while there is none."""

    def __init__(self, client: Client, machines: frozenset[str] = frozenset()) -> None:
        """``machines``: names of those that have a public address of their own."""
        self.client, self.machines = client, machines
        self.network_rows = Rows(lambda: api.list_networks(client), "VpcId")
        self.subnet_rows = Rows(lambda: self._inside(api.list_subnets), "SubnetId")
        self.table_rows = Rows(lambda: self._inside(api.list_route_tables), "RouteTableId")
        self.group_rows = Rows(lambda: self._inside(api.list_security_groups), "GroupId")
        self.gateway_rows = Rows(lambda: api.list_internet_gateways(client), "InternetGatewayId")
        self.address_rows = Rows(lambda: api.list_addresses(client), "AllocationId")
        self.key_rows = Rows(lambda: api.list_key_pairs(client), "KeyPairId")

        self.networks = View(self.network_rows, self._networks)
        self.gateways = View(self.gateway_rows, self._gateways)
        self.tables = View(self.table_rows, self._tables)
        self.routes = View(self.table_rows, self._routes)
        self.subnets = View(self.subnet_rows, self._subnets)
        self.associations = View(self.table_rows, self._associations)
        self.firewalls = View(self.group_rows, self._firewalls)
        self.rules = View(self.group_rows, self._rules)
        self.addresses = View(self.address_rows, self._addresses)
        self.keys = View(self.key_rows, self._keys)

    @property
    def id(self) -> str | None:
        """The id of our network, or None."""
        network = self.networks.get("")
        return network["id"] if network else None

    @property
    def label(self) -> str:
        """The Name tag of the network; the names of what is in it begin with it."""
        return f"{self.client.name}-{self.client.site}"

    def key(self, kind: str, name: str = "") -> str:
        """How desired fields name another resource."""
        return "/".join(part for part in (kind, self.client.site, name) if part)

    def owned(self, row: Row) -> bool:
        """Whether a thing in our network carries our owner."""
        return tags_of(row).get(OWNER) == self.client.owner

    def table_key(self, table: str | None) -> str | None:
        """``route_table/<site>/public`` for the id of ours, else the id."""
        ours = self.tables.get(TABLE)
        return self.key("route_table", TABLE) if ours and ours["id"] == table else table

    def _ours(self, row: Row) -> bool:
        return is_ours(row, self.client.owner, self.client.site, self.label)

    def _inside(self, lists: Callable[[Client, list[Row]], list[Row]]) -> list[Row]:
        return lists(self.client, api.in_network(self.id)) if self.id else []

    def _networks(self, rows: Mapping[str, Row]) -> Named:
        found = [row for row in rows.values() if self._ours(row)]
        if not found:  # by the name alone: a hint, not a proof, so its owner stays unknown
            found = [r for r in rows.values() if tags_of(r).get(NAME) == self.label and OWNER not in tags_of(r)]
        row = only_one(found, "VpcId", self.key("network"))
        return {"": _network_state(row)} if row else {}

    def _gateways(self, rows: Mapping[str, Row]) -> Named:
        found = [row for row in rows.values() if self._ours(row)]
        found = found or [row for row in rows.values() if self.id and self.id in _attached_to(row)]
        row = only_one(found, "InternetGatewayId", self.key("internet_gateway"))
        if row is None:
            return {}
        attached = _attached_to(row)
        named = [self.key("network") if network == self.id else network for network in attached]
        state = {"network": named[0] if named else None, "attached_to": attached}
        return {"": {**common_state(row, row["InternetGatewayId"]), **state}}

    def _tables(self, rows: Mapping[str, Row]) -> Named:
        mine = [row for row in rows.values() if self.owned(row)]
        others = [row for row in rows.values() if OWNER not in tags_of(row) and not _is_main(row)]
        mine = mine or [row for row in others if tags_of(row).get(NAME) == f"{self.label}-{TABLE}"]
        mine = mine or [row for row in others if any(self._our_subnet(subnet) for subnet in _subnets_of(row))]
        row = only_one(mine, "RouteTableId", self.key("route_table", TABLE))
        return {TABLE: common_state(row, row["RouteTableId"])} if row else {}

    def _our_subnet(self, subnet: str) -> bool:
        row = self.subnet_rows.get(subnet)
        return row is not None and self.owned(row)

    def _routes(self, rows: Mapping[str, Row]) -> Named:
        table = self.tables.get(TABLE)
        if table is None:
            return {}
        routes = [
            r
            for r in rows[table["id"]]["Routes"]
            if r.get("Origin", "CreateRoute") == "CreateRoute" and not _is_local(r)
        ]
        return {name_of_route(route): self._route_state(table, route) for route in routes}

    def _route_state(self, table: State, route: Row) -> State:
        gateway = self.gateways.get("")
        target = next((str(route[key]) for key in _TARGETS if route.get(key)), None)
        ours = gateway is not None and gateway["id"] == target
        destination = {key: route[key] for key in _DESTINATIONS if route.get(key)}
        return {
            "id": table["id"],
            "owner": table["owner"],
            "target": self.key("internet_gateway") if ours else target,
            "status": route.get("State"),
            "destination": destination,
        }

    def _subnets(self, rows: Mapping[str, Row]) -> Named:
        return by_name(rows.values(), "SubnetId", self._zone_of_ours, _subnet_state, self.key("subnet"))

    def _zone_of_ours(self, row: Row) -> str | None:
        zone = str(row["AvailabilityZone"])
        named = tags_of(row).get(NAME) == f"{self.label}-{zone}"
        table = self.tables.get(TABLE)
        associated = table is not None and row["SubnetId"] in _subnets_of(self.table_rows.all()[table["id"]])
        return zone if self.owned(row) or named or (associated and OWNER not in tags_of(row)) else None

    def _associations(self, rows: Mapping[str, Row]) -> Named:
        found = {}
        for table, association in (
            (row["RouteTableId"], a) for row in rows.values() for a in row.get("Associations", [])
        ):
            subnet = self.subnet_rows.get(association.get("SubnetId", ""))
            zone = self._zone_of_ours(subnet) if subnet else None
            if subnet and zone:
                owner = tags_of(subnet).get(OWNER)
                state = {
                    "id": association["RouteTableAssociationId"],
                    "owner": owner,
                    "route_table": self.table_key(table),
                }
                found[zone] = state
        return found

    def _firewalls(self, rows: Mapping[str, Row]) -> Named:
        return by_name(
            rows.values(), "GroupId", self._firewall_name, lambda r: common_state(r, r["GroupId"]), self.key("firewall")
        )

    def _firewall_name(self, row: Row) -> str | None:
        name = str(row["GroupName"])
        short = name.removeprefix(f"{self.label}-")
        ours = short != name and (short in (NODES, CONTROL_PLANE) or short.startswith("pool-"))
        return short if ours else (name if self.owned(row) else None)

    def _rules(self, rows: Mapping[str, Row]) -> Named:
        found: dict[str, State] = {}
        for name, firewall in self.firewalls.all().items():
            for rule, peers in rules_of(name, rows[firewall["id"]]).items():
                state = {"id": firewall["id"], "owner": firewall["owner"], "peers": peers, "rule": list(rule)}
                found[rule.name] = state
        return found

    def _addresses(self, rows: Mapping[str, Row]) -> Named:
        return by_name(rows.values(), "AllocationId", self._machine_of, _address_state, self.key("address"))

    def _machine_of(self, row: Row) -> str | None:
        tags = tags_of(row)
        if tags.get(OWNER, self.client.owner) != self.client.owner:
            return None
        named = [tags[key] for key in (MACHINE, NAME) if tags.get(key) in self.machines]
        if named:
            return named[0]
        return tags.get(MACHINE) if self.owned(row) and tags.get(SITE) == self.client.site else None

    def _keys(self, rows: Mapping[str, Row]) -> Named:
        name = f"{self.client.owner}-{self.client.site}"
        row = next((row for row in rows.values() if row["KeyName"] == name), None)
        return {name: _key_state(row)} if row else {}


_TARGETS = (
    "GatewayId", "InstanceId", "NetworkInterfaceId", "NatGatewayId", "TransitGatewayId", "VpcPeeringConnectionId",
    "EgressOnlyInternetGatewayId", "LocalGatewayId", "CarrierGatewayId", "CoreNetworkArn", "OdbNetworkArn",
)  # fmt: skip
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")


def name_of_route(route: Row) -> str:
    """``default`` for everything, else the network that it leads to."""
    destination = next(str(route[key]) for key in _DESTINATIONS if route.get(key))
    return "default" if destination == DEFAULT_ROUTE else destination


def refuse_a_network_without_its_tag(listings: NetworkListings) -> None:
    """Raise NotOurs when no network is ours, yet subnets of ours lie in one: it lost its tag. One more list call."""
    client = listings.client
    if listings.id is not None:
        return
    tagged = [{"Name": f"tag:{OWNER}", "Values": [client.owner]}, {"Name": f"tag:{SITE}", "Values": [client.site]}]
    for row in api.list_subnets(client, tagged):
        if listings.owned(row) and tags_of(row).get(SITE) == client.site:  # judged again: a filter may be ignored
            raise NotOurs(
                f"create {listings.key('network')}: {row['VpcId']} holds subnets of this cluster and does not carry "
                f"its owner; put the tags {OWNER}={client.owner} and {SITE}={client.site} back on it",
                key=listings.key("network"),
            )


def _network_state(row: Row) -> State:
    tags = {key: value for key, value in tags_of(row).items() if key not in TAG_OF_FIELD.values()}
    marks = {f"mark_{key.removeprefix(MARK)}": value for key, value in tags.items() if key.startswith(MARK)}
    return {**common_state(row, row["VpcId"]), "cidr": row["CidrBlock"], "status": row.get("State"), **marks}


def _subnet_state(row: Row) -> State:
    state = common_state(row, row["SubnetId"])
    return {**state, "cidr": row["CidrBlock"], "zone": row["AvailabilityZone"], "status": row.get("State")}


def _address_state(row: Row) -> State:
    used_by = row.get("AssociationId")
    state = common_state(row, row["AllocationId"])
    return {**state, "address": row["PublicIp"], "used_by": used_by}


def _key_state(row: Row) -> State:
    return {**common_state(row, row["KeyPairId"]), "public_key": without_comment(row.get("PublicKey", ""))}


def without_comment(public_key: str) -> str:
    """``ssh-ed25519 AAAA...``: the comment is not part of the key, and AWS may add one."""
    return " ".join(public_key.split()[:2])


def _attached_to(gateway: Row) -> list[str]:
    return [str(a["VpcId"]) for a in gateway.get("Attachments", []) if a.get("State") not in ("detaching", "detached")]


def _is_main(table: Row) -> bool:
    return any(association.get("Main") for association in table.get("Associations", []))


def _subnets_of(table: Row) -> list[str]:
    return [str(a["SubnetId"]) for a in table.get("Associations", []) if a.get("SubnetId")]


def _is_local(route: Row) -> bool:
    return route.get("GatewayId") == "local"
