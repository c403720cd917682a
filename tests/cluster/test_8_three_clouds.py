"""One cluster over AWS, Azure and GCP: etcd in each of them, and any one control-plane machine may be lost."""

from __future__ import annotations

import json

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.gcp.cloud import PROJECT

from .lab import FRA, Lab

SITES = ("aws-fra", "azure-fra", "gcp-fra")
CONTROL_PLANE = [f"trio-{site}-cp-1" for site in SITES]
NODES = {*CONTROL_PLANE, *(f"trio-{site}-general-1" for site in SITES)}
OWNER = "trio-d3m0tr10"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{OWNER}-azure-fra/providers/Microsoft.Network"
# Somebody deletes what the mesh needs: the only line that a plan may then hold.
DELETED = {
    f"azure {GROUP}/networkSecurityGroups/trio-azure-fra-nodes/securityRules/in-udp-51820?api-version=2025-07-01": (
        "create rule/azure-fra/nodes-in-udp-51820"
    ),
    f"gcp /compute/v1/projects/{PROJECT}/global/firewalls/{OWNER}-gcp-fra-nodes-in-udp-51820": (
        "create rule/gcp-fra/nodes-in-udp-51820"
    ),
}


def healthy_members(trio: Lab, asked: str) -> list[str]:
    pki = ["--cacert=/etc/kubernetes/pki/etcd/ca.crt", "--cert=/etc/kubernetes/pki/etcd/server.crt"]
    words = ["etcdctl", "--endpoints=https://127.0.0.1:2379", *pki, "--key=/etc/kubernetes/pki/etcd/server.key"]
    out = trio.kubectl("-n", "kube-system", "exec", f"etcd-{asked}", "--", *words, "endpoint", "health", "--cluster")
    return [line for line in out.splitlines() if "is healthy" in line]


def test_one_converge_makes_six_ready_nodes_in_three_clouds(trio: Lab) -> None:
    trio.converge()
    assert trio.ready() == dict.fromkeys(NODES, True)
    assert len(healthy_members(trio, CONTROL_PLANE[1])) == 3


def test_each_node_says_in_its_clouds_own_words_where_it_stands(trio: Lab) -> None:
    nodes = json.loads(trio.kubectl("get", "nodes", "-o", "json"))["items"]
    said = {node["metadata"]["name"]: node for node in nodes}
    begins = {
        "aws-fra": "aws:///eu-central-1",
        "azure-fra": f"azure:///subscriptions/{SUBSCRIPTION}/resourceGroups/",
        "gcp-fra": f"gce://{PROJECT}/europe-west3-",
    }
    regions = {"aws-fra": "eu-central-1", "azure-fra": "germanywestcentral", "gcp-fra": "europe-west3"}
    for site in SITES:
        node = said[f"trio-{site}-general-1"]
        assert node["spec"]["providerID"].startswith(begins[site])
        assert node["metadata"]["labels"]["pangaea.io/cloud"] == site.split("-")[0]
        assert node["metadata"]["labels"]["topology.kubernetes.io/region"] == regions[site]


def test_a_second_converge_changes_nothing(trio: Lab) -> None:
    trio.converge()
    assert trio.report()["plan"]["changes"] == []
    assert trio.report()["applied"] == []
    # Each site asks within its budget of lists, its identity calls apart.
    for site, said in trio.report()["sites"].items():
        assert 0 < sum(said["api_calls"].values()) <= 14, (site, said["api_calls"])


def test_rules_that_somebody_deleted_in_two_clouds_are_named_and_put_back(trio: Lab) -> None:
    for thing in DELETED:
        cloud, path = thing.split(" ")
        trio.drill("call", cloud, "DELETE", path)
    assert sorted(line for line in trio.plan() if not line.startswith("node/")) == sorted(DELETED.values())
    trio.converge()
    assert trio.plan() == []


def test_kubectl_goes_on_without_any_one_control_plane_machine_and_the_next_converge_has_it_back(trio: Lab) -> None:
    first, *others = CONTROL_PLANE
    trio.drill("delete-machine", "--region", FRA, first)
    for node in others:  # by the balancer of each of the others
        assert first in trio.on(node, "sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get nodes")
    trio.converge()
    assert trio.ready() == dict.fromkeys(NODES, True)
    assert len(healthy_members(trio, others[0])) == 3
    assert trio.plan() == []


def test_delete_leaves_nothing_in_any_cloud(trio: Lab) -> None:
    run = trio.runner("delete", "--yes")
    assert all(f"{site}: " in run.out for site in SITES)
    assert run.out.count("nothing of ours is left") == 3
    assert [thing for thing in trio.held() if OWNER in json.dumps(thing)] == []
