# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Azure does: operations that end in many ways, parts that are left, one write at a time on a parent."""

from __future__ import annotations

import pytest

from tests.sandbox.running import UTILS, well

from .lab import COMPUTE, GROUP_VERSION, NETWORK, Azure


def test_a_rule_whose_write_failed_is_written_again(fresh: Azure) -> None:
    fresh.converge()
    fresh.drop(f"{NETWORK}/networkSecurityGroups/shop-azure-fra-nodes/securityRules/in-tcp-22")
    with fresh.fault("fails later", "PUT networkSecurityGroups/securityRules"):
        assert fresh.network()["kind"] == "Fault"
    assert fresh.network(check=True)["changes"] == ["update rule/azure-fra/nodes-in-tcp-22"]
    fresh.converge()
    assert fresh.plan() == []


def test_a_machine_that_gets_no_hardware_is_told_and_tried_again(fresh: Azure) -> None:
    network = fresh.network()["network"]
    with fresh.fault("full", "PUT virtualMachines", name=fresh.worker):
        assert fresh.machines(network=network)["kind"] == "NoCapacity"
    key = fresh.get(f"{COMPUTE}/virtualMachines/{fresh.worker}")["tags"]["pangaea-first-host-key"]
    looked = fresh.machines(check=True, network=network)
    assert f"update machine/azure-fra/{fresh.worker}" in looked["changes"]
    again = well(fresh.machines(network=network))
    assert again["machines"][fresh.worker]["state"] == "running"
    assert again["machines"][fresh.worker]["first_host_key"] == key  # what it boots with was told once
    assert fresh.plan() == []


def test_a_machine_that_failed_goes_when_it_is_removed(fresh: Azure) -> None:
    network = fresh.network()["network"]
    with fresh.fault("full", "PUT virtualMachines", name=fresh.worker, code="AllocationFailed"):
        assert fresh.machines(network=network)["kind"] == "NoCapacity"
    fresh.simulator.clock.step(200)
    well(fresh.machines(network=network, remove=[fresh.worker]))
    assert [name for rows in fresh.snapshot().values() for name in rows if fresh.worker in name] == []


def test_parts_that_are_left_of_a_machine_are_surplus_and_swept(fresh: Azure) -> None:
    network = fresh.network()["network"]
    with fresh.fault("denied", "PUT virtualMachines", name=fresh.worker):
        assert fresh.machines(network=network)["kind"] == "Denied"
    seen = fresh.machines(check=True, network=network, machines=fresh.wanted(0))
    assert fresh.worker in seen["surplus"] and fresh.worker not in seen["machines"]
    gone = fresh.machines(network=network, machines=fresh.wanted(0), remove=[fresh.worker])
    assert gone["changes"] == [f"delete machine/azure-fra/{fresh.worker}"]
    assert [name for rows in fresh.snapshot().values() for name in rows if fresh.worker in name] == []


def test_what_azure_does_not_delete_with_a_machine_is_swept(fresh: Azure) -> None:
    network = fresh.converge()
    machine = fresh.simulator.store.find(fresh.path(f"{COMPUTE}/virtualMachines/{fresh.worker}"))
    assert machine is not None
    machine.properties["storageProfile"]["osDisk"]["deleteOption"] = "Detach"
    machine.properties["networkProfile"]["networkInterfaces"][0]["properties"]["deleteOption"] = "Detach"
    well(fresh.machines(network=network, remove=[fresh.worker]))
    assert [name for rows in fresh.snapshot().values() for name in rows if fresh.worker in name] == []


@pytest.mark.parametrize("status", [429, 503])
def test_what_passes_by_waiting_is_tried_again(fresh: Azure, status: int) -> None:
    busy = fresh.fault("broken", "GET virtualNetworks", status=status, code="ServerBusy", times=2)
    with busy as reads, fresh.fault("broken", "PUT virtualNetworks", status=429, code="TooManyRequests") as writes:
        well(fresh.network())
    assert (reads.fired, writes.fired) == (2, 1)


def test_a_permission_that_is_missing_stops_at_once_and_is_named(fresh: Azure) -> None:
    with fresh.fault("denied", "PUT routeTables", times=0):
        failed = fresh.network()
    assert failed["kind"] == "Denied"
    assert f"{NETWORK}/routeTables/write" in failed["msg"] and "docs/azure-role.json" in failed["msg"]
    assert fresh.writes().count("PUT routeTables") == 1


def test_a_quota_that_could_not_be_read_stops_at_once_and_is_named(fresh: Azure) -> None:
    network = fresh.network()["network"]
    fresh.limit("standardBasv2Family", 1)
    with fresh.fault("denied", "GET usages", times=0):
        failed = fresh.machines(network=network, machines=fresh.wanted(0))
    assert failed["kind"] == "OverQuota"
    assert "standardBasv2Family Cores" in failed["msg"] and fresh.region in failed["msg"]
    assert fresh.writes().count("PUT virtualMachines") == 1


@pytest.mark.parametrize("conflict", ["refuse", "operation"])
def test_many_writes_on_one_parent_do_not_meet(fresh: Azure, conflict: str) -> None:
    fresh.converge()
    fresh.simulator.settings.set({"seconds": 0.1, "conflict": conflict})
    path = f"{NETWORK}/networkSecurityGroups/shop-azure-fra-nodes/securityRules"
    for name in ("in-all", "in-tcp-22", "in-udp-51820", "out-all"):
        fresh.drop(f"{path}/{name}")
    fresh.asked()
    well(fresh.network())
    assert fresh.writes() == ["PUT networkSecurityGroups/securityRules"] * 4
    rules = [one["properties"] for one in fresh.arm.ask("GET", fresh.path(path)).body["value"]]
    inward = [one["priority"] for one in rules if one["direction"] == "Inbound"]
    assert sorted(inward) == [100, 101, 102, 4096]
    assert fresh.plan() == []


@pytest.mark.parametrize(
    "settings", [{"lag": 1.5}, {"style": "resource"}, {"retry_after": 1, "seconds": 0.5}, {"polls": 5}]
)
def test_a_site_is_made_however_azure_tells_of_its_operations(fresh: Azure, settings: dict[str, float]) -> None:
    fresh.simulator.settings.set(settings)
    network = fresh.converge(machines=fresh.wanted(1))
    fresh.step(2)
    assert fresh.plan(machines=fresh.wanted(1)) == []
    fresh.absent(network)


def test_an_operation_that_never_ends_is_told_and_the_next_run_goes_on(
    fresh: Azure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{UTILS}._azure.api_network.SOON", 1.0)
    with fresh.fault("stuck", "PUT routeTables"):
        failed = fresh.network()
    assert failed["kind"] == "TimedOut" and "route table" in failed["msg"] and "run again" in failed["msg"]
    monkeypatch.setattr(f"{UTILS}._azure.api_network.SOON", 60.0)
    well(fresh.network())


def test_a_group_that_is_being_deleted_is_waited_for(fresh: Azure) -> None:
    fresh.network()
    fresh.simulator.settings.set({"seconds": 1.0})
    assert fresh.arm.ask("DELETE", fresh.path("") + GROUP_VERSION).status == 202
    again = well(fresh.network())
    assert "create group/azure-fra" in again["changes"]


@pytest.mark.parametrize("nth", [1, 3, 5, 8])
def test_a_run_that_ends_at_any_write_on_machines_is_completed_by_the_next(fresh: Azure, nth: int) -> None:
    network = fresh.network()["network"]
    with fresh.fault("denied", "PUT *", nth=nth, times=0):
        assert fresh.machines(network=network)["kind"] == "Denied"
    made = well(fresh.machines(network=network))
    assert len({machine["pods"] for machine in made["machines"].values()}) == 3
    assert fresh.plan() == []
