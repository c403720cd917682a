# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure parts: rules, zones, sizes, tags, quotas, bodies."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.client import Client
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.images import IMAGES
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.launch import Launch
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.machine_listings import marks_of_parts
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.quotas import refuse_over
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.rules import (
    Priorities,
    body_of,
    refuse_too_many_rules,
    state_of,
    wanted_states,
    without_overlaps,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.sizes import (
    SIZES,
    Offer,
    nearest,
    offers_of,
    refuse_missing_types,
    refuse_zones_without,
    type_of,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.tags import (
    as_tags,
    made_by_kubernetes,
    marks_of,
    merged,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.zones import wanted_zones
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import OverQuota, Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.rules import wanted_rules

OPTIONS: dict[str, Any] = {
    "mesh_port": 51820,
    "api_port": 6443,
    "admin": ["198.51.100.0/24"],
    "inside": ["10.64.0.0/16", "10.128.0.0/16"],
    "public": [{"pools": ["general"], "ports": ["80", "30000-32767"], "cidrs": ["0.0.0.0/0"]}],
}


def test_each_firewall_holds_the_rules_of_all_nodes_beside_its_own_and_denies_the_rest() -> None:
    wanted = wanted_states(wanted_rules(OPTIONS))
    of_all = {"in-udp-51820", "in-tcp-22", "in-all", "out-all", "in-deny"}
    assert {name: set(rules) for name, rules in wanted.items()} == {
        "nodes": of_all,
        "control_plane": of_all | {"in-tcp-6443"},
        "pool-general": of_all | {"in-tcp-80", "in-tcp-30000-32767"},
    }
    deny = wanted["nodes"]["in-deny"]
    assert (deny["access"], deny["direction"], deny["priority"], deny["protocol"]) == ("deny", "in", 4096, "all")
    assert all(rule["access"] == "allow" for name, rule in wanted["nodes"].items() if name != "in-deny")


def test_a_rule_reads_back_as_it_was_written() -> None:
    for rules in wanted_states(wanted_rules(OPTIONS)).values():
        for name, state in rules.items():
            row = {"name": name, "properties": body_of(state, 123)}
            assert state_of(row) == {**state, "priority": 123}


def test_networks_inside_of_others_are_left_out() -> None:
    peers = ["198.51.100.0/24", "198.51.100.7/32", "203.0.113.0/25", "203.0.113.128/25"]
    assert without_overlaps(peers) == ["198.51.100.0/24", "203.0.113.0/24"]


def test_priorities_stay_and_new_ones_are_the_lowest_that_are_free() -> None:
    way = {"direction": "in"}
    given = Priorities({"a": {**way, "priority": 100}, "b": {**way, "priority": 102}})
    assert [given.of(name, way) for name in ("b", "c", "d", "a")] == [102, 101, 103, 100]
    assert given.of("out", {"direction": "out"}) == 100
    assert given.of("deny", {**way, "priority": 4096}) == 4096


def test_a_rule_that_stands_where_the_last_one_should_is_moved() -> None:
    given = Priorities({"a": {"direction": "in", "priority": 4096}})
    assert given.of("a", {"direction": "in"}) == 100


def test_more_networks_than_azure_allows_are_refused_before_any_call() -> None:
    many = [f"10.{a}.{b}.0/24" for a in range(17) for b in range(0, 256, 1)][::2]
    options = {**OPTIONS, "admin": many[:4000]}
    with pytest.raises(OverQuota, match=r"firewall/azure-fra/nodes would have .* networks"):
        refuse_too_many_rules(wanted_states(wanted_rules({**options, "inside": many[:4000]})), "azure-fra")


def sku(name: str, *, zones: str = "123", vcpus: int = 2, memory: int = 4, **more: Any) -> dict[str, Any]:
    """A row of the list of SKUs."""
    can = {"vCPUs": vcpus, "MemoryGB": memory, "HyperVGenerations": "V1,V2", "PremiumIO": "True", **more.pop("can", {})}
    return {
        "resourceType": "virtualMachines",
        "name": name,
        "family": "f",
        "locationInfo": [{"location": "x", "zones": list(zones)}],
        "capabilities": [{"name": key, "value": str(value)} for key, value in can.items()],
        "restrictions": [],
        **more,
    }


def offers(*rows: dict[str, Any]) -> dict[str, Offer]:
    return offers_of(rows)


def test_what_is_closed_to_the_subscription_is_not_offered() -> None:
    whole = [{"type": "Location", "reasonCode": "NotAvailableForSubscription", "restrictionInfo": {"locations": ["x"]}}]
    zone = [{"type": "Zone", "reasonCode": "NotAvailableForSubscription", "restrictionInfo": {"zones": ["1"]}}]
    every = [{"type": "Zone", "restrictionInfo": {"zones": ["1", "2", "3"]}}]
    found = offers(sku("A", restrictions=whole), sku("B", restrictions=zone), sku("C", restrictions=every))
    assert [found[name].offered for name in "abc"] == [False, True, False]
    assert found["b"].zones == {"2", "3"}
    assert offers({"resourceType": "disks", "name": "Premium_LRS"}) == {}


def test_a_type_says_what_it_is() -> None:
    arm = Offer.of(sku("Standard_B2ps_v2", can={"CpuArchitectureType": "Arm64", "HyperVGenerations": "V2"}))
    old = Offer.of(sku("Standard_A1", can={"HyperVGenerations": "V1", "PremiumIO": "False"}))
    assert (arm.architecture, arm.generation, arm.premium) == ("arm64", "V2", True)
    assert (old.architecture, old.generation, old.premium) == ("amd64", "V1", False)


def test_the_nearest_type_has_the_same_processor_and_size() -> None:
    have = offers(
        sku("Standard_D2s_v5", vcpus=2, memory=8),
        sku("Standard_D4s_v5", vcpus=4, memory=16),
        sku("Standard_D4ps_v5", vcpus=4, memory=16, can={"CpuArchitectureType": "Arm64"}),
        sku("Standard_D4s_v4", vcpus=4, memory=16, restrictions=[{"type": "Location"}]),
    )
    assert nearest("Standard_D4s_v4", have) == "Standard_D4s_v5"
    with pytest.raises(Refused, match=r"x does not offer Standard_D4s_v4 .* nearest that it offers is Standard_D4s_v5"):
        refuse_missing_types(["Standard_D4s_v4"], have, "x")
    refuse_missing_types(["standard_d4S_V5"], have, "x")


@pytest.mark.parametrize(
    ("missing", "near"),
    [
        ("Standard_D4s_v9", "Standard_D4s_v5"),
        ("Standard_D4pls_v6", "Standard_D4ps_v5"),  # the "p" says Arm
        ("Standard_E16-4ds_v5", "Standard_D8s_v5"),
        ("Standard_F2s_v2", "Standard_D2s_v5"),
        ("Standard_Dxs_v5", "Standard_D2s_v5"),  # no number: by its letters alone
    ],
)
def test_a_type_that_no_list_holds_says_by_its_name_what_is_nearest(missing: str, near: str) -> None:
    have = offers(
        sku("Standard_D2s_v5", vcpus=2, memory=8),
        sku("Standard_D4s_v5", vcpus=4, memory=16),
        sku("Standard_D8s_v5", vcpus=8, memory=32),
        sku("Standard_D4ps_v5", vcpus=4, memory=16, can={"CpuArchitectureType": "Arm64"}),
    )
    assert nearest(missing, have) == near


def test_a_machine_whose_zone_lacks_its_type_is_refused_with_the_zones_that_have_it() -> None:
    closed = [{"type": "Zone", "restrictionInfo": {"zones": ["1"]}}]
    have = offers(sku("Standard_A", restrictions=closed), sku("Standard_B"))
    refuse_zones_without([("Standard_A", "2"), ("standard_b", "1")], have, "x")
    with pytest.raises(Refused, match="zone 1 of x does not offer Standard_A to this subscription, only 2, 3 do"):
        refuse_zones_without([("Standard_A", "1")], have, "x")


def never() -> dict[str, Offer]:
    raise AssertionError("offers were looked up, and nothing is missing")


def test_the_first_three_zones_that_offer_all_types_are_taken() -> None:
    found = offers(sku("A", zones="1234"), sku("B", zones="234"))
    assert wanted_zones(None, [], {"A"}, lambda: found) == ["1", "2", "3"]
    assert wanted_zones(None, [], {"A", "B"}, lambda: found) == ["2", "3", "4"]


def test_existing_zones_stay_and_ask_nothing() -> None:
    assert wanted_zones(None, ["1", "2", "3"], {"A"}, never) == ["1", "2", "3"]
    assert wanted_zones(["2"], ["2", "3"], {"A"}, never) == ["2", "3"]
    assert wanted_zones(None, ["regional"], {"A"}, never) == ["regional"]


def test_a_lost_zone_comes_back() -> None:
    assert wanted_zones(None, ["1", "3"], {"A"}, lambda: offers(sku("A"))) == ["1", "2", "3"]


def test_a_region_without_zones_has_one_place() -> None:
    assert wanted_zones(None, [], {"A"}, lambda: offers(sku("A", zones=""))) == ["regional"]


def test_zones_that_do_not_fit_are_refused() -> None:
    found = offers(sku("A", zones="1"), sku("B", zones="2"))
    with pytest.raises(Refused, match="no zone offers all of A, B"):
        wanted_zones(None, [], {"A", "B"}, lambda: found)
    with pytest.raises(Refused, match="zones 3 do not offer A; those that do: 1"):
        wanted_zones(["1", "3"], [], {"A"}, lambda: found)


def test_sizes_have_two_processors_at_least_and_names_of_their_own_stay() -> None:
    assert all(size.vcpus >= 2 and size.memory_gb >= 2 for size in SIZES.values())
    assert (type_of("small"), type_of("Standard_D2s_v5")) == ("Standard_B2als_v2", "Standard_D2s_v5")


def test_each_image_is_there_for_both_processors() -> None:
    for image in IMAGES.values():
        assert {architecture for architecture, _generation in image.skus} == {"amd64", "arm64"}


def test_tags_are_merged_without_regard_to_case_and_others_stay() -> None:
    present = {"Pangaea-Site": "moon", "cost": "7"}
    assert merged(present, {"pangaea-site": "azure-fra"}) == {"cost": "7", "pangaea-site": "azure-fra"}


def test_a_stray_mark_goes_in_any_case_and_others_stay_as_they_are_written() -> None:
    present = {"Cost-Center": "7", "Pangaea-Pool": "general", "pangaea-later": "x", "pangaea-pods": "10.129.1.0/24"}
    assert merged(present, {}, ["pool", "marks_of_parts"]) == {
        "Cost-Center": "7", "pangaea-later": "x", "pangaea-pods": "10.129.1.0/24",
    }  # fmt: skip


def test_what_is_said_of_a_machine_stands_on_no_part_of_it() -> None:
    common = {"pangaea-cluster": "shop-1", "pangaea-site": "azure-fra", "cost": "7", "pangaea-later": "x"}
    parts = {part: {"tags": common} for part in ("interface", "address")}
    parts["machine"] = {"tags": {**common, "pangaea-pool": "general"}}
    assert marks_of_parts(parts) is None
    parts["address"] = {"tags": {**common, "Pangaea-Pool": "general"}}
    assert marks_of_parts(parts) == "pangaea-pool on its address"
    assert as_tags({"owner": "o", "pods": None, "mark_initialised": "ca=1", "zone": "1"}) == {
        "pangaea-cluster": "o",
        "pangaea-initialised": "ca=1",
    }
    assert marks_of({"tags": {"pangaea-cluster": "o", "pangaea-initialised": "ca=1", "x": "y"}}) == {
        "mark_initialised": "ca=1"
    }


def test_what_another_cluster_of_kubernetes_made_is_not_ours() -> None:
    assert made_by_kubernetes({"tags": {"k8s-azure-cluster-name": "shop-1"}}, "shop-1")
    assert not made_by_kubernetes({"tags": {"k8s-azure-cluster-name": "shop-eu-1"}}, "shop-1")
    assert made_by_kubernetes({"tags": {"kubernetes.io-created-for-pv-name": "pvc-1"}}, "shop-1")
    assert not made_by_kubernetes({"tags": {}}, "shop-1")


def test_a_quota_says_what_is_used_and_needed() -> None:
    row = {"name": {"value": "cores", "localizedValue": "Total Regional vCPUs"}, "currentValue": 8, "limit": 10}
    refuse_over([], "cores", "x", wanted=100, why="create")
    refuse_over([row], "cores", "x", wanted=2, why="create")
    with pytest.raises(OverQuota, match=r"\(cores\) in x is 10, 8 are used and 4 more"):
        refuse_over([row], "cores", "x", wanted=4, why="create 2 machines")


def test_a_spot_machine_is_stopped_and_not_deleted_when_azure_wants_it_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    network = {"ssh_public_keys": ["ssh-ed25519 AAAA"], "zones": {}, "groups": {}, "sets": {}, "addresses": {}}
    launch = Launch(client, network, {"m": "debian"})
    launch.__dict__["offers"] = offers(sku("Standard_D2s_v5"))
    monkeypatch.setattr(Launch, "_find", lambda *_args: {"offer": "debian-13"})
    desired = {"type": "Standard_D2s_v5", "image": "debian-13", "disk_gb": 30, "zone": "1", "spot": True}
    body = launch.body("m", desired, "nic")
    assert (body["properties"]["priority"], body["properties"]["evictionPolicy"]) == ("Spot", "Deallocate")
    assert body["zones"] == ["1"]
    assert "priority" not in launch.body("m", {**desired, "spot": False}, "nic")["properties"]


def test_what_a_user_set_on_an_interface_stays(client: Client) -> None:
    network = {"zones": {}, "groups": {"nodes": "nsg"}, "addresses": {}}
    launch = Launch(client, network, {})
    main = {"name": "theirs", "properties": {"subnet": {"id": "sub"}, "privateIPAddress": "10.65.0.4"}}
    present = {"enableAcceleratedNetworking": True, "dnsSettings": {"dnsServers": []}, "ipConfigurations": [main]}
    desired = {"firewall": "firewall/azure-fra/nodes", "zone": "1"}
    body = launch.interface(desired, "ip", {}, {"properties": present}, outlives=True)["properties"]
    assert body["enableAcceleratedNetworking"] is True and "dnsSettings" not in body
    part = body["ipConfigurations"][0]
    assert (part["name"], part["properties"]["subnet"]) == ("theirs", {"id": "sub"})
    assert part["properties"]["publicIPAddress"] == {"id": "ip", "properties": {"deleteOption": "Detach"}}
