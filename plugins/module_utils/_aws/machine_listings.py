# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The machines in one site's network by our names, from one list call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View, by_name
from . import api_machines, api_network
from .client import Client
from .tags import NAME, OWNER, common_state, tags_of
from .tokens import is_dead, names_by_token

POWER = {"pending": "running", "running": "running", "stopping": "stopped", "stopped": "stopped"}
METADATA = "session token required, 1 hop"


class MachineListings:
    """Rows of the network, living and dead. Nothing is asked while there is no network."""

    def __init__(self, client: Client, network: dict[str, Any], names: Iterable[str]) -> None:
        self.client, self.network = client, network
        self._groups = {group: name for name, group in network["groups"].items() if group}
        self._tokens = names_by_token(client.owner, names)
        self.rows = Rows(self._rows, "InstanceId")
        self.machines = View(self.rows, self._machines)
        self.attachments = View(self.rows, self._attachments)

    def key(self, kind: str, name: str) -> str:
        """How desired fields name another resource."""
        return f"{kind}/{self.client.site}/{name}"

    def living(self, row: Row) -> bool:
        """One that is being terminated counts until it is gone: its address and interface are bound until then."""
        return bool(row["State"]["Name"] != "terminated")

    def name_of(self, row: Row) -> str | None:
        """Our name for a machine; None for one of others. The token cannot be edited, the Name tag can."""
        tags = tags_of(row)
        by_token = self._tokens.get(row.get("ClientToken", ""))
        if tags.get(OWNER) == self.client.owner:
            return by_token or tags.get(NAME)
        if OWNER in tags:
            return None
        return by_token or (tags.get(NAME) if tags.get(NAME) in self._tokens.values() else None)

    def _rows(self) -> list[Row]:
        network = self.network["id"]
        return api_machines.list_instances(self.client, api_network.in_network(network)) if network else []

    def _machines(self, rows: Mapping[str, Row]) -> Named:
        living = [row for row in rows.values() if not is_dead(row)]
        states = dict(by_name(living, "InstanceId", self.name_of, self._state, f"machine/{self.client.site}"))
        for row in rows.values():  # an ending one is shown only where no living one has its name
            name = self.name_of(row)
            if name and name not in states and self.living(row):
                states[name] = self._state(row)
        return states

    def _state(self, row: Row) -> State:
        options = row.get("MetadataOptions", {})
        required = (options.get("HttpTokens"), options.get("HttpPutResponseHopLimit")) == ("required", 1)
        interface = _first_interface(row)
        groups = sorted(self._firewall(entry["GroupId"]) for entry in interface.get("Groups", []))
        return {
            **common_state(row, row["InstanceId"]),
            "type": row["InstanceType"],
            "spot": row.get("InstanceLifecycle") == "spot",
            "zone": row.get("Placement", {}).get("AvailabilityZone"),
            "power": POWER.get(row["State"]["Name"], "ending"),
            "status": row["State"]["Name"],
            "firewalls": groups,
            "interface": interface.get("NetworkInterfaceId"),
            "metadata": METADATA
            if required
            else f"tokens {options.get('HttpTokens')}, {options.get('HttpPutResponseHopLimit')} hops",
            "private_address": row.get("PrivateIpAddress"),
            "public_address": row.get("PublicIpAddress"),
        }

    def _firewall(self, group: str) -> str:
        return self.key("firewall", self._groups[group]) if group in self._groups else group

    def _attachments(self, rows: Mapping[str, Row]) -> Named:
        """Which machine has its own static address: ``{"id": allocation, "owner", "address": key}``."""
        found = {}
        machines = self._machines(rows)
        for name, address in self.network["addresses"].items():
            machine = machines.get(name)
            if machine and address["address"] and machine["public_address"] == address["address"]:
                state = {"id": address["id"], "owner": machine["owner"], "address": self.key("address", name)}
                found[name] = state
        return found


def _first_interface(row: Row) -> Row:
    """The interface that a machine was made with: it has the security groups."""
    return next((i for i in row.get("NetworkInterfaces", []) if i["Attachment"]["DeviceIndex"] == 0), {})
