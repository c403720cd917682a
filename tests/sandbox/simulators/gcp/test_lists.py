# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists: filters filter, pages page, scopes are all there; and reads that are late."""

from __future__ import annotations

import pytest

from .conftest import REGION, ZONE, Google, address, firewall, instance, network

NETWORKS = "/global/networks"


@pytest.fixture
def machines(google: Google) -> Google:
    """Three machines: two of shop, one of shop-eu without any address."""
    google.site()
    for name, owner, tags in (("a", "shop-1", ["x", "y"]), ("b", "shop-1", ["y"]), ("c", "shop-eu-2", [])):
        body = instance(name, labels={"owner": owner, name: "1"}, tags={"items": tags})
        if name == "c":
            del body["networkInterfaces"][0]["accessConfigs"]
        google.make(f"zones/{ZONE}/instances", body)
    return google


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("name = a", ["a"]), ("name != a", ["b", "c"]), ('name = "b"', ["b"]), ("labels.owner = shop-1", ["a", "b"]),
        ("labels.b:*", ["b"]), ("(labels.owner = shop-1) (name != a)", ["b"]), ("name = a OR name = c", ["a", "c"]),
        ("labels.owner = shop-1 AND NOT labels.a:*", ["b"]), ("name = a OR name = b AND labels.b:*", ["b"]),
        ("name eq a|c", ["a", "c"]), ("name ne a", ["b", "c"]), ("labels.owner eq shop", []),
        ('labels.owner eq "shop-.*"', ["a", "b", "c"]), ("(name eq [ab]) (labels.owner ne shop-1)", []),
        ("tags.items:y", ["a", "b"]), ("networkInterfaces.networkIP = 10.66.0.3", ["b"]),
        ("status = RUNNING", ["a", "b", "c"]),
        ("canIpForward = true", ["a", "b", "c"]), ("scheduling.automaticRestart = false", []),
        ('networkInterfaces.subnetwork eq ".*/shop-a"', ["a", "b", "c"]),
        ("networkInterfaces.accessConfigs:*", ["a", "b"]),
    ],
)  # fmt: skip
def test_a_filter_filters(machines: Google, text: str, found: list[str]) -> None:
    assert machines.names(f"/zones/{ZONE}/instances", filter=text) == found


def test_a_filter_that_is_wrong_or_unknown_is_refused(google: Google) -> None:
    for text in ("nmae = a", "name", "name = ", "(name = a", "name eq (", "name eq a AND mtu = 5", "mtu > x",
                 r"name eq (?=a)", "name = a)"):  # fmt: skip
        assert google.refused("GET", NETWORKS, filter=text).status == 400, text
    for text in ("name:a", "name = a*"):
        assert google.refused("GET", NETWORKS, filter=text).status == 501, text


def test_numbers_are_compared_as_numbers(google: Google) -> None:
    for name, mtu in (("small", 1400), ("large", 8896)):
        google.make("global/networks", network(name=name, mtu=mtu))
    assert google.names(NETWORKS, filter="mtu > 1400") == ["large"]
    assert google.names(NETWORKS, filter="mtu <= 1400") == ["small"]


def test_pages_are_pages(google: Google) -> None:
    google.make("global/networks", network())
    for number in range(5):
        google.make("global/firewalls", firewall(name=f"shop-{number}"))
    first = google.get("/global/firewalls", maxResults=2)
    second = google.get("/global/firewalls", maxResults=2, pageToken=first["nextPageToken"])
    google.do("DELETE", "/global/firewalls/shop-3")
    third = google.get("/global/firewalls", maxResults=2, pageToken=second["nextPageToken"])
    names = [[row["name"] for row in page["items"]] for page in (first, second, third)]
    assert names == [["shop-0", "shop-1"], ["shop-2", "shop-3"], ["shop-4"]] and "nextPageToken" not in third
    assert google.refused("GET", NETWORKS, pageToken=first["nextPageToken"]).status == 400
    google.cloud.page = 3
    assert len(google.names("/global/firewalls")) == 3


def test_the_newest_come_first_where_asked(google: Google) -> None:
    for name in ("b", "a", "c"):
        google.make("global/networks", network(name=name))
        google.cloud.clock.step(1)
    assert google.names(NETWORKS) == ["a", "b", "c"]
    assert google.names(NETWORKS, orderBy="creationTimestamp desc") == ["c", "a", "b"]


def test_aggregated_lists_name_every_scope(machines: Google) -> None:
    items = machines.get("/aggregated/instances")["items"]
    assert [row["name"] for row in items[f"zones/{ZONE}"]["instances"]] == ["a", "b", "c"]
    assert items["zones/us-east4-c"]["warning"]["code"] == "NO_RESULTS_ON_PAGE" and "global" not in items
    for word in ("true", "True"):  # gcloud writes the latter
        assert "global" in machines.get("/aggregated/instances", includeAllScopes=word)["items"]
    assert "global" not in machines.get("/aggregated/instances", includeAllScopes="False")["items"]
    assert machines.refused("GET", "/aggregated/instances", includeAllScopes="yes").status == 400
    first = machines.get("/aggregated/disks", maxResults=2)
    rest = machines.get("/aggregated/disks", maxResults=2, pageToken=first["nextPageToken"])
    found = [row["name"] for page in (first, rest) for row in page["items"][f"zones/{ZONE}"]["disks"]]
    assert found == ["a", "b", "c"]


def test_a_place_that_does_not_answer_is_named(google: Google) -> None:
    google.make(f"regions/{REGION}/addresses", address())
    google.cloud.faults.add({"kind": "partial", "action": "addresses.aggregatedList", "times": 0})
    assert google.refused("GET", "/aggregated/addresses").status == 503
    found = google.get("/aggregated/addresses", returnPartialSuccess="true")
    assert found["unreachables"] == ["projects/pangaea-sandbox/regions/us-east4"]


def test_operations_are_listed(google: Google) -> None:
    google.site()
    assert len(google.names("/global/operations", filter="operationType = insert")) == 1
    assert len(google.names(f"/regions/{REGION}/operations")) == 1
    items = google.get("/aggregated/operations")["items"]
    assert len(items["global"]["operations"]) == len(items[f"regions/{REGION}"]["operations"]) == 1


def test_reads_can_be_late(google: Google) -> None:
    google.cloud.store.lag = 10
    google.do("POST", NETWORKS, network())
    assert google.names(NETWORKS) == [] and google.refused("GET", f"{NETWORKS}/shop").status == 404
    assert google.refused("POST", NETWORKS, network()).status == 409
    google.cloud.clock.step(11)
    assert google.names(NETWORKS) == ["shop"]
    google.do("DELETE", f"{NETWORKS}/shop")
    assert google.names(NETWORKS) == ["shop"]
    google.cloud.clock.step(11)
    assert google.names(NETWORKS) == []


def test_what_is_offered_is_listed(google: Google) -> None:
    assert REGION in google.names("/regions") and ZONE in google.names("/zones", filter=f"name = {ZONE}")
    types = google.names(f"/zones/{ZONE}/machineTypes", filter="architecture = ARM64")
    assert "c4a-standard-2" in types and "t2a-standard-2" not in types
    assert google.get(f"/zones/{ZONE}/machineTypes/e2-medium")["memoryMb"] == 4096
    assert google.refused("GET", f"/zones/{ZONE}/machineTypes/t2a-standard-1").status == 404
    assert "items" in google.get("/aggregated/machineTypes")
    assert "pd-balanced" in google.names(f"/zones/{ZONE}/diskTypes")
    assert google.get("")["name"] == "pangaea-sandbox"
