# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One site's network: what should be there, compared with what is."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from .._engine.resource import Resource, State
from .._site.blocks import blocks
from .._site.rules import refuse_to_lock_out_the_caller, wanted_rules
from . import api_account
from .client import Client
from .firewall_resources import Firewall, FirewallRule
from .network_listings import SETS, TABLE, NetworkListings, without_comment
from .network_resources import Address, AvailabilitySet, Group, Network, Route, RouteTable, SshKey, Subnet
from .quotas import ADDRESSES, NETWORKS, refuse_over
from .rules import Wanted, refuse_too_many_rules, wanted_states
from .sizes import Offer, offers_of, refuse_missing_types, type_of
from .zones import REGIONAL, wanted_zones


class NetworkWork:
    """The part ``network`` of a site, as ``run`` of the engine wants it."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.options = options
        self.client = client or Client.of(options)
        self.calls = self.client.calls
        self.listings = NetworkListings(self.client)
        self.waiting: list[str] = []
        self._zones: dict[str, str] = {}
        self._firewalls: list[str] = []

    def record(self) -> list[str]:
        """Nothing: all that a network has is planned."""
        return []

    def resources(self) -> Iterable[Resource]:
        """All that should be there, and what is ours there and should not."""
        rules = wanted_states(wanted_rules(self.options))
        refuse_too_many_rules(rules, self.client.site)
        refuse_to_lock_out_the_caller(self.options)
        api_account.refuse_another_subscription(self.client)
        self._zones = self._blocks()
        self._refuse_over_quotas()
        marks = {f"mark_{name}": value for name, value in (self.options["marks"] or {}).items()}
        group = Group(self.client, "", {"region": self.client.region, **marks}, listing=self.listings.groups)
        found = [*self._roads(group), *self._walls(group, rules), *self._keys(group)]
        return [group, *found, *self._sets(group), *self._addresses(group)]

    def result(self) -> dict[str, Any]:
        """``network`` for the machines of the site; ids are None for what does not exist yet."""
        seen = self.listings
        subnets, firewalls, addresses = seen.subnets.all(), seen.firewalls.all(), seen.addresses.all()
        group, network = seen.groups.get("") or {}, seen.networks.get("") or {}
        sets = seen.sets.all() if REGIONAL in self._zones else {}
        marks = {name.removeprefix("mark_"): value for name, value in group.items() if name.startswith("mark_")}
        found = {
            "id": network.get("id"),
            "group": group.get("id") if seen.exists else None,
            "cidr": self.options["cidr"],
            "zones": {
                zone: {"subnet_id": (subnets.get(zone) or {}).get("id"), "cidr": cidr}
                for zone, cidr in sorted(self._zones.items())
            },
            "groups": {name: (firewalls.get(name) or {}).get("id") for name in self._firewalls},
            "sets": {name: state["id"] for name, state in sets.items()},
            "addresses": {
                name: {key: (addresses.get(name) or {}).get(key) for key in ("id", "address")}
                for name in self.options["addresses"]
            },
            "key_name": seen.key_name if self.options["ssh_public_keys"] else None,
            "ssh_public_keys": self.options["ssh_public_keys"],
            "marks": marks,
        }
        return {"network": found, "waiting": self.waiting}

    def _roads(self, group: Group) -> list[Resource]:
        """The network, its subnets, and the table of their routes."""
        client, seen = self.client, self.listings
        table = RouteTable(client, TABLE, {}, parent=group, listing=seen.tables)
        routes = [Route(client, name, None, parent=table, listing=seen.routes) for name in sorted(seen.routes.all())]
        network = Network(
            client, "", {"cidr": self.options["cidr"]}, parent=group, after=(table,), listing=seen.networks
        )
        network.subnets = tuple(
            Subnet(
                client,
                zone,
                {"cidr": cidr, "route_table": table.key, "firewall": None},
                parent=network,
                after=(table,),
                listing=seen.subnets,
            )
            for zone, cidr in sorted(self._zones.items())
        )
        return [table, *routes, network, *network.subnets]

    def _blocks(self) -> dict[str, str]:
        """``{zone: cidr}``: existing ones stay as they are."""
        seen = self.listings
        existing = {zone: state["cidr"] for zone, state in seen.subnets.all().items()}
        types = {type_of(size) for size in self.options["sizes"]}
        zones = wanted_zones(self.options["zones"], existing, types, lambda: self._offers)
        rows = [part for row in seen.network_rows.all().values() for part in row["properties"].get("subnets") or []]
        taken = [row["properties"]["addressPrefix"] for row in rows if row["properties"].get("addressPrefix")]
        return blocks(self.options["cidr"], existing, taken, zones)

    @cached_property
    def _offers(self) -> dict[str, Offer]:
        """What the region has, once it is known that it has the types of the site."""
        offers = offers_of(api_account.list_skus(self.client))
        refuse_missing_types((type_of(size) for size in self.options["sizes"]), offers, self.client.region)
        return offers

    def _walls(self, group: Group, wanted: Wanted) -> list[Resource]:
        seen, found = self.listings, list[Resource]()
        self._firewalls = list(wanted)
        names = dict.fromkeys([*wanted, *sorted(seen.firewalls.all())])
        for name in (name for name in names if name in wanted or not self._used("firewall", name)):
            rules = wanted.get(name, {})
            present = {
                key.removeprefix(f"{name}-"): state for key, state in seen.rules.all().items() if self._of(key, name)
            }
            desired: State | None = {} if name in wanted else None
            listing = seen.firewalls
            firewall = Firewall(self.client, name, desired, rules=rules, present=present, parent=group, listing=listing)
            found.append(firewall)
            if name in wanted:
                found += self._rules(firewall, {*rules, *present})
        return found

    def _of(self, rule: str, firewall: str) -> bool:
        """Whether a rule is one of a firewall: its id says so, names may begin alike."""
        ours, state = self.listings.firewalls.get(firewall), self.listings.rules.get(rule)
        return ours is not None and state is not None and state["id"].rsplit("/", 2)[0].lower() == ours["id"].lower()

    def _rules(self, firewall: Firewall, names: set[str]) -> list[Resource]:
        return [
            FirewallRule(
                self.client,
                f"{firewall.name}-{name}",
                firewall.rules.get(name),
                called=name,
                firewall=firewall,
                listing=self.listings.rules,
            )
            for name in sorted(names)
        ]

    def _used(self, kind: str, name: str) -> bool:
        """Whether machines still have a firewall or address that is to go: it waits until they are gone."""
        listing = self.listings.firewalls if kind == "firewall" else self.listings.addresses
        used = bool((listing.get(name) or {})["used_by"])
        if used:
            self.waiting.append(self.listings.key(kind, name))
        return used

    def _keys(self, group: Group) -> list[Resource]:
        """The first of the list."""
        if not self.options["ssh_public_keys"]:
            return []
        desired = {"public_key": without_comment(self.options["ssh_public_keys"][0])}
        return [SshKey(self.client, self.listings.key_name, desired, parent=group, listing=self.listings.keys)]

    def _sets(self, group: Group) -> list[Resource]:
        """Only in a region without zones; elsewhere nothing is asked."""
        names = SETS if REGIONAL in self._zones else ()
        return [AvailabilitySet(self.client, name, {}, parent=group, listing=self.listings.sets) for name in names]

    def _addresses(self, group: Group) -> list[Resource]:
        wanted, listing = self.options["addresses"], self.listings.addresses
        ours = (name for name, state in sorted(listing.all().items()) if state["owner"] == self.client.owner)
        idle = [name for name in ours if name not in wanted and not self._used("address", name)]
        return [
            Address(self.client, name, {"machine": name} if name in wanted else None, parent=group, listing=listing)
            for name in [*wanted, *idle]
        ]

    def _refuse_over_quotas(self) -> None:
        """Only for what is to be made, and where the quota can be read."""
        client, seen = self.client, self.listings
        missing = [name for name in self.options["addresses"] if name not in seen.addresses.all()]
        networks = int(seen.networks.get("") is None)
        if not (missing or networks):
            return
        rows = api_account.where_readable(api_account.list_network_quotas, client)
        refuse_over(rows, NETWORKS, client.region, wanted=networks, why=f"create {seen.key('network')}")
        why = f"create addresses of {', '.join(missing)}"
        refuse_over(rows, ADDRESSES, client.region, wanted=len(missing), why=why)
