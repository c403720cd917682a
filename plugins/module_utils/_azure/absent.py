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
from . import api_account
from .client import Client
from .leftovers import Leftovers, refuse_what_others_have_in_our_group
from .network_listings import NetworkListings
from .network_resources import Group


class NetworkRemoval:
    """The part ``network`` of a site that leaves."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.options = options
        self.client = client or Client.of(options)
        self.calls = self.client.calls
        self.listings = NetworkListings(self.client)
        self.leftovers = Leftovers(self.client, lambda: self.listings.exists)

    def record(self) -> list[str]:
        """Nothing."""
        return []

    def resources(self) -> Iterable[Resource]:
        """All that is ours. Raises NotOurs while others have something in the group or the network."""
        api_account.refuse_another_subscription(self.client)
        group = Group(self.client, "", None, listing=self.listings.groups)
        state = self.listings.groups.get("")
        if state is None or state["owner"] != self.client.owner:
            return [group]  # nothing to do; or a group that the guard refuses to delete
        refuse_what_others_have_in_our_group(self.client, [*self.leftovers.others(), *self._strangers()])
        refuse_while_our_machines_are_there(group.key, self.leftovers.machines(), "azure_machines")
        return [group, *self.leftovers.resources(group)]

    def result(self) -> dict[str, Any]:
        """The same keys as of a network that is there."""
        network = self.listings.networks.get("") or {}
        group = self.listings.groups.get("") or {}
        nothing: dict[str, Any] = {
            "zones": {},
            "groups": {},
            "sets": {},
            "addresses": {},
            "key_name": None,
            "ssh_public_keys": [],
            "marks": {},
        }
        seen = {"id": network.get("id"), "group": group.get("id"), "cidr": network.get("cidr")}
        return {"network": {**seen, **nothing}, "waiting": []}

    def _strangers(self) -> list[str]:
        """Interfaces of other groups that stand in our subnets."""
        inside = f"{(self.listings.groups.get('') or {})['id']}/".lower()
        used = (one for subnet in self.listings.subnets.all().values() for one in subnet["used_by"])
        return sorted(one for one in used if not one.lower().startswith(inside))
