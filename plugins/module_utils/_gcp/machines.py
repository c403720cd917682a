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
from . import api_account
from .client import Client
from .images import user_of
from .labels import as_metadata
from .launch import Launch
from .machine_listings import ENDS, LOGIN, PUBLIC, MachineListings
from .machine_resources import Attachment, Machine
from .quotas import cpu_metric, refuse_over
from .sizes import architecture_of, disk_of, type_of
from .zones import Offers, offers_of, refuse_zones_without, wanted_zones

STATES = dict.fromkeys(("pending", "provisioning", "staging"), "starting")  # the words of all clouds


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
        self._project = api_account.refuse_another_project(self.client)
        if self.options["remove"]:
            return [self._machine(name, None) for name in self.options["remove"]]
        desired = self._desired()
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
        resource = self._machine(name, None)
        resource.actual = machine
        resource.write_metadata(as_metadata(fields))

    def provider_id(self, name: str, state: State) -> str:
        return f"gce://{self.client.project}/{state['zone']}/{name}"

    def word(self, state: State) -> str:
        return str(STATES.get(state["status"], state["status"]))

    def _machine(self, name: str, desired: State | None) -> Machine:
        return Machine(self.client, name, desired, launch=self.launch, listings=self.listings, listing=self.machines)

    def _attachment(self, name: str, machine: Machine) -> Attachment:
        if name not in self.network["addresses"]:
            raise Refused(
                f"machine {name} has a static public address, and the network knows none for it; "
                "make the network first, with this name in its addresses"
            )
        desired, view = {"address": self.listings.key("address", name)}, self.listings.attachments
        address = self.network["addresses"][name]["address"]
        return Attachment(
            self.client, name, desired, address=address, listings=self.listings, parent=machine, listing=view
        )

    def _desired(self) -> dict[str, State]:
        living, pods = self.machines.all(), self.pods()
        desired = {name: {**self._fields(machine), **pods.get(name, {})} for name, machine in self.wanted.items()}
        missing = [name for name in desired if name not in living]
        if missing:
            offers = offers_of(self.client, {state["type"] for state in desired.values()})
            zones = self._zones([state["zone"] for name, state in living.items() if name in desired], offers)
            for name in missing:  # the machines of a group take turns over the zones
                desired[name]["zone"] = zones[(self.wanted[name]["number"] - 1) % len(zones)]
            self._refuse_what_cannot_be_made({name: desired[name] for name in missing}, offers)
        return desired

    def _fields(self, machine: dict[str, Any]) -> State:
        special = CONTROL_PLANE if machine["role"] == "control_plane" else f"pool-{machine['pool']}"
        fields: State = {
            "type": type_of(machine["size"]),
            "spot": machine["spot"],
            "power": "running",
            "firewalls": sorted(name for name in (NODES, special) if name in self.network["groups"]),
            "disk": ENDS,
            "login": LOGIN,
            "image": machine["image"],
            "disk_gb": machine["disk_gb"],
            "public": machine["public"],
        }
        if machine["public"] == "automatic":  # a static address is the attachment's
            fields["access"] = PUBLIC
        return {**fields, "pool": machine["pool"]} if machine["pool"] else fields

    def _zones(self, existing: list[str], offers: Offers) -> list[str]:
        types = {type_of(machine["size"]) for machine in self.wanted.values()}
        zones = wanted_zones(self.network["zones"], existing, offers)
        refuse_zones_without(types, zones, offers)
        return zones

    def _refuse_what_cannot_be_made(self, missing: dict[str, State], offers: Offers) -> None:
        """Images and quotas: asked only when something is to be created."""
        for image, kind in sorted({(s["image"], architecture_of(s["type"])) for s in missing.values()}):
            self.launch.image(image, kind)
        region = api_account.get_region(self.client, self.client.region)
        vcpus = {name: int(row["guestCpus"]) for types in offers.values() for name, row in types.items()}
        wanted: Counter[str] = Counter()
        for state in missing.values():
            wanted[cpu_metric(region, state["type"], spot=state["spot"])] += vcpus[state["type"]]
            wanted["CPUS_ALL_REGIONS"] += vcpus[state["type"]]
            wanted["INSTANCES"] += 1
            wanted["IN_USE_ADDRESSES"] += 1
            if disk_of(state["type"]) == "pd-balanced":
                wanted["SSD_TOTAL_GB"] += state["disk_gb"]
        why = f"create {len(missing)} machines in {self.client.site}"
        refuse_over(region, wanted, f"{self.client.project}, {self.client.region}", why)
        refuse_over(self._project, wanted, f"project {self.client.project}", why)


class MachinesRemoval(MachinesWork):
    """All machines of a site that leaves. Raises NotOurs while others have machines in its network."""

    def resources(self) -> Iterable[Resource]:
        """Ours, wanted or not."""
        api_account.refuse_another_project(self.client)
        others = [
            f"{state_path(row)} ({row['id']})"
            for row in self.listings.rows.all().values()
            if self.listings.inside(row) and not self._ours(row)
        ]
        if others:
            raise NotOurs(
                f"delete the machines of {self.client.site}: network {self.network['name']} holds machines that are "
                f"not this cluster's: {', '.join(others)}; remove them, or move them to another network, then "
                "run again",
                others=others,
            )
        return [self._machine(name, None) for name in self.machines.all()]

    def _ours(self, row: dict[str, Any]) -> bool:
        name = self.listings.name_of(row)
        return name is not None and (self.machines.get(name) or {}).get("owner") == self.client.owner


def state_path(row: dict[str, Any]) -> str:
    """``zones/<zone>/instances/<name>`` of a row."""
    return str(row["selfLink"]).split("/projects/", 1)[1].split("/", 1)[1]
