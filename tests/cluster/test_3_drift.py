"""Damage is named exactly, repaired, and then there is silence; in each cloud."""

from __future__ import annotations

import json

import pytest

from .lab import CONTROL_PLANE, NODES, OWNER, ROUTES, RULES, SITES, WORKERS, Lab

AWS_1 = WORKERS[0]


def damage(site: str) -> dict[tuple[str, ...], set[str]]:
    """What somebody does by the drill to a site, and the only lines that a plan may then hold."""
    worker, first = f"ct-{site}-general-1", f"ct-{site}-cp-1"
    # In Azure the address is a field of the machine.
    back = f"update machine/{site}/{first}" if site == "azure-fra" else f"create attachment/{site}/{first}"
    found: dict[tuple[str, ...], set[str]] = {
        ("delete-rule", RULES[site], "--port", "51820"): {f"create rule/{site}/nodes-in-udp-51820"},
        ("edit-rule", RULES[site], "--port", "22", "--to", "192.0.2.0/24"): {f"update rule/{site}/nodes-in-tcp-22"},
        ("edit-tag", worker, "pangaea-pool", "other", "--kind", "machine"): {f"update machine/{site}/{worker}"},
        ("stop-machine", worker): {f"update machine/{site}/{worker}"},
        ("delete-address", first): {f"create address/{site}/{first}", back},
    }
    if site in ROUTES:
        found["delete-route", ROUTES[site]] = {f"create route/{site}/default"}
    return found


@pytest.mark.parametrize("site", SITES)
def test_all_that_somebody_did_to_a_site_is_named_then_repaired_then_silent(lab: Lab, site: str) -> None:
    for words in damage(site):
        lab.drill(*words)
    named = [line for line in lab.plan() if not line.startswith("node/")]
    assert sorted(named) == sorted(set().union(*damage(site).values()))
    lab.converge()
    assert lab.plan() == []
    assert lab.ready() == dict.fromkeys(NODES, True)


def test_workers_that_somebody_deleted_are_made_anew(lab: Lab) -> None:
    for node in WORKERS:
        lab.drill("delete-machine", node)
    named = [line for line in lab.plan() if not line.startswith("node/")]
    assert sorted(named) == sorted(f"create machine/{site}/{node}" for site, node in zip(SITES, WORKERS, strict=True))
    lab.converge()
    assert lab.plan() == []
    assert lab.ready() == dict.fromkeys(NODES, True)


BROKEN = {  # a node, what is done to it, and the reason that is given
    WORKERS[0]: ("sudo wg set wg0 peer $(sudo wg show wg0 peers | head -1) remove", "not in the kernel"),
    WORKERS[1]: ("sudo systemctl stop pangaea-api-balancer", "pangaea-api-balancer.service is inactive"),
    WORKERS[2]: ("sudo rm /etc/cni/net.d/10-pangaea.conflist", "10-pangaea.conflist is missing"),
    CONTROL_PLANE[2]: ("sudo systemctl disable --now kubelet", "kubelet.service is inactive"),
}


def test_broken_nodes_are_named_with_their_reasons_and_mended(lab: Lab) -> None:
    for node, (command, _) in BROKEN.items():
        lab.on(node, command)
    named = lab.plan()
    assert {f"node/{node}" for node in BROKEN} <= set(named)
    assert all(line.startswith("node/") for line in named)  # a link has two ends, and the other may miss it, too
    for node, (_, reason) in BROKEN.items():
        assert any(reason in sentence for sentence in lab.report()["nodes"][node]), lab.report()["nodes"]
    lab.converge()
    assert lab.plan() == []


def test_things_whose_tag_is_gone_are_not_ours_any_more_and_that_is_refused(lab: Lab) -> None:
    for node in WORKERS:
        lab.drill("edit-tag", node, "pangaea-cluster", "--kind", "machine")
    since = lab.now()
    run = lab.converge(expect=12)
    assert all(node in run.out for node in WORKERS)
    assert "pangaea-cluster" in run.out
    assert "put the " in run.out  # the way out
    assert lab.wrote(since) == []
    for node in WORKERS:
        lab.drill("edit-tag", node, "pangaea-cluster", OWNER, "--kind", "machine")
    assert lab.plan() == []


def test_labels_of_a_node_that_somebody_changed_come_back(lab: Lab) -> None:
    lab.kubectl("label", "node", AWS_1, "pangaea.io/site=elsewhere", "--overwrite")
    lab.converge()
    node = json.loads(lab.kubectl("get", "node", AWS_1, "-o", "json"))
    assert node["metadata"]["labels"]["pangaea.io/site"] == "aws-fra"


def test_the_control_plane_is_as_it_was(lab: Lab) -> None:
    assert len(lab.healthy_members(CONTROL_PLANE[1])) == 3
