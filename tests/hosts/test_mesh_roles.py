# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The roles wireguard and cni over ssh, with pods that the real plugins make, and with the rules of kube-proxy."""

from __future__ import annotations

import contextlib
import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator

import pytest

from .booted import PUBLIC, SITES, Host
from .lab import INTERNET, Lab

pytestmark = [pytest.mark.hosts, pytest.mark.skipif(os.geteuid() != 0, reason="needs root")]

NETWORK = {
    "services": "10.96.0.0/16",
    "sites": {site: f"{prefix}.0/24" for site, prefix in SITES.items()},
    "pods": {site: f"10.{number}.0.0/16" for number, site in enumerate(SITES, start=128)},
}
PLAY = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Set what node_base sets
      ansible.builtin.command:
        argv: [sysctl, -q, -w, net.ipv4.ip_forward=1, net.bridge.bridge-nf-call-iptables=1]
      changed_when: false
    - name: Make the keys
      ansible.builtin.import_role: {name: pangaea.multicloud.wireguard, tasks_from: key}
      tags: [cni_configure]
- hosts: all
  gather_facts: false
  vars:
    rows: "{% set rows = [] %}{% for one in ansible_play_hosts_all %}{% set _ = rows.append(hostvars[one]['row']
      | combine({'public_key': hostvars[one]['wireguard_key']['public_key']})) %}{% endfor %}{{ rows }}"
    wireguard_tunnel: "{{ rows | pangaea.multicloud.mesh_tunnel(inventory_hostname) }}"
    cni_network: NETWORK
    cni_site: "{{ site }}"
    cni_pods: "{{ pods }}"
    cni_mtu: "{{ wireguard_tunnel['mtu'] }}"
  tasks:
    - name: Link the hosts
      ansible.builtin.import_role: {name: pangaea.multicloud.wireguard}
    - name: Give pods their network
      ansible.builtin.import_role: {name: pangaea.multicloud.cni}
""".replace("NETWORK", json.dumps(NETWORK))

# What a container runtime does with the chain of plugins, for its first one.
POD = """
ip netns add pod
python3 -c "
import json
chain = json.load(open('/etc/cni/net.d/10-pangaea.conflist'))
print(json.dumps({**chain['plugins'][0], 'cniVersion': chain['cniVersion'], 'name': chain['name']}))" |
CNI_COMMAND=ADD CNI_CONTAINERID=pod CNI_NETNS=/run/netns/pod CNI_IFNAME=eth0 CNI_PATH=/usr/lib/cni /usr/lib/cni/bridge
ip netns exec pod ip link set lo up
"""
# Answers every connection with the address that it came from.
SERVER = """python3 -c "
import socket
server = socket.create_server(('0.0.0.0', {port}))
while True:
    caller, address = server.accept()
    caller.sendall(address[0].encode()); caller.close()" > /dev/null 2>&1 &"""
CLIENT = "python3 -c \"import socket; print(socket.create_connection(('{address}', {port}), 5).recv(99).decode())\""
FULL = "ping -c 2 -W 3 -M do -s 1392"


def pod_address(host: Host) -> str:
    return str(re.search(r"inet (10\.\S+)/", host.run("ip netns exec pod ip -4 -o addr show eth0"))[1])  # type: ignore[index]


@contextlib.contextmanager
def served(port: int) -> Iterator[None]:
    """A server in the internet."""
    inside = ["ip", "netns", "exec", INTERNET, "sh", "-c"]
    server = subprocess.Popen([*inside, "exec " + SERVER.format(port=port).rstrip("&")])
    try:
        until(
            lambda: (
                not subprocess.run(
                    [*inside, CLIENT.format(address="127.0.0.1", port=port)], capture_output=True
                ).returncode
            )
        )
        yield
    finally:
        server.kill()
        server.wait()


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "waited 20 s in vain"
        time.sleep(0.1)


def ask(host: Host, address: str, port: int, where: str = "") -> str:
    return host.run(f"{where} {CLIENT.format(address=address, port=port)}").strip()


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """Three hosts, linked, each with one pod that serves on 8080; the hosts themselves serve on 9090."""
    lab = Lab()
    try:
        lab.up("fra-1", "fra-2", "dub-1")
        lab.ansible(PLAY)
        for host in lab.hosts.values():
            host.run(POD)
            host.run(f"ip netns exec pod {SERVER.format(port=8080)}")
            host.run(SERVER.format(port=9090))
        for host in lab.hosts.values():
            until(lambda: "8080" in host.run(f"{IN_POD} ss -ltn") and "9090" in host.run("ss -ltn"))  # noqa: B023
        yield lab
    finally:
        lab.down()


IN_POD = "ip netns exec pod"


def test_a_second_run_of_the_roles_changes_nothing(lab: Lab) -> None:
    recap = lab.ansible(PLAY)
    assert re.findall(r"changed=(\d+)", recap) == ["0", "0", "0"], recap


def test_pods_reach_each_other_by_their_own_addresses_with_full_packets(lab: Lab) -> None:
    for host in lab.hosts.values():
        for other in lab.hosts.values():
            assert ask(host, pod_address(other), 8080, IN_POD) == pod_address(host)
            assert "2 received" in host.run(f"{IN_POD} {FULL} {pod_address(other)}")


def test_hosts_and_pods_reach_each_other(lab: Lab) -> None:
    for host in lab.hosts.values():
        for other in lab.hosts.values():
            seen = ask(host, pod_address(other), 8080)
            assert seen == (host.address if other is not host else host.pods.replace("0/24", "1"))
            assert ask(host, other.address, 9090, IN_POD) == pod_address(host)


def test_a_node_port_leads_to_a_pod_of_another_site(lab: Lab) -> None:
    """The chains are kube-proxy's in iptables mode: mark 0x4000 before, masquerade of the marked after routing."""
    host, other = lab.hosts["fra-1"], lab.hosts["dub-1"]
    pod = pod_address(other)
    host.run(
        "iptables -t nat -N KUBE-SVC; iptables -t nat -A KUBE-SVC -j MARK --or-mark 0x4000;"
        f"iptables -t nat -A KUBE-SVC -p tcp -j DNAT --to-destination {pod}:8080;"
        "iptables -t nat -A PREROUTING -p tcp --dport 30080 -j KUBE-SVC;"
        "iptables -t nat -A OUTPUT -p tcp --dport 30080 -j KUBE-SVC;"
        "iptables -t nat -A POSTROUTING -m mark ! --mark 0x4000/0x4000 -j RETURN;"
        "iptables -t nat -A POSTROUTING -j MARK --xor-mark 0x4000;"
        "iptables -t nat -A POSTROUTING -j MASQUERADE --random-fully"
    )
    outside = subprocess.run(
        ["ip", "netns", "exec", INTERNET, "sh", "-c", CLIENT.format(address=host.public, port=30080)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert outside.stdout.strip() == host.address
    assert ask(host, host.address, 30080, IN_POD) == host.address
    assert ask(host, host.address, 30080) == host.address
    assert ask(lab.hosts["fra-2"], host.address, 30080, IN_POD) == host.address


def test_a_pod_that_leaves_the_mesh_has_its_nodes_address(lab: Lab) -> None:
    with served(7070):
        for host in lab.hosts.values():
            assert ask(host, f"{PUBLIC}.1", 7070, IN_POD) == host.public
            # The site's resolver, inside the site's network and no node: it knows no pod.
            assert ask(host, f"{SITES[host.site]}.1", 7070, IN_POD) == host.address


@pytest.mark.parametrize("service", ["169.254.169.254", "168.63.129.16"])
def test_pods_do_not_reach_the_metadata_but_its_dns(lab: Lab, service: str) -> None:
    host = lab.hosts["fra-1"]
    subprocess.run(["ip", "-n", INTERNET, "addr", "add", f"{service}/32", "dev", "lo"], check=True)
    with served(80), served(53):
        assert ask(host, service, 80) == host.address  # the node itself may
        assert ask(host, service, 53, IN_POD) == host.address
        with pytest.raises(AssertionError, match=r"timed out|unreachable"):
            ask(host, service, 80, IN_POD)


def test_nothing_but_the_mesh_port_is_between_the_sites_also_while_a_tunnel_is_down(lab: Lab) -> None:
    host, other = lab.hosts["fra-1"], lab.hosts["dub-1"]
    capture = subprocess.Popen(
        ["ip", "netns", "exec", INTERNET, "tcpdump", "-ni", "dub", "-l", "not arp and not udp port 51820"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    time.sleep(1)
    try:
        pod = pod_address(other)
        ask(host, pod, 8080, IN_POD)
        host.run("systemctl stop wg-quick@wg0")
        for target in (pod, other.address, "10.129.77.7", "10.96.0.1"):
            for where in ("", IN_POD):
                host.run(f"{where} ping -c 1 -W 0.3 {target}", check=False)
    finally:
        host.run("systemctl start wg-quick@wg0")
        time.sleep(0.5)
        capture.terminate()
    seen = capture.communicate()[0]
    assert [line for line in seen.splitlines() if "10.64.0.11" in line or "10.128." in line or "10.96." in line] == []
    assert ask(host, pod, 8080, IN_POD) == pod_address(host)


def test_lost_rules_are_named_and_come_back(lab: Lab) -> None:
    rules = {"table": "inet pangaea", "file": "/etc/pangaea/pods.nft", "loaded": "/run/pangaea-nft/loaded"}
    damages = {
        "fra-1": "nft delete table inet pangaea",
        "fra-2": "nft add rule inet pangaea forward drop",
        "dub-1": "echo >> /etc/pangaea/pods.nft",
    }
    for name, damage in damages.items():
        assert lab.hosts[name].module("node_facts_info", expect={"cni": {"rules": rules}})["differences"] == {"cni": []}
        lab.hosts[name].run(damage)
        assert (
            len(lab.hosts[name].module("node_facts_info", expect={"cni": {"rules": rules}})["differences"]["cni"]) == 1
        )
    lab.ansible(PLAY, "--tags", "cni_configure")
    for host in lab.hosts.values():
        assert host.module("node_facts_info", expect={"cni": {"rules": rules}})["differences"] == {"cni": []}
    first, second = lab.hosts["fra-1"], lab.hosts["fra-2"]
    assert ask(first, pod_address(second), 8080, IN_POD) == pod_address(first)


def test_a_look_takes_less_than_a_second_and_measures_every_link(lab: Lab) -> None:
    for host in lab.hosts.values():
        others = [other for other in lab.hosts.values() if other is not host]
        targets = [{"name": other.name, "address": other.address, "size": 1392} for other in others]
        silent = {"name": "silent", "address": "10.65.0.99", "size": 1392}
        huge = {"name": "huge", "address": others[0].address, "size": 1393}
        look = host.module(
            "node_facts_info", expect={"mesh": {"tunnel": True}}, ping=[*targets, silent, huge], ping_within=1
        )
        assert look["differences"] == {"mesh": []} and look["wireguard"]["routes_ok"]
        assert look["seconds"]["reading"] < 1
        assert all(look["links"][other.name]["ok"] and look["links"][other.name]["ms"] < 500 for other in others)
        assert not look["links"]["silent"]["ok"]
        assert look["links"]["huge"]["why"] == f"1421 bytes to {others[0].address}: message too long"
        assert look["pods"] == host.pods


def test_check_mode_on_a_bare_host_reports_and_does_nothing(lab: Lab) -> None:
    host = lab.hosts["fra-2"]
    host.run("systemctl disable -q --now wg-quick@wg0 pangaea-nft; mv /etc/wireguard /root/; rm -r /etc/cni/net.d")
    before = host.run("ls -R /etc | sha256sum; ip route show table all; nft list ruleset")
    out = lab.ansible(PLAY, "--check")
    assert host.run("ls -R /etc | sha256sum; ip route show table all; nft list ruleset") == before
    assert "changed=0" not in next(line for line in out.splitlines() if line.startswith("fra-2"))
