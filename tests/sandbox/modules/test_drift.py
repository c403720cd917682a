# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage is named, exactly that and no more; then it is repaired; then nothing is left to do."""

from __future__ import annotations

from typing import Any

from tests.sandbox.running import well

from .clouds import each
from .lab import Lab


@each("lab", "name", lambda lab: lab.damages)
def test_damage_is_named_then_repaired_then_silent(lab: Lab, name: str) -> None:
    damage = lab.damages[name]
    network = lab.converge()  # the site that the damage before left repaired
    damage.do(lab)
    assert lab.plan() == list(damage.plan)
    again = lab.converge()
    assert lab.plan() == []
    assert again["id"] == network["id"] or damage.anew
    assert _ranges(again) == _ranges(network)


def _ranges(network: dict[str, Any]) -> dict[str, str]:
    """Of the subnets, by zone; GCP has one for all zones, and tells their names."""
    zones = network["zones"]
    return {zone: subnet["cidr"] for zone, subnet in zones.items()} if isinstance(zones, dict) else zones


@each("lab", "call", lambda lab: lab.repairs, ci=4)
def test_a_repair_whose_answer_gets_lost_is_done_once(lab: Lab, call: str) -> None:
    lab.converge()
    lab.damages[lab.repairs[call]].do(lab)
    with lab.fault("lost", call) as fault:
        said = lab.once()
        assert fault.fired == 1
    assert not said.failed or "run again" in said["msg"] or "NotFound" in said["msg"]  # of what it had changed
    lab.converge()
    assert lab.plan() == []
    assert {kind: count for kind, count in lab.ours().items() if kind in lab.holds} == lab.holds


def test_the_same_damage_within_the_hour_is_repaired_each_time(lab: Lab) -> None:
    for _ in range(2):
        lab.converge()
        lab.delete_machine(lab.worker)
        lab.damages["ssh is closed"].do(lab)
        assert len(lab.plan()) == 2
    lab.converge()
    assert lab.plan() == []


def test_a_private_address_survives_all_repairs(lab: Lab) -> None:
    network = lab.converge()
    before = _private_addresses(lab, network)
    for name in ("a worker is stopped", "a firewall is off a worker"):
        lab.damages[name].do(lab)
    lab.converge()
    assert _private_addresses(lab, network) == before


def _private_addresses(lab: Lab, network: dict[str, object]) -> dict[str, str]:
    said = lab.machines(network=network)["machines"]
    return {name: machine["private_address"] for name, machine in said.items()}


@each("lab", "thing", lambda lab: lab.things)
def test_each_mark_that_is_lost_changed_or_put_where_it_should_not_be_is_named(lab: Lab, thing: str) -> None:
    network, marks = lab.converge(), lab.marks[thing]
    before = lab.tags(thing)
    lost = [(mark, None) for mark in marks.wanted]
    for mark, value in [*lost, *((mark, "x") for mark in (*marks.wanted, *marks.strays))]:
        lab.retag(thing, {mark: value})
        said = well(lab.part(lab.things[thing], network, check=True))
        assert (mark, said["changes"]) == (mark, [marks.change])
        assert len(said["plan"]["changes"][0]["before"]) == 1
        lab.retag(thing, {mark: before.get(mark)})
    assert lab.plan() == []


@each("lab", "thing", lambda lab: lab.things)
def test_marks_are_put_right_and_tags_that_we_do_not_know_stay(lab: Lab, thing: str) -> None:
    lab.converge()
    theirs = {"cost-center": "7", "pangaea-of-a-later-version": "x"}
    lab.retag(thing, theirs)
    before, marks = lab.tags(thing), lab.marks[thing]
    assert {*theirs.values()} <= {*before.values()}
    for edit in filter(None, (dict.fromkeys(marks.wanted[:1]), dict.fromkeys(marks.strays, "x"))):
        lab.retag(thing, edit)
        assert lab.plan() == [marks.change]
        lab.converge()
        assert (lab.tags(thing), lab.plan()) == (before, [])
    lab.retag(thing, dict.fromkeys(theirs))
