"""One flat network: what pods, Services and hosts of three clouds see of each other, and what the internet sees."""

from __future__ import annotations

import ipaddress
import itertools
import json
import re
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from .lab import CONTROL_PLANE, NAME, WORKERS, Lab

CP = CONTROL_PLANE[0]
PAIRS = list(itertools.permutations(WORKERS, 2))
METADATA = {  # what a machine asks first, in each cloud
    "aws": "-X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 http://169.254.169.254/latest/api/token",
    "azure": "-H Metadata:true http://169.254.169.254/metadata/instance?api-version=2021-02-01",
    "gcp": "-H Metadata-Flavor:Google http://169.254.169.254/computeMetadata/v1/instance/name",
}
INSIDE = [ipaddress.ip_network(net) for net in ("10.64.0.0/14", "10.128.0.0/14", "10.96.0.0/16")]


@dataclass(frozen=True)
class Pod:
    name: str
    node: str
    address: str


@pytest.fixture(scope="module")
def pods(lab: Lab) -> dict[str, Pod]:
    """A server on each of the three workers, and one on the host network."""
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


def within(lab: Lab, pod: Pod, command: str, expect: int | None = 0) -> str:
    """Run a command of the node in the network of a pod: what it sends is what the pod would send."""
    each, its = "for n in $(ip netns list | cut -d' ' -f1)", f"ip -n $n -4 -o address | grep -qF ' {pod.address}/'"
    script = f"{each}; do {its} && exec ip netns exec $n {command}; done; exit 99"
    return lab.on(pod.node, f"sudo sh -c {shlex.quote(script)}", expect=expect)


def ask_often(url: str) -> str:
    """A command that asks 24 times: with three servers behind it, one answers none of them once in 17,000 runs."""
    return f"sh -c 'for t in $(seq 24); do curl -sS -m 5 {url}; echo; done'"


def names(said: str) -> set[str]:
    """Who answered."""
    return {line.split()[0] for line in said.splitlines() if " answers " in line}


def public(lab: Lab, node: str) -> str:
    return str(json.loads((lab.state / "addresses.json").read_text())[node]["public_address"])


def test_a_server_stands_in_each_cloud(pods: dict[str, Pod]) -> None:
    assert set(WORKERS) <= set(pods)


@pytest.mark.parametrize(("client", "server"), PAIRS)
def test_a_server_sees_the_own_address_of_a_pod_of_another_cloud(
    lab: Lab, pods: dict[str, Pod], client: str, server: str
) -> None:
    answer = from_pod(lab, pods[client], "get", f"http://{pods[server].address}:8080/")
    assert pods[server].name in answer
    assert pods[client].address in answer


@pytest.mark.parametrize("client", WORKERS)
def test_a_service_reaches_every_server_the_own_one_included(lab: Lab, pods: dict[str, Pod], client: str) -> None:
    service = json.loads(lab.kubectl("get", "svc", "web", "-o", "json"))["spec"]["clusterIP"]
    assert names(within(lab, pods[client], ask_often(f"http://{service}/"))) == {pods[node].name for node in WORKERS}


def test_names_resolve_in_every_cloud(lab: Lab, pods: dict[str, Pod]) -> None:
    for node in WORKERS:
        assert "answers" in from_pod(lab, pods[node], "get", "http://web.default.svc.cluster.local/")


@pytest.mark.parametrize(("client", "asked"), PAIRS)
def test_a_node_port_of_one_cloud_reaches_servers_of_the_others(
    lab: Lab, pods: dict[str, Pod], client: str, asked: str
) -> None:
    address = json.loads((lab.state / "addresses.json").read_text())[asked]["private_address"]
    seen = names(lab.on(client, ask_often(f"http://{address}:30080/")))
    assert seen == {pods[node].name for node in WORKERS}


def test_host_network_and_pods_reach_each_other_both_ways(lab: Lab, pods: dict[str, Pod]) -> None:
    for node in WORKERS:
        assert pods[node].name in lab.on(CP, f"curl -sS -m 5 http://{pods[node].address}:8080/")
    host = pods["host"]
    for other in (pods[node] for node in WORKERS if node != host.node):
        assert other.address in from_pod(lab, other, "get", f"http://{host.address}:8080/")
        assert other.name in from_pod(lab, host, "get", f"http://{other.address}:8080/")


def test_full_size_packets_pass_in_both_directions(lab: Lab, pods: dict[str, Pod]) -> None:
    for client, server in PAIRS:
        mtu = int(re.findall(r"\d+", from_pod(lab, pods[client], "mtu", pods[server].address))[-1])
        assert mtu >= 1280
        from_pod(lab, pods[client], "full", f"{pods[server].address}:8082", str(mtu))


def test_the_image_preset_strict_reverse_path_filtering_and_the_mesh_works_all_the_same(lab: Lab) -> None:
    assert "=1" in lab.on(CP, "grep -rhs 'conf.*rp_filter' /etc/sysctl.d /usr/lib/sysctl.d | tr -d ' '")
    assert lab.on(CP, "sudo sysctl -n net.ipv4.conf.all.rp_filter net.ipv4.conf.all.src_valid_mark").split()[-2:] == [
        "2",
        "1",
    ]


@pytest.mark.parametrize("node", WORKERS)
def test_a_pod_does_not_reach_the_metadata_service_and_its_host_does(lab: Lab, pods: dict[str, Pod], node: str) -> None:
    ask = f"curl -sS -m 3 {METADATA[node.split('-')[1]]}"
    assert lab.on(node, ask).strip()
    assert "answers" not in from_pod(lab, pods[node], "get", "http://169.254.169.254/", expect=None)
    within(lab, pods[node], ask, expect=28)  # curl's code for a time-out: no answer ever comes


def test_the_internet_sees_only_the_mesh_port_and_never_an_inner_address(lab: Lab, pods: dict[str, Pod]) -> None:
    machines = [public(lab, node) for node in (*CONTROL_PLANE, *WORKERS)]
    between = " or ".join(f"(src host {a} and dst host {b})" for a in machines for b in machines if a != b)
    inner = " or ".join(f"net {net}" for net in INSIDE)
    words = ["ip", "netns", "exec", f"pgs-{NAME}-internet", "tcpdump", "-nn", "-l", "-i", "any", "-q"]
    capture = subprocess.Popen(
        [*words, f"({between}) or {inner}"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        for client, server in PAIRS:
            from_pod(lab, pods[client], "get", f"http://{pods[server].address}:8080/")
        lab.kubectl("get", "pods", "-A")
    finally:
        capture.terminate()
    lines = [line for line in (capture.stdout or []) if " IP " in f" {line}"]
    assert len(lines) > 10
    strange = [line for line in lines if not re.search(r"\.51820 > [\d.]+\.51820: UDP", line)]
    assert strange == []
