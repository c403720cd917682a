# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept: things that machines still use, marks, pod ranges, host keys."""

from __future__ import annotations

from tests.sandbox.running import well

from .lab import Lab


def test_an_address_that_is_no_longer_asked_for_waits_for_its_machine(fresh: Lab) -> None:
    fresh.converge()
    address = f"address/{fresh.site}/{fresh.control}"
    later = well(fresh.network(addresses=[]))
    assert (later["changes"], later["waiting"]) == ([], [address])
    well(fresh.machines(network=later["network"], remove=[fresh.control]))
    gone = well(fresh.network(addresses=[]))
    assert (gone["changes"], gone["waiting"]) == ([f"delete {address}"], [])


def test_an_opening_goes_with_what_it_needs_and_only_when_no_machine_stands_in_it(fresh: Lab) -> None:
    fresh.converge()
    closed = well(fresh.network(public=[]))
    assert not any(change.startswith("create") for change in closed["changes"])
    moved = well(fresh.machines(network=closed["network"]))
    assert moved["changes"] == [f"update machine/{fresh.site}/{name}" for name in (fresh.worker, fresh.second)]
    gone = well(fresh.network(public=[]))
    assert {*closed["waiting"]} == {change.removeprefix("delete ") for change in gone["changes"]}
    assert fresh.network(public=[])["changes"] == gone["waiting"] == []
    assert fresh.machines(network=gone["network"])["changes"] == []


def test_a_mark_is_written_kept_and_put_back(fresh: Lab) -> None:
    mark = {"initialised": "ca=1;size=small"}
    assert well(fresh.network(marks=mark))["network"]["marks"] == mark
    kept = well(fresh.network())
    assert (kept["changes"], kept["network"]["marks"]) == ([], mark)
    change = fresh.forget_mark(kept["network"])
    assert fresh.network(check=True, marks=mark)["changes"] == [change]
    assert well(fresh.network(marks=mark))["network"]["marks"] == mark


def test_a_lost_pod_range_is_written_back_from_the_node_and_blocks_new_machines_until_then(fresh: Lab) -> None:
    network, worker, second = fresh.converge(), fresh.worker, fresh.second
    first, other = (fresh.pods.replace(".0.0/16", f".{number}.0/24") for number in (1, 2))
    fresh.forget(worker, "pods")
    seen = well(fresh.machines(check=True, network=network))
    assert (seen["changes"], seen["machines"][worker]["pods"]) == ([], None)
    fresh.delete_machine(second)
    fresh.asked()
    refused = fresh.machines(network=network)
    assert refused["kind"] == "Refused" and worker in refused["msg"]
    assert fresh.writes() == []
    record = {worker: {"pods": first, "host_key": None}}
    assert fresh.machines(check=True, network=network, record=record)["changes"] == [
        f"update machine/{fresh.site}/{worker}",
        f"create machine/{fresh.site}/{second}",
    ]
    done = well(fresh.machines(network=network, record=record))
    assert (done["machines"][worker]["pods"], done["machines"][second]["pods"]) == (first, other)


def test_a_host_key_is_recorded_once_by_one_call_and_never_overwritten(fresh: Lab) -> None:
    network, worker = fresh.converge(), fresh.worker
    before = fresh.facts(worker)
    record = {worker: {"host_key": "ssh-ed25519 AAAA1", "pods": before.tags["pangaea-pods"]}}
    fresh.asked()
    assert fresh.machines(check=True, network=network, record=record)["changes"] == []
    said = well(fresh.machines(network=network, record=record))
    assert said["changes"] == [f"record machine/{fresh.site}/{worker}"]
    assert said["machines"][worker]["host_key"] == "ssh-ed25519 AAAA1"
    assert fresh.writes() == [fresh.kept_on_machine]
    assert fresh.facts(worker).tags == {**before.tags, "pangaea-host-key": "ssh-ed25519 AAAA1"}
    assert fresh.machines(network=network, record=record)["changed"] is False
    refused = fresh.machines(network=network, record={worker: {"host_key": "ssh-ed25519 AAAA2"}})
    assert refused["kind"] == "Refused" and f"replace {worker}" in refused["msg"]
