# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a site and back, by the modules, against the simulated Azure."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.sandbox.modules.azure.lab import CONTROL, OURS, OWNER, SITE, WORKER, Lab, lists, machines
from tests.sandbox.simulators.azure.conftest import PLACE, nic, vm, vnet


def test_in_check_mode_nothing_is_written_on_the_first_run(fresh: Lab) -> None:
    before = fresh.snapshot()
    fresh.requests()
    plan = fresh.plan()
    assert "create network/azure-fra" in plan
    assert "create machine/azure-fra/shop-azure-fra-general-2" in plan
    assert fresh.writes() == []
    assert fresh.snapshot() == before


def test_what_was_planned_is_done_and_then_nothing_is_left_to_do(fresh: Lab) -> None:
    looked = fresh.network(check=True)
    assert not looked.failed, looked["msg"]
    seen = fresh.machines(check=True, network=looked["network"])
    assert not seen.failed, seen["msg"]
    made = fresh.network(checksum=looked["plan"]["checksum"])
    assert not made.failed, made["msg"]
    done = fresh.machines(network=made["network"], checksum=seen["plan"]["checksum"])
    assert not done.failed, done["msg"]
    assert (made["changes"], done["changes"]) == (looked["changes"], seen["changes"])
    assert done["machines"][CONTROL]["public_address"] == made["network"]["addresses"][CONTROL]["address"]
    assert fresh.plan() == []


def test_a_quiet_hour_costs_ten_lists_at_any_size(fresh: Lab) -> None:
    for workers in (2, 99):
        wanted = machines(workers)
        fresh.converge(machines=wanted)
        looked = fresh.network(check=True)
        fresh.requests()
        seen = fresh.machines(check=True, network=looked["network"], machines=wanted)
        assert (looked["changes"], seen["changes"]) == ([], [])
        assert lists(looked["api_calls"]) == {
            "Microsoft.Resources/subscriptions/resourceGroups/read": 1,
            "Microsoft.Network/virtualNetworks/read": 1,
            "Microsoft.Network/routeTables/read": 1,
            "Microsoft.Network/networkSecurityGroups/read": 1,
            "Microsoft.Network/publicIPAddresses/read": 1,
            "Microsoft.Compute/sshPublicKeys/read": 1,
        }
        assert lists(seen["api_calls"]) == {
            "Microsoft.Compute/virtualMachines/read": 2,  # what they are, and how they run
            "Microsoft.Network/networkInterfaces/read": 1,
            "Microsoft.Network/publicIPAddresses/read": 1,
        }
        asked = fresh.requests()
        assert len(asked) == 5, asked  # the log agrees with what the module counted


def test_a_list_counts_once_however_many_pages_it_has(fresh: Lab) -> None:
    network = fresh.converge(machines=machines(12))
    fresh.cloud.settings.set({"page": 5})
    seen = fresh.machines(check=True, network=network, machines=machines(12))
    assert seen["changes"] == []
    assert sum(lists(seen["api_calls"]).values()) == 4


def test_machines_cost_three_writes_each(fresh: Lab) -> None:
    network = fresh.network()["network"]
    fresh.requests()
    made = fresh.machines(network=network, machines=machines(20))
    assert not made.failed, made["msg"]
    assert Counter(fresh.writes()) == {
        "PUT publicIPAddresses": 20,  # that of the control plane was made with the network
        "PUT networkInterfaces": 21,
        "PUT virtualMachines": 21,
    }


def test_a_network_costs_one_write_for_each_thing_and_none_for_its_parts(fresh: Lab) -> None:
    assert len(fresh.network()["changes"]) == 29
    assert Counter(fresh.writes()) == {
        "PUT resourceGroups": 1,
        "PUT virtualNetworks": 1,
        "PUT routeTables": 1,
        "PUT networkSecurityGroups": 3,
        "PUT publicIPAddresses": 1,
        "PUT sshPublicKeys": 1,
    }


def test_a_region_without_zones_gets_one_subnet_and_availability_sets(fresh: Lab) -> None:
    fresh.place = "germanynorth"
    network = fresh.converge()
    assert list(network["zones"]) == ["regional"]
    assert sorted(network["sets"]) == ["control_plane", "nodes"]
    assert fresh.plan() == []
    row = fresh.get(f"Microsoft.Compute/virtualMachines/{WORKER}")
    assert "zones" not in row
    assert row["properties"]["availabilitySet"]["id"] == network["sets"]["nodes"]
    assert sum(lists(fresh.network(check=True)["api_calls"]).values()) == 7
    assert not fresh.machines(network=network, state="absent").failed
    closed = fresh.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert fresh.azure.ask("GET", f"{fresh.path('').removesuffix('/providers/')}?api-version=2025-04-01").status == 404


def test_deleting_leaves_nothing_of_ours_and_others_as_they_were(fresh: Lab) -> None:
    others = _bystanders(fresh)
    before = fresh.snapshot()
    network = fresh.converge()
    gone = fresh.machines(network=network, state="absent")
    assert not gone.failed, gone["msg"]
    closed = fresh.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert closed["changes"][-1] == "delete group/azure-fra"
    after = fresh.snapshot()
    assert after == before
    assert others <= {name for kind in after.values() for name in kind}
    assert fresh.network(state="absent")["changes"] == []


def test_each_thing_that_is_deleted_was_ours(fresh: Lab) -> None:
    _bystanders(fresh)
    network = fresh.converge()
    mark = fresh.journal.last
    fresh.machines(network=network, state="absent")
    fresh.network(state="absent")
    deleted = [e["params"]["path"] for e in fresh.journal.since(mark) if e["action"].startswith("DELETE")]
    assert len(deleted) > 10
    assert all(f"/resourcegroups/{OURS}".lower() in path.lower() for path in deleted)


def _bystanders(lab: Lab) -> set[str]:
    """A network, an address and a machine of somebody else, in a group whose name begins like ours."""
    azure = lab.azure
    group = azure.prefix.rsplit("/", 1)[0] + f"/{OURS}-2"
    tags = {"pangaea-cluster": "shop-eu-b0000000", "pangaea-site": SITE}
    assert azure.ask("PUT", f"{group}?api-version=2025-04-01", {"location": PLACE, "tags": tags}).status == 201
    azure.make("Microsoft.Network/virtualNetworks/net", vnet(nodes="10.64.0.0/24"))
    azure.make("Microsoft.Network/networkInterfaces/nic1", nic(azure))
    azure.make(f"Microsoft.Compute/virtualMachines/{WORKER}", vm(azure))
    address = {"location": PLACE, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
    azure.make(f"{group}/providers/Microsoft.Network/publicIPAddresses/{WORKER}", {**address, "tags": tags})
    return {group, f"{azure.prefix}/providers/Microsoft.Compute/virtualMachines/{WORKER}"}


@pytest.mark.parametrize("names", [("AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"), ("AZURE_TENANT", "AZURE_SECRET")])
def test_credentials_come_from_the_environment_by_either_family_of_names(
    lab: Lab, names: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one is that of AWX's credential for the resource manager."""
    options = lab.options
    given = {names[0]: options.pop("tenant"), names[1]: options.pop("secret")}
    given |= {"AZURE_CLIENT_ID": options.pop("client_id"), "AZURE_SUBSCRIPTION_ID": options.pop("subscription")}
    given |= {"AZURE_ENDPOINT_URL": options.pop("endpoint_url"), "AZURE_AUTHORITY_HOST": options.pop("authority")}
    given["REQUESTS_CA_BUNDLE"] = options.pop("ca_file")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(Lab, "options", options)
    said = lab.network(check=True)
    assert not said.failed, said["msg"]


def test_a_simulator_is_its_own_login_host(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    options = lab.options
    del options["authority"]
    monkeypatch.setattr(Lab, "options", options)
    said = lab.network(check=True)
    assert not said.failed, said["msg"]


def test_a_snapshot_shows_whose_each_thing_is(fresh: Lab) -> None:
    others = _bystanders(fresh)
    fresh.converge()
    held = fresh.snapshot()
    owners = {name: row["owner"] for kind in held.values() for name, row in kind.items()}
    ours = [name for name, owner in owners.items() if owner == OWNER]
    assert len(ours) == 1 + 1 + 1 + 3 + 1 + 3 + 3 + 3 + 3  # group, network, table, walls, key, then of each machine
    assert all(f"/resourceGroups/{OURS}" in name for name in ours)
    assert not any(owners[name] == OWNER for name in others)
    assert held["other"] == {}
