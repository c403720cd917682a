# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, and that nothing is touched then."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tests.sandbox.running import OWNER, well

from .clouds import LABS, each
from .lab import Lab
from .site import Limit

Converged = tuple[Lab, dict[str, Any]]


@pytest.fixture
def converged(lab: Lab) -> Converged:
    network = lab.converge()
    lab.asked()
    return lab, network


def test_another_account_is_refused_before_any_other_call(lab: Lab) -> None:
    lab.asked()
    refused = lab.network(**lab.other_account)
    assert refused["kind"] == "Refused" and next(iter(lab.other_account.values())) in refused["msg"]
    assert lab.asked() == [lab.identity]


def test_a_caller_outside_of_admin_is_told_before_any_call(lab: Lab) -> None:
    lab.asked()
    refused = lab.network(caller_address="203.0.113.9")
    assert refused["kind"] == "Refused" and "203.0.113.9" in refused["msg"]
    assert lab.asked() == []


@each("lab", "thing", lambda lab: lab.things)
@pytest.mark.parametrize("all_of_them", [False, True], ids=["its_owner", "all_tags"])
def test_a_thing_that_lost_its_tags_is_named_and_not_made_twice(lab: Lab, thing: str, all_of_them: bool) -> None:
    if all_of_them and thing in lab.remembered:
        pytest.skip("its description says whose it is, so that its tags are put back")
    network = lab.converge()
    name, tags = lab.id_of(thing), lab.tags(thing)
    assert tags["pangaea-cluster"] == OWNER
    lab.retag(thing, dict.fromkeys(tags if all_of_them else ["pangaea-cluster"]))
    lab.asked()
    try:
        said = lab.part(lab.things[thing], network)
        written = lab.writes()
    finally:
        lab.retag(thing, tags)
    assert said["kind"] == "NotOurs" or (all_of_them and said["kind"] == "Refused"), said
    assert name in said["msg"]
    assert lab.way_back(thing) in said["msg"]
    assert (said["changes"], written) == ([], [])
    assert lab.plan() == []


def test_another_size_of_a_machine_is_refused_with_the_way_out(converged: Converged) -> None:
    lab, network = converged
    wanted = lab.wanted()
    wanted[1]["size"] = "large"
    refused = lab.machines(network=network, machines=wanted)
    assert refused["kind"] == "Refused"
    for word in (repr(lab.sizes["small"]), repr(lab.sizes["large"]), "replace NODE", lab.worker):
        assert word in refused["msg"]
    assert lab.writes() == []


def test_another_range_of_the_network_is_refused(converged: Converged) -> None:
    lab, _network = converged
    refused = lab.network(cidr="10.70.0.0/16")
    assert refused["kind"] == "Refused" and lab.cidr in refused["msg"] and "10.70.0.0/16" in refused["msg"]
    assert lab.writes() == []


def test_another_image_or_disk_changes_nothing_for_machines_that_exist(converged: Converged) -> None:
    lab, network = converged
    wanted = lab.wanted(image="ubuntu-24.04", disk_gb=99)
    assert well(lab.machines(check=True, network=network, machines=wanted))["changes"] == []


@each("lab", "case", lambda lab: lab.wrong_machines)
def test_what_cannot_be_made_is_refused_in_the_plan(lab: Lab, case: str) -> None:
    network = lab.converge()
    change, words = lab.wrong_machines[case]
    new = {**lab.wanted()[1], "name": f"shop-{lab.site}-general-9", "number": 9, **change}
    lab.asked()
    refused = lab.machines(check=True, network=network, machines=[*lab.wanted(), new])
    assert refused["kind"] == "Refused"
    for word in words:
        assert word in refused["msg"]
    assert lab.writes() == []


def test_a_type_that_the_region_does_not_offer_is_told_in_the_plan(fresh: Lab) -> None:
    wrong, words = fresh.wrong_types
    refused = fresh.network(check=True, sizes=[wrong])
    assert refused["kind"] == "Refused"
    for word in words:
        assert word in refused["msg"]
    assert fresh.writes() == []


def test_a_plan_that_moved_is_refused(converged: Converged) -> None:
    lab, network = converged
    refused = lab.machines(network=network, machines=lab.wanted(3), checksum="deadbeef")
    assert refused["kind"] == "Refused" and "deadbeef" in refused["msg"]
    moved = lab.network(public=[], checksum="deadbeef")
    assert moved["kind"] == "Refused" and "deadbeef" in moved["msg"]
    assert lab.writes() == []


LIMITS = [pytest.param(cloud, limit, id=f"{cloud}-{limit.name}") for cloud, lab in LABS.items() for limit in lab.limits]


@pytest.mark.parametrize(("fresh", "limit"), LIMITS, indirect=["fresh"])
def test_a_quota_that_does_not_fit_is_told_in_the_plan(fresh: Lab, limit: Limit) -> None:
    fresh.limit(limit.name, limit.value)
    refused = fresh.network(check=True)
    if limit.part == "machines":
        refused = fresh.machines(check=True, network=well(refused)["network"])
    assert refused["kind"] == "OverQuota" and limit.name in refused["msg"], dataclasses.asdict(limit)
    assert f"is {limit.value}, {limit.used} are used" in refused["msg"]
    assert fresh.writes() == []


def test_a_machine_without_its_address_in_the_network_is_refused(converged: Converged) -> None:
    lab, network = converged
    lab.delete_machine(lab.control)
    lab.asked()
    refused = lab.machines(network={**network, "addresses": {}})
    assert refused["kind"] == "Refused" and lab.control in refused["msg"]
    assert lab.writes() == []
