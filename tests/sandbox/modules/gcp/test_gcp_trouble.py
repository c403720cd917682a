# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only GCP does: operations that do not end, fingerprints, request ids, reads that are late."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandbox.gcp.call import RULES, Call
from tests.sandbox.running import OWNER, UTILS

from .damages import ADDRESS, LABEL
from .lab import WAITS, Gcp


def test_an_operation_that_does_not_end_is_told(fresh: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{UTILS}._gcp.operations.PATIENCE", 0.5)
    fresh.simulator.longest_wait = 0.1
    with fresh.fault("stuck", "networks.insert"):
        stuck = fresh.network()
    assert stuck["kind"] == "TimedOut" and f"networks/{LABEL} is still RUNNING" in stuck["msg"]
    monkeypatch.undo()
    fresh.converge()
    assert fresh.plan() == []


@pytest.mark.usefixtures("impatient")
def test_a_zone_of_ours_that_does_not_answer_is_an_error_and_one_of_others_is_not(
    lab: Gcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.gcp import catalog

    network = lab.converge()
    with lab.fault("partial", "instances.aggregatedList", times=0):  # it takes the last zone of the list
        assert lab.machines(check=True, network=network)["changes"] == []
        zones = catalog.zones()
        monkeypatch.setattr(catalog, "zones", lambda: sorted(zones, key=lambda zone: zone == "europe-west3-a"))
        said = lab.machines(check=True, network=network)
    assert said["kind"] == "Unreachable" and "europe-west3-a" in said["msg"]
    assert said["changes"] == []


@pytest.mark.parametrize("action", ["instances.setLabels", "instances.setTags", "instances.setMetadata"])
def test_a_stale_fingerprint_is_read_again_and_written_once_more(lab: Gcp, action: str) -> None:
    lab.converge()
    lab.damages[lab.repairs[action]].do(lab)
    with lab.fault("stale", action) as fault:
        lab.log()
        lab.converge()
        assert fault.fired == 1
    asked = lab.asked()
    assert (asked.count(action), asked.count("instances.get")) == (2, 1)
    assert lab.plan() == []
    lab.damages[lab.repairs[action]].do(lab)
    with lab.fault("stale", action, times=0) as fault:
        failed = lab.once()
        assert failed["kind"] == "Invalid" and "conditionNotMet" in failed["msg"]
        assert fault.fired == 2
    lab.converge()


def test_reads_that_are_late_only_take_longer(fresh: Gcp) -> None:
    fresh.simulator.store.lag = 1.5
    fresh.converge()
    fresh.simulator.clock.step(2)
    assert fresh.plan() == []
    assert fresh.ours() == fresh.holds


def test_every_write_has_a_request_id_of_its_own(fresh: Gcp) -> None:
    network = fresh.converge()
    for damage in fresh.repairs.values():
        fresh.damages[damage].do(fresh)
        fresh.converge()
    fresh.absent(network)
    by_modules = [e for e in fresh.google.app.journal.since(0) if e["mutating"] and "requestId" in e["params"]]
    wanted = {*fresh.creates, *fresh.repairs, *fresh.deletes} - {*WAITS}
    assert {entry["action"] for entry in by_modules} >= wanted
    numbers = [uuid.UUID(entry["params"]["requestId"]) for entry in by_modules]
    assert len(set(numbers)) == len(numbers)
    assert {number.version for number in numbers} == {5}


def test_an_address_gets_its_labels_also_where_an_insert_ignores_them(
    fresh: Gcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API reference long said of an address's labels that only setLabels adds them; the run may die in between."""
    insert = RULES["addresses.insert"]

    def without_labels(call: Call) -> dict[str, Any]:
        call.body.pop("labels")
        return insert(call)

    monkeypatch.setitem(RULES, "addresses.insert", without_labels)
    with fresh.fault("denied", "addresses.setLabels"):
        died = fresh.network()
        assert died["kind"] == "Denied"
    assert "labels" not in fresh.google.get(ADDRESS)
    fresh.converge()
    assert fresh.google.get(ADDRESS)["labels"] == {
        "pangaea-cluster": OWNER, "pangaea-site": "gcp-fra", "pangaea-machine": fresh.control,
    }  # fmt: skip
    assert fresh.plan() == []
    fresh.absent(fresh.network()["network"])
    fresh.converge()
    assert fresh.plan() == []
