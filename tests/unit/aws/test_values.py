# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure parts: rules, zones, pod ranges, user data, sizes, quotas."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.launch import USER_DATA_LIMIT
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.quotas import VCPUS, is_standard, refuse_over
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.rules import (
    permission_of,
    refuse_too_many_rules,
    rules_of,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.sizes import architecture_of, nearest, type_of
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.zones import (
    refuse_missing_types,
    refuse_zones_without,
    wanted_zones,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.pod_ranges import (
    give_out,
    part_or_none,
    refuse_shared_parts,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import OverQuota, Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.blocks import blocks
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.rules import Rule, wanted_rules
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.user_data import HostKey, user_data

OPTIONS: dict[str, Any] = {
    "mesh_port": 51820,
    "api_port": 6443,
    "admin": ["198.51.100.0/24"],
    "inside": ["10.64.0.0/16", "10.128.0.0/16"],
    "public": [],
}


def test_nothing_is_open_but_mesh_ssh_api_and_what_is_inside() -> None:
    wanted = wanted_rules(OPTIONS)
    assert {rule.name: peers for rules in wanted.values() for rule, peers in rules.items()} == {
        "nodes-in-udp-51820": ["0.0.0.0/0"],
        "nodes-in-tcp-22": ["198.51.100.0/24"],
        "nodes-in-all": ["10.128.0.0/16", "10.64.0.0/16"],
        "nodes-out-all": ["0.0.0.0/0"],
        "control_plane-in-tcp-6443": ["198.51.100.0/24"],
        "control_plane-out-all": ["0.0.0.0/0"],
    }


def test_openings_of_a_pool_are_its_own_firewall_and_merge_by_port() -> None:
    public = [
        {"pools": ["general", "batch"], "ports": ["80"], "cidrs": ["0.0.0.0/0"]},
        {"pools": ["general"], "ports": [80, "30000-32767"], "cidrs": ["192.0.2.0/24"]},
    ]
    wanted = wanted_rules({**OPTIONS, "public": public})
    assert {rule.name: peers for rule, peers in wanted["pool-general"].items() if rule.direction == "in"} == {
        "pool-general-in-tcp-80": ["0.0.0.0/0", "192.0.2.0/24"],
        "pool-general-in-tcp-30000-32767": ["192.0.2.0/24"],
    }
    assert "pool-batch" in wanted


def test_a_rule_reads_back_as_it_was_written() -> None:
    peers = ["10.0.0.0/8", "2001:db8::/32", "pl-1", "sg-1"]
    for rule in (Rule("nodes", "in", "tcp", (22, 22)), Rule("nodes", "in", "all"), Rule("nodes", "in", "icmp", (3, 4))):
        assert rules_of("nodes", {"IpPermissions": [permission_of(rule, peers)]}) == {rule: peers}


def test_more_entries_than_aws_allows_are_refused_before_any_call() -> None:
    many = [f"10.{number}.0.0/16" for number in range(60)]
    with pytest.raises(OverQuota, match=r"firewall/aws-fra/nodes would have 63 entries in"):
        refuse_too_many_rules(wanted_rules({**OPTIONS, "admin": many}), "aws-fra")


OFFERS = {f"eu-x-1{letter}": {"t3.small"} for letter in "abcd"} | {"eu-x-1-bos-1a": {"t3.small"}}


def never() -> dict[str, set[str]]:
    raise AssertionError("offerings were looked up, and nothing is missing")


def test_the_first_three_zones_by_name_are_taken() -> None:
    assert wanted_zones(None, [], "eu-x-1", lambda: OFFERS) == ["eu-x-1a", "eu-x-1b", "eu-x-1c"]


def test_existing_zones_stay_and_ask_nothing() -> None:
    have = ["eu-x-1b", "eu-x-1c", "eu-x-1d"]
    assert wanted_zones(None, have, "eu-x-1", never) == have
    assert wanted_zones(["eu-x-1a"], have, "eu-x-1", never) == ["eu-x-1a", *have]


def test_a_lost_zone_comes_back() -> None:
    assert wanted_zones(None, ["eu-x-1a", "eu-x-1c"], "eu-x-1", lambda: OFFERS) == ["eu-x-1a", "eu-x-1b", "eu-x-1c"]


def test_zones_that_do_not_offer_all_types_are_not_taken() -> None:
    offers = {"eu-x-1a": {"a"}, "eu-x-1b": {"a", "b"}, "eu-x-1c": {"a", "b"}}
    assert wanted_zones(None, [], "eu-x-1", lambda: offers) == ["eu-x-1b", "eu-x-1c"]
    with pytest.raises(Refused, match="does not offer b"):
        refuse_missing_types({"a", "b"}, {"eu-x-1a": {"a"}}, "eu-x-1", lambda: [])
    with pytest.raises(Refused, match="no zone of eu-x-1 offers all of a, b"):
        refuse_missing_types({"a", "b"}, {"eu-x-1a": {"a"}, "eu-x-1b": {"b"}}, "eu-x-1", lambda: [])


OFFERED = ["c6gn.large", "c6i.large", "c8gn.large", "m5.large", "m7i.xlarge", "m8g.large", "t3.medium", "t3.xlarge"]


@pytest.mark.parametrize(
    ("missing", "near"),
    [
        ("c7gn.large", "c8gn.large"),  # Graviton again, the newest of two that are as near
        ("m6g.large", "m8g.large"),
        ("m6a.large", "m5.large"),  # x86-64 again, though m8g.large is as near by name
        ("m5.xlarge", "m7i.xlarge"),
        ("z1d.xlarge", "t3.xlarge"),  # of no kind that is there: the size decides
        ("t3.mediun", "t3.medium"),
        ("c6i.lrage", "c6i.large"),
    ],
)
def test_the_nearest_type_has_the_same_processor_then_the_same_size_then_the_same_kind(missing: str, near: str) -> None:
    assert nearest(missing, OFFERED) == near
    with pytest.raises(
        Refused, match=rf"eu-x-1 does not offer {missing} in any zone; the nearest that it has is {near};"
    ):
        refuse_missing_types({missing}, {}, "eu-x-1", lambda: OFFERED)


def test_where_nothing_is_alike_nothing_is_named() -> None:
    assert nearest("t4g.small", ["t3.small"]) is None
    with pytest.raises(Refused, match=r"does not offer t4g.small in any zone; choose another size or region"):
        refuse_missing_types({"t4g.small"}, {}, "eu-x-1", lambda: ["t3.small"])


def test_a_machine_whose_zone_lacks_its_type_is_refused_with_the_zones_that_have_it() -> None:
    offers = {"eu-x-1a": {"a"}, "eu-x-1b": {"a", "b"}, "eu-x-1c": {"b"}}
    refuse_zones_without([("a", "eu-x-1a"), ("b", "eu-x-1c")], offers)
    with pytest.raises(Refused, match="zone eu-x-1a does not offer b, only eu-x-1b, eu-x-1c do"):
        refuse_zones_without([("a", "eu-x-1a"), ("b", "eu-x-1a")], offers)


def test_blocks_stay_and_new_ones_avoid_what_is_taken() -> None:
    cidr, have = "10.64.0.0/16", {"b": "10.64.64.0/18"}
    assert blocks(cidr, have, ["10.64.0.0/20"], ["b", "c", "d"]) == {
        "b": "10.64.64.0/18",
        "c": "10.64.128.0/18",
        "d": "10.64.192.0/18",
    }
    with pytest.raises(Refused, match="none is free"):
        blocks(cidr, {}, [], ["a", "b", "c", "d", "e"])


def test_pod_ranges_are_given_out_lowest_first() -> None:
    used = ["10.128.0.0/24", "10.128.2.0/24"]
    assert give_out("10.128.0.0/16", 24, used, ["x", "y"]) == {"x": "10.128.1.0/24", "y": "10.128.3.0/24"}
    with pytest.raises(Refused, match="machine y"):
        give_out("10.128.0.0/24", 24, [], ["x", "y"])


@pytest.mark.parametrize("text", [None, "", "x", "10.129.0.0/24", "10.128.0.0/25", "10.128.0.1/24", "fd00::/64"])
def test_what_is_no_part_of_the_range_counts_as_lost(text: str | None) -> None:
    assert part_or_none(text, "10.128.0.0/16", 24) is None


def test_two_machines_with_one_range_are_both_named() -> None:
    with pytest.raises(Refused, match=r"a and b both have the pod range 10\.128\.0\.0/24"):
        refuse_shared_parts({"b": "10.128.0.0/24", "a": "10.128.0.0/24"})


def test_user_data_names_host_user_and_a_fresh_key() -> None:
    first, second = HostKey.generate(), HostKey.generate()
    assert first.public.startswith("ecdsa-sha2-nistp256 ") and len(first.public) <= 256
    assert first.public != second.public
    assert first.private not in repr(first)
    text = user_data("shop-aws-fra-cp-1", "debian", ["ssh-ed25519 AAAA ana"], first, limit=USER_DATA_LIMIT)
    head, _, body = text.partition("\n")
    config = json.loads(body)
    assert head == "#cloud-config"
    assert config["ssh_keys"] == {"ecdsa_private": first.private, "ecdsa_public": first.public + "\n"}
    assert (config["hostname"], config["users"][0]["name"]) == ("shop-aws-fra-cp-1", "debian")
    assert config["disable_root"] is True
    assert (
        json.loads(user_data("a", "root", [], first, limit=USER_DATA_LIMIT).partition("\n")[2])["disable_root"] is False
    )


def test_user_data_that_is_too_long_is_refused() -> None:
    with pytest.raises(Refused, match="16384"):
        user_data("a", "debian", ["ssh-rsa " + "A" * 1000] * 20, HostKey("private", "public"), limit=USER_DATA_LIMIT)


def test_the_kind_of_processor_is_read_from_the_type() -> None:
    kinds = {kind: architecture_of(kind) for kind in ("t3.small", "m7g.large", "c7gn.large", "a1.large", "g5.xlarge")}
    assert kinds == {
        "t3.small": "amd64",
        "m7g.large": "arm64",
        "c7gn.large": "arm64",
        "a1.large": "arm64",
        "g5.xlarge": "amd64",
    }
    assert (type_of("small"), type_of("m7i.large")) == ("t3.small", "m7i.large")


def test_a_quota_says_what_is_used_and_needed() -> None:
    refuse_over(VCPUS, "eu-x-1", limit=None, used=100, wanted=100, why="create")
    refuse_over(VCPUS, "eu-x-1", limit=32, used=30, wanted=2, why="create")
    with pytest.raises(OverQuota, match=r"L-1216C47A.* is 32, 30 are used and 4 more"):
        refuse_over(VCPUS, "eu-x-1", limit=32, used=30, wanted=4, why="create 2 machines")
    assert is_standard("t3.small") and not is_standard("trn1.2xlarge") and not is_standard("p5.48xlarge")
