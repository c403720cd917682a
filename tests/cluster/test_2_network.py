"""One flat network: what pods, Services and hosts of two sites see of each other, and what the internet sees."""

from __future__ import annotations

import ipaddress
import json
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from .lab import NAME, Lab

CP, FRA_1, ZRH_1 = "ct-aws-fra-cp-1", "ct-aws-fra-general-1", "ct-aws-zrh-general-1"
INSIDE = [ipaddress.ip_network(net) for net in ("10.64.0.0/15", "10.128.0.0/15", "10.96.0.0/16")]


@dataclass(frozen=True)
class Pod:
    name: str
    node: str
    address: str


@pytest.fixture(scope="module")
def pods(lab: Lab) -> dict[str, Pod]:
    """A server on each of the two workers, and one on the host network."""
    lab.kubectl("apply", "-f", "-", stdin=(Path(__file__).parent / "web.yml").read_text())
    for deployment in ("web", "host"):
        lab.kubectl("rollout", "status", f"deploy/{deployment}", "--timeout=120s", timeout=150)
    items = json.loads(lab.kubectl("get", "pods", "-o", "json"))["items"]
    found = [
        (p["metadata"]["labels"]["app"], p["metadata"]["name"], p["spec"]["nodeName"], p["status"]["podIP"])
        for p in items
    ]
    return {node if app == "web" else "host": Pod(name, node, address) for app, name, node, address in found}


def from_pod(lab: Lab, pod: Pod, *words: str, expect: int | None = 0) -> str:
    return lab.kubectl("exec", pod.name, "--", "/web", *words, expect=expect)


def public(lab: Lab, node: str) -> str:
    return str(json.loads((lab.state / "addresses.json").read_text())[node]["public_address"])


def test_the_servers_stand_in_different_sites(pods: dict[str, Pod]) -> None:
    assert {FRA_1, ZRH_1} <= set(pods)


@pytest.mark.parametrize(("client", "server"), [(FRA_1, ZRH_1), (ZRH_1, FRA_1)])
def test_a_server_sees_the_own_address_of_a_pod_of_the_other_site(
    lab: Lab, pods: dict[str, Pod], client: str, server: str
) -> None:
    answer = from_pod(lab, pods[client], "get", f"http://{pods[server].address}:8080/")
    assert pods[server].name in answer
    assert pods[client].address in answer


def test_a_service_reaches_both_servers_the_own_one_included(lab: Lab, pods: dict[str, Pod]) -> None:
    service = json.loads(lab.kubectl("get", "svc", "web", "-o", "json"))["spec"]["clusterIP"]
    seen = {name for _ in range(12) for name in [from_pod(lab, pods[FRA_1], "get", f"http://{service}/").split()[0]]}
    assert seen == {pods[FRA_1].name, pods[ZRH_1].name}


def test_names_resolve_in_both_sites(lab: Lab, pods: dict[str, Pod]) -> None:
    for node in (FRA_1, ZRH_1):
        assert "answers" in from_pod(lab, pods[node], "get", "http://web.default.svc.cluster.local/")


def test_a_node_port_of_one_site_reaches_servers_of_the_other(lab: Lab, pods: dict[str, Pod]) -> None:
    address = json.loads((lab.state / "addresses.json").read_text())[FRA_1]["private_address"]
    seen = {lab.on(ZRH_1, f"curl -sS -m 5 http://{address}:30080/").split()[0] for _ in range(12)}
    assert {pods[FRA_1].name, pods[ZRH_1].name} <= seen


def test_host_network_and_pods_reach_each_other_both_ways(lab: Lab, pods: dict[str, Pod]) -> None:
    for node in (FRA_1, ZRH_1):
        assert pods[node].name in lab.on(CP, f"curl -sS -m 5 http://{pods[node].address}:8080/")
    host = pods["host"]
    other = pods[ZRH_1 if host.node == FRA_1 else FRA_1]
    assert other.address in from_pod(lab, other, "get", f"http://{host.address}:8080/")
    assert other.name in from_pod(lab, host, "get", f"http://{other.address}:8080/")


def test_full_size_packets_pass_in_both_directions(lab: Lab, pods: dict[str, Pod]) -> None:
    for client, server in ((FRA_1, ZRH_1), (ZRH_1, FRA_1)):
        mtu = int(re.findall(r"\d+", from_pod(lab, pods[client], "mtu", pods[server].address))[-1])
        assert mtu >= 1280
        from_pod(lab, pods[client], "full", f"{pods[server].address}:8082", str(mtu))


def test_the_image_preset_strict_reverse_path_filtering_and_the_mesh_works_all_the_same(lab: Lab) -> None:
    assert "=1" in lab.on(CP, "grep -rhs 'conf.*rp_filter' /etc/sysctl.d /usr/lib/sysctl.d | tr -d ' '")
    assert lab.on(CP, "sudo sysctl -n net.ipv4.conf.all.rp_filter net.ipv4.conf.all.src_valid_mark").split()[-2:] == [
        "2",
        "1",
    ]


def test_a_pod_does_not_reach_the_metadata_service_and_its_host_does(lab: Lab, pods: dict[str, Pod]) -> None:
    token = "curl -sS -m 3 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' http://169.254.169.254/latest/api/token"
    assert lab.on(FRA_1, token).strip()
    assert "answers" not in from_pod(lab, pods[FRA_1], "get", "http://169.254.169.254/latest/meta-data/", expect=None)
    pod_netns = f"ip netns exec $(ip netns list | head -1 | cut -d' ' -f1) {token}"
    lab.on(FRA_1, f'sudo sh -c "{pod_netns}"', expect=28)  # curl's code for a time-out: no answer ever comes


def test_the_internet_sees_only_the_mesh_port_and_never_an_inner_address(lab: Lab, pods: dict[str, Pod]) -> None:
    machines = [public(lab, node) for node in (CP, FRA_1, ZRH_1)]
    between = " or ".join(f"(src host {a} and dst host {b})" for a in machines for b in machines if a != b)
    inner = " or ".join(f"net {net}" for net in INSIDE)
    words = ["ip", "netns", "exec", f"pgs-{NAME}-internet", "tcpdump", "-nn", "-l", "-i", "any", "-q"]
    capture = subprocess.Popen(
        [*words, f"({between}) or {inner}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        for client, server in ((FRA_1, ZRH_1), (ZRH_1, FRA_1)):
            from_pod(lab, pods[client], "get", f"http://{pods[server].address}:8080/")
        lab.kubectl("get", "pods", "-A")
    finally:
        capture.terminate()
    lines = [line for line in (capture.stdout or []) if " IP " in f" {line}"]
    assert len(lines) > 10
    strange = [line for line in lines if not re.search(r"\.51820 > [\d.]+\.51820: UDP", line)]
    assert strange == []
