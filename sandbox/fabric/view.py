# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one router has to know of the world: its network and the ports that its machines are plugged into."""

from __future__ import annotations

import dataclasses

from sandbox.fabric import addresses
from sandbox.fabric.names import interface
from sandbox.fabric.world import Firewall, Machine, Network, Subnet, World


@dataclasses.dataclass(frozen=True)
class Port:
    """One machine as its router sees it. `up`: a link is there. `cut`: a drill lets nothing through it."""

    machine: Machine
    up: bool
    cut: bool = False

    @property
    def interface(self) -> str:
        return interface("m", self.machine.key)


@dataclasses.dataclass(frozen=True)
class View:
    """One network, everything in it, and the address its router has towards the internet."""

    network: Network
    firewalls: tuple[Firewall, ...]
    ports: tuple[Port, ...]
    transit: str

    @classmethod
    def of(cls, world: World, network: Network, transit: str, up: frozenset[str], cut: frozenset[str]) -> View:
        """Cut the part of one network out of the world. `up` and `cut` are machine keys."""
        machines = sorted((m for m in world.machines if m.network == network.key), key=lambda m: m.key)
        used = {firewall for machine in machines for firewall in machine.firewalls}
        return cls(
            network,
            tuple(sorted((f for f in world.firewalls if f.key in used), key=lambda f: f.key)),
            tuple(Port(machine, machine.key in up, machine.key in cut) for machine in machines),
            transit,
        )

    @property
    def live(self) -> list[Port]:
        return [port for port in self.ports if port.up]

    @property
    def resolvers(self) -> list[str]:
        """Addresses at which machines find a resolver: the link-local one and their network's own."""
        return [addresses.LINK_RESOLVER, *addresses.resolvers(self.network)]

    def members(self, firewall: str) -> list[Port]:
        return [port for port in self.ports if firewall in port.machine.firewalls]

    def subnet(self, machine: Machine) -> Subnet:
        return next(subnet for subnet in self.network.subnets if subnet.key == machine.subnet)
