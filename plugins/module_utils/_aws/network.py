# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One site's network: what should be there, compared with what is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.errors import Refused
from .._engine.resource import Resource
from .._site.blocks import blocks
from .._site.rules import Rule, refuse_to_lock_out_the_caller, wanted_rules
from . import api_account, api_network
from .client import Client
from .firewall_resources import Firewall, FirewallRule
from .network_listings import TABLE, NetworkListings, refuse_a_network_without_its_tag, without_comment
from .network_resources import Address, Association, InternetGateway, Network, Route, RouteTable, SshKey, Subnet
from .quotas import ADDRESSES, VPCS, refuse_over
from .rules import refuse_too_many_rules
from .sizes import type_of
from .tags import MACHINE, NAME, OWNER, tags_of
from .zones import offers_of, wanted_zones


class NetworkWork:
    """The part ``network`` of a site, as ``run`` of the engine wants it."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.options = options
        self.client = client or Client.of(options)
        self.calls = self.client.calls
        self.listings = NetworkListings(self.client, frozenset(options["addresses"]))
        self.waiting: list[str] = []

    def record(self) -> list[str]:
        """Nothing: all that a network has is planned."""
        return []

    def resources(self) -> Iterable[Resource]:
        """All that should be there, and what is ours there and should not."""
        rules = wanted_rules(self.options)
        refuse_too_many_rules(rules, self.client.site)
        refuse_to_lock_out_the_caller(self.options)
        api_account.refuse_another_account(self.client)
        refuse_a_network_without_its_tag(self.listings)
        self._refuse_over_quotas()
        self._refuse_an_address_without_its_tags()
        return [*self._roads(), *self._firewalls(rules), *self._keys(), *self._addresses()]

    def result(self) -> dict[str, Any]:
        """``network`` for the machines of the site; ids are None for what does not exist yet."""
        seen = self.listings
        subnets, firewalls, addresses = seen.subnets.all(), seen.firewalls.all(), seen.addresses.all()
        wanted = {subnet.name: subnet.desired for subnet in self._subnets if subnet.desired}
        network = seen.networks.get("") or {}
        return {
            "network": {
                "id": network.get("id"),
                "cidr": self.options["cidr"],
                "zones": {
                    zone: {"subnet_id": (subnets.get(zone) or {}).get("id"), "cidr": desired["cidr"]}
                    for zone, desired in sorted(wanted.items())
                },
                "groups": {name: (firewalls.get(name) or {}).get("id") for name in self._groups},
                "addresses": {
                    name: {key: (addresses.get(name) or {}).get(key) for key in ("id", "address")}
                    for name in self.options["addresses"]
                },
                "key_name": self._key_name,
                "ssh_public_keys": self.options["ssh_public_keys"],
                "marks": _marks(network),
            },
            "waiting": self.waiting,
        }

    @property
    def _key_name(self) -> str | None:
        return f"{self.client.owner}-{self.client.site}" if self.options["ssh_public_keys"] else None

    def _roads(self) -> list[Resource]:
        """The network, its subnets, and how they reach the internet."""
        client, seen = self.client, self.listings
        marks = {f"mark_{name}": value for name, value in (self.options["marks"] or {}).items()}
        desired = {"label": seen.label, "cidr": self.options["cidr"], **marks}
        self._network = network = Network(client, "", desired, listing=seen.networks)
        attached = {"label": seen.label, "network": network.key}
        gateway = InternetGateway(client, "", attached, after=(network,), listing=seen.gateways)
        table = RouteTable(client, TABLE, {"label": f"{seen.label}-{TABLE}"}, parent=network, listing=seen.tables)
        routes = [
            Route(
                client,
                name,
                {"target": gateway.key} if name == "default" else None,
                parent=table,
                after=(gateway,),
                listing=seen.routes,
            )
            for name in sorted({"default", *seen.routes.all()})
        ]
        self._subnets = [
            Subnet(
                client,
                zone,
                {"label": f"{seen.label}-{zone}", "cidr": cidr, "zone": zone},
                parent=network,
                listing=seen.subnets,
            )
            for zone, cidr in self._blocks().items()
        ]
        associations = [
            Association(
                client,
                subnet.name,
                {"route_table": table.key},
                parent=subnet,
                after=(table,),
                listing=seen.associations,
            )
            for subnet in self._subnets
        ]
        return [network, gateway, table, *routes, *self._subnets, *associations]

    def _blocks(self) -> dict[str, str]:
        """``{zone: cidr}``: existing ones stay as they are."""
        rows = self.listings.subnet_rows.all().values()
        existing = {zone: state["cidr"] for zone, state in self.listings.subnets.all().items()}
        zones = wanted_zones(self.options["zones"], existing, self.client.region, self._offers)
        return blocks(self.options["cidr"], existing, [row["CidrBlock"] for row in rows], zones)

    def _offers(self) -> dict[str, set[str]]:
        """``{zone: types}`` of the types that the site uses."""
        return offers_of(self.client, (type_of(size) for size in self.options["sizes"]))

    def _firewalls(self, wanted: dict[str, dict[Rule, list[str]]]) -> list[Resource]:
        seen, found = self.listings, list[Resource]()
        self._groups = list(wanted)
        names = dict.fromkeys([*wanted, *sorted(seen.firewalls.all())])
        for name in (name for name in names if name in wanted or not self._used(name)):
            desired = {"label": f"{seen.label}-{name}"} if name in wanted else None
            firewall = Firewall(self.client, name, desired, parent=self._network, listing=seen.firewalls)
            found.append(firewall)
            if desired:
                found += self._rules(firewall, wanted[name])
        return found

    def _rules(self, firewall: Firewall, wanted: dict[Rule, list[str]]) -> list[Resource]:
        there = {Rule(*state["rule"]) for state in self.listings.rules.all().values()}
        there = {rule for rule in there if rule.firewall == firewall.name}
        return [
            FirewallRule(
                self.client,
                rule.name,
                {"peers": wanted[rule]} if rule in wanted else None,
                rule=rule,
                parent=firewall,
                listing=self.listings.rules,
            )
            for rule in sorted({*wanted, *there}, key=lambda rule: rule.name)
        ]

    def _used(self, name: str) -> bool:
        """Whether machines still stand in a firewall that is to go: it waits for the run that removes them."""
        group = (self.listings.firewalls.get(name) or {})["id"]
        used = api_network.list_network_interfaces(self.client, [{"Name": "group-id", "Values": [group]}])
        still = any(entry["GroupId"] == group for row in used for entry in row.get("Groups", []))
        if still:
            self.waiting.append(self.listings.key("firewall", name))
        return still

    def _keys(self) -> list[Resource]:
        """One key: AWS gives a machine no more. The first of the list."""
        if not self._key_name:
            return []
        desired = {"label": self._key_name, "public_key": without_comment(self.options["ssh_public_keys"][0])}
        return [SshKey(self.client, self._key_name, desired, listing=self.listings.keys)]

    def _addresses(self) -> list[Resource]:
        seen, wanted = self.listings.addresses.all(), self.options["addresses"]
        idle = [name for name, state in seen.items() if name not in wanted and not state["used_by"]]
        self.waiting += [self.listings.key("address", n) for n in sorted(seen) if n not in wanted and n not in idle]
        return [
            Address(
                self.client,
                name,
                {"label": name, "machine": name} if name in wanted else None,
                listing=self.listings.addresses,
            )
            for name in [*wanted, *sorted(idle)]
        ]

    def _refuse_over_quotas(self) -> None:
        """Only for what is to be made, and where the quota can be read."""
        client, seen = self.client, self.listings
        missing = [name for name in self.options["addresses"] if name not in seen.addresses.all()]
        asked = [
            (VPCS, len(seen.network_rows.all()), int(seen.id is None), seen.key("network")),
            (ADDRESSES, len(seen.address_rows.all()), len(missing), f"addresses of {', '.join(missing)}"),
        ]
        for quota, used, wanted, what in asked:
            if wanted:
                limit = api_account.quota_where_readable(client, quota)
                refuse_over(quota, client.region, limit=limit, used=used, wanted=wanted, why=f"create {what}")

    def _refuse_an_address_without_its_tags(self) -> None:
        """An address that lost all tags is known by the machine that has it. Asked only when one is missing."""
        seen = self.listings
        if seen.id is None or all(name in seen.addresses.all() for name in self.options["addresses"]):
            return
        bare = {row["NetworkInterfaceId"]: row for row in seen.address_rows.all().values() if _bare_and_used(row)}
        if not bare:
            return
        for row in api_network.list_network_interfaces(self.client, api_network.in_network(seen.id)):
            if row["NetworkInterfaceId"] in bare:
                address = bare[row["NetworkInterfaceId"]]
                raise Refused(
                    f"{address['PublicIp']} ({address['AllocationId']}) serves a machine in network {seen.id} and has "
                    f"lost its tags; put {OWNER}={self.client.owner} and {MACHINE}=<machine> back on it, or release it"
                )


def _bare_and_used(row: dict[str, Any]) -> bool:
    tags = tags_of(row)
    return "NetworkInterfaceId" in row and not {OWNER, MACHINE, NAME} & tags.keys()


def _marks(network: dict[str, Any]) -> dict[str, str]:
    return {name.removeprefix("mark_"): value for name, value in network.items() if name.startswith("mark_")}
