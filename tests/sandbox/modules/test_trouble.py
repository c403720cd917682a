# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers get lost, calls and operations fail, the API is slow or broken: one clear error, no duplicate, and on."""

from __future__ import annotations

import pytest

from tests.sandbox.running import OWNER, well

from .clouds import each
from .lab import Lab


@each("fresh", "call", lambda lab: lab.creates, ci=4)
def test_an_answer_that_gets_lost_makes_nothing_twice(fresh: Lab, call: str) -> None:
    _lose("lost", fresh, call)


@each("fresh", "call", lambda lab: (lab.creates[0], lab.machine_create))
def test_a_request_that_gets_lost_is_made_once(fresh: Lab, call: str) -> None:
    _lose("cut", fresh, call)


def _lose(word: str, lab: Lab, call: str) -> None:
    with lab.fault(word, call) as fault:
        said = lab.once()
        assert fault.fired == 1
    assert not said.failed or "run again" in said["msg"], said["msg"]
    lab.converge()
    assert lab.plan() == []
    assert lab.ours() == lab.holds


@each("fresh", "call", lambda lab: lab.creates, ci=4)
def test_a_run_that_is_denied_any_call_names_it_and_is_completed_by_the_next(fresh: Lab, call: str) -> None:
    fresh.asked()
    with fresh.fault("denied", call, times=0):
        failed = fresh.once()
        assert failed["kind"] == "Denied", failed["msg"]
    assert fresh.asked().count(call) <= 8  # those that were side by side; none was tried again
    network = fresh.converge()
    pods = [machine["pods"] for machine in fresh.machines(network=network)["machines"].values()]
    assert len(set(pods)) == 3
    assert fresh.plan() == []
    assert fresh.ours() == fresh.holds


@each("fresh", "call", lambda lab: lab.fail_later(), ci=4)
def test_what_was_accepted_and_fails_later_is_one_clear_error_and_the_next_run_goes_on(fresh: Lab, call: str) -> None:
    rule = fresh.faults["fails later"]
    with fresh.fault("fails later", call) as fault:
        failed = fresh.once()
        assert fault.fired == 1
    assert failed["kind"] in ("Fault", "Invalid"), failed["msg"]
    assert rule["code"] in failed["msg"] and rule["message"] in failed["msg"]
    assert fresh.plan() != []
    fresh.converge()
    assert fresh.plan() == []
    assert fresh.ours() == fresh.holds


@pytest.mark.parametrize(("word", "kind"), [("full", "NoCapacity"), ("over quota", "OverQuota")])
def test_a_machine_that_the_cloud_has_no_room_for_is_told_and_made_by_the_next_run(
    fresh: Lab, word: str, kind: str
) -> None:
    network = well(fresh.network())["network"]
    call = next(
        call for call in fresh.creates if call.endswith(("RunInstances", "virtualMachines", "instances.insert"))
    )
    with fresh.fault(word, call, name=fresh.worker, times=0):
        failed = fresh.machines(network=network)
    assert failed["kind"] == kind and fresh.worker in failed["msg"], failed["msg"]
    assert fresh.faults[word]["code"] in failed["msg"] or word == "over quota"
    done = well(fresh.machines(network=network))
    assert any(change.endswith(f"machine/{fresh.site}/{fresh.worker}") for change in done["changes"])
    assert done["machines"][fresh.worker]["state"] == "running"
    assert fresh.plan() == []
    assert fresh.ours() == fresh.holds


@pytest.mark.usefixtures("impatient")
@each("lab", "call", lambda lab: dict.fromkeys(call for calls in lab.lists.values() for call in calls), ci=4)
@pytest.mark.parametrize(("word", "kind"), [("broken", "Unreachable"), ("denied", "Denied")])
def test_a_list_that_fails_is_an_error_and_not_an_empty_site(lab: Lab, call: str, word: str, kind: str) -> None:
    lab.converge()
    lab.asked()
    with lab.fault(word, call, times=0):
        said = lab.once()
    assert said["kind"] == kind, said["msg"]
    assert said["changes"] == []
    assert lab.writes() == []
    assert lab.plan() == []


def test_a_throttled_api_only_takes_longer(fresh: Lab) -> None:
    with fresh.fault("throttled") as fault:
        fresh.converge()
        assert fault.fired > 0
    assert fresh.plan() == []
    assert fresh.ours() == fresh.holds


def test_every_thing_of_a_site_says_whose_it_is(lab: Lab) -> None:
    """By tag, by label or by description: what says nothing is not there to be swept, nor counted above."""
    lab.converge()
    assert all(lab.tags(thing)["pangaea-cluster"] == OWNER for thing in lab.things)
