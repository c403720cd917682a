# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the simulated Azure as the fabric's world: networks, route tables and security rules become real ones.

What the fabric cannot have: a machine's second interface (only the primary one is made), source ports and service
tags (refused by the rules), ESP and AH apart from "any protocol" (rules for them alone are left out).
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Iterator

from sandbox.azure import rules_network
from sandbox.azure.cidr import Net
from sandbox.azure.cloud import Cloud
from sandbox.azure.filtering import ALL, HOST, PROTOCOLS, WORLD, Box, Filter, Passing, both, covers, outside, passing
from sandbox.azure.rules_interfaces import is_primary, machine_of
from sandbox.azure.rules_security import DEFAULTS, values
from sandbox.azure.store import Body, Resource
from sandbox.fabric.world import Firewall, Machine, Network, Route, Rule, Subnet, World

# learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview, "System routes", default
UNROUTED = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
TARGETS = {"VnetLocal": "local", "Internet": "internet", "None": "blackhole", "VirtualNetworkGateway": "blackhole"}
# learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
RESOLVER = "168.63.129.16"
WORDS = {"Tcp": "tcp", "Udp": "udp", "Icmp": "icmp", "*": "*"}


def world_of(cloud: Cloud) -> World:
    """Everything of all subscriptions and regions."""
    networks = tuple(_network(cloud, one) for one in cloud.store.of(cloud.kind("virtualNetworks")))
    firewalls: list[Firewall] = []
    machines: list[Machine] = []
    for one in cloud.store.of(cloud.kind("virtualMachines")):
        nic = primary(cloud, one)
        if nic is not None and one.own["power"] and one.state != "Deleting":
            firewalls.append(_firewall(cloud, nic))
            machines.append(_machine(cloud, one, nic))
    return World(networks, tuple(firewalls), tuple(machines))


def primary(cloud: Cloud, machine: Resource) -> Resource | None:
    """The interface that the fabric gives a machine."""
    named = [cloud.store.find(one["id"]) for one in machine.properties["networkProfile"]["networkInterfaces"]]
    return next((nic for nic in named if nic is not None and is_primary(machine, nic)), None)


def configuration(nic: Resource) -> Body:
    """The properties of its primary configuration."""
    return next(one["properties"] for one in nic.properties["ipConfigurations"] if one["properties"]["primary"])


def address_of(cloud: Cloud, nic: Resource) -> str | None:
    """The public address that is on its primary configuration."""
    public = cloud.store.find(configuration(nic).get("publicIPAddress", {}).get("id", ""))
    return str(public.properties["ipAddress"]) if public else None


def subnet_of(cloud: Cloud, nic: Resource) -> Resource:
    """Where its primary configuration is."""
    found = cloud.store.find(configuration(nic)["subnet"]["id"])
    assert found is not None  # in use, so it cannot be gone
    return found


def _network_of(cloud: Cloud, subnet: Resource) -> Resource:
    found = cloud.store.parent(subnet)
    assert found is not None
    return found


def _key(subnet: Resource, net: Net) -> str:
    """One subnet of the fabric per range."""
    return f"{subnet.key}#{net}"


def _network(cloud: Cloud, network: Resource) -> Network:
    subnets = [
        Subnet(_key(one, net), str(net), tuple(_routes(cloud, network, one)))
        for one in cloud.store.children(network)
        for net in rules_network.ranges(one)
    ]
    return Network(network.key, tuple(rules_network.space(network)), tuple(subnets), RESOLVER)


def _user_routes(cloud: Cloud, subnet: Resource) -> list[Resource]:
    table = cloud.store.find(subnet.properties.get("routeTable", {}).get("id", ""))
    return [] if table is None else cloud.store.children(table)


def _routes(cloud: Cloud, network: Resource, subnet: Resource) -> Iterator[Route]:
    """System routes, and the user's instead where the range is the same."""
    routes = dict.fromkeys(UNROUTED, "blackhole") | {"0.0.0.0/0": "internet"}
    routes |= dict.fromkeys(rules_network.space(network), "local")
    for one in _user_routes(cloud, subnet):
        hop = one.properties["nextHopType"]
        appliance = one.properties.get("nextHopIpAddress", "")
        routes[one.properties["addressPrefix"]] = TARGETS.get(hop) or _appliance(cloud, network, appliance)
    for cidr, target in sorted(routes.items()):
        yield Route(cidr, target)


def _appliance(cloud: Cloud, network: Resource, address: str) -> str:
    """The machine that has the address, if its interface forwards; else the packets go nowhere."""
    for nic in cloud.store.of(cloud.kind("networkInterfaces")):
        inside = _network_of(cloud, subnet_of(cloud, nic)) is network
        has = any(one["properties"]["privateIPAddress"] == address for one in nic.properties["ipConfigurations"])
        machine = machine_of(cloud, nic)
        if inside and has and machine is not None and machine.own["power"] and nic.properties.get("enableIPForwarding"):
            return f"machine:{machine.own['vmId']}" if machine.state != "Deleting" else "blackhole"
    return "blackhole"


def _machine(cloud: Cloud, machine: Resource, nic: Resource) -> Machine:
    part, subnet = configuration(nic), subnet_of(cloud, nic)
    address = ipaddress.IPv4Address(part["privateIPAddress"])
    net = next(net for net in rules_network.ranges(subnet) if address in net)
    return Machine(
        key=machine.own["vmId"], name=machine.name, network=_network_of(cloud, subnet).key, subnet=_key(subnet, net),
        private_address=str(address), public_address=address_of(cloud, nic),
        firewalls=(nic.key,), forwards=bool(nic.properties.get("enableIPForwarding")), wanted=machine.own["wanted"],
        image=machine.own["fabric"], hop_limit=64, disk_gb=machine.properties["storageProfile"]["osDisk"]["diskSizeGB"],
        user_data=base64.b64decode(machine.properties["osProfile"].get("customData", "")), datasource="NoCloud",
    )  # fmt: skip


def _firewall(cloud: Cloud, nic: Resource) -> Firewall:
    """The groups of subnet and interface, one behind the other, as one."""
    subnet = subnet_of(cloud, nic)
    groups = [cloud.store.find(one.properties.get("networkSecurityGroup", {}).get("id", "")) for one in (subnet, nic)]
    near = [Net(cidr) for cidr in rules_network.space(_network_of(cloud, subnet))]
    near += [Net(one.properties["addressPrefix"]) for one in _user_routes(cloud, subnet)]  # the tag means them, too
    own = ipaddress.IPv4Address(configuration(nic)["privateIPAddress"])
    ways: dict[str, Passing] = {way: {protocol: [ALL] for protocol in PROTOCOLS} for way in ("Inbound", "Outbound")}
    if not any(groups) and "publicIPAddress" in configuration(nic):  # Standard addresses are closed without a group
        ways["Inbound"] = {protocol: [Box(0, 65535, net) for net in near] for protocol in PROTOCOLS}
    for group in filter(None, groups):
        for way in ways:
            ways[way] = both(ways[way], passing(_filters(cloud, group, way, near, own)))
    return Firewall(nic.key, tuple(_rules(ways["Inbound"])), tuple(_rules(ways["Outbound"])))


def _filters(cloud: Cloud, group: Resource, way: str, near: list[Net], own: ipaddress.IPv4Address) -> Iterator[Filter]:
    for one in cloud.store.children(group):
        rule = one.properties
        sides = [
            _nets(values(rule, f"{side}AddressPrefix", f"{side}AddressPrefixes"), near)
            for side in ("source", "destination")
        ]
        peers, mine = sides if way == "Inbound" else sides[::-1]
        if rule["direction"] == way and rule["protocol"] in WORDS and any(own in net for net in mine):
            spans = [_span(text) for text in values(rule, "destinationPortRange", "destinationPortRanges")]
            boxes = tuple(Box(low, high, net) for low, high in spans for net in peers)
            yield Filter(rule["priority"], rule["access"] == "Allow", WORDS[rule["protocol"]], boxes)
    for _, priority, access, direction, *ends in DEFAULTS:
        peers, mine = (_nets([end], near) for end in (ends if way == "Inbound" else ends[::-1]))
        if direction == way and any(own in net for net in mine):
            yield Filter(priority, access == "Allow", "*", tuple(Box(0, 65535, net) for net in peers))


def _nets(texts: list[str], near: list[Net]) -> list[Net]:
    found: list[Net] = []
    for text in texts:
        word = text.lower()
        tags = {"*": [WORLD], "virtualnetwork": near, "azureloadbalancer": [HOST]}
        found += tags[word] if word in tags else outside(near) if word == "internet" else [Net(text)]
    return found


def _span(text: str) -> tuple[int, int]:
    if text == "*":
        return 0, 65535
    low, _, high = text.partition("-")
    return int(low), int(high or low)


def _rules(allowed: Passing) -> Iterator[Rule]:
    """In the fabric's words: "all" where every protocol passes, else one rule per protocol and ports."""
    whole = [
        box.peers for box in allowed["other"] if all(covers(allowed[one], box.peers) for one in ("tcp", "udp", "icmp"))
    ]
    if whole:
        yield Rule("all", None, tuple(map(str, ipaddress.collapse_addresses(whole))))
    for protocol in ("tcp", "udp", "icmp"):
        spans: dict[tuple[int, int], list[Net]] = {}
        for box in allowed[protocol]:
            if not any(box.peers.subnet_of(net) for net in whole):
                spans.setdefault((box.low, box.high), []).append(box.peers)
        for span, nets in sorted(spans.items()):
            ports = None if span == (0, 65535) or protocol == "icmp" else span
            peers = tuple(map(str, ipaddress.collapse_addresses(nets)))
            yield Rule(protocol, ports, peers)
