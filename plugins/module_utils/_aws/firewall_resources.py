# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewalls and their rules."""

from __future__ import annotations

from typing import Any

from .._engine.resource import State
from .._site.rules import Rule
from . import api_network as api
from .resource import AwsResource
from .rules import permission_of


class Firewall(AwsResource):
    """A security group: of all nodes, of the control plane, or of a pool that others reach. Parent: the network."""

    kind = "firewall"
    patience = 300.0

    def make(self) -> None:
        """With the one rule that AWS adds: everything may leave."""
        label = self.wanted["label"]
        api.create_security_group(
            self.client, self.parent_id, label, f"Pangaea: {self.name} of {self.client.owner}", self.tags
        )

    def update(self, fields: State) -> None:
        """Tags."""
        self.write_tags(fields)

    def delete(self) -> None:
        """After the machines in it."""
        api.delete_security_group(self.client, self.id)


class FirewallRule(AwsResource):
    """One direction, protocol and range of ports of a firewall, open to ``peers``. It shares the firewall's owner."""

    kind = "rule"
    tagged = False

    def __init__(self, *args: Any, rule: Rule, **others: Any) -> None:
        super().__init__(*args, **others)
        self.rule = rule

    @property
    def _calls(self) -> tuple[Any, Any]:
        return (api.allow_in, api.forbid_in) if self.rule.direction == "in" else (api.allow_out, api.forbid_out)

    def make(self) -> None:
        """All peers in one call. A new firewall has its way out already: seen by the look after it was made."""
        there = self.read()
        if there is None:
            self._calls[0](self.client, self.parent_id, permission_of(self.rule, self.wanted["peers"]))
        elif there["peers"] != self.wanted["peers"]:
            self.actual = there
            self.update({"peers": self.wanted["peers"]})

    def update(self, fields: State) -> None:
        """Open first, close afterwards: what is wanted before and after is never cut."""
        allow, forbid = self._calls
        have, wanted = set((self.actual or {})["peers"]), set(fields["peers"])
        if wanted - have:
            allow(self.client, self.parent_id, permission_of(self.rule, sorted(wanted - have)))
        if have - wanted:
            forbid(self.client, self.parent_id, permission_of(self.rule, sorted(have - wanted)))

    def delete(self) -> None:
        """One that somebody added, or that is no longer asked for."""
        self._calls[1](self.client, self.parent_id, permission_of(self.rule, (self.actual or {})["peers"]))
