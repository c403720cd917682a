# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that get lost, operations that fail, limits: one clear error, no duplicate, and the next run goes on."""

from __future__ import annotations

import pytest

from tests.sandbox.modules.azure.lab import CONTROL, SECOND, WORKER, Lab, machines

OF_NETWORK = (
    "resourceGroups",
    "virtualNetworks",
    "networkSecurityGroups",
    "routeTables",
    "publicIPAddresses",
    "sshPublicKeys",
)
OF_MACHINES = ("publicIPAddresses", "networkInterfaces", "virtualMachines")
CLIENT = "ansible_collections.pangaea.multicloud.plugins.module_utils._azure"


@pytest.mark.parametrize(
    ("thing", "kind"),
    [*((thing, "drop_after") for thing in OF_NETWORK), ("routeTables", "drop_before"), ("resourceGroups", "html")],
)
def test_a_lost_answer_to_a_write_on_the_network_makes_no_duplicate(fresh: Lab, thing: str, kind: str) -> None:
    fresh.fault(kind=kind, action=f"PUT {thing}")
    made = fresh.network()
    assert not made.failed, made["msg"]
    assert fresh.network(check=True)["changes"] == []


@pytest.mark.parametrize("thing", OF_MACHINES)
def test_a_lost_answer_to_a_write_on_a_machine_makes_no_duplicate(fresh: Lab, thing: str) -> None:
    network = fresh.network()["network"]
    fresh.fault(kind="drop_after", action=f"PUT {thing}")
    made = fresh.machines(network=network)
    assert not made.failed, made["msg"]
    assert sorted(made["machines"]) == [CONTROL, WORKER, SECOND]
    assert fresh.plan() == []
    assert len(fresh.snapshot()["machine"]) == 3


@pytest.mark.parametrize("thing", ["networkSecurityGroups", "virtualNetworks", "publicIPAddresses"])
def test_an_operation_that_fails_later_is_one_clear_error_and_the_next_run_goes_on(fresh: Lab, thing: str) -> None:
    fresh.fault(kind="fail", action=f"PUT {thing}", code="InternalServerError", message="a disk broke")
    failed = fresh.network()
    assert failed["kind"] == "Fault"
    assert "InternalServerError" in failed["msg"] and "a disk broke" in failed["msg"] and "run again" in failed["msg"]
    assert any(line.startswith("update") for line in fresh.network(check=True)["changes"])
    again = fresh.network()
    assert not again.failed, again["msg"]
    assert fresh.network(check=True)["changes"] == []


def test_a_rule_whose_write_failed_is_written_again(fresh: Lab) -> None:
    fresh.converge()
    fresh.drop("Microsoft.Network/networkSecurityGroups/shop-azure-fra-nodes/securityRules/in-tcp-22")
    fresh.fault(kind="fail", action="PUT networkSecurityGroups/securityRules", code="InternalServerError")
    assert fresh.network()["kind"] == "Fault"
    assert fresh.network(check=True)["changes"] == ["update rule/azure-fra/nodes-in-tcp-22"]
    fresh.converge()
    assert fresh.plan() == []


def test_a_machine_that_gets_no_hardware_is_told_and_tried_again(fresh: Lab) -> None:
    network = fresh.network()["network"]
    code = "OverconstrainedZonalAllocationRequest"
    fresh.fault(kind="fail", action="PUT virtualMachines", name=WORKER, code=code)
    failed = fresh.machines(network=network)
    assert failed["kind"] == "NoCapacity" and code in failed["msg"] and WORKER in failed["msg"]
    key = fresh.get(f"Microsoft.Compute/virtualMachines/{WORKER}")["tags"]["pangaea-first-host-key"]
    looked = fresh.machines(check=True, network=network)
    assert f"update machine/azure-fra/{WORKER}" in looked["changes"]
    again = fresh.machines(network=network)
    assert not again.failed, again["msg"]
    assert again["machines"][WORKER]["state"] == "running"
    assert again["machines"][WORKER]["first_host_key"] == key  # what it boots with was told once
    assert fresh.plan() == []


def test_a_machine_that_failed_goes_when_it_is_removed(fresh: Lab) -> None:
    network = fresh.network()["network"]
    fresh.fault(kind="fail", action="PUT virtualMachines", name=WORKER, code="AllocationFailed")
    assert fresh.machines(network=network)["kind"] == "NoCapacity"
    fresh.cloud.clock.step(200)
    gone = fresh.machines(network=network, remove=[WORKER])
    assert not gone.failed, gone["msg"]
    assert [name for rows in fresh.snapshot().values() for name in rows if WORKER in name] == []


def test_parts_that_are_left_of_a_machine_are_surplus_and_swept(fresh: Lab) -> None:
    network = fresh.network()["network"]
    denied = {"code": "AuthorizationFailed", "status": 403, "message": "no"}
    fresh.fault(kind="error", action="PUT virtualMachines", name=WORKER, **denied)
    assert fresh.machines(network=network)["kind"] == "Denied"
    seen = fresh.machines(check=True, network=network, machines=machines(0))
    assert WORKER in seen["surplus"] and WORKER not in seen["machines"]
    gone = fresh.machines(network=network, machines=machines(0), remove=[WORKER])
    assert gone["changes"] == [f"delete machine/azure-fra/{WORKER}"]
    assert [name for rows in fresh.snapshot().values() for name in rows if WORKER in name] == []


def test_what_azure_does_not_delete_with_a_machine_is_swept(fresh: Lab) -> None:
    network = fresh.converge()
    machine = fresh.cloud.store.find(fresh.path(f"Microsoft.Compute/virtualMachines/{WORKER}"))
    assert machine is not None
    machine.properties["storageProfile"]["osDisk"]["deleteOption"] = "Detach"
    machine.properties["networkProfile"]["networkInterfaces"][0]["properties"]["deleteOption"] = "Detach"
    gone = fresh.machines(network=network, remove=[WORKER])
    assert not gone.failed, gone["msg"]
    assert [name for rows in fresh.snapshot().values() for name in rows if WORKER in name] == []


@pytest.mark.parametrize("status", [429, 503])
def test_what_passes_by_waiting_is_tried_again(fresh: Lab, status: int) -> None:
    fresh.fault(kind="error", action="GET virtualNetworks", status=status, code="ServerBusy", times=2)
    fresh.fault(kind="error", action="PUT virtualNetworks", status=429, code="TooManyRequests")
    made = fresh.network()
    assert not made.failed, made["msg"]


def test_a_permission_that_is_missing_stops_at_once_and_is_named(fresh: Lab) -> None:
    denied = {"code": "AuthorizationFailed", "status": 403, "message": "The client may not"}
    fresh.fault(kind="error", action="PUT routeTables", times=0, **denied)
    failed = fresh.network()
    assert failed["kind"] == "Denied"
    assert "Microsoft.Network/routeTables/write" in failed["msg"] and "docs/azure-role.json" in failed["msg"]
    assert fresh.writes().count("PUT routeTables") == 1


def test_a_quota_that_could_not_be_read_stops_at_once_and_is_named(fresh: Lab) -> None:
    network = fresh.network()["network"]
    fresh.fault(kind="error", action="GET usages", times=0, status=403, code="AuthorizationFailed")
    fresh.cloud.quotas.set("standardBasv2Family", 1)
    failed = fresh.machines(network=network, machines=machines(0))
    assert failed["kind"] == "OverQuota"
    assert "standardBasv2Family Cores" in failed["msg"] and fresh.place in failed["msg"]
    assert fresh.writes().count("PUT virtualMachines") == 1


def test_a_list_that_fails_is_an_error_and_not_an_empty_site(fresh: Lab) -> None:
    network = fresh.converge()
    denied = {"code": "AuthorizationFailed", "status": 403, "message": "no"}
    fresh.fault(kind="error", action="GET networkInterfaces", times=0, **denied)
    assert fresh.machines(check=True, network=network)["kind"] == "Denied"


@pytest.mark.parametrize("conflict", ["refuse", "operation"])
def test_many_writes_on_one_parent_do_not_meet(fresh: Lab, conflict: str) -> None:
    fresh.converge()
    fresh.cloud.settings.set({"seconds": 0.1, "conflict": conflict})
    path = "Microsoft.Network/networkSecurityGroups/shop-azure-fra-nodes/securityRules"
    for name in ("in-all", "in-tcp-22", "in-udp-51820", "out-all"):
        fresh.drop(f"{path}/{name}")
    fresh.requests()
    done = fresh.network()
    assert not done.failed, done["msg"]
    assert fresh.writes() == ["PUT networkSecurityGroups/securityRules"] * 4
    rules = [one["properties"] for one in fresh.azure.ask("GET", fresh.path(path)).body["value"]]
    inward = [one["priority"] for one in rules if one["direction"] == "Inbound"]
    assert sorted(inward) == [100, 101, 102, 4096]
    assert fresh.plan() == []


@pytest.mark.parametrize(
    "settings", [{"lag": 1.5}, {"style": "resource"}, {"retry_after": 1, "seconds": 0.5}, {"polls": 5}]
)
def test_a_site_is_made_however_azure_tells_of_its_operations(fresh: Lab, settings: dict[str, float]) -> None:
    fresh.cloud.settings.set(settings)
    network = fresh.converge(machines=machines(1))
    assert fresh.plan(machines=machines(1)) == []
    assert not fresh.machines(network=network, state="absent").failed
    closed = fresh.network(state="absent")
    assert not closed.failed, closed["msg"]


def test_an_operation_that_never_ends_is_told_and_the_next_run_goes_on(
    fresh: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{CLIENT}.api_network.SOON", 1.0)
    monkeypatch.setattr(f"{CLIENT}.client.POLL", 0.2)
    fresh.fault(kind="stuck", action="PUT routeTables")
    failed = fresh.network()
    assert failed["kind"] == "TimedOut" and "route table" in failed["msg"] and "run again" in failed["msg"]
    fresh.cloud.faults.clear()
    fresh.cloud.operations.free()
    monkeypatch.setattr(f"{CLIENT}.api_network.SOON", 60.0)
    again = fresh.network()
    assert not again.failed, again["msg"]


def test_a_group_that_is_being_deleted_is_waited_for(fresh: Lab) -> None:
    fresh.network()
    fresh.cloud.settings.set({"seconds": 1.0})
    group = fresh.path("").removesuffix("/providers/") + "?api-version=2025-04-01"
    assert fresh.azure.ask("DELETE", group).status == 202
    again = fresh.network()
    assert not again.failed, again["msg"]
    assert "create group/azure-fra" in again["changes"]


@pytest.mark.parametrize("nth", [2, 4, 6, 8])
def test_a_run_that_ends_at_any_write_on_the_network_is_completed_by_the_next(fresh: Lab, nth: int) -> None:
    fresh.fault(kind="error", action="PUT *", nth=nth, times=0, status=403, code="AuthorizationFailed", message="no")
    assert fresh.network()["kind"] == "Denied"
    fresh.cloud.faults.clear()
    fresh.converge()
    assert fresh.plan() == []


@pytest.mark.parametrize("nth", [1, 3, 5, 8])
def test_a_run_that_ends_at_any_write_on_machines_is_completed_by_the_next(fresh: Lab, nth: int) -> None:
    network = fresh.network()["network"]
    fresh.fault(kind="error", action="PUT *", nth=nth, times=0, status=403, code="AuthorizationFailed", message="no")
    assert fresh.machines(network=network)["kind"] == "Denied"
    fresh.cloud.faults.clear()
    made = fresh.machines(network=network)
    assert not made.failed, made["msg"]
    assert len({machine["pods"] for machine in made["machines"].values()}) == 3
    assert fresh.plan() == []


def test_a_run_that_ends_while_it_deletes_is_completed_by_the_next(fresh: Lab) -> None:
    before = fresh.snapshot()
    network = fresh.converge()
    for nth in (2, 5):
        fresh.fault(
            kind="error", action="DELETE *", nth=nth, times=0, status=403, code="AuthorizationFailed", message="no"
        )
        fresh.machines(network=network, state="absent")
        fresh.network(state="absent")
        fresh.cloud.faults.clear()
    gone = fresh.machines(network=network, state="absent")
    assert not gone.failed, gone["msg"]
    closed = fresh.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert fresh.snapshot() == before
