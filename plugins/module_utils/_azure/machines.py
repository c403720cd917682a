# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One site's machines: what should be there, compared with what is; and, asked for by name, their removal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from .._engine.errors import NotOurs, Refused
from .._engine.resource import Resource, State
from .._site.machines import SiteMachines
from .._site.rules import CONTROL_PLANE, NODES
from . import api_account, api_machines
from .client import Client
from .images import user_of
from .launch import Launch
from .machine_listings import AUTOMATIC, ENDING, MISSING, RUNNING, MachineListings
from .machine_resources import Machine
from .quotas import ADDRESSES, CORES, SPOT_CORES, refuse_over
from .sizes import refuse_missing_types, refuse_zones_without, type_of
from .tags import as_tags, merged
from .zones import REGIONAL


class MachinesWork(SiteMachines):
    """The part ``machines`` of a site; with ``remove`` the part ``removals``, which does nothing else."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.client = client or Client.of(options)
        super().__init__(options, self.client)
        removes = bool(options["remove"]) or options["state"] == "absent"
        self.listings = MachineListings(self.client, self.network, disks=removes)
        self.machines = self.listings.machines
        self.launch = Launch(self.client, self.network, {name: self.user(name) for name in self.wanted})

    def resources(self) -> Iterable[Resource]:
        """Machines that should be; or those that are to go."""
        api_account.refuse_another_subscription(self.client)
        if self.options["remove"]:
            return [self._machine(name, None) for name in self.options["remove"]]
        desired = self._desired()
        self._refuse_what_cannot_be_made({name: state for name, state in desired.items() if not self.lives(name)})
        return [self._machine(name, state) for name, state in desired.items()]

    def login(self, image: str) -> str:
        return user_of(image)

    def write(self, name: str, machine: State, fields: State) -> None:
        api_machines.tag_machine(self.client, name, merged(machine["tags"], as_tags(fields)))

    def provider_id(self, name: str, state: State) -> str:
        group = f"/subscriptions/{self.client.subscription}/resourceGroups/{self.client.group}"
        return f"azure://{group}/providers/Microsoft.Compute/virtualMachines/{name}"

    def lives(self, name: str) -> bool:
        state = self.machines.get(name)
        return state is not None and state["power"] not in (ENDING, MISSING)

    def remains(self, name: str) -> bool:
        return bool(self.machines.all()[name]["power"] != ENDING)

    def zone(self, state: State) -> str:
        """As Azure's own controller labels nodes: a zone is called "1" in every region."""
        region = self.client.region
        return region if state["zone"] == REGIONAL else f"{region}-{state['zone']}"

    def word(self, state: State) -> str:
        return str(state["status"] or state["power"] or "failed")

    def _machine(self, name: str, desired: State | None) -> Machine:
        return Machine(self.client, name, desired, launch=self.launch, listing=self.machines)

    def _desired(self) -> dict[str, State]:
        pods = self.pods()
        return {name: {**self._fields(machine), **pods.get(name, {})} for name, machine in self.wanted.items()}

    def _fields(self, machine: dict[str, Any]) -> State:
        name, static = machine["name"], machine["public"] == "static"
        if static and name not in self.network["addresses"]:
            raise Refused(
                f"machine {name} has a static public address, and the network knows none for it; "
                "make the network first, with this name in its addresses"
            )
        special = CONTROL_PLANE if machine["role"] == "control_plane" else f"pool-{machine['pool']}"
        zones = sorted(self.network["zones"])
        kind, present = type_of(machine["size"]), self.machines.get(name) or {}
        same = str(present.get("type")).lower() == kind.lower()  # Azure writes types in any case
        fields: State = {
            "type": present["type"] if same else kind,
            "spot": machine["spot"],
            "power": RUNNING,
            "firewall": self.listings.key("firewall", special if special in self.network["groups"] else NODES),
            "address": self.listings.key("address", name) if static else AUTOMATIC,
            "image": machine["image"],
            "disk_gb": machine["disk_gb"],
            "zone": zones[(machine["number"] - 1) % len(zones)],  # a group takes turns over the zones
        }
        return {**fields, "pool": machine["pool"]} if machine["pool"] else fields

    def _refuse_what_cannot_be_made(self, missing: dict[str, State]) -> None:
        """Types, images, logins, quotas: asked only when something is to be created."""
        if not missing:
            return
        refuse_missing_types((state["type"] for state in missing.values()), self.launch.offers, self.client.region)
        places = {(state["type"], state["zone"]) for state in missing.values() if state["zone"] != REGIONAL}
        refuse_zones_without(places, self.launch.offers, self.client.region)
        for image, kind in sorted({(state["image"], state["type"]) for state in missing.values()}):
            self.launch.image(image, kind)
        for name in missing:
            self.launch.refuse_a_bad_login(name)
        vcpus: Counter[str] = Counter()
        for state in missing.values():
            offer = self.launch.offers[state["type"].lower()]
            for quota in (SPOT_CORES,) if state["spot"] else (CORES, offer.family):
                vcpus[quota] += offer.vcpus
        why = f"create {len(missing)} machines in {self.client.site}"
        rows = api_account.where_readable(api_account.list_machine_quotas, self.client)
        for quota, wanted in sorted(vcpus.items()):
            refuse_over(rows, quota, self.client.region, wanted=wanted, why=why)
        addresses = sum(state["address"] == AUTOMATIC for state in missing.values())
        rows = api_account.where_readable(api_account.list_network_quotas, self.client) if addresses else []
        refuse_over(rows, ADDRESSES, self.client.region, wanted=addresses, why=why)


class MachinesRemoval(MachinesWork):
    """All machines of a site that leaves. Raises NotOurs while others have machines in its group."""

    def resources(self) -> Iterable[Resource]:
        """Ours, wanted or not."""
        api_account.refuse_another_subscription(self.client)
        others = [state["id"] for state in self.machines.all().values() if state["owner"] != self.client.owner]
        if others:
            raise NotOurs(
                f"delete the machines of {self.client.site}: its group {self.client.group} holds what is not this "
                f"cluster's: {', '.join(others)}; remove it, or move it to another group, then run again",
                others=others,
            )
        return [self._machine(name, None) for name in self.machines.all()]
