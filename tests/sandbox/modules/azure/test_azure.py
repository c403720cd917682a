# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Azure has: groups, zones or sets, logins, static and automatic addresses."""

from __future__ import annotations

import threading
import time

import pytest

from sandbox.azure.login import CLIENT
from tests.sandbox.modules.lab import OTHER_OWNER
from tests.sandbox.running import OWNER, well
from tests.sandbox.simulators.azure.conftest import PLACE, nic

from .lab import COMPUTE, GROUP_VERSION, NETWORK, OURS, Azure


def test_a_region_without_zones_gets_one_subnet_and_availability_sets(fresh: Azure) -> None:
    fresh.region = "germanynorth"
    network = fresh.converge()
    assert list(network["zones"]) == ["regional"]
    assert sorted(network["sets"]) == ["control_plane", "nodes"]
    assert fresh.plan() == []
    row = fresh.get(f"{COMPUTE}/virtualMachines/{fresh.worker}")
    assert "zones" not in row
    assert row["properties"]["availabilitySet"]["id"] == network["sets"]["nodes"]
    fresh.asked()
    well(fresh.network(check=True))
    assert sorted(fresh.asked()) == sorted([fresh.identity, *fresh.lists["network"], "GET availabilitySets"])
    fresh.absent(network)
    assert fresh.arm.ask("GET", fresh.path("") + GROUP_VERSION).status == 404


def test_each_thing_that_is_deleted_was_ours(fresh: Azure) -> None:
    fresh.bystanders()
    network = fresh.converge()
    mark = fresh.journal.last
    fresh.absent(network)
    deleted = [e["params"]["path"] for e in fresh.journal.since(mark) if e["action"].startswith("DELETE")]
    assert len(deleted) > 10
    assert all(f"/resourcegroups/{OURS}".lower() in path.lower() for path in deleted)


@pytest.mark.parametrize("names", [("AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"), ("AZURE_TENANT", "AZURE_SECRET")])
def test_credentials_come_from_the_environment_by_either_family_of_names(
    lab: Azure, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one is that of AWX's credential for the resource manager."""
    options = lab.options()
    given = {names[0]: options.pop("tenant"), names[1]: options.pop("secret")}
    given |= {"AZURE_CLIENT_ID": options.pop("client_id"), "AZURE_SUBSCRIPTION_ID": options.pop("subscription")}
    given |= {"AZURE_ENDPOINT_URL": options.pop("endpoint_url"), "AZURE_AUTHORITY_HOST": options.pop("authority")}
    given["REQUESTS_CA_BUNDLE"] = options.pop("ca_file")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(lab, "options", lambda: options)
    well(lab.network(check=True))


def test_a_simulator_is_its_own_login_host(lab: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    options = lab.options()
    del options["authority"]
    monkeypatch.setattr(lab, "options", lambda: options)
    well(lab.network(check=True))


def test_the_parts_of_a_machine_are_azures_own(lab: Azure) -> None:
    network = lab.converge()
    row = lab.get(f"{COMPUTE}/virtualMachines/{lab.worker}")
    card = lab.get(f"{NETWORK}/networkInterfaces/{lab.worker}")
    address = lab.get(f"{NETWORK}/publicIPAddresses/{lab.worker}")
    part = row["properties"]
    assert part["storageProfile"]["osDisk"]["managedDisk"]["storageAccountType"] == "Premium_LRS"
    assert address["sku"]["name"] == "Standard"
    assert card["properties"]["networkSecurityGroup"]["id"] == network["groups"]["pool-general"]
    assert card["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"]["id"] == address["id"]
    assert part["storageProfile"]["imageReference"] == {
        **{"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "0.20261101.2290"},
        "exactVersion": "0.20261101.2290",
    }
    assert (part["osProfile"]["adminUsername"], part["osProfile"]["computerName"]) == ("debian", lab.worker)
    assert card["tags"] == address["tags"] == {"pangaea-cluster": OWNER, "pangaea-site": lab.site}


def test_many_machines_are_made_beside_each_other(fresh: Azure) -> None:
    """None is ready before all of them were asked for: who waits for some before the others would wait for ever."""
    network = fresh.network()["network"]
    fresh.simulator.settings.set({"machine_seconds": 1800.0})
    since = fresh.journal.last

    def let_time_pass_once_all_were_asked_for() -> None:
        while sum(entry["action"] == "PUT virtualMachines" for entry in fresh.journal.since(since)) < 20:
            time.sleep(0.05)
        fresh.simulator.clock.step(1900)

    threading.Thread(target=let_time_pass_once_all_were_asked_for, daemon=True).start()
    well(fresh.machines(network=network, machines=fresh.wanted(19)))


def test_each_zone_has_a_subnet(lab: Azure) -> None:
    assert {zone: part["cidr"] for zone, part in well(lab.network())["network"]["zones"].items()} == {
        "1": "10.65.0.0/18",
        "2": "10.65.64.0/18",
        "3": "10.65.128.0/18",
    }


def test_a_worker_becomes_static_and_automatic_again(fresh: Azure) -> None:
    fresh.converge()
    static = [{**one, "public": "static"} for one in fresh.wanted()]
    network = fresh.network(addresses=[fresh.control, fresh.worker, fresh.second])["network"]
    changed = fresh.machines(network=network, machines=static)
    assert changed["changes"] == [f"update machine/azure-fra/{name}" for name in (fresh.worker, fresh.second)]
    assert changed["machines"][fresh.worker]["public_address"] == network["addresses"][fresh.worker]["address"]
    assert (
        fresh.arm.ask("GET", fresh.path(f"{NETWORK}/publicIPAddresses/{fresh.worker}")).status == 404
    )  # the one it had is given back
    back = fresh.machines(network=network)
    assert back["machines"][fresh.worker]["public_address"] != network["addresses"][fresh.worker]["address"]
    gone = fresh.network()
    assert gone["changes"] == [f"delete address/azure-fra/{name}" for name in (fresh.second, fresh.worker)]


@pytest.mark.parametrize(
    "options",
    [
        {"client_id": "0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "secret": "s3cr3t"},  # real ones, to the simulator
        {"endpoint_url": "https://management.azure.com", "authority": "https://login.microsoftonline.com"},
        {"endpoint_url": "https://management.azure.com"},  # the simulator's login, and Azure itself
        {"authority": "https://login.microsoftonline.com"},
    ],
)
def test_sandbox_and_azure_are_never_mixed(lab: Azure, options: dict[str, str]) -> None:
    before = lab.journal.last
    refused = lab.network(**options)
    assert refused["kind"] == "Refused"
    assert "simulator" in refused["msg"] or CLIENT in refused["msg"]
    assert "s3cr3t" not in refused["msg"]
    assert lab.journal.last == before  # not even a login


def test_a_wrong_secret_is_told_as_what_it_is(lab: Azure) -> None:
    refused = lab.network(secret="sandbox-wrong")
    assert refused["kind"] == "Denied"
    assert "AADSTS7000215" in refused["msg"] and "AZURE_CLIENT_SECRET" in refused["msg"]


def test_a_group_of_somebody_else_with_our_name_is_refused(fresh: Azure) -> None:
    body = {"location": PLACE, "tags": {"pangaea-cluster": OTHER_OWNER, "pangaea-site": fresh.site}}
    assert fresh.arm.ask("PUT", fresh.path("") + GROUP_VERSION, body).status == 201
    before = fresh.snapshot()
    fresh.asked()
    for state in ("present", "absent"):
        refused = fresh.network(state=state)
        assert refused["kind"] == "NotOurs" and OTHER_OWNER in refused["msg"]
    assert fresh.writes() == []
    assert fresh.snapshot() == before


def test_a_size_is_the_same_in_any_case(lab: Azure) -> None:
    network = lab.converge()
    assert lab.machines(network=network, machines=lab.wanted(size="standard_b2ALS_v2"))["changes"] == []


def test_a_machine_without_an_ssh_key_is_refused_in_the_plan(fresh: Azure) -> None:
    network = fresh.network(ssh_public_keys=[])["network"]
    refused = fresh.machines(check=True, network=network)
    assert refused["kind"] == "Refused" and "ssh public key" in refused["msg"]


def test_a_type_that_the_region_does_not_offer_is_told_with_the_nearest(fresh: Azure) -> None:
    fresh.region = "germanynorth"
    refused = fresh.network(check=True, sizes=["Standard_D4ps_v5"])
    assert refused["kind"] == "Refused"
    for word in ("germanynorth", "Standard_D4ps_v5", "nearest", "Standard_D4s_v5"):
        assert word in refused["msg"]
    assert fresh.writes() == []


def test_a_zone_that_the_region_does_not_have_is_told(fresh: Azure) -> None:
    fresh.region = "germanynorth"
    refused = fresh.network(check=True, zones=["2"])
    assert refused["kind"] == "Refused" and "2" in refused["msg"]


def test_zones_can_be_named(fresh: Azure) -> None:
    assert list(fresh.network(check=True, zones=["2"])["network"]["zones"]) == ["2"]


def test_deleting_refuses_while_others_stand_in_our_subnets_from_a_group_of_their_own(fresh: Azure) -> None:
    network, arm = fresh.converge(), fresh.arm
    card = nic(arm)
    card["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = network["zones"]["1"]["subnet_id"]
    arm.make(f"{NETWORK}/networkInterfaces/theirs", card)
    well(fresh.machines(network=network, state="absent"))
    before = fresh.snapshot()
    closed = fresh.network(state="absent")
    assert closed["kind"] == "NotOurs" and "networkInterfaces/theirs" in closed["msg"]
    assert fresh.snapshot() == before


def test_a_group_that_lost_its_owner_is_not_deleted(fresh: Azure) -> None:
    network = fresh.converge()
    well(fresh.machines(network=network, state="absent"))
    fresh.write_tags("", pangaea_cluster=None)
    fresh.asked()
    refused = fresh.network(state="absent")
    assert refused["kind"] == "NotOurs" and f"pangaea-cluster={OWNER}" in refused["msg"]
    assert fresh.writes() == []
