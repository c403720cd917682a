# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One site's network: what should be there, compared with what is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.resource import Resource
from .._site.rules import NODES, Rule, refuse_to_lock_out_the_caller, wanted_rules
from . import api_account
from .client import Client
from .labels import last
from .network_listings import DEFAULT, EVERYWHERE, GATEWAY, NetworkListings
from .network_resources import Address, FirewallRule, Network, Route, Subnet
from .quotas import refuse_over
from .rules import fields_of, gcp_rules, tag_for
from .sizes import type_of
from .zones import offers_of, refuse_zones_without

# The firewall that every site has whatever is asked for; its description carries the marks.
MARKED = Rule(NODES, "out", "all")


class NetworkWork:
    """The part ``network`` of a site, as ``run`` of the engine wants it."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.options = options
        self.client = client or Client.of(options)
        self.calls = self.client.calls
        wanted = wanted_rules(options)
        self._groups, self._wanted = list(wanted), gcp_rules(wanted)
        self.listings = NetworkListings(self.client, frozenset(options["addresses"]), frozenset(self._wanted))
        self.waiting: list[str] = []

    def record(self) -> list[str]:
        """Nothing: all that a network has is planned."""
        return []

    def resources(self) -> Iterable[Resource]:
        """All that should be there, and what is ours there and should not."""
        refuse_to_lock_out_the_caller(self.options)
        project = api_account.refuse_another_project(self.client)
        self._refuse_what_cannot_be_made(project)
        return [*self._roads(), *self._rules(), *self._addresses()]

    def result(self) -> dict[str, Any]:
        """``network`` for the machines of the site; ids are None for what does not exist yet."""
        seen = self.listings
        marked, addresses = seen.rules.get(MARKED.name) or {}, seen.addresses.all()
        return {
            "network": {
                "id": seen.id,
                "name": seen.label,
                "cidr": self.options["cidr"],
                "subnet": {"id": (seen.subnets.get("") or {}).get("id"), "name": seen.label},
                "zones": sorted(self.options["zones"] or []),
                "groups": {name: tag_for(name) for name in self._groups},
                "addresses": {
                    name: {key: (addresses.get(name) or {}).get(key) for key in ("id", "address")}
                    for name in self.options["addresses"]
                },
                "ssh_public_keys": self.options["ssh_public_keys"],
                "marks": {k.removeprefix("mark_"): v for k, v in marked.items() if k.startswith("mark_")},
                "others": others_in(seen),
            },
            "waiting": self.waiting,
        }

    def _roads(self) -> list[Resource]:
        """The network, its subnetwork, and the way to the internet."""
        client, seen = self.client, self.listings
        desired = {"mode": "custom", "routing": "regional"}
        self._network = network = Network(client, "", desired, label=seen.label, listing=seen.networks)
        place: dict[str, Any] = {"parent": network, "label": seen.label, "network": seen.network_path}
        wanted = {"cidr": self.options["cidr"], "network": network.key}
        out = {"destination": EVERYWHERE, "next_hop": GATEWAY}
        return [
            network,
            Subnet(client, "", wanted, listing=seen.subnets, **place),
            *(
                Route(client, name, out if name == DEFAULT else None, listing=seen.routes, **place)
                for name in sorted({DEFAULT, *seen.routes.all()})
            ),
        ]

    def _rules(self) -> list[Resource]:
        seen = self.listings
        marks = {f"mark_{name}": value for name, value in (self.options["marks"] or {}).items()}
        wanted = {
            rule.name: {
                **fields_of(rule),
                "network": self._network.key,
                "peers": peers,
                **(marks if rule == MARKED else {}),
            }
            for rule, peers in self._wanted.items()
        }
        names = {rule.name: seen.firewall_name(rule) for rule in self._wanted}
        there = {name: state["name"] for name, state in seen.rules.all().items()}
        return [
            FirewallRule(
                self.client,
                name,
                wanted.get(name),
                gcp_name=gcp_name,
                network=seen.network_path,
                rows=seen.firewall_rows,
                parent=self._network,
                listing=seen.rules,
            )
            for name, gcp_name in sorted({**there, **names}.items())
        ]

    def _addresses(self) -> list[Resource]:
        seen, wanted = self.listings.addresses.all(), self.options["addresses"]
        idle = [name for name, state in seen.items() if name not in wanted and not state["used_by"]]
        self.waiting += [self.listings.key("address", n) for n in sorted(seen) if n not in wanted and n not in idle]
        return [
            Address(
                self.client,
                name,
                {"machine": name} if name in wanted else None,
                rows=self.listings.address_rows,
                listing=self.listings.addresses,
            )
            for name in [*wanted, *sorted(idle)]
        ]

    def _refuse_what_cannot_be_made(self, project: dict[str, Any]) -> None:
        """Sizes and quotas: looked up only when something is missing."""
        client, seen = self.client, self.listings
        if seen.id is None:
            types = {type_of(size) for size in self.options["sizes"]}
            offers = offers_of(client, types)
            refuse_zones_without(types, self.options["zones"] or [], offers)
        rules = sum(rule.name not in seen.rules.all() for rule in self._wanted)
        wanted = {"NETWORKS": seen.id is None, "SUBNETWORKS": seen.subnets.get("") is None, "FIREWALLS": rules}
        refuse_over(project, wanted, f"project {client.project}", f"create {seen.key('network')}")
        missing = [name for name in self.options["addresses"] if name not in seen.addresses.all()]
        if missing:
            region = api_account.get_region(client, client.region)
            why = f"create addresses of {', '.join(missing)}"
            refuse_over(region, {"STATIC_ADDRESSES": len(missing)}, f"{client.project}, {client.region}", why)


def others_in(seen: NetworkListings) -> list[str]:
    """What lies in our network and does not say that it is ours, one phrase each. It is never changed.

    An organisation may add firewalls to any network; a route of others may turn our traffic elsewhere.
    """
    known = {str(state["name"]) for view in (seen.rules, seen.routes) for state in view.all().values()}
    kinds = [("firewall", seen.firewall_rows.all()), ("route", seen.route_rows.all())]
    return [
        f"{word} {name}"
        for word, rows in kinds
        for name, row in sorted(rows.items())
        if seen.inside(row) and name not in known and not seen.is_ours(row) and not came_with_it(row)
    ]


def came_with_it(row: dict[str, Any]) -> bool:
    """Whether GCP made a route, with a subnetwork or with the network itself: it goes with that."""
    with_network = last(row.get("nextHopGateway", "")) == GATEWAY and row["name"].startswith("default-route-")
    return "nextHopNetwork" in row or with_network
