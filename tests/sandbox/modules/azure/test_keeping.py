# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept: things that machines still use, marks, pod ranges, host keys."""

from __future__ import annotations

from tests.sandbox.modules.azure.lab import CONTROL, OWNER, SECOND, WORKER, Lab, machines

PIP = "Microsoft.Network/publicIPAddresses"
VM = "Microsoft.Compute/virtualMachines"
MACHINE = f"update machine/azure-fra/{WORKER}"


def test_a_firewall_that_machines_still_use_waits_for_them(fresh: Lab) -> None:
    network = fresh.converge()
    closed = fresh.network(public=[])
    assert (closed["changes"], closed["waiting"]) == ([], ["firewall/azure-fra/pool-general"])
    fresh.machines(network=closed["network"])
    gone = fresh.network(public=[])
    assert (gone["changes"], gone["waiting"]) == (["delete firewall/azure-fra/pool-general"], [])
    assert network["groups"].keys() - gone["network"]["groups"].keys() == {"pool-general"}


def test_an_address_that_is_no_longer_asked_for_waits_for_its_machine(fresh: Lab) -> None:
    network = fresh.converge()
    kept = fresh.network(addresses=[])
    assert (kept["changes"], kept["waiting"]) == ([], [f"address/azure-fra/{CONTROL}"])
    fresh.machines(network=network, remove=[CONTROL])
    assert fresh.network(addresses=[])["changes"] == [f"delete address/azure-fra/{CONTROL}"]


def test_a_worker_becomes_static_and_automatic_again(fresh: Lab) -> None:
    fresh.converge()
    static = [{**one, "public": "static"} for one in machines()]
    network = fresh.network(addresses=[CONTROL, WORKER, SECOND])["network"]
    changed = fresh.machines(network=network, machines=static)
    assert changed["changes"] == [MACHINE, f"update machine/azure-fra/{SECOND}"]
    assert changed["machines"][WORKER]["public_address"] == network["addresses"][WORKER]["address"]
    assert fresh.azure.ask("GET", fresh.path(f"{PIP}/{WORKER}")).status == 404  # the one it had is given back
    back = fresh.machines(network=network)
    assert back["machines"][WORKER]["public_address"] != network["addresses"][WORKER]["address"]
    gone = fresh.network()
    assert gone["changes"] == [f"delete address/azure-fra/{name}" for name in (SECOND, WORKER)]


def test_a_mark_is_written_kept_and_put_back(fresh: Lab) -> None:
    mark = {"initialised": "ca=1"}
    assert fresh.network(marks=mark)["network"]["marks"] == mark
    kept = fresh.network()
    assert (kept["changes"], kept["network"]["marks"]) == ([], mark)
    fresh.retag("", pangaea_initialised=None)
    assert fresh.network(check=True, marks=mark)["changes"] == ["update group/azure-fra"]
    assert fresh.network(marks=mark)["network"]["marks"] == mark


def test_a_lost_pod_range_is_written_back_from_the_node_and_blocks_new_machines_until_then(fresh: Lab) -> None:
    network = fresh.converge()
    fresh.retag(f"{VM}/{WORKER}", pangaea_pods=None)
    seen = fresh.machines(check=True, network=network)
    assert (seen["changes"], seen["machines"][WORKER]["pods"]) == ([], None)
    fresh.drop(f"{VM}/{SECOND}")
    refused = fresh.machines(network=network)
    assert refused["kind"] == "Refused" and WORKER in refused["msg"]
    record = {WORKER: {"pods": "10.129.1.0/24", "host_key": None}}
    assert fresh.machines(check=True, network=network, record=record)["changes"] == [
        MACHINE,
        f"create machine/azure-fra/{SECOND}",
    ]
    done = fresh.machines(network=network, record=record)
    assert done["machines"][WORKER]["pods"] == "10.129.1.0/24"
    assert done["machines"][SECOND]["pods"] == "10.129.2.0/24"


def test_a_host_key_is_recorded_once_by_one_call_and_never_overwritten(fresh: Lab) -> None:
    network = fresh.converge()
    record = {WORKER: {"host_key": "ssh-ed25519 AAAA1", "pods": "10.129.1.0/24"}}
    fresh.requests()
    assert fresh.machines(check=True, network=network, record=record)["changes"] == []
    said = fresh.machines(network=network, record=record)
    assert said["changes"] == [f"record machine/azure-fra/{WORKER}"]
    assert said["machines"][WORKER]["host_key"] == "ssh-ed25519 AAAA1"
    assert said["machines"][WORKER]["first_host_key"].startswith("ecdsa-sha2-nistp256 ")
    assert fresh.writes() == ["PATCH virtualMachines"]
    assert fresh.machines(network=network, record=record)["changed"] is False
    refused = fresh.machines(network=network, record={WORKER: {"host_key": "ssh-ed25519 AAAA2"}})
    assert refused["kind"] == "Refused" and f"replace {WORKER}" in refused["msg"]
    assert fresh.get(f"{VM}/{WORKER}")["tags"]["pangaea-cluster"] == OWNER
