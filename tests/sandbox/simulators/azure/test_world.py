# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the API made, as the fabric's world; and priorities and denies against a judge that looks at single packets."""

from __future__ import annotations

import ipaddress
import random
from typing import Any

from sandbox.azure.cidr import Net
from sandbox.azure.filtering import PROTOCOLS, Box, Filter, passing
from sandbox.azure.world import world_of
from sandbox.fabric.world import Firewall, Rule, World
from tests.sandbox.simulators.azure.conftest import PLACE, Azure, nic, rule, vm, vnet

GROUPS = "Microsoft.Network/networkSecurityGroups"
NET = "Microsoft.Network/virtualNetworks/net"
VM = "Microsoft.Compute/virtualMachines/vm1"


def passes(rules: tuple[Rule, ...], protocol: str, port: int, peer: str) -> bool:
    """Whether an allow-only list lets one packet pass."""
    address = ipaddress.IPv4Address(peer)
    return any(
        one.protocol in ("all", protocol)
        and (one.ports is None or one.ports[0] <= port <= one.ports[1])
        and any(address in Net(net) for net in one.peers)
        for one in rules
    )


def firewall(azure: Azure) -> Firewall:
    return world(azure).firewalls[0]


def world(azure: Azure) -> World:
    with azure.cloud.lock:
        return world_of(azure.cloud)


def test_machines_stand_where_their_interface_is(site: Azure) -> None:
    address = {"publicIPAddress": {"id": f"{site.prefix}/providers/Microsoft.Network/publicIPAddresses/ip1"}}
    site.make("Microsoft.Network/networkInterfaces/nic1", nic(site, main=address, enableIPForwarding=True))
    assert world(site).machines == ()
    site.make(VM, vm(site))
    machine = world(site).machines[0]
    assert (machine.name, machine.private_address, machine.image) == ("vm1", "10.64.0.4", "debian-13")
    assert machine.public_address is not None and machine.public_address.startswith("198.19.")
    assert machine.forwards and machine.user_data == b"#cloud-config" and machine.disk_gb == 30
    site.finish(site.ask("POST", f"{VM}/deallocate"))
    assert world(site).machines[0].wanted == "stopped"
    site.drop(VM)
    assert world(site).machines == ()


def test_user_routes_go_before_system_routes(site: Azure) -> None:
    def route(name: str, cidr: str, hop: str, **more: str) -> dict[str, Any]:
        return {"name": name, "properties": {"addressPrefix": cidr, "nextHopType": hop, **more}}

    appliance = {"nextHopIpAddress": "10.64.0.4"}
    table = site.make("Microsoft.Network/routeTables/t", {"location": PLACE, "properties": {"routes": [
        route("pods", "10.128.0.0/16", "VirtualAppliance", **appliance), route("out", "0.0.0.0/0", "None"),
        route("gone", "10.129.0.0/16", "VirtualAppliance", nextHopIpAddress="10.64.0.99")]}})  # fmt: skip
    site.make(
        f"{NET}/subnets/nodes", {"properties": {"addressPrefix": "10.64.0.0/24", "routeTable": {"id": table["id"]}}}
    )

    def routes() -> dict[str, str]:
        subnets = {one.cidr: one.routes for one in world(site).networks[0].subnets}
        return {one.cidr: one.target for one in subnets["10.64.0.0/24"]}

    site.make(VM, vm(site))
    assert routes()["10.128.0.0/16"] == "blackhole"  # the interface does not forward
    site.make("Microsoft.Network/networkInterfaces/nic1", nic(site, enableIPForwarding=True))
    key = world(site).machines[0].key
    assert routes() == {"10.64.0.0/16": "local", "0.0.0.0/0": "blackhole", "10.128.0.0/16": f"machine:{key}",
                        "10.129.0.0/16": "blackhole", "10.0.0.0/8": "blackhole", "172.16.0.0/12": "blackhole",
                        "192.168.0.0/16": "blackhole", "100.64.0.0/10": "blackhole"}  # fmt: skip
    other = next(one for one in world(site).networks[0].subnets if one.cidr == "10.64.1.0/28")
    assert {one.cidr: one.target for one in other.routes}["0.0.0.0/0"] == "internet"


def test_priorities_decide_and_both_groups_must_agree(site: Azure) -> None:
    rules = [{"name": "no", **rule(100, access="Deny", sourceAddressPrefix="198.51.100.7", destinationPortRange="*",
                                   protocol="*")},
             {"name": "ssh", **rule(200, sourceAddressPrefix="198.51.100.0/24")},
             {"name": "me", **rule(210, destinationPortRange="443", destinationAddressPrefix="10.64.0.4")},
             {"name": "you", **rule(220, destinationPortRange="80", destinationAddressPrefix="10.64.0.200")},
    ]  # fmt: skip
    group = site.make(
        "Microsoft.Network/networkSecurityGroups/g", {"location": PLACE, "properties": {"securityRules": rules}}
    )
    site.make("Microsoft.Network/networkInterfaces/nic1", nic(site, networkSecurityGroup={"id": group["id"]}))
    site.make(VM, vm(site))
    ingress = firewall(site).ingress
    assert passes(ingress, "tcp", 22, "198.51.100.8") and not passes(ingress, "tcp", 22, "198.51.100.7")
    assert not passes(ingress, "tcp", 23, "198.51.100.8") and not passes(ingress, "udp", 22, "198.51.100.8")
    assert passes(ingress, "tcp", 443, "203.0.113.1") and not passes(ingress, "tcp", 80, "203.0.113.1")
    assert passes(ingress, "other", 0, "10.64.1.9")  # AllowVnetInBound, any protocol
    assert passes(firewall(site).egress, "udp", 53, "203.0.113.1")
    strict = site.make(f"{GROUPS}/s", {"location": PLACE, "properties": {"securityRules": [
        {"name": "no", **rule(4096, access="Deny", sourceAddressPrefix="*", destinationPortRange="*", protocol="*")},
        {"name": "ssh", **rule(100)}]}})  # fmt: skip
    site.make(f"{NET}/subnets/nodes", {"properties": {"addressPrefix": "10.64.0.0/24",
                                                      "networkSecurityGroup": {"id": strict["id"]}}})  # fmt: skip
    ingress = firewall(site).ingress
    assert passes(ingress, "tcp", 22, "198.51.100.8")
    assert not passes(ingress, "tcp", 443, "203.0.113.1") and not passes(ingress, "other", 0, "10.64.1.9")


def test_a_public_address_without_a_group_is_closed(site: Azure) -> None:
    address = {"publicIPAddress": {"id": f"{site.prefix}/providers/Microsoft.Network/publicIPAddresses/ip1"}}
    site.make("Microsoft.Network/networkInterfaces/nic1", nic(site, main=address))
    site.make(VM, vm(site))
    assert not passes(firewall(site).ingress, "tcp", 22, "203.0.113.1")
    assert passes(firewall(site).ingress, "tcp", 22, "10.64.1.9")
    assert passes(firewall(site).egress, "tcp", 443, "203.0.113.1")


def test_the_boxes_say_what_a_judge_of_single_packets_says() -> None:
    chance = random.Random(7)
    nets = [
        Net(text)
        for text in ("0.0.0.0/0", "10.0.0.0/8", "10.64.0.0/16", "10.64.3.0/24", "10.64.3.7/32", "192.0.2.0/24")
    ]
    texts = ("10.64.3.7", "10.64.3.8", "10.64.9.1", "10.1.1.1", "192.0.2.9", "8.8.8.8")
    addresses = [ipaddress.IPv4Address(text) for text in texts]
    ports = [0, 1, 21, 22, 23, 80, 443, 1024, 65535]
    for _ in range(200):
        filters = []
        for priority in chance.sample(range(100, 4097), chance.randint(1, 7)):
            low, high = sorted(chance.choices(ports, k=2))
            boxes = tuple(Box(low, high, net) for net in chance.sample(nets, chance.randint(1, 2)))
            filters.append(Filter(priority, chance.random() < 0.5, chance.choice([*PROTOCOLS, "*"]), boxes))
        allowed = passing(filters)
        for protocol in PROTOCOLS:
            for address in addresses:
                for port in ports:
                    hits = [one for one in sorted(filters, key=lambda one: one.priority)
                            if one.protocol in ("*", protocol)
                            and any(box.low <= port <= box.high and address in box.peers for box in one.boxes)
                    ]  # fmt: skip
                    wanted = bool(hits) and hits[0].allow
                    found = [box for box in allowed[protocol] if box.low <= port <= box.high and address in box.peers]
                    assert len(found) == wanted, (filters, protocol, address, port)


def test_two_networks_with_one_range_stay_apart(site: Azure) -> None:
    site.make("Microsoft.Network/virtualNetworks/twin", vnet(nodes="10.64.0.0/24"))
    assert len({one.key for one in world(site).networks}) == 2
