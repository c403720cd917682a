# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The resources that machines are made of."""

from __future__ import annotations

from typing import Any

from .._engine.errors import Refused
from .._engine.resource import State
from .._site.records import RECORDED
from .._site.resource import MARKS
from . import api_machines, api_network
from .launch import Launch
from .resource import AwsResource
from .tokens import make_once


class Machine(AwsResource):
    """One machine. Image, disk and zone are read when it is created, and never compared afterwards."""

    kind = "machine"
    fixed = frozenset({"type", "spot"})
    create_only = frozenset({"image", "disk_gb", "zone", "public"})
    marks = MARKS - RECORDED
    way_out = "put the size back in the cluster file, or make the machine anew: replace NODE"
    patience = 300.0

    def __init__(self, *args: Any, launch: Launch, groups: dict[str, str | None], **others: Any) -> None:
        super().__init__(*args, **others)
        self._launch, self._groups = launch, groups

    def read(self) -> State | None:
        """One that is ending is as good as gone, unless it is to go: then it counts until it is."""
        state = super().read()
        ending = state is not None and state["power"] == "ending"
        return None if ending and self.desired is not None else state

    def make(self) -> None:
        """By a token, so that an answer that got lost makes no second one."""
        request = self._launch.request(self.name, self.wanted)
        make_once(
            self.client.owner,
            self.name,
            run=lambda token: api_machines.run_instance(self.client, self.name, token, request),
            listed=lambda token: api_machines.list_instances(
                self.client, [{"Name": "client-token", "Values": [token]}]
            ),
        )

    def update(self, fields: State) -> None:
        """Tags, power, firewalls and metadata options."""
        self.write_tags(fields)
        if "firewalls" in fields:
            named = [key.split("/", 2)[2] for key in fields["firewalls"]]
            interface = str((self.actual or {})["interface"])
            api_machines.set_security_groups(self.client, interface, [str(self._groups[name]) for name in named])
        if "metadata" in fields:
            api_machines.set_metadata_options(self.client, self.id, "required", 1)
        if "power" in fields:
            api_machines.start_instance(self.client, self.id)

    def delete(self) -> None:
        """With its root disk and its interface."""
        api_machines.terminate_instance(self.client, self.id)

    def settled(self) -> bool:
        """It runs; what it runs is seen by those who log in."""
        return self.actual is None or self.desired is None or self.actual["status"] == "running"


class Attachment(AwsResource):
    """A machine that has its static public address. Parent: the machine."""

    kind = "attachment"
    tagged = False

    def __init__(self, *args: Any, address: str | None, **others: Any) -> None:
        super().__init__(*args, **others)
        self._address = address

    def make(self) -> None:
        """Also takes the address back from whoever got it."""
        if self._address is None:
            raise Refused(f"create {self.key}: the network has no address for it yet; make the network first")
        api_network.associate_address(self.client, self._address, self.parent_id)

    def update(self, fields: State) -> None:
        """Never asked for: there is no other address that it could have."""
        raise NotImplementedError

    def delete(self) -> None:
        """Never asked for: it ends with the machine."""
        raise NotImplementedError
