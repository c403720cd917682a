# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each node needs, and that a node which differs in nothing needs nothing."""

from __future__ import annotations

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._run import kubernetes, work

NODE = {
    "name": "w-1", "role": "worker", "region": "eu-central-1",
    "labels": {"pangaea.io/site": "fra", "tier": "batch"}, "taints": ["tier=batch:NoSchedule"],
}  # fmt: skip
CP = {**NODE, "name": "cp-1", "role": "control_plane", "labels": {}, "taints": []}
MACHINE = {
    "provider_id": "aws:///a/i-1",
    "zone": "a",
    "pods": "10.128.1.0/24",
    "private_address": "10.64.0.5",
    "site": "fra",
}


def look(
    *, joined: bool = True, key: str | None = "K", peers: dict[str, Any] | None = None, **areas: list[str]
) -> dict[str, Any]:
    tunnel = {"public_key": key, "address": None, "peers": peers or {}}
    return {"kubelet": {"configured": joined}, "differences": areas, "wireguard": tunnel, "links": {}}


def node(name: str, **spec: Any) -> dict[str, Any]:
    labels = {
        "pangaea.io/site": "fra", "tier": "batch", "topology.kubernetes.io/region": "eu-central-1",
        "topology.kubernetes.io/zone": "a", "somebody": "else",
    }  # fmt: skip
    whole = {
        "providerID": "aws:///a/i-1", "podCIDR": "10.128.1.0/24",
        "taints": [{"key": "tier", "value": "batch", "effect": "NoSchedule"}],
    }  # fmt: skip
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    return {"kind": "Node", "metadata": {"name": name, "labels": labels}, "spec": {**whole, **spec}, "status": ready}


def known(*nodes: dict[str, Any]) -> dict[str, Any]:
    return {"items": list(nodes)}


def done(looks: dict[str, Any], listed: dict[str, Any] | None, first: dict[str, Any] | None = None) -> dict[str, Any]:
    of_nodes = {name: CP if name == "cp-1" else NODE for name in looks}
    return work.work(looks, of_nodes, dict.fromkeys(looks, MACHINE), listed, first).as_dict()


def test_a_node_as_it_should_be_enters_no_play() -> None:
    found = done({"cp-1": look(), "w-1": look(base=[], mesh=[])}, known(node("cp-1"), node("w-1")))
    assert found == {"groups": {}, "reasons": {}, "stale": []}


def test_a_difference_leads_to_the_play_of_its_area_alone() -> None:
    found = done({"cp-1": look(), "w-1": look(balancer=["server is missing"])}, known(node("cp-1"), node("w-1")))
    assert found["groups"] == {"w-1": [work.BALANCER]} and found["reasons"] == {"w-1": ["server is missing"]}


def test_first_one_node_initialises_then_the_others_join() -> None:
    looks = {"cp-1": look(joined=False), "w-1": look(joined=False)}
    found = done(looks, None, {"step": "init", "node": "cp-1", "why": "there is no cluster yet"})
    assert found["groups"] == {"cp-1": [work.INIT], "w-1": [work.JOINS]}


def test_nobody_joins_while_no_control_plane_node_is_there_to_join() -> None:
    found = done({"w-1": look(joined=False)}, None, {"step": "wait", "node": None, "why": ""})
    assert found["groups"] == {"w-1": []} and found["reasons"] == {"w-1": ["it has not joined the cluster"]}


def test_a_silent_api_makes_no_joined_node_join_again() -> None:
    assert done({"cp-1": look(), "w-1": look()}, None)["groups"] == {}


def test_a_machine_made_anew_under_its_name_joins_as_a_new_node() -> None:
    found = done({"cp-1": look(), "w-1": look()}, known(node("cp-1"), node("w-1", providerID="aws:///a/i-0")))
    assert found["groups"] == {"w-1": [work.JOINS]}
    assert done({"cp-1": look(), "w-1": look()}, known(node("cp-1")))["groups"] == {"w-1": [work.JOINS]}


def test_a_patch_gives_what_is_missing_and_takes_nothing_of_others() -> None:
    other = {"key": "maintenance", "effect": "NoExecute"}
    lacking = node("w-1", podCIDR=None, taints=[other])
    del lacking["metadata"]["labels"]["tier"]
    assert kubernetes.patch(lacking, NODE, MACHINE) == {
        "metadata": {"labels": {"tier": "batch"}},
        "spec": {
            "taints": [other, {"key": "tier", "effect": "NoSchedule", "value": "batch"}],
            "podCIDR": "10.128.1.0/24",
            "podCIDRs": ["10.128.1.0/24"],
        },
    }
    assert kubernetes.patch(node("w-1"), NODE, MACHINE) == {}


def test_a_node_that_is_not_ready_is_named() -> None:
    sick = node("w-1")
    sick["status"]["conditions"][0]["status"] = "Unknown"
    assert done({"cp-1": look(), "w-1": look()}, known(node("cp-1"), sick))["reasons"] == {"w-1": ["it is not Ready"]}


def linked(looks: dict[str, Any], machines: dict[str, Any], *, all_read: bool) -> work.Work:
    found = work.Work()
    work.link(found, looks, machines, {}, [], all_read=all_read)
    return found


PEER = {"public_key": "G", "endpoint": None, "allowed": ["10.64.0.9/32"], "handshake": None}


def test_a_link_goes_only_when_every_site_was_read_and_has_no_such_machine() -> None:
    has = look(peers={"gone": PEER})
    has["wireguard"] |= {"address": "10.64.0.5", "port": 51820, "mtu": 1420}
    machines = {"w-1": {**MACHINE, "name": "w-1", "pods": None}}
    assert linked({"w-1": has}, machines, all_read=True).stale == ["gone"]
    assert linked({"w-1": has}, machines, all_read=False).stale == []


def test_a_node_without_a_key_brings_all_others_into_the_mesh_play() -> None:
    machines = {
        "w-1": {**MACHINE, "name": "w-1"},
        "w-2": {**MACHINE, "name": "w-2", "private_address": "10.64.0.6", "pods": "10.128.2.0/24"},
    }
    found = linked({"w-1": look(), "w-2": look(key=None)}, machines, all_read=True)
    assert "link w-2: its key is still to be made" in found.reasons["w-1"]
    assert found.groups["w-1"] == found.groups["w-2"] == [work.MESH]


def test_coredns_is_crowded_when_another_node_could_take_a_part() -> None:
    def pods(*places: str) -> dict[str, Any]:
        running = {"kind": "Pod", "status": {"phase": "Running"}}
        named = [({"name": f"dns-{number}"}, place) for number, place in enumerate(places)]
        return known(*({**running, "metadata": name, "spec": {"nodeName": place}} for name, place in named))

    control_plane = node("cp-1", taints=[{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}])
    both = known(control_plane, node("w-1", taints=[]))
    assert kubernetes.crowded(pods("cp-1", "cp-1"), both)
    assert not kubernetes.crowded(pods("cp-1", "w-1"), both)
    assert not kubernetes.crowded(pods("cp-1", "cp-1"), known(control_plane, node("w-1")))
