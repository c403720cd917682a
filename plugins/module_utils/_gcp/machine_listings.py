# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The machines of one site by our names, from one list call over all zones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View, by_name
from . import api_machines
from .client import Client
from .labels import (
    FIRST_HOST_KEY,
    HOST_KEY,
    OWNER,
    PODS,
    SITE,
    labelled_state,
    labels_of,
    last,
    metadata_of,
    path_of,
    place_of,
)
from .rules import TAG

# Source: API reference, "instances", status. A machine that is being deleted shows STOPPING as well.
POWER = {
    "PENDING": "running",
    "PROVISIONING": "running",
    "STAGING": "running",
    "RUNNING": "running",
    "REPAIRING": "running",
    "SUSPENDING": "suspended",
    "SUSPENDED": "suspended",
}
LOGIN = "keys of the machine only"
ENDS = "ends with the machine"
PUBLIC = "has one"


class MachineListings:
    """Rows of the region, ours or not."""

    def __init__(self, client: Client, network: dict[str, Any], names: Iterable[str]) -> None:
        self.client, self.network, self._names = client, network, frozenset(names)
        self._firewalls = {tag: name for name, tag in network["groups"].items()}
        self.rows = Rows(lambda: api_machines.list_instances(client, f"zones/{client.region}-"), "selfLink")
        self.machines = View(self.rows, self._machines)
        self.attachments = View(self.rows, self._attachments)

    def key(self, kind: str, name: str) -> str:
        """How desired fields name another resource."""
        return f"{kind}/{self.client.site}/{name}"

    def inside(self, row: Row) -> bool:
        """Whether a machine is in our network."""
        ours = f"projects/{self.client.project}/global/networks/{self.network['name']}"
        return any(path_of(interface["network"]) == ours for interface in row["networkInterfaces"])

    def name_of(self, row: Row) -> str | None:
        """Our name for a machine; None for one of others. One that lost its labels is known by its name and network."""
        labels, name = labels_of(row), str(row["name"])
        if labels.get(OWNER) == self.client.owner:
            return name if labels.get(SITE) == self.client.site or self.inside(row) else None
        return name if name in self._names and self.inside(row) else None

    def row_of(self, state: State) -> Row:
        """The row that a state was read from."""
        return self.rows.get(state["link"]) or {}

    def holder(self, address: str) -> Row | None:
        """The machine that has a public address."""
        return next((row for row in self.rows.all().values() if access_of(row).get("natIP") == address), None)

    def _machines(self, rows: Mapping[str, Row]) -> Named:
        return by_name(rows.values(), "selfLink", self.name_of, self._state, f"machine/{self.client.site}")

    def _state(self, row: Row) -> State:
        said, interface = metadata_of(row), row["networkInterfaces"][0]
        scheduling = row.get("scheduling", {})
        disk: Row = next((one for one in row["disks"] if one.get("boot")), {})
        return {
            **labelled_state(row),
            "link": row["selfLink"],
            "path": f"zones/{place_of(row)}/instances/{row['name']}",
            "type": last(row["machineType"]),
            "spot": scheduling.get("provisioningModel") == "SPOT" or bool(scheduling.get("preemptible")),
            "zone": place_of(row),
            "power": POWER.get(row["status"], "stopped"),
            "status": row["status"].lower(),
            "firewalls": sorted(self._firewall(tag) for tag in row["tags"].get("items", []) if tag.startswith(TAG)),
            "disk": ENDS if disk.get("autoDelete") else "stays",
            "login": LOGIN if only_own_keys(said) else "also by OS Login or the keys of the project",
            "access": PUBLIC if access_of(row) else "none",
            "pods": said.get(PODS),
            "first_host_key": said.get(FIRST_HOST_KEY),
            "host_key": said.get(HOST_KEY),
            "private_address": interface.get("networkIP"),
            "public_address": access_of(row).get("natIP"),
        }

    def _firewall(self, tag: str) -> str:
        return str(self._firewalls.get(tag, tag))

    def _attachments(self, rows: Mapping[str, Row]) -> Named:
        """Which machine has its own static address: ``{"id": address, "owner", "address": key}``."""
        found = {}
        machines = self._machines(rows)
        for name, address in self.network["addresses"].items():
            machine = machines.get(name)
            if machine and address["address"] and machine["public_address"] == address["address"]:
                state = {"id": address["id"], "owner": machine["owner"], "address": self.key("address", name)}
                found[name] = state
        return found


def access_of(row: Row) -> Row:
    """How a machine is reached from outside: ``{"name", "natIP"}``; empty when it is not."""
    found: Row = next(iter(row["networkInterfaces"][0].get("accessConfigs") or []), {})
    return found


def only_own_keys(said: Mapping[str, str]) -> bool:
    """Whether the metadata of a machine keep OS Login and the keys of the project out."""
    login = said.get("enable-oslogin", "").upper() == "FALSE"
    return login and said.get("block-project-ssh-keys", "").upper() == "TRUE"
