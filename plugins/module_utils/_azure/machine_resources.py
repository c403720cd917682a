# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The resource that a machine is: with its interface, its disk, and the public address that goes with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._engine.errors import Refused
from .._engine.resource import Change, State
from .._site.records import RECORDED
from .._site.resource import MARKS
from . import api_machines, api_network
from .client import Client
from .launch import Launch
from .machine_listings import AUTOMATIC, ENDING, MARKS_OF_PARTS, MISSING, RUNNING, STARTING, STOPPED
from .network_resources import public_address
from .resource import AzureResource
from .tags import OWNER, SITE, as_tags, common_state, is_tag, merged, tags_of

Row = dict[str, Any]
RETAG: dict[str, Callable[[Client, str, dict[str, str]], None]] = {
    "machine": api_machines.tag_machine,
    "interface": api_network.tag_interface,
    "address": api_network.tag_address,
}
# In this order: nothing can go before what uses it. Azure does the same by deleteOption; what failed there is swept.
SWEEP: dict[str, Callable[[Client, str], None]] = {
    "machine": api_machines.delete_machine,
    "interface": api_network.delete_interface,
    "address": api_network.delete_address,
    "disk": api_machines.delete_disk,
}


class Machine(AzureResource):
    """One machine. Image, disk and zone are read when it is created, and never compared afterwards."""

    kind = "machine"
    fixed = frozenset({"type", "spot"})
    create_only = frozenset({"image", "disk_gb", "zone"})
    marks = MARKS - RECORDED | {MARKS_OF_PARTS}
    way_out = "put the size back in the cluster file, or make the machine anew: replace NODE"
    patience = api_machines.LONG
    pause = 2.0

    def __init__(self, *args: Any, launch: Launch, **others: Any) -> None:
        super().__init__(*args, **others)
        self._launch = launch
        self._begun: Any = None  # what goes on since ``make``

    def read(self) -> State | None:
        """One that ends, or whose parts alone are left, is as good as gone, unless it is to go."""
        state = super().read()
        gone = state is not None and state["power"] in (ENDING, MISSING)
        ours = state is not None and state["owner"] == self.client.owner
        return None if gone and ours and self.desired is not None else state

    def make(self) -> None:
        """Its address, its interface, itself: each by its name, so that an answer that got lost makes no second one.

        The machine is begun only: one list shows all that are on their way.
        """
        interface = self._put_interface()
        body = self._launch.body(self.name, self.wanted, interface)
        self._begun = api_machines.begin_machine(self.client, self.name, body)

    def inspect(self) -> Change | None:
        """Raises what the creation ended with: the lists say that it failed, and not why."""
        change = super().inspect()
        if self._begun is not None:
            failed = self.actual is not None and self.actual["health"] == "failed"
            failure = api_machines.failure_of(self.client, self.name, self._begun, lost_too=failed)
            if failure is not None:
                raise failure
        return change

    def update(self, fields: State) -> None:
        """Tags, firewall, address, another attempt where one failed, and power."""
        if any(map(is_tag, fields)) or MARKS_OF_PARTS in fields:
            self.retag()
        if fields.keys() & {"firewall", "address", "health"}:
            self._put_interface()
            self._sweep_an_address_that_is_not_used()
        machine = self._part("machine")
        if "health" in fields and common_state(machine)["health"] == "failed":
            api_machines.put_machine(self.client, self.name, self._launch.again(machine, self.tags))
        if "power" in fields and (self.actual or {})["power"] == STOPPED:
            api_machines.start_machine(self.client, self.name)

    def retag(self) -> None:
        """Each part that differs: owner and site stand on all of them."""
        for part, retag in RETAG.items():
            row, tags = self._part(part), self._tags_of(part)
            if row and tags_of({"tags": tags}) != tags_of(row):
                retag(self.client, self.name, tags)

    def delete(self) -> None:
        """With its disk, its interface and its automatic address."""
        for part, delete in SWEEP.items():
            row = self._part(part)
            if row:
                delete(self.client, row["name"])

    def settled(self) -> bool:
        """It runs; what it runs is seen by those who log in."""
        if self.actual is None or self.desired is None:
            return True
        return super().settled() and self.actual["power"] == RUNNING and self.actual["status"] != STARTING

    def _part(self, part: str) -> Row:
        """The row of a part that was read last; empty when it is not there."""
        return dict(((self.actual or {}).get("parts") or {}).get(part) or {})

    def _tags_of(self, part: str) -> dict[str, str]:
        """All tags that a part should have: those of others stay, and what is said of a machine stands on it alone."""
        present = self._part(part).get("tags") or {}
        if part == "machine":
            return merged(present, as_tags(self.wanted), self.strays())
        return merged(present, {OWNER: self.client.owner, SITE: self.client.site}, MARKS)

    def _put_interface(self) -> str:
        """The id of its interface, which has the firewall and the address that it should have."""
        automatic, present = self.wanted["address"] == AUTOMATIC, self._part("address")
        if automatic and (not present or common_state(present)["health"] == "failed"):
            body = public_address(self.client.region, self._tags_of("address"), present.get("zones"), outlives=False)
            api_network.put_address(self.client, self.name, body)
        address = self._launch.automatic_address(self.name) if automatic else self._static()
        row, tags = self._part("interface"), self._tags_of("interface")
        body = self._launch.interface(self.wanted, address, tags, row, outlives=not automatic)
        api_network.put_interface(self.client, self.name, body)
        return self._launch.interface_id(self.name)

    def _static(self) -> str:
        address = self._launch.network["addresses"][self.name]["id"]
        if address is None:
            raise Refused(f"create {self.key}: the network has no address for it yet; make the network first")
        return str(address)

    def _sweep_an_address_that_is_not_used(self) -> None:
        if self.wanted["address"] != AUTOMATIC and self._part("address"):
            api_network.delete_address(self.client, self.name)
