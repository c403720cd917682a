# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of the fabric, judged from inside real machines: firewalls, public addresses, routes, metadata."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import time
from collections.abc import Iterator

import pytest

from sandbox.fabric import Firewall, Route, Rule
from tests.hosts.fabric_lab import ALL_OUT, ANYWHERE, BASE, A, B, C, D, Lab, guarded, replaced

pytestmark = [pytest.mark.hosts, pytest.mark.skipif(os.geteuid() != 0, reason="machines need root")]

TALK = """
import socket, time
connection = socket.create_connection(("10.64.0.5", 8080), 2)
while True:
    connection.sendall(b"still there?\\n")
    connection.recv(1000)
    time.sleep(0.1)
"""
ECHO = Rule("tcp", (8080, 8080), ANYWHERE)


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder: pathlib.Path = tmp_path_factory.mktemp("fabric")
    lab = Lab("fabnet", folder)
    try:
        lab.apply(BASE)
        lab.until_ssh(A, B, C, D)
        lab.serve(A, B, C, D)
        yield lab
    finally:
        lab.fabric.destroy()


@pytest.fixture
def lab(booted: Lab) -> Iterator[Lab]:
    yield booted
    booted.apply(BASE)


def test_nothing_enters_that_no_rule_allows(lab: Lab) -> None:
    assert lab.seen(B, "10.64.0.5") is None
    assert lab.seen(D, "198.18.1.1") is None
    lab.apply(guarded(BASE, Firewall("echo", (ECHO,), ()), "a"))
    assert lab.seen(B, "10.64.0.5") == "10.64.0.6"
    assert lab.seen(D, "198.18.1.1") == "198.18.1.4", "the source is the public address of the other site's machine"


def test_a_rule_for_one_port_opens_no_other(lab: Lab) -> None:
    lab.apply(guarded(BASE, Firewall("other", (Rule("tcp", (8081, 9000), ANYWHERE), Rule("udp", None, ANYWHERE))), "a"))
    assert lab.seen(B, "10.64.0.5") is None
    assert not lab.pings(B, "10.64.0.5")
    lab.apply(
        guarded(BASE, Firewall("other", (Rule("tcp", (8000, 8100), ANYWHERE), Rule("icmp", None, ANYWHERE))), "a")
    )
    assert lab.seen(B, "10.64.0.5") == "10.64.0.6"
    assert lab.pings(B, "10.64.0.5")


def test_answers_leave_without_a_rule_and_nothing_else_does(lab: Lab) -> None:
    mute = guarded(BASE, Firewall("echo", (ECHO,), ()), "a")
    world = replaced(replaced(mute, "b", firewalls=("open", "echo")), "c", firewalls=("open", "echo"))
    lab.apply(world)
    assert lab.seen(B, "10.64.0.5") == "10.64.0.6"
    assert lab.seen(A, "10.64.0.6") is None, "a has no egress rule, so it opens nothing, though b would let it in"
    only_b = Firewall("to-b", (), (Rule("tcp", (8080, 8080), ("10.64.0.6/32",)),))
    lab.apply(
        replaced(dataclasses.replace(world, firewalls=(*world.firewalls, only_b)), "a", firewalls=("ssh", "to-b"))
    )
    assert lab.seen(A, "10.64.0.6") == "10.64.0.5"
    assert lab.seen(A, "10.64.16.7") is None


def test_a_group_means_private_addresses_of_its_members(lab: Lab) -> None:
    members = Firewall("members", (Rule("tcp", (8080, 8080), ("group:members",)),), (ALL_OUT,))
    lab.apply(guarded(BASE, members, "a", "b"))
    assert lab.seen(B, "10.64.0.5") == "10.64.0.6"
    assert lab.seen(C, "10.64.0.5") is None, "c is not in the group"
    assert lab.seen(B, "198.18.1.1") is None, "through its public address a sees a public source, which is in no group"
    lab.apply(guarded(BASE, members, "a", "c"))
    assert lab.seen(C, "10.64.0.5") == "10.64.16.7"
    assert lab.seen(B, "10.64.0.5") is None


def test_machines_of_one_network_meet_over_public_addresses(lab: Lab) -> None:
    lab.apply(guarded(BASE, Firewall("echo", (Rule("tcp", (8080, 8080), ("198.18.1.2/32",)),), ()), "a"))
    assert lab.seen(B, "198.18.1.1") == "198.18.1.2"
    assert lab.seen(B, "10.64.0.5") is None


def test_a_rule_that_goes_closes_the_door_but_breaks_no_connection(lab: Lab) -> None:
    lab.apply(guarded(BASE, Firewall("echo", (ECHO,), ()), "a"))
    lab.run(B, "cat > /run/talk.py", TALK)
    lab.run(B, "systemd-run -q --collect --unit=talk python3 /run/talk.py; sleep 1")
    lab.apply(BASE)
    assert lab.seen(B, "10.64.0.5") is None
    # Counted in the kernel: answers still come back.
    heard = "ss -tinH dst 10.64.0.5 | grep -o bytes_received:[0-9]* | cut -d: -f2"
    before = int(lab.run(B, heard))
    time.sleep(1)
    assert int(lab.run(B, heard)) > before
    lab.run(B, "systemctl stop talk")


def test_without_a_public_address_there_is_no_internet_but_there_are_names(lab: Lab) -> None:
    assert lab.pings(A, "198.18.0.1")
    assert not lab.pings(C, "198.18.0.1")
    assert lab.run(C, "getent hosts mirror.pangaea.test").split()[0] == "198.18.0.10"
    lab.apply(replaced(BASE, "c", public_address="198.18.1.3"))
    assert lab.pings(C, "198.18.0.1")
    assert lab.reaches("198.18.1.3")
    lab.apply(replaced(replaced(BASE, "a", public_address=None), "c", public_address="198.18.1.1"))
    assert lab.pings(C, "198.18.0.1")
    assert lab.reaches("198.18.1.1")
    assert not lab.reaches("198.18.1.3")


def test_names_outside_of_the_sandbox_do_not_exist_and_are_refused_at_once(lab: Lab) -> None:
    start = time.monotonic()
    assert lab.ssh(A, "time getent hosts instance-data.ec2.internal").returncode != 0
    assert time.monotonic() - start < 2


def test_private_addresses_of_another_network_lead_nowhere(lab: Lab) -> None:
    everything = Firewall("open", (Rule("all", None, ANYWHERE),), (ALL_OUT,))
    lab.apply(dataclasses.replace(BASE, firewalls=(everything,)))
    assert lab.pings(A, "10.64.16.7")
    assert lab.pings(A, "198.18.1.4")
    assert not lab.pings(A, "10.65.0.5")
    assert lab.seen(A, "10.65.0.5") is None
    assert lab.seen(A, "198.18.1.4") == "198.18.1.1"


def test_full_size_packets_pass(lab: Lab) -> None:
    lab.apply(dataclasses.replace(BASE, firewalls=(Firewall("open", (Rule("all", None, ANYWHERE),), (ALL_OUT,)),)))
    assert lab.pings(A, "10.64.16.7", "-M", "do", "-s", "1472")
    assert lab.pings(A, "198.18.1.4", "-M", "do", "-s", "1472")


def test_the_most_specific_route_wins_and_a_blackhole_swallows(lab: Lab) -> None:
    everything = dataclasses.replace(BASE, firewalls=(Firewall("open", (Rule("all", None, ANYWHERE),), (ALL_OUT,)),))
    ways = (Route("10.64.0.0/16", "local"), Route("0.0.0.0/0", "internet"))
    lab.apply(replaced(everything, "fra-1", routes=(*ways, Route("198.18.1.4/32", "blackhole"))))
    assert not lab.pings(A, "198.18.1.4")
    assert lab.pings(A, "198.18.0.1")
    lab.apply(replaced(everything, "fra-1", routes=(Route("10.64.0.0/16", "local"),)))
    assert lab.fabric.status("a") == "running"
    assert not lab.reaches("198.18.1.1"), "no way back: no default route"
    lab.apply(everything)
    assert lab.reaches("198.18.1.1")
    assert lab.pings(A, "198.18.1.4")


def test_foreign_packets_pass_only_a_machine_that_may_forward(lab: Lab) -> None:
    everything = dataclasses.replace(BASE, firewalls=(Firewall("open", (Rule("all", None, ANYWHERE),), (ALL_OUT,)),))
    ways = (Route("10.64.0.0/16", "local"), Route("0.0.0.0/0", "internet"), Route("172.20.0.0/16", "machine:b"))
    routed = replaced(everything, "fra-1", routes=ways)
    lab.run(B, "ip address replace 172.20.0.1/32 dev lo")
    lab.apply(routed)
    assert not lab.pings(A, "172.20.0.1"), "source and destination check"
    lab.apply(replaced(routed, "b", forwards=True))
    assert lab.pings(A, "172.20.0.1")
    assert lab.pings(B, "10.64.0.5", "-I", "172.20.0.1")
    lab.apply(replaced(routed, "a", forwards=True))
    assert not lab.pings(B, "10.64.0.5", "-I", "172.20.0.1"), "b sends from an address that is not its own"
    lab.run(B, "ip address delete 172.20.0.1/32 dev lo")


TOKEN = "curl -sS -m 3 -X PUT http://169.254.169.254/latest/api/token -H X-aws-ec2-metadata-token-ttl-seconds:60"
POD = (
    "ip netns add pod; ip link add pod type veth peer name eth0 netns pod; ip address add 10.128.0.1/24 dev pod;"
    "ip link set pod up; ip -n pod address add 10.128.0.2/24 dev eth0; ip -n pod link set eth0 up;"
    "ip -n pod route add default via 10.128.0.1; sysctl -qw net.ipv4.ip_forward=1"
)


def test_metadata_knows_who_asks(lab: Lab) -> None:
    for target in (A, C, D):
        assert lab.run(target, TOKEN) == f"token-of-{target.key}"
        ask = f"curl -sS -m 3 -H X-aws-ec2-metadata-token:token-of-{target.key}"
        assert lab.run(target, f"{ask} http://169.254.169.254/latest/meta-data/instance-id") == f"i-{target.key}"
        assert lab.run(target, "hostname") == f"name-{target.key}", "real cloud-init has asked it, too"


def test_behind_a_machine_metadata_is_out_of_reach_until_the_hop_limit_grows(lab: Lab) -> None:
    masquerade = "nft add table ip pod; nft add chain ip pod out { type nat hook postrouting priority 100\\; }"
    lab.run(A, f"{POD}; {masquerade}; nft add rule ip pod out ip saddr 10.128.0.0/24 masquerade")
    try:
        assert lab.ssh(A, f"ip netns exec pod {TOKEN}").returncode == 28, "the token's answer dies behind the machine"
        assert lab.run(A, TOKEN) == "token-of-a"
        lab.apply(replaced(BASE, "a", hop_limit=2))
        assert lab.run(A, f"ip netns exec pod {TOKEN}") == "token-of-a"
    finally:
        lab.run(A, "ip netns del pod; nft delete table ip pod")


def test_a_cut_machine_lives_on_but_nothing_reaches_it(lab: Lab) -> None:
    lab.fabric.cut("a")
    try:
        assert lab.ssh(A, "true").returncode != 0
        assert lab.fabric.status("a") == "running"
    finally:
        lab.fabric.mend("a")
    assert lab.run(A, "systemctl is-active ssh") == "active"
