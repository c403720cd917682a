# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules: answers get lost, operations fail inside, permissions are missing, the API is slow, late or broken."""

from __future__ import annotations

import uuid
from collections import Counter
from typing import Any

import pytest

from sandbox.gcp.call import RULES, Call

from .modules import CONTROL, LABEL, OWNER, WORKER, Gcp
from .repairs import ADDRESS, REPAIRS

MAKES = [
    "networks.insert", "subnetworks.insert", "firewalls.insert", "addresses.insert", "instances.insert",
]  # fmt: skip
WAITS = ["globalOperations.wait", "regionOperations.wait", "zoneOperations.wait"]


def _ours(gcp: Gcp) -> Counter[str]:
    found = gcp.snapshot()
    return Counter(kind for kind, things in found.items() for thing in things.values() if thing["owner"] == OWNER)


SITE = {"network": 1, "subnet": 1, "firewall": 7, "address": 1, "machine": 3, "disk": 3}


def _one_run(gcp: Gcp) -> dict[str, Any]:
    made = gcp.network()
    return made if made.failed else gcp.machines(network=made["network"])


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("action", [*MAKES, *WAITS])
def test_an_answer_that_gets_lost_makes_nothing_twice(gcp: Gcp, action: str, kind: str) -> None:
    with gcp.fault(kind=kind, action=action) as fault:
        said = _one_run(gcp)
        assert fault.fired == 1
    assert "kind" not in said, said["msg"]
    assert gcp.plan() == []
    assert _ours(gcp) == SITE


@pytest.mark.parametrize("action", REPAIRS)
def test_a_repair_whose_answer_gets_lost_is_done_once(lab: Gcp, action: str) -> None:
    lab.converge()
    REPAIRS[action](lab)
    with lab.fault(kind="drop_after", action=action) as fault:
        lab.converge()
        assert fault.fired == 1
    assert lab.plan() == []


def test_a_delete_whose_answer_gets_lost_is_done(gcp: Gcp) -> None:
    network = gcp.converge()
    for action in ("instances.delete", "firewalls.delete", "subnetworks.delete", "networks.delete", "addresses.delete"):
        gcp.google.cloud.faults.add({"kind": "drop_after", "action": action})
    assert not gcp.machines(network=network, state="absent").failed
    closed = gcp.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert _ours(gcp) == {}


@pytest.mark.parametrize("action", [*MAKES, *WAITS])
def test_a_run_that_fails_at_any_call_is_completed_by_the_next(gcp: Gcp, action: str) -> None:
    with gcp.fault(kind="error", action=action, status=403, code="forbidden", times=0, message="Required"):
        failed = _one_run(gcp)
        assert failed["kind"] == "Denied", failed["msg"]
    gcp.converge()
    assert gcp.plan() == []
    assert _ours(gcp) == SITE


@pytest.mark.parametrize("action", MAKES)
def test_an_operation_that_fails_inside_is_one_error_with_its_code_and_the_next_run_goes_on(
    gcp: Gcp, action: str
) -> None:
    with gcp.fault(kind="fail", action=action, code="INTERNAL_ERROR", message="something broke"):
        failed = _one_run(gcp)
    assert failed["kind"] == "Invalid" and "INTERNAL_ERROR: something broke" in failed["msg"]
    gcp.converge()
    assert gcp.plan() == []


@pytest.mark.parametrize(
    ("code", "message", "kind", "words"),
    [
        ("QUOTA_EXCEEDED", "Quota 'CPUS' exceeded.  Limit: 8.0 in region europe-west3.", "OverQuota", "quota CPUS in"),
        (
            "ZONE_RESOURCE_POOL_EXHAUSTED",
            "The zone does not have enough resources.",
            "NoCapacity",
            "another size or zone",
        ),
    ],
)
def test_an_operation_that_lacks_room_says_so(gcp: Gcp, code: str, message: str, kind: str, words: str) -> None:
    network = gcp.network()["network"]
    with gcp.fault(kind="fail", action="instances.insert", name=WORKER, code=code, message=message, status=403):
        failed = gcp.machines(network=network)
    assert failed["kind"] == kind and words in failed["msg"] and WORKER in failed["msg"]
    assert gcp.machines(network=network)["changes"] == [f"create machine/gcp-fra/{WORKER}"]


def test_an_operation_that_does_not_end_is_told(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    operations = "ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.operations"
    monkeypatch.setattr(f"{operations}.PATIENCE", 0.5)
    gcp.google.cloud.longest_wait = 0.1
    with gcp.fault(kind="stuck", action="networks.insert"):
        stuck = gcp.network()
    assert stuck["kind"] == "TimedOut" and f"networks/{LABEL} is still RUNNING" in stuck["msg"]
    gcp.google.cloud.operations.free()
    monkeypatch.undo()
    gcp.converge()
    assert gcp.plan() == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_throttled_api_only_takes_longer(gcp: Gcp, status: int) -> None:
    with gcp.fault(kind="throttle", rate=20.0, burst=4.0, status=status) as fault:
        gcp.converge()
        assert fault.fired > 0
    assert gcp.plan() == []


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pause between two attempts is longer than any patience."""
    wait = "ansible_collections.pangaea.multicloud.plugins.module_utils._engine.wait"
    monkeypatch.setattr(f"{wait}.random.uniform", lambda *_range: 1000.0)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("action", ["instances.aggregatedList", "networks.list", "firewalls.list"])
def test_a_broken_api_is_an_error_and_not_an_empty_site(lab: Gcp, action: str) -> None:
    lab.converge()
    with lab.fault(kind="error", action=action, status=503, times=0):
        said = _one_run(lab)
    assert said["kind"] == "Unreachable", said["msg"]
    assert said["changes"] == []
    assert lab.plan() == []


@pytest.mark.usefixtures("impatient")
def test_a_zone_of_ours_that_does_not_answer_is_an_error_and_one_of_others_is_not(
    lab: Gcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sandbox.gcp import catalog

    network = lab.converge()
    with lab.fault(kind="partial", action="instances.aggregatedList", times=0):  # it takes the last zone of the list
        assert lab.machines(check=True, network=network)["changes"] == []
        zones = catalog.zones()
        monkeypatch.setattr(catalog, "zones", lambda: sorted(zones, key=lambda zone: zone == "europe-west3-a"))
        said = lab.machines(check=True, network=network)
    assert said["kind"] == "Unreachable" and "europe-west3-a" in said["msg"]
    assert said["changes"] == []


@pytest.mark.parametrize("action", ["instances.setLabels", "instances.setTags", "instances.setMetadata"])
def test_a_stale_fingerprint_is_read_again_and_written_once_more(lab: Gcp, action: str) -> None:
    lab.converge()
    REPAIRS[action](lab)
    with lab.fault(kind="error", action=action, status=412) as fault:
        lab.log()
        lab.converge()
        assert fault.fired == 1
    asked = lab.asked()
    assert (asked.count(action), asked.count("instances.get")) == (2, 1)
    assert lab.plan() == []
    REPAIRS[action](lab)
    with lab.fault(kind="error", action=action, status=412, times=0) as fault:
        failed = _one_run(lab)
        assert failed["kind"] == "Invalid" and "conditionNotMet" in failed["msg"]
        assert fault.fired == 2
    lab.converge()


def test_a_stopped_machine_is_started_also_while_it_stops(gcp: Gcp) -> None:
    gcp.converge()
    gcp.google.ask("POST", f"{gcp.path(WORKER)}/stop")  # and nobody waits for it
    assert gcp.plan() == [f"update machine/gcp-fra/{WORKER}"]
    gcp.converge()
    assert gcp.plan() == []
    assert gcp.machine(WORKER)["networkInterfaces"][0]["accessConfigs"][0]["natIP"]


def test_reads_that_are_late_only_take_longer(gcp: Gcp) -> None:
    gcp.google.cloud.store.lag = 1.5
    gcp.converge()
    gcp.google.cloud.clock.step(2)
    assert gcp.plan() == []
    assert _ours(gcp) == SITE


def test_every_write_has_a_request_id_of_its_own(gcp: Gcp) -> None:
    network = gcp.converge()
    for repair in REPAIRS.values():
        gcp.log()
        repair(gcp)
        gcp.converge()
    gcp.machines(network=network, state="absent")
    gcp.network(state="absent")
    by_modules = [e for e in gcp.google.app.journal.since(0) if e["mutating"] and "requestId" in e["params"]]
    wanted = {*MAKES, *REPAIRS, "instances.delete", "networks.delete", "subnetworks.delete", "firewalls.delete"}
    assert {entry["action"] for entry in by_modules} >= wanted
    numbers = [uuid.UUID(entry["params"]["requestId"]) for entry in by_modules]
    assert len(set(numbers)) == len(numbers)
    assert {number.version for number in numbers} == {5}


def test_an_address_gets_its_labels_also_where_an_insert_ignores_them(
    gcp: Gcp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The API reference long said of an address's labels that only setLabels adds them; the run may die in between."""
    insert = RULES["addresses.insert"]

    def without_labels(call: Call) -> dict[str, Any]:
        call.body.pop("labels")
        return insert(call)

    monkeypatch.setitem(RULES, "addresses.insert", without_labels)
    with gcp.fault(kind="error", action="addresses.setLabels", status=403, code="forbidden"):
        died = gcp.network()
        assert died["kind"] == "Denied"
    assert "labels" not in gcp.google.get(ADDRESS)
    gcp.converge()
    assert gcp.google.get(ADDRESS)["labels"] == {
        "pangaea-cluster": OWNER, "pangaea-site": "gcp-fra", "pangaea-machine": CONTROL,
    }  # fmt: skip
    assert gcp.plan() == []
    gcp.machines(network=gcp.network()["network"], state="absent")
    gcp.network(state="absent")
    gcp.converge()
    assert gcp.plan() == []
