"""From nothing to a cluster over three clouds, and a second time to no change."""

from __future__ import annotations

import json
from collections import Counter

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.gcp.cloud import PROJECT

from .lab import CONTROL_PLANE, NODES, REGION, SITES, WORKERS, Lab

# What a site says of a node in its cloud's own words.
PROVIDER_ID = {
    "aws-fra": "aws:///eu-central-1",
    "azure-fra": f"azure:///subscriptions/{SUBSCRIPTION}/resourceGroups/",
    "gcp-fra": f"gce://{PROJECT}/europe-west3-",
}
PODS = {"aws-fra": "10.128.", "azure-fra": "10.129.", "gcp-fra": "10.130."}
# How the log of each cloud names the making of a machine.
MAKES = {"aws": "RunInstances", "azure": "PUT virtualMachines", "gcp": "instances.insert"}


def test_a_plan_on_empty_accounts_names_everything_and_writes_nothing(lab: Lab) -> None:
    since = lab.now()
    named = lab.plan()
    for site, node in zip(SITES, WORKERS, strict=True):
        assert f"create network/{site}" in named
        assert f"create machine/{site}/{node}" in named
    assert all(line.startswith("create ") for line in named)
    assert lab.wrote(since) == []


def test_a_check_run_says_the_same_and_writes_nothing(lab: Lab) -> None:
    planned = lab.report()["plan"]["checksum"]
    since = lab.now()
    lab.converge("--check", expect=2)
    assert lab.report()["plan"]["checksum"] == planned
    assert lab.wrote(since) == []


def test_another_plan_than_the_reviewed_one_is_refused(lab: Lab) -> None:
    since = lab.now()
    lab.converge("--checksum", "00000000", expect=12)
    assert lab.wrote(since) == []


def test_the_reviewed_plan_is_what_is_applied_and_every_node_is_ready(lab: Lab) -> None:
    assert lab.plan()
    run = lab.converge("--checksum", lab.report()["plan"]["checksum"])
    assert lab.ready() == dict.fromkeys(NODES, True)
    assert len(lab.healthy_members(CONTROL_PLANE[0])) == 3
    # What `make demo` takes with everything cached: the goal is 4 minutes, docs/performance.md has the breakdown.
    assert run.seconds + (lab.started.seconds if lab.started else 0) < 8 * 60


def test_names_are_resolved_by_dns_pods_that_run_on_different_nodes(lab: Lab) -> None:
    pods = json.loads(lab.kubectl("-n", "kube-system", "get", "pods", "-l", "k8s-app=kube-dns", "-o", "json"))["items"]
    assert [pod["status"]["phase"] for pod in pods] == ["Running", "Running"]
    assert len({pod["spec"]["nodeName"] for pod in pods}) == 2


def test_each_node_says_in_its_clouds_own_words_where_it_stands(lab: Lab) -> None:
    nodes = json.loads(lab.kubectl("get", "nodes", "-o", "json"))["items"]
    for node in nodes:
        labels, name = node["metadata"]["labels"], node["metadata"]["name"]
        site = name.removeprefix("ct-").rsplit("-", 2)[0]
        assert labels["pangaea.io/site"] == site
        assert labels["pangaea.io/cloud"] == site.split("-")[0]
        assert labels["topology.kubernetes.io/region"] == REGION[site]
        assert node["spec"]["providerID"].startswith(PROVIDER_ID[site])
        assert node["spec"]["podCIDR"].startswith(PODS[site])
        # As each cloud's own controller writes it: the zone is in AWS's and GCP's id, and a number in Azure.
        zone = labels["topology.kubernetes.io/zone"]
        assert f"/{zone}/" in node["spec"]["providerID"] or zone.startswith("germanywestcentral-")


def test_a_second_converge_changes_nothing(lab: Lab) -> None:
    since = lab.now()
    run = lab.converge()
    assert lab.report()["plan"]["changes"] == []
    assert lab.report()["applied"] == []
    assert lab.wrote(since) == []
    assert "changed=0" in run.out or "0 changes" in run.out, run.out


def test_a_plan_of_a_cluster_as_desired_is_empty_and_within_its_budget_of_lists(lab: Lab) -> None:
    assert lab.plan() == []
    # Twelve lists, and two looks at who asks.
    for site, said in lab.report()["sites"].items():
        assert 0 < sum(said["api_calls"].values()) <= 14, (site, said["api_calls"])


def test_plain_ansible_finds_nothing_to_do_either(lab: Lab) -> None:
    run = lab.call(
        ".venv/bin/ansible-playbook", "pangaea.multicloud.converge", "-i", str(lab.inventory), timeout=600
    )  # fmt: skip
    assert "failed=0" in run.out
    changed = [line for line in run.out.splitlines() if "changed=" in line and "changed=0" not in line]
    assert changed == []


def test_nothing_was_made_twice(lab: Lab) -> None:
    made = Counter(e["cloud"] for e in lab.requests() if e["action"] == MAKES[e["cloud"]] and e["outcome"] == "ok")
    assert made == dict.fromkeys(MAKES, 2)
