# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One site's machines: what should be there, compared with what is; and, asked for by name, their removal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._engine.errors import NotOurs, Refused
from .._engine.resource import Resource, State
from .._site.machines import SiteMachines
from .._site.rules import CONTROL_PLANE, NODES
from . import api_account, api_machines, api_network
from .client import Client
from .images import user_of
from .launch import Launch
from .machine_listings import METADATA, MachineListings
from .machine_resources import Attachment, Machine
from .quotas import SPOT_VCPUS, VCPUS, is_standard, refuse_over
from .sizes import architecture_of, type_of
from .tags import as_tags
from .tokens import is_dead
from .zones import offers_of, refuse_zones_without

STATES = {"pending": "starting"}  # the words of all clouds: starting, running, stopping, stopped


class MachinesWork(SiteMachines):
    """The part ``machines`` of a site; with ``remove`` the part ``removals``, which does nothing else."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.client = client or Client.of(options)
        super().__init__(options, self.client)
        self.listings = MachineListings(self.client, self.network, [*self.wanted, *options["remove"]])
        self.machines = self.listings.machines
        self.launch = Launch(self.client, self.network, {name: self.user(name) for name in self.wanted})

    def resources(self) -> Iterable[Resource]:
        """Machines with their static addresses; or those that are to go."""
        api_account.refuse_another_account(self.client)
        if self.options["remove"]:
            return [self._machine(name, None) for name in self.options["remove"]]
        desired = self._desired()
        missing = {name: state for name, state in desired.items() if not self.lives(name)}
        self._refuse_what_cannot_be_made(missing)
        found: list[Resource] = []
        for name, state in desired.items():
            machine = self._machine(name, state)
            found.append(machine)
            if self.wanted[name]["public"] == "static":
                found.append(self._attachment(name, machine))
        return found

    def login(self, image: str) -> str:
        return user_of(image)

    def write(self, name: str, machine: State, fields: State) -> None:
        api_network.tag(self.client, machine["id"], as_tags(fields))

    def provider_id(self, name: str, state: State) -> str:
        return f"aws:///{state['zone']}/{state['id']}"

    def lives(self, name: str) -> bool:
        state = self.machines.get(name)
        return state is not None and state["power"] != "ending"

    def word(self, state: State) -> str:
        return str(STATES.get(state["status"], state["status"]))

    def _machine(self, name: str, desired: State | None) -> Machine:
        groups = self.network["groups"]
        return Machine(self.client, name, desired, launch=self.launch, groups=groups, listing=self.machines)

    def _attachment(self, name: str, machine: Machine) -> Attachment:
        if name not in self.network["addresses"]:
            raise Refused(
                f"machine {name} has a static public address, and the network knows none for it; "
                "make the network first, with this name in its addresses"
            )
        address = self.network["addresses"][name]["id"]
        desired = {"address": self.listings.key("address", name)}
        listing = self.listings.attachments
        return Attachment(self.client, name, desired, address=address, parent=machine, listing=listing)

    def _desired(self) -> dict[str, State]:
        pods = self.pods()
        return {name: {**self._fields(machine), **pods.get(name, {})} for name, machine in self.wanted.items()}

    def _fields(self, machine: dict[str, Any]) -> State:
        special = CONTROL_PLANE if machine["role"] == "control_plane" else f"pool-{machine['pool']}"
        groups = [name for name in (NODES, special) if name in self.network["groups"]]
        zones = sorted(self.network["zones"])
        fields: State = {
            "label": machine["name"],
            "type": type_of(machine["size"]),
            "spot": machine["spot"],
            "power": "running",
            "metadata": METADATA,
            "firewalls": sorted(self.listings.key("firewall", name) for name in groups),
            "image": machine["image"],
            "disk_gb": machine["disk_gb"],
            "public": machine["public"],
            "zone": zones[(machine["number"] - 1) % len(zones)],  # a group takes turns over the zones
        }
        return {**fields, "pool": machine["pool"]} if machine["pool"] else fields

    def _refuse_what_cannot_be_made(self, missing: dict[str, State]) -> None:
        """Types, images, vCPU quotas: asked only when something is to be created."""
        places = {(state["type"], state["zone"]) for state in missing.values()}
        refuse_zones_without(places, offers_of(self.client, (kind for kind, _zone in places)))
        for image, kind in sorted({(s["image"], architecture_of(s["type"])) for s in missing.values()}):
            self.launch.image(image, kind)
        for quota, spot in ((VCPUS, False), (SPOT_VCPUS, True)):
            types = [s["type"] for s in missing.values() if s["spot"] is spot and is_standard(s["type"])]
            limit = api_account.quota_where_readable(self.client, quota) if types else None
            if limit is None:
                continue
            running = [row for row in api_machines.list_instances(self.client, []) if _counts(row, spot)]
            vcpus = self._vcpus({*types, *(row["InstanceType"] for row in running)})
            used, wanted = sum(vcpus[row["InstanceType"]] for row in running), sum(vcpus[kind] for kind in types)
            why = f"create {len(types)} machines in {self.client.site}"
            refuse_over(quota, self.client.region, limit=limit, used=used, wanted=wanted, why=why)

    def _vcpus(self, types: set[str]) -> dict[str, int]:
        rows = api_account.list_types(self.client, sorted(types))
        vcpus = {str(row["InstanceType"]): int(row["VCpuInfo"]["DefaultVCpus"]) for row in rows}
        unknown = types - vcpus.keys()
        if unknown:
            raise Refused(
                f"AWS knows no instance type {', '.join(sorted(unknown))} in {self.client.region}; correct the size"
            )
        return vcpus


class MachinesRemoval(MachinesWork):
    """All machines of a site that leaves. Raises NotOurs while others have machines in its network."""

    def resources(self) -> Iterable[Resource]:
        """Ours, wanted or not."""
        api_account.refuse_another_account(self.client)
        rows = self.listings.rows.all().values()
        others = [row["InstanceId"] for row in rows if not is_dead(row) and not self._ours(row)]
        if others:
            raise NotOurs(
                f"delete the machines of {self.client.site}: network {self.network['id']} holds machines that are not "
                f"this cluster's: {', '.join(others)}; remove them, or move them to another network, then run again",
                others=others,
            )
        return [self._machine(name, None) for name in self.machines.all()]

    def _ours(self, row: dict[str, Any]) -> bool:
        name = self.listings.name_of(row)
        return name is not None and (self.machines.get(name) or {}).get("owner") == self.client.owner


def _counts(row: dict[str, Any], spot: bool) -> bool:
    running = row["State"]["Name"] in ("pending", "running")
    return running and is_standard(row["InstanceType"]) and (row.get("InstanceLifecycle") == "spot") is spot
