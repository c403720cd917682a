"""Workers come and go by an edit of the file, and nobody else notices."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator

import pytest

from .lab import NODES, SITES, WORKERS, Lab

SECOND = [f"ct-{site}-general-2" for site in SITES]


@pytest.fixture(scope="module")
def connection(lab: Lab) -> Iterator[subprocess.Popen[str]]:
    """A pod in one cloud holds a connection to a pod in another for the whole of this module.

    It is begun until it stands: a machine that was down is Ready a while before its pods run again, and their status
    is what it was until then.
    """
    lab.kubectl("rollout", "status", "deploy/web", "--timeout=120s", timeout=150)
    end = time.monotonic() + 180
    while not (first := (holding := hold(lab)).stdout.readline()).startswith("holding"):
        assert time.monotonic() < end, f"no pod holds a connection: {first}{holding.stdout.read()}"
        holding.wait(timeout=60)
        time.sleep(2)
    yield holding
    os.killpg(holding.pid, signal.SIGTERM)  # with the ssh below it
    holding.wait(timeout=30)


def hold(lab: Lab) -> subprocess.Popen[str]:
    pods = json.loads(lab.kubectl("get", "pods", "-l", "app=web", "-o", "json"))["items"]
    by_node = {pod["spec"]["nodeName"]: pod for pod in pods if "deletionTimestamp" not in pod["metadata"]}
    client, server = by_node[WORKERS[0]]["metadata"]["name"], by_node[WORKERS[1]]["status"]["podIP"]
    return subprocess.Popen(
        ["./runner.py", "kubectl", "-i", str(lab.inventory), "--", "exec", client,
         "--", "/web", "hold", f"{server}:8081", "3600s"],
        env=lab.env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True,
    )  # fmt: skip


def test_one_more_worker_in_each_cloud_joins_and_only_mesh_entries_change_elsewhere(
    lab: Lab, connection: subprocess.Popen[str]
) -> None:
    units = {node: started(lab, node) for node in NODES}
    lab.runner("scale", "general", *(f"{site}=2" for site in SITES))
    assert lab.file.read_text().count("fra: 2") == 3
    assert "# made by `make demo`" in lab.file.read_text()
    assert lab.ready() == dict.fromkeys((*NODES, *SECOND), True)
    assert {node: started(lab, node) for node in NODES} == units
    assert lab.plan() == []


def test_one_worker_less_in_each_cloud_is_drained_and_gone_and_only_mesh_entries_change_elsewhere(
    lab: Lab, connection: subprocess.Popen[str]
) -> None:
    units = {node: started(lab, node) for node in NODES}
    ranges = [json.loads(lab.kubectl("get", "node", node, "-o", "json"))["spec"]["podCIDR"] for node in SECOND]
    peers = lab.on(WORKERS[0], "sudo wg show wg0 allowed-ips")
    assert all(pods in peers for pods in ranges)
    lab.runner("scale", "general", *(f"{site}=1" for site in SITES))
    assert set(lab.ready()) == NODES
    peers = lab.on(WORKERS[0], "sudo wg show wg0 allowed-ips")
    assert not any(pods in peers for pods in ranges)
    assert {node: started(lab, node) for node in NODES} == units
    assert lab.plan() == []


def test_a_connection_between_the_other_nodes_did_not_notice(lab: Lab, connection: subprocess.Popen[str]) -> None:
    assert connection.poll() is None, connection.stdout.read()


def test_a_pool_or_site_that_is_not_there_is_refused_before_the_file_is_touched(lab: Lab) -> None:
    before = lab.file.read_text()
    for words in (("none", "aws-fra=1"), ("general", "moon=1"), ("general", "aws-fra=x")):
        lab.runner("scale", *words, expect=64)
    assert lab.file.read_text() == before


def started(lab: Lab, node: str) -> str:
    """When each service of a node was started last: a restart would show."""
    units = "kubelet containerd pangaea-api-balancer"
    return lab.on(node, f"systemctl show -p ActiveEnterTimestampMonotonic {units}; sudo sysctl -n net.ipv4.ip_forward")
