# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, and that nothing is touched then."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.azure.login import CLIENT
from tests.sandbox.modules.azure.lab import CONTROL, OURS, OWNER, SITE, WORKER, Lab, machines
from tests.sandbox.simulators.azure.conftest import PLACE, nic, vm

THINGS = {
    "group": "",
    "network": "Microsoft.Network/virtualNetworks/shop-azure-fra",
    "firewall": "Microsoft.Network/networkSecurityGroups/shop-azure-fra-nodes",
    "route table": "Microsoft.Network/routeTables/shop-azure-fra-public",
    "address": f"Microsoft.Network/publicIPAddresses/{CONTROL}-static",
    "key": "Microsoft.Compute/sshPublicKeys/shop-k3v9q2ab-azure-fra",
    "machine": f"Microsoft.Compute/virtualMachines/{WORKER}",
    "interface": f"Microsoft.Network/networkInterfaces/{WORKER}",
    "automatic address": f"Microsoft.Network/publicIPAddresses/{WORKER}",
}
OF_MACHINES = ("machine", "interface", "automatic address")
Converged = tuple[Lab, dict[str, Any]]


@pytest.fixture
def converged(lab: Lab) -> Converged:
    network = lab.converge()
    lab.requests()
    return lab, network


def test_another_subscription_is_refused_before_any_other_call(lab: Lab) -> None:
    other = "0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
    lab.requests()
    refused = lab.network(subscription=other)
    assert refused["kind"] == "Refused" and other in refused["msg"] and "role" in refused["msg"]
    assert lab.requests() == ["GET subscriptions"]


@pytest.mark.parametrize(
    "options",
    [
        {"client_id": "0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "secret": "s3cr3t"},  # real ones, to the simulator
        {"endpoint_url": "https://management.azure.com", "authority": "https://login.microsoftonline.com"},
        {"endpoint_url": "https://management.azure.com"},  # the simulator's login, and Azure itself
        {"authority": "https://login.microsoftonline.com"},
    ],
)
def test_sandbox_and_azure_are_never_mixed(lab: Lab, options: dict[str, str]) -> None:
    before = lab.journal.last
    refused = lab.network(**options)
    assert refused["kind"] == "Refused"
    assert "simulator" in refused["msg"] or CLIENT in refused["msg"]
    assert "s3cr3t" not in refused["msg"]
    assert lab.journal.last == before  # not even a login


def test_a_wrong_secret_is_told_as_what_it_is(lab: Lab) -> None:
    refused = lab.network(secret="sandbox-wrong")
    assert refused["kind"] == "Denied"
    assert "AADSTS7000215" in refused["msg"] and "AZURE_CLIENT_SECRET" in refused["msg"]


@pytest.mark.parametrize("lost", THINGS)
def test_a_thing_that_lost_its_owner_is_named_and_not_made_twice(converged: Converged, lost: str) -> None:
    lab, network = converged
    lab.retag(THINGS[lost], pangaea_cluster=None)
    lab.requests()
    said = lab.machines(network=network) if lost in OF_MACHINES else lab.network()
    assert said["kind"] == "NotOurs", said["msg"]
    assert (THINGS[lost] or OURS) in said["msg"] and f"pangaea-cluster={OWNER}" in said["msg"]
    assert lab.writes() == []
    lab.retag(THINGS[lost], pangaea_cluster=OWNER)


@pytest.mark.parametrize("lost", THINGS)
def test_a_thing_that_lost_all_tags_is_named_and_not_made_twice(converged: Converged, lost: str) -> None:
    lab, network = converged
    path = lab.path(THINGS[lost]) if THINGS[lost] else _group(lab)
    tags = lab.azure.ask("GET", path).body["tags"]
    lab.retag(THINGS[lost], **dict.fromkeys(tags))
    lab.requests()
    said = lab.machines(network=network) if lost in OF_MACHINES else lab.network()
    assert said["kind"] == "NotOurs", said["msg"]
    assert (THINGS[lost] or OURS) in said["msg"]
    assert lab.writes() == []
    lab.retag(THINGS[lost], **tags)


def _group(lab: Lab) -> str:
    return lab.path("").removesuffix("/providers/") + "?api-version=2025-04-01"


def test_a_group_of_somebody_else_with_our_name_is_refused(fresh: Lab) -> None:
    body = {"location": PLACE, "tags": {"pangaea-cluster": "shop-eu-b0000000", "pangaea-site": SITE}}
    assert fresh.azure.ask("PUT", _group(fresh), body).status == 201
    before = fresh.snapshot()
    fresh.requests()
    for state in ("present", "absent"):
        refused = fresh.network(state=state)
        assert refused["kind"] == "NotOurs" and "shop-eu-b0000000" in refused["msg"]
    assert fresh.writes() == []
    assert fresh.snapshot() == before


def test_another_size_of_a_machine_is_refused_with_the_way_out(converged: Converged) -> None:
    lab, network = converged
    wanted = machines()
    wanted[1]["size"] = "large"
    refused = lab.machines(network=network, machines=wanted)
    assert refused["kind"] == "Refused"
    for word in ("'Standard_B2als_v2'", "'Standard_B4as_v2'", "replace NODE", WORKER):
        assert word in refused["msg"]
    assert lab.writes() == []


def test_a_size_is_the_same_in_any_case(converged: Converged) -> None:
    lab, network = converged
    assert lab.machines(network=network, machines=machines(size="standard_b2ALS_v2"))["changes"] == []


def test_another_range_of_the_network_is_refused(converged: Converged) -> None:
    lab, _network = converged
    refused = lab.network(cidr="10.70.0.0/16")
    assert refused["kind"] == "Refused" and "10.65.0.0/16" in refused["msg"] and "10.70.0.0/16" in refused["msg"]
    assert lab.writes() == []


def test_another_image_changes_nothing_for_machines_that_exist(converged: Converged) -> None:
    lab, network = converged
    assert lab.machines(check=True, network=network, machines=machines(image="ubuntu-24.04"))["changes"] == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"image": "windows-95"}, ["windows-95", "debian-13"]),
        ({"user": "admin"}, ["admin", "shop-azure-fra-general-9"]),
        ({"size": "Standard_D2s_v99"}, ["Standard_D2s_v99", "nearest", "Standard_D2s_v5"]),
    ],
)
def test_what_cannot_be_made_is_refused_in_the_plan(
    converged: Converged, change: dict[str, str], words: list[str]
) -> None:
    lab, network = converged
    new = {**machines()[1], "name": "shop-azure-fra-general-9", "number": 9, **change}
    refused = lab.machines(check=True, network=network, machines=[*machines(), new])
    assert refused["kind"] == "Refused"
    for word in words:
        assert word in refused["msg"]


def test_a_machine_without_an_ssh_key_is_refused_in_the_plan(fresh: Lab) -> None:
    network = fresh.network(ssh_public_keys=[])["network"]
    refused = fresh.machines(check=True, network=network)
    assert refused["kind"] == "Refused" and "ssh public key" in refused["msg"]


def test_a_type_that_the_region_does_not_offer_is_told_with_the_nearest(fresh: Lab) -> None:
    fresh.place = "germanynorth"
    refused = fresh.network(check=True, sizes=["Standard_D4ps_v5"])
    assert refused["kind"] == "Refused"
    for word in ("germanynorth", "Standard_D4ps_v5", "nearest", "Standard_D4s_v5"):
        assert word in refused["msg"]
    assert fresh.writes() == []


def test_a_zone_that_the_region_does_not_have_is_told(fresh: Lab) -> None:
    fresh.place = "germanynorth"
    refused = fresh.network(check=True, zones=["2"])
    assert refused["kind"] == "Refused" and "2" in refused["msg"]


def test_zones_can_be_named(fresh: Lab) -> None:
    assert list(fresh.network(check=True, zones=["2"])["network"]["zones"]) == ["2"]


def test_a_plan_that_moved_is_refused(converged: Converged) -> None:
    lab, network = converged
    refused = lab.machines(network=network, machines=machines(3), checksum="deadbeef")
    assert refused["kind"] == "Refused" and "deadbeef" in refused["msg"]
    assert lab.writes() == []


def test_a_caller_outside_of_admin_is_told_before_any_call(lab: Lab) -> None:
    lab.requests()
    refused = lab.network(caller_address="203.0.113.9")
    assert refused["kind"] == "Refused" and "203.0.113.9" in refused["msg"]
    assert lab.requests() == []


@pytest.mark.parametrize("quota", ["VirtualNetworks", "StandardSkuPublicIpAddresses"])
def test_a_quota_of_the_network_that_does_not_fit_is_told_in_the_plan(fresh: Lab, quota: str) -> None:
    fresh.cloud.quotas.set(quota, 0)
    refused = fresh.network(check=True)
    assert refused["kind"] == "OverQuota" and f"({quota})" in refused["msg"] and "is 0, 0 are used" in refused["msg"]


@pytest.mark.parametrize("quota", ["cores", "standardBasv2Family"])
def test_a_quota_of_machines_that_does_not_fit_is_told_in_the_plan(fresh: Lab, quota: str) -> None:
    network = fresh.network()["network"]
    fresh.cloud.quotas.set(quota, 5)
    refused = fresh.machines(check=True, network=network)
    assert refused["kind"] == "OverQuota" and f"({quota})" in refused["msg"]
    assert "is 5, 0 are used and 6 more" in refused["msg"]


def test_a_machine_without_its_address_in_the_network_is_refused(converged: Converged) -> None:
    lab, network = converged
    refused = lab.machines(network={**network, "addresses": {}})
    assert refused["kind"] == "Refused" and CONTROL in refused["msg"]


def test_deleting_refuses_while_others_have_something_in_the_group(fresh: Lab) -> None:
    network, azure = fresh.converge(), fresh.azure
    theirs = f"Microsoft.Compute/virtualMachines/{WORKER}-x"
    body = vm(azure)
    card = nic(azure)
    card["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = network["zones"]["1"]["subnet_id"]
    fresh.put("Microsoft.Network/networkInterfaces/theirs", card)
    interface = fresh.path("Microsoft.Network/networkInterfaces/theirs")
    body["properties"]["networkProfile"]["networkInterfaces"][0]["id"] = interface
    fresh.put(theirs, body)
    before = fresh.snapshot()
    gone = fresh.machines(network=network, state="absent")
    closed = fresh.network(state="absent")
    assert gone["kind"] == closed["kind"] == "NotOurs"
    assert theirs in gone["msg"] and theirs in closed["msg"] and "networkInterfaces/theirs" in closed["msg"]
    assert fresh.snapshot() == before


def test_deleting_refuses_while_others_stand_in_our_subnets_from_a_group_of_their_own(fresh: Lab) -> None:
    network, azure = fresh.converge(), fresh.azure
    card = nic(azure)
    card["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = network["zones"]["1"]["subnet_id"]
    azure.make("Microsoft.Network/networkInterfaces/theirs", card)
    assert not fresh.machines(network=network, state="absent").failed
    before = fresh.snapshot()
    closed = fresh.network(state="absent")
    assert closed["kind"] == "NotOurs" and "networkInterfaces/theirs" in closed["msg"]
    assert fresh.snapshot() == before


def test_deleting_the_network_refuses_while_our_machines_are_there(converged: Converged) -> None:
    lab, _network = converged
    refused = lab.network(state="absent")
    assert refused["kind"] == "Refused" and WORKER in refused["msg"]
    assert lab.writes() == []


def test_a_group_that_lost_its_owner_is_not_deleted(fresh: Lab) -> None:
    network = fresh.converge()
    assert not fresh.machines(network=network, state="absent").failed
    fresh.retag("", pangaea_cluster=None)
    fresh.requests()
    refused = fresh.network(state="absent")
    assert refused["kind"] == "NotOurs" and f"pangaea-cluster={OWNER}" in refused["msg"]
    assert fresh.writes() == []


def test_what_kubernetes_made_goes_with_the_group(fresh: Lab) -> None:
    before = fresh.snapshot()
    network = fresh.converge()
    tags = {"k8s-azure-cluster-name": OWNER, "k8s-azure-service": "web/web"}
    address = {"location": PLACE, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
    fresh.put("Microsoft.Network/publicIPAddresses/kubernetes-a1", {**address, "tags": tags})
    assert fresh.plan() == []
    assert not fresh.machines(network=network, state="absent").failed
    closed = fresh.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert "delete address/azure-fra/kubernetes-a1" in closed["changes"]
    assert fresh.snapshot() == before
