# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site from nothing to machines and back; what the cloud adds by itself; what is in use stays."""

from __future__ import annotations

import pytest

from .conftest import REGION, ZONE, Failed, Google, address, disk, firewall, instance, network, route, subnet

MACHINES, ADDRESSES = f"/zones/{ZONE}/instances", f"/regions/{REGION}/addresses"


def test_a_change_is_running_for_two_looks_and_then_done(google: Google) -> None:
    made = google.ask("POST", "/global/networks", network())
    assert (made["kind"], made["status"], made["progress"]) == ("compute#operation", "RUNNING", 0)
    assert made["operationType"] == "insert" and made["targetLink"].endswith("/global/networks/shop")
    look = made["selfLink"].split("pangaea-sandbox")[1]
    assert [google.get(look)["status"] for _ in range(3)] == ["RUNNING", "RUNNING", "DONE"]
    assert google.get(look)["progress"] == 100 and "endTime" in google.get(look)


def test_wait_answers_when_it_is_done_and_time_alone_ends_an_operation(google: Google) -> None:
    made = google.ask("POST", "/global/networks", network())
    assert google.ask("POST", f"/global/operations/{made['name']}/wait")["status"] == "DONE"
    second = google.ask("POST", "/global/networks", network(name="other"))
    google.cloud.clock.step(6)
    assert google.get(f"/global/operations/{second['name']}")["status"] == "DONE"


def test_what_is_being_made_cannot_be_used_yet(google: Google) -> None:
    google.ask("POST", "/global/networks", network())
    refused = google.refused("POST", f"/regions/{REGION}/subnetworks", subnet())
    assert (refused.status, refused.reason) == (400, "resourceNotReady")


def test_a_network_comes_with_routes_and_takes_them_with_it(google: Google) -> None:
    google.site()
    routes = google.get("/global/routes")["items"]
    assert sorted(one["destRange"] for one in routes) == ["0.0.0.0/0", "10.66.0.0/24"]
    local = next(one for one in routes if "nextHopNetwork" in one)
    assert google.refused("DELETE", f"/global/routes/{local['name']}").status == 400
    shown = google.get("/global/networks/shop")
    assert shown["mtu"] == 1460 and shown["subnetworks"][0].endswith("/subnetworks/shop-a")
    google.do("DELETE", f"/regions/{REGION}/subnetworks/shop-a")
    assert "subnetworks" not in google.get("/global/networks/shop")
    google.do("DELETE", "/global/networks/shop")
    assert "items" not in google.get("/global/routes")


def test_links_come_back_in_full_with_googles_host(google: Google) -> None:
    google.site()
    shown = google.make("global/firewalls", firewall())
    assert shown["network"] == "https://www.googleapis.com/compute/v1/projects/pangaea-sandbox/global/networks/shop"


def test_a_machine_starts_by_steps_and_brings_its_disk(google: Google) -> None:
    google.site()
    made = google.ask("POST", MACHINES, instance())
    assert google.get(f"{MACHINES}/shop-cp-1")["status"] == "PROVISIONING"
    google.get(made["selfLink"].split("pangaea-sandbox")[1])
    assert google.get(f"{MACHINES}/shop-cp-1")["status"] == "STAGING"
    google.end(made)
    shown = google.get(f"{MACHINES}/shop-cp-1")
    assert shown["status"] == "RUNNING" and shown["networkInterfaces"][0]["networkIP"] == "10.66.0.2"
    boot = google.get(f"/zones/{ZONE}/disks/shop-cp-1")
    assert boot["sizeGb"] == "30" and boot["users"] == [shown["selfLink"]]
    google.do("DELETE", f"{MACHINES}/shop-cp-1")
    assert google.names(MACHINES) == google.names(f"/zones/{ZONE}/disks") == []


def test_a_disk_that_is_to_live_outlives_its_machine(google: Google) -> None:
    google.site()
    body = instance()
    body["disks"][0]["autoDelete"] = False
    google.make(MACHINES[1:], body)
    google.do("DELETE", f"{MACHINES}/shop-cp-1")
    assert "users" not in google.get(f"/zones/{ZONE}/disks/shop-cp-1")


def test_a_static_address_is_in_use_by_its_machine_and_stays(google: Google) -> None:
    google.site()
    made = google.make(ADDRESSES[1:], address())
    assert made["status"] == "RESERVED"
    body = instance()
    body["networkInterfaces"][0]["accessConfigs"] = [{"natIP": made["address"], "type": "ONE_TO_ONE_NAT"}]
    google.make(MACHINES[1:], body)
    assert google.get(f"{ADDRESSES}/shop-cp-1")["status"] == "IN_USE"
    again = instance("shop-cp-2")
    again["networkInterfaces"][0]["accessConfigs"] = [{"natIP": made["address"]}]
    assert "already in-use" in google.refused("POST", MACHINES, again).message
    google.do("POST", f"{MACHINES}/shop-cp-1/stop")
    assert google.get(f"{ADDRESSES}/shop-cp-1")["status"] == "IN_USE"
    google.do("DELETE", f"{MACHINES}/shop-cp-1")
    assert google.get(f"{ADDRESSES}/shop-cp-1")["status"] == "RESERVED"


def test_stop_gives_a_passing_address_back_and_start_brings_another(google: Google) -> None:
    google.site()
    first = google.make(MACHINES[1:], instance())["networkInterfaces"][0]["accessConfigs"][0]["natIP"]
    google.do("POST", f"{MACHINES}/shop-cp-1/stop")
    stopped = google.get(f"{MACHINES}/shop-cp-1")
    assert stopped["status"] == "TERMINATED" and "natIP" not in stopped["networkInterfaces"][0]["accessConfigs"][0]
    google.do("POST", f"{MACHINES}/shop-cp-1/start")
    started = google.get(f"{MACHINES}/shop-cp-1")
    assert started["status"] == "RUNNING"
    assert started["networkInterfaces"][0]["accessConfigs"][0]["natIP"] != first


def test_what_is_still_stopping_is_not_started(google: Google) -> None:
    google.site()
    google.make(MACHINES[1:], instance())
    stopping = google.ask("POST", f"{MACHINES}/shop-cp-1/stop")
    refused = google.refused("POST", f"{MACHINES}/shop-cp-1/start")
    assert (refused.status, refused.reason) == (400, "resourceNotReady")
    google.end(stopping)
    google.do("POST", f"{MACHINES}/shop-cp-1/start")
    assert "natIP" in google.get(f"{MACHINES}/shop-cp-1")["networkInterfaces"][0]["accessConfigs"][0]


def test_what_is_in_use_stays_and_the_refusal_names_the_user(google: Google) -> None:
    """Of a network the delete is accepted and fails; the others are refused at the door."""
    google.site()
    google.make("global/firewalls", firewall())
    google.make(ADDRESSES[1:], address())
    body = instance()
    used = google.get(f"{ADDRESSES}/shop-cp-1")["address"]
    body["networkInterfaces"][0]["accessConfigs"] = [{"natIP": used}]
    google.make(MACHINES[1:], body)
    with pytest.raises(Failed) as caught:
        google.do("DELETE", "/global/networks/shop")
    assert caught.value.code == "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE"
    assert "subnetworks/shop-a" in caught.value.message and caught.value.operation["httpErrorStatusCode"] == 400
    assert google.get("/global/networks/shop")["name"] == "shop"
    for path in (f"/regions/{REGION}/subnetworks/shop-a", f"{ADDRESSES}/shop-cp-1", f"/zones/{ZONE}/disks/shop-cp-1"):
        refused = google.refused("DELETE", path)
        assert (refused.status, refused.reason) == (400, "resourceInUseByAnotherResource")
        assert "is already being used by" in refused.message and "instances/shop-cp-1" in refused.message
        assert google.get(path)["name"]


def test_what_is_being_deleted_is_not_used_any_more(google: Google) -> None:
    google.make("global/networks", network())
    leaving = google.ask("DELETE", "/global/networks/shop")
    assert google.refused("POST", "/global/firewalls", firewall()).reason == "resourceNotReady"
    google.end(leaving)
    assert google.names("/global/networks") == []


def test_routes_warn_of_a_next_hop_that_does_not_forward(google: Google) -> None:
    google.site()
    google.make(MACHINES[1:], instance(canIpForward=False))
    hop = f"zones/{ZONE}/instances/shop-cp-1"
    body = route(nextHopInstance=hop)
    del body["nextHopIp"]
    assert google.make("global/routes", body)["warnings"][0]["code"] == "NEXT_HOP_CANNOT_IP_FORWARD"
    google.do("DELETE", f"{MACHINES}/shop-cp-1")
    assert google.get("/global/routes/shop-pods")["warnings"][0]["code"] == "NEXT_HOP_INSTANCE_NOT_FOUND"
    unassigned = google.make("global/routes", route(name="other"))
    assert unassigned["warnings"][0]["code"] == "NEXT_HOP_ADDRESS_NOT_ASSIGNED"


def test_disks_only_grow(google: Google) -> None:
    google.make(f"zones/{ZONE}/disks", disk())
    assert google.refused("POST", f"/zones/{ZONE}/disks/shop-data/resize", {"sizeGb": "20"}).status == 400
    google.do("POST", f"/zones/{ZONE}/disks/shop-data/resize", {"sizeGb": "40"})
    assert google.get(f"/zones/{ZONE}/disks/shop-data")["sizeGb"] == "40"


def test_images_of_families_are_the_newest_and_architectures_must_fit(google: Google) -> None:
    base = f"{google.url}/compute/v1/projects"
    for project, family, architecture in (
        ("debian-cloud", "debian-13", "X86_64"), ("debian-cloud", "debian-13-arm64", "ARM64"),
        ("ubuntu-os-cloud", "ubuntu-2404-lts-amd64", "X86_64"), ("ubuntu-os-cloud", "ubuntu-2404-lts-arm64", "ARM64"),
    ):  # fmt: skip
        found = google.session.get(f"{base}/{project}/global/images/family/{family}").json()
        assert (found["architecture"], found["family"]) == (architecture, family) and "deprecated" not in found
    google.site()
    body = instance(machineType=f"zones/{ZONE}/machineTypes/c4a-standard-1")
    body["disks"][0]["initializeParams"]["diskType"] = f"zones/{ZONE}/diskTypes/hyperdisk-balanced"
    assert "architecture" in google.refused("POST", MACHINES, body).message
    body["disks"][0]["initializeParams"]["sourceImage"] += "-arm64"
    google.make(MACHINES[1:], body)


def test_a_family_is_also_named_by_its_view_in_the_zone_or_in_any(google: Google) -> None:
    google.site()
    body = instance()
    for zone in ("us-east4-c", "-"):  # gcloud writes "-"
        view = f"projects/debian-cloud/zones/{zone}/imageFamilyViews/debian-13"
        body["disks"][0]["initializeParams"]["sourceImage"] = view
        if zone != "-":
            assert "zone" in google.refused("POST", MACHINES, body).message
    google.make(MACHINES[1:], body)


def test_fingerprints_guard_labels_tags_and_metadata(google: Google) -> None:
    google.site()
    shown = google.make(MACHINES[1:], instance())
    mine = f"{MACHINES}/shop-cp-1"
    for method, body in (
        ("setLabels", {"labels": {"a": "b"}, "labelFingerprint": shown["labelFingerprint"]}),
        ("setTags", {"items": ["other"], "fingerprint": shown["tags"]["fingerprint"]}),
        ("setMetadata", {"items": [], "fingerprint": shown["metadata"]["fingerprint"]}),
    ):
        google.do("POST", f"{mine}/{method}", body)
        stale = google.refused("POST", f"{mine}/{method}", body)
        assert (stale.status, stale.reason) == (412, "conditionNotMet")
    after = google.get(mine)
    assert after["labels"] == {"a": "b"} and after["tags"]["items"] == ["other"] and "items" not in after["metadata"]


def test_a_protected_machine_is_not_deleted(google: Google) -> None:
    google.site()
    google.make(MACHINES[1:], instance(deletionProtection=True))
    assert google.refused("DELETE", f"{MACHINES}/shop-cp-1").status == 400
    google.do("POST", f"{MACHINES}/shop-cp-1/setDeletionProtection", deletionProtection="false")
    google.do("DELETE", f"{MACHINES}/shop-cp-1")
