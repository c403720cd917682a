# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Firewalls and their rules."""

from __future__ import annotations

from typing import Any

from .._engine.resource import State
from . import api_network
from .resource import AzureResource
from .rules import Priorities, body_of


class Firewall(AzureResource):
    """A network security group: of plain nodes, of the control plane, or of a pool that others reach.

    ``rules`` are those that it should have, by name: a new one is made with all of them, by one call.
    """

    kind = "firewall"
    patience = 300.0

    def __init__(self, *args: Any, rules: dict[str, State], present: dict[str, State], **others: Any) -> None:
        super().__init__(*args, **others)
        self.rules, self.priorities = rules, Priorities(present)

    @property
    def called(self) -> str:
        """Its name in the group."""
        ours = f"{self.client.label}-{self.name}"
        return str(self.actual["id"]).rsplit("/", 1)[1] if self.actual else ours

    def put(self) -> None:
        """With its rules: a PUT without them would take them away."""
        rules = [
            {"name": name, "properties": body_of(state, self.priorities.of(name, state))}
            for name, state in sorted(self.rules.items())
        ]
        body = {"location": self.client.region, "tags": self.tags, "properties": {"securityRules": rules}}
        api_network.put_firewall(self.client, self.called, body)

    def retag(self) -> None:
        """Tags."""
        api_network.tag_firewall(self.client, self.called, self.tags)

    def delete(self) -> None:
        """After the machines that have it."""
        api_network.delete_firewall(self.client, self.called)


class FirewallRule(AzureResource):
    """One rule of a firewall, named ``<firewall>-<rule>``. It shares the firewall's owner. Parent: the firewall."""

    kind = "rule"
    tagged = False

    def __init__(self, *args: Any, called: str, firewall: Firewall, **others: Any) -> None:
        super().__init__(*args, parent=firewall, **others)
        self.called, self.firewall = called, firewall

    def make(self) -> None:
        """A new firewall has it already: seen by the look after it was made."""
        if self.inspect() is not None:
            self.put()

    def put(self) -> None:
        """Create or replace."""
        state = self.firewall.rules[self.called]
        with self.client.alone(f"priorities of {self.firewall.name}"):
            priority = self.firewall.priorities.of(self.called, state)
        body = {"properties": body_of(state, priority)}
        api_network.put_rule(self.client, self.firewall.called, self.called, body)

    def delete(self) -> None:
        """One that somebody added, or that is no longer asked for."""
        api_network.delete_rule(self.client, self.firewall.called, self.called)
