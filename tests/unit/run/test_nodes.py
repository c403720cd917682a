# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which nodes are there, by what key they are known, and what is kept of those that a run did not see."""

from __future__ import annotations

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._run import nodes, sites

KEY, OTHER, FIRST = "ssh-ed25519 AAAAkey", "ssh-ed25519 AAAAother", "ecdsa-sha2-nistp256 AAAAfirst"


def machine(**fields: Any) -> dict[str, Any]:
    whole = {"id": "i-1", "state": "running", "public_address": "198.51.100.7", "private_address": "10.64.0.4"}
    return {**whole, "host_key": KEY, "first_host_key": FIRST, "pods": "10.128.0.0/24", **fields}


def site(machines: dict[str, Any], **said: Any) -> dict[str, Any]:
    result = {"machines": machines, "surplus": [], "plan": {"checksum": "0", "changes": []}, **said}
    return {"pangaea_site": {"cloud": "aws"}, "pangaea_machines_now": result}


FAILED = {
    "pangaea_site": {"cloud": "aws"},
    "pangaea_network_now": {"failed": True, "msg": "no answer", "kind": "Unreachable"},
}


def test_every_wanted_node_has_one_place() -> None:
    said = {
        "fra": site(
            {"a": machine(), "b": machine(host_key=None), "c": machine(state="stopped"), "x": machine()}, surplus=["x"]
        ),
        "zrh": FAILED,
    }
    census = nodes.Census.of(said, {"a": "fra", "b": "fra", "c": "fra", "d": "fra", "e": "zrh"})
    assert census.as_dict() == {
        "reachable": ["a"], "new": ["b"], "missing": ["c", "d"], "unread": ["e"], "surplus": ["x"],
    }  # fmt: skip


def test_a_machine_that_lost_its_pod_range_is_met_again() -> None:
    assert nodes.Census.of({"fra": site({"a": machine(pods=None)})}, {"a": "fra"}).new == ("a",)


def test_known_hosts_has_what_is_recorded_and_keeps_what_was_not_seen() -> None:
    before = f"a {OTHER}\nunseen {OTHER}\n"
    after = nodes.known_hosts(before, {"a": machine(), "b": machine(host_key=None)})
    assert after.splitlines() == [f"a {KEY}", f"b {FIRST}", f"unseen {OTHER}"]


def test_a_machine_without_a_record_is_known_by_both_keys_it_may_have() -> None:
    after = nodes.known_hosts(f"a {OTHER}\n", {"a": machine(host_key=None)})
    assert after.splitlines() == [f"a {OTHER}", f"a {FIRST}"]
    assert nodes.known_hosts(after, {"a": machine()}) == f"a {KEY}\n"


def test_what_is_recorded_is_the_key_and_a_pod_range_that_the_cloud_lost() -> None:
    found = {"a": {**machine(host_key=None), "site": "fra"}, "b": {**machine(pods=None), "site": "zrh"}}
    said = {"a": f"{KEY} a comment\n", "b": f'{OTHER} b\n{{"pods": "10.129.3.0/24"}}\n'}
    assert nodes.records(said, found) == {
        "fra": {"a": {"host_key": KEY}},
        "zrh": {"b": {"host_key": OTHER, "pods": "10.129.3.0/24"}},
    }


def test_addresses_of_nodes_that_were_not_seen_stay() -> None:
    before = {"unseen": {"public_address": "198.51.100.9"}, "gone": {"public_address": "198.51.100.8"}}
    assert list(nodes.addresses(before, {"a": machine()}, ["gone"])) == ["a", "unseen"]


def test_a_kept_connection_is_of_one_machine_of_one_cluster_in_one_run() -> None:
    paths = {
        nodes.control_path(*words)
        for words in (("i-1", "s", "r"), ("i-2", "s", "r"), ("i-1", "t", "r"), ("i-1", "s", "q"))
    }
    assert len(paths) == 4


def test_a_site_that_fails_is_named_with_its_kind_and_hides_no_other() -> None:
    said = {"fra": site({"a": machine()}), "zrh": FAILED}
    assert sites.errors(said) == {"zrh": {"error": "no answer", "kind": "Unreachable"}}
    assert [(part["site"], part["part"], "error" in part) for part in sites.parts(said)] == [
        ("fra", "machines", False), ("zrh", "network", True),
    ]  # fmt: skip
    assert list(sites.machines(said)) == ["a"]


def test_a_silent_node_is_no_trouble_in_a_plan_that_is_to_put_its_route_back_first() -> None:
    census = {"reachable": ["a", "b", "c"], "new": ["d"], "missing": []}
    wanted = {"a": "fra", "b": "zrh", "c": "fra", "d": "fra"}
    assert nodes.unreachable(census, ["a"], wanted, []) == ["b", "c"]
    assert nodes.unreachable(census, ["a"], wanted, ["fra"]) == ["b"]


def test_a_machine_that_does_not_run_cannot_answer_and_is_named() -> None:
    census = {"reachable": ["a"], "new": [], "missing": ["b"]}
    assert nodes.unreachable(census, ["a"], {"a": "fra", "b": "zrh"}, []) == ["b"]
