# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What the machines part of a site is in every cloud: what it records on machines, and what it says of them."""

from __future__ import annotations

import abc
from collections import Counter
from typing import Any, Protocol

from .._cluster.pod_ranges import part_or_none
from .._engine.errors import Refused
from .._engine.resource import Listing, State
from .records import refuse_another_host_key, wanted_parts


class MachinesClient(Protocol):
    """What is used here of a cloud's client."""

    site: str
    owner: str
    region: str
    calls: Counter[str]


class SiteMachines(abc.ABC):
    """MUST be overridden: ``login``, ``write``, ``provider_id``. MAY be: ``lives``, ``remains``, ``zone``, ``word``.

    A subclass sets ``machines``, the listing of states by name; each has ``owner``, ``pods``, ``host_key`` and the
    other fields that ``shown`` names.
    """

    machines: Listing[str]

    def __init__(self, options: dict[str, Any], client: MachinesClient) -> None:
        self.options, self.site_client, self.calls = options, client, client.calls
        self.network: dict[str, Any] = options["network"]
        self.wanted: dict[str, dict[str, Any]] = {machine["name"]: machine for machine in options["machines"]}

    @abc.abstractmethod
    def login(self, image: str) -> str:
        """The user that logs in where an image was chosen and no user."""

    @abc.abstractmethod
    def write(self, name: str, machine: State, fields: State) -> None:
        """Write ``pods`` or ``host_key`` on a machine."""

    @abc.abstractmethod
    def provider_id(self, name: str, state: State) -> str:
        """How Kubernetes' own controllers for the cloud name the machine."""

    def lives(self, name: str) -> bool:
        """Whether there is such a machine, and it is not about to go."""
        return self.machines.get(name) is not None

    def remains(self, name: str) -> bool:
        """Whether something of it is there that a removal would have to remove."""
        return self.lives(name)

    def zone(self, state: State) -> Any:
        """The zone as nodes are labelled with it."""
        return state["zone"]

    def word(self, state: State) -> str:
        """starting, running, stopping or stopped; or what is wrong with it."""
        return str(state["status"])

    def record(self) -> list[str]:
        """Write what nodes said of themselves on their machines: one call per machine, and only what differs."""
        said = []
        for name, values in sorted((self.options["record"] or {}).items()):
            machine = self.machines.get(name)
            if machine is None or not self.lives(name) or machine["owner"] != self.site_client.owner:
                site = self.site_client.site
                raise Refused(f"record {name}: site {site} has no such machine; read it again, then record")
            refuse_another_host_key(name, machine["host_key"], values.get("host_key"))
            fields = {field: value for field, value in values.items() if value and value != machine[field]}
            if fields:
                self.write(name, machine, fields)
                said.append(f"record machine/{self.site_client.site}/{name}")
        if said:
            self.machines.forget()
        return said

    def result(self) -> dict[str, Any]:
        """``machines`` that live, by name; ``surplus``: ours and in no list, also where only parts of one remain."""
        named = {*self.wanted, *self.options["remove"]}
        owner = self.site_client.owner
        ours = {name: state for name, state in self.machines.all().items() if state["owner"] == owner}
        return {
            "machines": {name: self.shown(name, state) for name, state in sorted(ours.items()) if self.lives(name)},
            "surplus": sorted(name for name in ours.keys() - named if self.remains(name)),
            "unread": False,
        }

    def pods(self) -> dict[str, State]:
        """``{name: {"pods": part}}`` of what a plan gives out or puts back."""
        living = {name: state["pods"] for name, state in self.machines.all().items() if self.lives(name)}
        return wanted_parts(self.options, living)

    def user(self, name: str) -> str:
        """The login user of a machine."""
        machine = self.wanted.get(name)
        return str(machine["user"] or self.login(machine["image"])) if machine else self.login("")

    def shown(self, name: str, state: State) -> dict[str, Any]:
        """One machine of the result."""
        pool = self.wanted[name]["pool"] if name in self.wanted else state["pool"]
        return {
            "id": state["id"],
            "name": name,
            "private_address": state["private_address"],
            "public_address": state["public_address"],
            "zone": self.zone(state),
            "region": self.site_client.region,
            "type": state["type"],
            "state": self.word(state),
            "pods": part_or_none(state["pods"], self.options["pods"], self.options["pods_prefix"]),
            "host_key": state["host_key"],
            "first_host_key": state["first_host_key"],
            "user": self.user(name),
            "provider_id": self.provider_id(name, state),
            "pool": pool,
            "role": "worker" if pool else "control_plane",
        }
