# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a site costs in calls, by the simulator's own log, which the modules' own count must agree with."""

from __future__ import annotations

from collections import Counter

from tests.sandbox.running import well

from .lab import Lab

MOST_LISTS = 12  # of a quiet run of one site, at any size


def test_a_hundred_machines_cost_the_lists_of_three_and_few_writes_each(fresh: Lab) -> None:
    """One run over three machines, and over a hundred: they take a while to make, so all budgets are counted here."""
    fresh.converge()
    _is_quiet(fresh, fresh.wanted())
    wanted = fresh.wanted(99)
    fresh.writes()
    network = fresh.converge(machines=wanted)
    record = {machine["name"]: {"host_key": f"ssh-ed25519 {machine['name']}"} for machine in wanted}
    well(fresh.machines(network=network, machines=wanted, record=record))
    _, of_a_machine = fresh.budget
    assert len(fresh.writes()) == 97 * of_a_machine + 3  # three were there, and had no host key yet
    _is_quiet(fresh, wanted)


def _is_quiet(lab: Lab, wanted: list[dict[str, object]]) -> None:
    lab.asked()
    looked = well(lab.network(check=True))
    seen = well(lab.machines(check=True, network=looked["network"], machines=wanted))
    assert (looked["changes"], seen["changes"]) == ([], [])
    asked = Counter(lab.asked())
    assert sum((Counter(looked["api_calls"]) + Counter(seen["api_calls"])).values()) == sum(asked.values())
    assert asked.pop(lab.identity) == 2
    assert asked == Counter(call for calls in lab.lists.values() for call in calls)
    assert sum(asked.values()) <= MOST_LISTS


def test_a_new_site_costs_a_write_for_each_thing_and_none_for_its_parts(fresh: Lab) -> None:
    fresh.asked()
    network = fresh.converge()
    record = {machine["name"]: {"host_key": "ssh-ed25519 AAAA"} for machine in fresh.wanted()}
    well(fresh.machines(network=network, record=record))
    of_the_site, of_a_machine = fresh.budget
    writes = Counter(fresh.writes())
    assert sum(writes.values()) == of_the_site + 3 * of_a_machine, writes
    assert of_the_site <= 40 and of_a_machine <= 4


def test_a_list_counts_once_however_many_pages_it_has(lab: Lab) -> None:
    network = lab.converge(machines=lab.wanted(6))
    lab.pages(5)
    said = well(lab.machines(check=True, network=network, machines=lab.wanted(6)))
    assert said["changes"] == []
    assert sum(said["api_calls"].values()) == 1 + len(lab.lists["machines"])
