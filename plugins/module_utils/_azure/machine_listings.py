# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The machines of one site's group by our names, each with its interface and public address: four list calls."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from .._engine.resource import State
from .._site.listings import Named, Row, Rows, View
from .._site.resource import MARKS
from . import api_machines, api_network
from .client import Client
from .network_listings import STATIC, same
from .tags import (
    FIRST_HOST_KEY,
    HOST_KEY,
    OWNER,
    PODS,
    POOL,
    SITE,
    TAG_OF_FIELD,
    common_state,
    is_owned,
    made_by_kubernetes,
    tags_of,
)
from .zones import REGIONAL

DISK = re.compile(r"_(OsDisk_1|disk1)_[0-9a-f]{32}$")  # how Azure ends the names of disks
AUTOMATIC = "automatic"  # what a field says in the place of the key of a static address
RUNNING, STOPPED, ENDING, MISSING = "running", "stopped", "ending", "missing"
MARKS_OF_PARTS = "marks_of_parts"  # a field: what stands on a part, and should stand on the machine or not at all
STARTING = "starting"  # no drift, but nobody can log in yet
POWER = {
    "PowerState/starting": RUNNING,
    "PowerState/running": RUNNING,
    "PowerState/stopping": STOPPED,
    "PowerState/stopped": STOPPED,
    "PowerState/deallocating": STOPPED,
    "PowerState/deallocated": STOPPED,
}


class MachineListings:
    """What the group holds of machines, joined by name. Nothing is asked while there is no group.

    Disks are listed only when ``disks``, since they come and go with machines; Azure names them after their machine.
    """

    def __init__(self, client: Client, network: dict[str, Any], *, disks: bool = False) -> None:
        self.client, self.network, self._disks = client, network, disks
        self._groups = {str(group).lower(): name for name, group in network["groups"].items() if group}
        self.rows = Rows(self._rows, "name")
        self.machines = View(self.rows, self._machines)

    def key(self, kind: str, name: str) -> str:
        """How desired fields name another resource."""
        return f"{kind}/{self.client.site}/{name}"

    def _rows(self) -> list[Row]:
        """``{"name", "machine", "state", "interface", "address", "static", "disk"}``; what is not there is None."""
        if not self.network["group"]:
            return []
        lists: dict[str, Callable[[Client], list[Row]]] = {
            "machine": api_machines.list_machines,
            "interface": api_network.list_interfaces,
            "address": api_network.list_addresses,
        }
        found = {part: list_one(self.client) for part, list_one in lists.items()}
        states = {row["id"].lower(): row for row in (api_machines.list_states(self.client) if found["machine"] else [])}
        found["disk"] = api_machines.list_disks(self.client) if self._disks else []
        joined: dict[str, Row] = {}
        for part, rows in found.items():
            for row in rows:
                name, kind = _place(row["name"], part)
                joined.setdefault(name, dict.fromkeys(("machine", "state", "interface", "address", "static", "disk")))
                joined[name] |= {"name": name, kind: row}
        for row in joined.values():
            row["state"] = states.get(row["machine"]["id"].lower()) if row["machine"] else None
        return list(joined.values())

    def _machines(self, rows: Mapping[str, Row]) -> Named:
        """By name; one whose machine is gone and whose parts are left is ``missing``. Static addresses are no part."""
        found = {name: self._state(row) for name, row in rows.items()}
        return {name: state for name, state in found.items() if state}

    def _state(self, row: Row) -> State | None:
        parts = {part: row[part] for part in ("machine", "interface", "address", "disk") if row[part]}
        parts = {part: one for part, one in parts.items() if not made_by_kubernetes(one, self.client.owner)}
        if not parts:
            return None
        judged = [one for part, one in parts.items() if part != "disk" or OWNER in tags_of(one)]
        odd = [one for one in judged if not is_owned(one, self.client.owner)]
        elsewhere = [one for one in judged if tags_of(one).get(SITE) != self.client.site]
        first = next(iter(parts.values()))
        machine = row["machine"] or {"properties": {}}
        return {
            **common_state(first),  # of the machine, where there is one
            "id": (odd or [first])[0]["id"],
            "owner": tags_of(odd[0]).get(OWNER) if odd else self.client.owner,
            "site": tags_of(elsewhere[0]).get(SITE) if elsewhere else self.client.site,
            "health": "failed" if any(common_state(one)["health"] == "failed" for one in parts.values()) else "good",
            "parts": parts,
            MARKS_OF_PARTS: marks_of_parts(parts),
            **self._tagged(machine),
            **self._hardware(machine, row["state"]),
            **self._reachable(row),
        }

    def _tagged(self, machine: Row) -> State:
        tags = tags_of(machine)
        keys = {"pool": POOL, "pods": PODS, "first_host_key": FIRST_HOST_KEY, "host_key": HOST_KEY}
        return {field: tags.get(tag) for field, tag in keys.items()}

    def _hardware(self, machine: Row, state: Row | None) -> State:
        part = machine["properties"]
        return {
            "type": (part.get("hardwareProfile") or {}).get("vmSize"),
            "spot": part.get("priority") == "Spot",
            "zone": (machine.get("zones") or [REGIONAL])[0],
            "power": _power(machine, state),
            "status": STARTING if _code(state) == "PowerState/starting" else None,
        }

    def _reachable(self, row: Row) -> State:
        interface = (row["interface"] or {}).get("properties") or {}
        first = (interface.get("ipConfigurations") or [{}])[0].get("properties") or {}
        firewall, public = (
            (interface.get("networkSecurityGroup") or {}).get("id"),
            (first.get("publicIPAddress") or {}).get("id"),
        )
        name = self._groups.get(str(firewall).lower())
        own = next((one for one in (row["static"], row["address"]) if one and same(one["id"], public)), None)
        keys = {"static": self.key("address", row["name"]), "address": AUTOMATIC}
        return {
            "firewall": self.key("firewall", name) if name else firewall,
            "address": next((keys[part] for part in keys if own is not None and own is row[part]), public),
            "private_address": first.get("privateIPAddress"),
            "public_address": own["properties"].get("ipAddress") if own else None,
        }


def marks_of_parts(parts: Mapping[str, Row]) -> str | None:
    """Marks on interface and address, as a sentence for a plan: they carry owner and site alone."""
    judged = {part: tags_of(row) for part, row in parts.items() if part in ("interface", "address")}
    found = [f"{TAG_OF_FIELD[mark]} on its {part}" for part, tags in judged.items() for mark in sorted(MARKS)
             if TAG_OF_FIELD[mark] in tags]  # fmt: skip
    return ", ".join(found) or None


def _place(name: str, part: str) -> tuple[str, str]:
    """Which machine a row belongs to, and as what."""
    if part == "address" and name.endswith(STATIC):
        return name.removesuffix(STATIC), "static"
    return (DISK.sub("", name) if part == "disk" else name), part


def _power(machine: Row, state: Row | None) -> str | None:
    """Running or stopped. None: it was never given hardware, which a failed first attempt leaves behind.

    A machine that the list of states does not show yet is one that was just made: it runs, or will.
    """
    if "id" not in machine:
        return MISSING
    if machine["properties"].get("provisioningState") == "Deleting":
        return ENDING
    if state is None:
        return RUNNING
    code = _code(state)
    failed = common_state(machine)["health"] == "failed"
    return POWER[code] if code else (None if failed else RUNNING)


def _code(state: Row | None) -> str | None:
    """What the list of states says of its power."""
    view = (state or {"properties": {}})["properties"].get("instanceView") or {}
    codes = [str(one["code"]) for one in view.get("statuses") or [] if one.get("code") in POWER]
    return codes[-1] if codes else None
