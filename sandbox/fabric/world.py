# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What should exist on this machine, as one value: networks, firewalls and machines of all simulated clouds.

A cloud turns its own state into a `World` after every change and gives it to `Fabric.apply`. The value names
things by keys (a cloud's own ids, unique over all clouds of one sandbox) and holds no cloud's words.
Every value checks itself when it is made, so that a mistake shows in the cloud that made it and not in a router.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterable
from typing import Literal

Protocol = Literal["tcp", "udp", "icmp", "all"]
Wanted = Literal["running", "stopped"]
Status = Literal["booting", "running", "stopped", "failed", "absent"]


class BadWorld(ValueError):
    """The value contradicts itself. The message names the key, the value and the rule."""


@dataclasses.dataclass(frozen=True)
class Rule:
    """Traffic that may pass. `ports` is (low, high), both included; None means all of them, and is all that icmp takes.

    Peers are CIDRs ("10.64.0.0/16") or "group:<firewall key>": the private addresses of all machines that carry it.
    """

    protocol: Protocol
    ports: tuple[int, int] | None
    peers: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.protocol not in ("tcp", "udp", "icmp", "all"):
            raise BadWorld(f"rule {self}: protocol is one of tcp, udp, icmp, all")
        if self.ports is not None:
            low, high = self.ports
            if self.protocol not in ("tcp", "udp") or not 0 <= low <= high <= 65535:
                raise BadWorld(f"rule {self}: ports are (low, high) from 0 to 65535, for tcp and udp only")
        for peer in self.peers:
            if not peer.startswith("group:"):
                _network(peer, f"rule {self}")


@dataclasses.dataclass(frozen=True)
class Firewall:
    """Allow-only rules with memory: answers to what was allowed pass. No rule in a direction means nothing passes."""

    key: str
    ingress: tuple[Rule, ...] = ()
    egress: tuple[Rule, ...] = ()


@dataclasses.dataclass(frozen=True)
class Route:
    """Where a subnet sends packets for `cidr`; the most specific wins.

    Target: "local" (machines of the network), "internet", "blackhole" or "machine:<key>".
    """

    cidr: str
    target: str

    def __post_init__(self) -> None:
        _network(self.cidr, f"route {self}")
        if self.target not in ("local", "internet", "blackhole") and not self.target.startswith("machine:"):
            raise BadWorld(f'route {self}: target is "local", "internet", "blackhole" or "machine:<key>"')


@dataclasses.dataclass(frozen=True)
class Subnet:
    """A part of a network. Its first address is the router's, its routes are all it has (give "local" too)."""

    key: str
    cidr: str
    routes: tuple[Route, ...] = ()

    def __post_init__(self) -> None:
        _network(self.cidr, f"subnet {self.key}")


@dataclasses.dataclass(frozen=True)
class Network:
    """One private network with its router: a VPC, a VNet.

    `resolver` is where its machines find names; "": at the second address of each range, which no machine has then.
    """

    key: str
    cidrs: tuple[str, ...]
    subnets: tuple[Subnet, ...] = ()
    resolver: str = ""

    def __post_init__(self) -> None:
        ranges = [_network(cidr, f"network {self.key}") for cidr in self.cidrs]
        if self.resolver:
            ipaddress.IPv4Address(self.resolver)
        for subnet in self.subnets:
            inner = _network(subnet.cidr, f"subnet {subnet.key}")
            if not any(inner.subnet_of(outer) for outer in ranges):
                raise BadWorld(f"subnet {subnet.key}: {subnet.cidr} is in none of {self.key}'s ranges {self.cidrs}")


@dataclasses.dataclass(frozen=True)
class Machine:
    """A virtual machine, as its cloud sees it. `network` and `subnet` are keys; so are `firewalls`.

    `forwards` is True when the cloud lets it carry others' packets (source/destination check off).
    `hop_limit` is the TTL of the metadata service's answers to PUT, which is what AWS limits (a session token is
    the answer to a PUT); a cloud without such a limit gives 64. `user_data` goes to nobody but that service.
    `platform_uuid` is what the hypervisor shows in /sys/hypervisor/uuid, by which cloud-init knows some clouds:
    AWS's begin with "ec2", and only there it asks the metadata service with a session token. "": shows nothing.
    `datasource` is how cloud-init finds its user data, in its own word: "" is the image's (Ec2, the metadata service),
    "NoCloud" files on the machine's disk. Azure's way needs a CD drive, and Google's wants to read the cloud's name in
    the DMI tables, which cloud-init does not look at in a container (DataSourceGCE, platform_reports_gce).
    A machine that leaves the world is destroyed with its disk.
    """

    key: str
    name: str
    network: str
    subnet: str
    private_address: str
    public_address: str | None = None
    firewalls: tuple[str, ...] = ()
    forwards: bool = False
    wanted: Wanted = "running"
    image: str = "debian-13"
    user_data: bytes = b""
    hop_limit: int = 1
    disk_gb: int = 30
    platform_uuid: str = ""
    datasource: str = ""

    def __post_init__(self) -> None:
        for address in (self.private_address, self.public_address):
            if address is not None:
                ipaddress.IPv4Address(address)
        if self.wanted not in ("running", "stopped"):
            raise BadWorld(f"machine {self.key}: wanted is {self.wanted!r}; it is running or stopped")
        if not 1 <= self.hop_limit <= 64:
            raise BadWorld(f"machine {self.key}: hop_limit is {self.hop_limit}; it goes from 1 to 64")


@dataclasses.dataclass(frozen=True)
class World:
    """Everything that should exist. References between its parts are checked when it is made."""

    networks: tuple[Network, ...] = ()
    firewalls: tuple[Firewall, ...] = ()
    machines: tuple[Machine, ...] = ()

    def __post_init__(self) -> None:
        subnets = {(network.key, subnet.key): subnet for network in self.networks for subnet in network.subnets}
        firewalls = {firewall.key for firewall in self.firewalls}
        _unique("network", [network.key for network in self.networks])
        _unique("subnet", [subnet for _, subnet in subnets])
        _unique("firewall", [firewall.key for firewall in self.firewalls])
        _unique("machine", [machine.key for machine in self.machines])
        _unique("public address", [machine.public_address for machine in self.machines if machine.public_address])
        for machine in self.machines:
            subnet = subnets.get((machine.network, machine.subnet))
            if subnet is None:
                raise BadWorld(f"machine {machine.key}: no subnet {machine.subnet} in network {machine.network}")
            if ipaddress.IPv4Address(machine.private_address) not in ipaddress.IPv4Network(subnet.cidr):
                outside = f"{machine.private_address} is not in {subnet.key} ({subnet.cidr})"
                raise BadWorld(f"machine {machine.key}: {outside}")
            missing = sorted(set(machine.firewalls) - firewalls)
            if missing:
                raise BadWorld(f"machine {machine.key}: no firewall {missing}; the world has {sorted(firewalls)}")

    def machine(self, key: str) -> Machine | None:
        """The machine with that key, or None."""
        return next((machine for machine in self.machines if machine.key == key), None)


def _network(cidr: str, where: str) -> ipaddress.IPv4Network:
    try:
        return ipaddress.IPv4Network(cidr)
    except ValueError as error:
        raise BadWorld(f"{where}: {cidr!r} is no IPv4 range: {error}") from error


def _unique(what: str, keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise BadWorld(f"{what} {key} is there twice; keys are unique over all clouds of a sandbox")
        seen.add(key)
