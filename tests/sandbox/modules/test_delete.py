# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deleting a site: nothing of ours is left, nothing of others is touched."""

from __future__ import annotations

import pytest

from tests.sandbox.running import well

from .clouds import each
from .lab import Lab


def test_deleting_leaves_nothing_of_ours_and_others_as_they_were(fresh: Lab) -> None:
    others = fresh.bystanders()
    before = fresh.snapshot()
    network = fresh.converge()
    fresh.absent(network)
    after = fresh.snapshot()
    assert after == before
    assert others <= {name for rows in after.values() for name in rows}
    fresh.asked()
    assert fresh.network(state="absent")["changes"] == []
    assert fresh.writes() == []


def test_in_check_mode_nothing_is_deleted_and_what_would_go_is_named(lab: Lab) -> None:
    network = lab.converge()
    before = lab.snapshot()
    lab.asked()
    gone = well(lab.machines(check=True, network=network, state="absent"))
    names = (lab.control, lab.worker, lab.second)
    assert sorted(gone["changes"]) == sorted(f"delete machine/{lab.site}/{name}" for name in names)
    assert lab.writes() == []
    assert lab.snapshot() == before


def test_the_network_is_not_deleted_while_our_machines_are_there(lab: Lab) -> None:
    lab.converge()
    lab.asked()
    refused = lab.network(state="absent")
    assert refused["kind"] == "Refused" and lab.worker in refused["msg"]
    assert lab.writes() == []


def test_deleting_refuses_while_others_have_something_in_the_network(fresh: Lab) -> None:
    network = fresh.converge()
    of_machines, of_network = fresh.intruders(network)
    before = fresh.snapshot()
    fresh.asked()
    gone = fresh.machines(network=network, state="absent")
    closed = fresh.network(state="absent")
    assert gone["kind"] == closed["kind"] == "NotOurs"
    assert all(word in gone["msg"] for word in of_machines), gone["msg"]
    assert all(word in closed["msg"] for word in of_network), closed["msg"]
    assert fresh.writes() == []
    assert fresh.snapshot() == before


def test_what_kubernetes_made_goes_with_the_network(fresh: Lab) -> None:
    before = fresh.snapshot()
    network = fresh.converge()
    assert fresh.plan() == []
    fresh.by_kubernetes(network)
    fresh.absent(network)
    assert fresh.snapshot() == before


@pytest.mark.usefixtures("impatient")  # what a call would wait for, the deletion of the disk waits for
def test_a_disk_that_is_only_being_made_goes_with_the_network(fresh: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cloud goes on making it until a run waits: no clock decides what the run meets."""
    before = fresh.snapshot()
    network = fresh.converge()
    well(fresh.machines(network=network, state="absent"))
    with fresh.fault("stuck", fresh.disk_create) as making:
        disk, step = fresh.disk_by_kubernetes(), fresh.step
        assert f"delete disk/{fresh.site}/{disk}" in well(fresh.network(check=True, state="absent"))["changes"]

        def made(seconds: float) -> None:
            fresh.heal(making)
            step(seconds)

        monkeypatch.setattr(fresh, "step", made)
        fresh.log()
        well(fresh.network(state="absent"))
    assert [one for one in fresh.log() if one["mutating"] and one["outcome"] != "ok"]  # it was asked for too early
    assert fresh.snapshot() == before


def test_a_cluster_never_takes_what_is_anothers_whose_name_begins_like_it(fresh: Lab) -> None:
    """Site ``x`` of ``shop-eu`` and site ``eu-x`` of ``shop`` would be one name without the owners in it."""
    theirs = {"cluster": "shop-eu-b0000000", "name": "shop-eu", "site": "x"}
    made = well(fresh.network(**theirs, addresses=[]))
    worker = {**fresh.wanted()[1], "name": "shop-eu-x-general-1"}
    well(fresh.machines(network=made["network"], machines=[worker], **theirs))
    before = fresh.snapshot()
    mine = well(fresh.network(site="eu-x", addresses=[]))
    seen = well(fresh.machines(network=mine["network"], machines=[], site="eu-x", check=True))
    assert (seen["machines"], seen["surplus"]) == ({}, [])
    well(fresh.machines(network=mine["network"], machines=[], site="eu-x", state="absent"))
    well(fresh.network(site="eu-x", addresses=[], state="absent"))
    assert fresh.snapshot() == before


@each("fresh", "call", lambda lab: lab.deletes)
def test_a_delete_whose_answer_gets_lost_is_done(fresh: Lab, call: str) -> None:
    network = fresh.converge()
    with fresh.fault("lost", call) as fault:
        fresh.absent(network)
        assert fault.fired == 1
    assert fresh.ours() == {}


def test_a_deletion_that_fails_at_any_call_is_completed_by_the_next(fresh: Lab) -> None:
    before = fresh.snapshot()
    network = fresh.converge()
    for call in fresh.deletes:
        with fresh.fault("denied", call, times=0) as fault:
            gone = fresh.machines(network=network, state="absent")
            said = gone if gone.failed else fresh.network(state="absent")
        assert said.get("kind") == ("Denied" if fault.fired else None), (call, said.get("msg"))
    fresh.absent(network)
    assert fresh.snapshot() == before
