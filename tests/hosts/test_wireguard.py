# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wireguard module on booted hosts, with real tunnels between two sites behind 1:1 NAT."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.mtu import ping_size
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.node import Mesh, Node
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.topology import Topology

from .booted import Host
from .lab import Lab

pytestmark = [pytest.mark.hosts, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]
# What the kernel runs. Sorted: wireguard-go lists peers, and a peer's networks, in no order of its own.
KERNEL = """wg show wg0 dump | cut -f1-4 | while read -r key shared endpoint networks; do
  echo "$key $shared $endpoint" $(echo "$networks" | tr , "\\n" | sort); done | sort; ip -4 route show table 7100"""
PING = f"ping -c 1 -W 3 -M do -s {ping_size(1420)}"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    lab = Lab()
    try:
        lab.up("fra-1", "fra-2", "dub-1")
        yield lab
    finally:
        lab.down()


def node(host: Host) -> Node:
    key = host.module("wireguard", state="keyed")["public_key"]
    return Node(host.name, host.site, host.address, host.public, host.pods, key, "aws")


def options(topology: Topology, host: Host, **more: Any) -> dict[str, Any]:
    peers = [vars(peer) | {"allowed": list(peer.allowed)} for peer in topology.peers(host.name)]
    return {"address": host.address, "mtu": topology.mtu, "peers": peers, "rollback": 0, **more}


@pytest.fixture
def mesh(lab: Lab) -> Topology:
    """Every host linked to every other one, as each test finds it."""
    for host in lab.hosts.values():
        host.run("systemctl stop pangaea-rollback.timer 2>/dev/null", check=False)
    topology = Topology.of([node(host) for host in lab.hosts.values()], Mesh())
    for host in lab.hosts.values():
        result = host.module("wireguard", **options(topology, host, remove=["stranger"]))
        assert "public_key" in result, result
    return topology


def test_every_host_reaches_every_other_with_full_packets_although_the_image_filters_strictly(
    lab: Lab, mesh: Topology
) -> None:
    for host in lab.hosts.values():
        for other in lab.hosts.values():
            assert other is host or "1 received" in host.run(f"{PING} {other.address}")
        assert host.run("cat /etc/sysctl.d/60-image.conf").count("rp_filter = 1") == 2


def test_a_second_run_changes_nothing(lab: Lab, mesh: Topology) -> None:
    for host in lab.hosts.values():
        result = host.module("wireguard", **options(mesh, host))
        assert (result["changed"], result["reasons"], result["unexpected"]) == (False, [], [])


def test_check_mode_says_what_it_would_do_and_does_nothing(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-1"]
    look = f"cat /etc/wireguard/wg0.conf; {KERNEL}"
    before = host.run(look)
    result = host.module("wireguard", check_mode=True, **options(mesh, host, remove=["dub-1"], peers=[]))
    assert result["changed"] and result["reasons"] == ["link dub-1: removed, its node left"]
    assert "dub-1" in result["diff"]["before"] and "dub-1" not in result["diff"]["after"]
    assert host.run(look) == before


def test_the_private_key_is_nowhere_but_in_its_file(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-1"]
    key = host.run("cat /etc/wireguard/wg0.key").strip()
    assert host.run("stat -c %a /etc/wireguard/wg0.key").strip() == "600"
    host.run("wg set wg0 listen-port 51999")
    assert key not in str(host.module("wireguard", **options(mesh, host, rollback=60)))
    host.run("systemctl stop pangaea-rollback.timer")
    assert host.run(f"grep -rlF '{key}' /etc /var/lib/pangaea").strip() == "/etc/wireguard/wg0.key"


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("wg set wg0 peer {key} remove", "link dub-1: not in the kernel"),
        ("wg set wg0 peer {key} allowed-ips 10.9.9.9/32", "link dub-1: networks in the kernel are 10.9.9.9/32"),
        ("ip route del 10.65.0.13/32 table 7100", "route 10.65.0.13/32: missing"),
        ("ip route add 10.9.0.0/16 dev wg0 table 7100", "route 10.9.0.0/16: no link has it"),
        ("ip route change 10.65.0.13/32 dev wg0 table 7100", "route 10.65.0.13/32: missing"),
        ("ip rule del pref 7100", "the rule at 7100 is not"),
        ("ip rule add pref 7100 from all lookup main", "the rule at 7100 is not"),
        ("ip link set wg0 mtu 1300", "MTU in the kernel is 1300, not 1420"),
        ("ip addr add 10.9.9.9/32 dev wg0", "address in the kernel is 10.64.0.11, 10.9.9.9, not 10.64.0.11"),
        ("wg set wg0 fwmark 0", "mark in the kernel is 0, not 1048576"),
        ("ip link del wg0", "interface wg0 is not there"),
        ("pkill -x wireguard-go", "interface wg0 is not there"),
        ("rm /etc/wireguard/wg0.conf", "wg0.conf is not there"),
        ("sed -i s/^PostUp.*// /etc/wireguard/wg0.conf", "file /etc/wireguard/wg0.conf has another text"),
        ("sysctl -qw net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.all.rp_filter is 1, not 2"),
        ("systemctl disable wg-quick@wg0", "unit wg-quick@wg0.service does not start at boot"),
        ("wg set wg0 private-key /dev/stdin <<E\n$(wg genkey)\nE", "the interface runs with another private key"),
    ],
)
def test_damage_is_named_then_repaired_then_silent(lab: Lab, mesh: Topology, damage: str, reason: str) -> None:
    host = lab.hosts["fra-1"]
    peer = next(peer for peer in mesh.peers("fra-1") if peer.name == "dub-1")
    host.run(damage.format(key=peer.public_key))
    if "pkill" in damage:
        host.run("for i in $(seq 50); do [ -e /sys/class/net/wg0 ] || break; sleep 0.1; done")
    looked = host.module("wireguard", check_mode=True, **options(mesh, host))
    assert any(sentence.startswith(reason) for sentence in looked["reasons"]), looked
    assert host.module("wireguard", **options(mesh, host))["reasons"] == looked["reasons"]
    assert not host.module("wireguard", **options(mesh, host))["changed"]
    assert "1 received" in host.run(f"{PING} {lab.hosts['dub-1'].address}")


def test_a_boot_brings_the_mesh_back_without_us(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-2"]
    host.reboot(lab.image)
    assert "1 received" in host.run(f"{PING} {lab.hosts['dub-1'].address}")
    assert not host.module("wireguard", **options(mesh, host))["changed"]


def test_a_restart_of_networkd_leaves_rule_and_routes(lab: Lab, mesh: Topology) -> None:
    """It removes what it did not make, unless it is told not to: without our file the mesh would be gone."""
    host = lab.hosts["fra-2"]
    network = f"[Match]\\nName=eth0\\n[Network]\\nAddress={host.address}/24\\nGateway=10.64.0.1\\n"
    host.run(f"printf '{network}' > /etc/systemd/network/eth0.network; systemctl restart systemd-networkd; sleep 1")
    assert not host.module("wireguard", **options(mesh, host))["changed"]
    host.run("mv /etc/systemd/networkd.conf.d/pangaea.conf /root/; systemctl restart systemd-networkd; sleep 1")
    assert "7100" not in host.run("ip rule")
    assert host.module("wireguard", **options(mesh, host))["changed"]
    assert "1 received" in host.run(f"{PING} {lab.hosts['dub-1'].address}")


def test_a_link_that_comes_or_goes_does_not_disturb_the_others(lab: Lab, mesh: Topology) -> None:
    host, other = lab.hosts["fra-1"], lab.hosts["dub-1"]
    stranger = Node("stranger", "dub", "10.65.0.99", f"{other.public}9", "10.129.99.0/24", "S" * 42 + "A=")
    more = Topology.of([*mesh.nodes, stranger], mesh.mesh)
    handshakes = "wg show wg0 latest-handshakes | sort"
    host.run(f"{PING} {other.address}")
    before = host.run(handshakes)
    host.run(f"ping -i 0.02 -W 1 -q {other.address} > /tmp/ping 2>&1 & echo $! > /tmp/ping.pid")
    assert host.module("wireguard", **options(more, host))["reasons"] == ["link stranger: missing"]
    without = host.module("wireguard", **options(mesh, host))
    assert (without["changed"], without["unexpected"]) == (False, ["stranger"])
    result = host.module("wireguard", **options(mesh, host, remove=["stranger"]))
    assert result["reasons"] == ["link stranger: removed, its node left"]
    host.run("kill -INT $(cat /tmp/ping.pid); sleep 0.3")
    assert " 0% packet loss" in host.run("cat /tmp/ping")
    assert host.run(handshakes) == before


def test_a_new_endpoint_is_taken_and_a_roamed_one_is_left(lab: Lab, mesh: Topology) -> None:
    host, other = lab.hosts["fra-1"], lab.hosts["dub-1"]
    key = next(peer.public_key for peer in mesh.peers("fra-1") if peer.name == "dub-1")
    host.run(f"{PING} {other.address}")
    host.run(f"wg set wg0 peer {key} endpoint 198.18.7.99:51820")  # as if it had roamed a moment ago
    assert not host.module("wireguard", **options(mesh, host))["changed"]
    moved = [replace(one, public_address="198.18.7.98") if one.name == "dub-1" else one for one in mesh.nodes]
    assert host.module("wireguard", **options(Topology.of(moved, mesh.mesh), host))["reasons"] == [
        f"link dub-1: endpoint {other.public}:51820 -> 198.18.7.98:51820"
    ]
    assert "198.18.7.98:51820" in host.run("wg show wg0 endpoints")
    host.module("wireguard", **options(mesh, host))
    assert f"{other.public}:51820" in host.run("wg show wg0 endpoints")


def test_a_change_that_nobody_confirms_undoes_itself(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-1"]
    look = f"cat /etc/wireguard/wg0.conf; {KERNEL}; ip rule; ip -br -4 a show wg0"
    before = host.run(look)
    bad = options(mesh, host, rollback=2, mtu=1300, listen_port=51999)
    bad["peers"] = [peer | {"endpoint": "198.18.7.99:1", "allowed": ["10.65.0.99/32"]} for peer in bad["peers"][:1]]
    assert host.module("wireguard", **bad)["armed"]
    assert host.run(look) != before
    time.sleep(4)
    assert host.run(look) == before
    assert not host.module("wireguard", **options(mesh, host))["changed"]
    assert "1 received" in host.run(f"{PING} {lab.hosts['dub-1'].address}")


def test_a_confirmed_change_stays(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-1"]
    assert host.module("wireguard", **options(mesh, host, rollback=2, mtu=1400))["armed"]
    host.run("systemctl stop pangaea-rollback.timer")
    time.sleep(3)
    assert host.run("cat /sys/class/net/wg0/mtu").strip() == "1400"


def test_an_unconfirmed_change_of_a_killed_run_is_undone_before_the_next(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-1"]
    host.module("wireguard", **options(mesh, host, rollback=600, mtu=1400))
    assert not host.module("wireguard", **options(mesh, host, rollback=600))["changed"]
    assert host.run("systemctl is-active pangaea-rollback.timer", check=False).strip() == "inactive"


def test_the_first_tunnel_of_a_host_undoes_itself_too(lab: Lab, mesh: Topology) -> None:
    host = lab.hosts["fra-2"]
    files = "/etc/wireguard/wg0.conf /etc/wireguard/wg0.routes /etc/sysctl.d/zz-pangaea-mesh.conf"
    host.run(f"systemctl disable --now wg-quick@wg0; rm {files}; rm -r /etc/systemd/system/wg-quick@wg0.service.d")
    assert host.module("wireguard", **options(mesh, host, rollback=2))["armed"]
    time.sleep(4)
    assert not host.run(f"ls -d {files} /sys/class/net/wg0 2>/dev/null", check=False).strip()
    assert "7100" not in host.run("ip rule")
    assert host.run("systemctl is-enabled wg-quick@wg0", check=False).strip() == "disabled"
