# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Azure as one object: state, time, and what all rules share. One request at a time."""

from __future__ import annotations

import copy
import datetime
import hashlib
import ipaddress
import secrets
import threading
from collections.abc import Callable

from sandbox.azure import catalog, faults, registry
from sandbox.azure.contract import Contract
from sandbox.azure.errors import ArmError, in_network
from sandbox.azure.kinds import Kind
from sandbox.azure.operations import Operations
from sandbox.azure.quotas import SHOWN, Quotas
from sandbox.azure.roles import Principals
from sandbox.azure.settings import Settings, Throttle
from sandbox.azure.store import Body, Resource, Store
from sandbox.azure.wire import Reply
from sandbox.clock import Clock
from sandbox.host import Machines

SUBSCRIPTION = "5a4d0b0c-0000-4000-8000-73616e64626f"  # "sandbo" in its last digits: nobody's
# A part of 198.18.0.0/15 (RFC 2544, no one's) of its own, so that no other simulated cloud gives the same address.
FIRST, LAST = (int(ipaddress.IPv4Address(text)) for text in ("198.19.64.0", "198.19.127.255"))


class SimulatorBug(AssertionError):
    """The simulator was about to send an answer that breaks the official type."""


class Cloud:
    """Holds all state. `machines` None: machines run on paper."""

    def __init__(self, machines: Machines | None = None, changed: Callable[[], None] = lambda: None) -> None:
        self.clock, self.settings, self.faults, self.quotas = Clock(), Settings(), faults.rules(), Quotas()
        self.store, self.contract, self.machines = Store(), Contract(), machines
        self.throttle = Throttle(self.clock)
        self.operations = Operations(self.settings, self.clock.now, secrets.token_bytes(32))
        self.principals = Principals()
        self.subscriptions = {SUBSCRIPTION}
        self.ghosts: list[tuple[float, Kind, str, Body]] = []  # until when lists go on showing what is gone
        self.changed = changed
        self.lock = threading.RLock()
        self._next = FIRST
        self._macs = 0

    def tick(self) -> None:
        """Do what time did."""
        with self.lock:
            self.operations.tick()
            now = self.clock.now()
            self.ghosts = [ghost for ghost in self.ghosts if ghost[0] > now]

    def free(self) -> None:
        """Let go of what a fault held under way."""
        with self.lock:
            self.operations.free()

    def kind(self, short: str) -> Kind:
        """By type without namespace: "virtualNetworks/subnets"."""
        return registry.BY_SHORT[short]

    def children_of(self, kind: Kind) -> list[Kind]:
        """The kinds that live inside a kind."""
        return [one for one in registry.ALL if one.parent is kind]

    def stamp(self, seconds: float) -> str:
        """A time as ARM writes it."""
        return datetime.datetime.fromtimestamp(seconds, datetime.UTC).isoformat()

    def quota(self, name: str, location: str, code: str, what: str, short: str = "") -> None:
        """One more of a kind fits into the region. Raises ArmError, naming the limit."""
        if self.used(name, location, short) >= self.quotas.of(name):
            text = f"Cannot create more than {self.quotas.of(name)} {what} for this subscription in this region."
            raise in_network(code, text) if SHOWN[name][0] == "Microsoft.Network" else ArmError(code, text, 409)

    def used(self, name: str, location: str, short: str = "") -> int:
        """How many of a kind a region has."""
        kind = self.kind(short or name[0].lower() + name[1:])
        return sum(one.location == location for one in self.store.of(kind))

    def check_zones(self, new: Resource) -> None:
        """Zones that are asked for are there (learn.microsoft.com/azure/reliability/availability-zones-overview)."""
        have = catalog.LOCATIONS[new.location]
        wrong = [zone for zone in new.body.get("zones") or [] if zone not in have]
        if wrong:
            raise ArmError("AvailabilityZoneNotSupported" if not have else "InvalidAvailabilityZone",
                           f"The zone(s) '{','.join(wrong)}' for resource '{new.id}' is not supported. The supported "
                           f"zones for location '{new.location}' are '{','.join(have)}'.")  # fmt: skip

    def public_address(self) -> str:
        """A free address, not the one that was just given back."""
        used = {one.properties.get("ipAddress") for one in self.store.of(self.kind("publicIPAddresses"))}
        for _ in range(LAST - FIRST + 1):
            number, self._next = self._next, self._next + 1 if self._next < LAST else FIRST
            if number & 0xFF not in (0, 255) and (text := str(ipaddress.IPv4Address(number))) not in used:
                return text
        raise in_network("PublicIPAddressesExhausted", "There are no free public IP addresses in this region.")

    def mac(self) -> str:
        """A hardware address with Microsoft's prefix."""
        self._macs += 1
        return f"00-0D-3A-{self._macs >> 16 & 255:02X}-{self._macs >> 8 & 255:02X}-{self._macs & 255:02X}"

    def etag(self, resource: Resource) -> str:
        """As headers and bodies carry it: weak in the network provider, a number in compute."""
        if resource.kind.namespace == "Microsoft.Network":
            return f'W/"{resource.etag}"'
        return f'"{int(hashlib.sha256(resource.etag.encode()).hexdigest()[:6], 16)}"'

    def view(self, resource: Resource) -> Body:
        """A resource as it is answered."""
        shown: Body = {"name": resource.name, "id": resource.id, "type": resource.kind.full}
        if resource.kind.has_etag:
            shown["etag"] = self.etag(resource)
        shown |= copy.deepcopy(resource.body)
        state = {"provisioningState": self.state(resource)} if resource.kind.asynchronous else {}
        shown["properties"] = {**state, **shown.get("properties", {})}
        resource.kind.rules.view(self, resource, shown)
        return shown

    def state(self, resource: Resource) -> str:
        """provisioningState; a parent is Updating while one of its children is written."""
        if resource.operation is not None or not self.children_of(resource.kind):
            return resource.state
        busy = any(one.operation is not None for one in self.store.children(resource))
        return "Updating" if busy else resource.state

    def remove(self, resource: Resource) -> None:
        """Take a resource and its children out at once, and what dies with it."""
        for one in (*self.store.children(resource), resource):
            if self.settings.lag and one.kind.tracked:
                self.ghosts.append((self.clock.now() + self.settings.lag, one.kind, one.key, self.view(one)))
            self.store.drop(one)
            one.kind.rules.deleted(self, one)

    def checked(self, reply: Reply) -> Reply:
        """The same answer. Raises SimulatorBug where it breaks its type."""
        if reply.body is None:
            return reply
        name, version = reply.shape.split("@")
        rows = reply.body if isinstance(reply.body, list) else reply.body["value"] if reply.many else [reply.body]
        for one in rows:
            breaches = self.contract.check(name, version, one, answer=True)
            if breaches:
                raise SimulatorBug(f"an answer of {reply.shape} breaks its type: {'; '.join(map(str, breaches))}")
        return reply
