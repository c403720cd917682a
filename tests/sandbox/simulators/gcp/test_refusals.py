# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused beyond the bodies of single requests, which tests/contract/test_mutants.py takes apart."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from .conftest import REGION, UUID, ZONE, Google, address, disk, firewall, instance, network, route, subnet

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "network": ("/global/networks", network(name="other", mtu=1460)),
    "subnet": (f"/regions/{REGION}/subnetworks", subnet(name="other", ipCidrRange="10.66.1.0/24")),
    "firewall": ("/global/firewalls", firewall()),
    "route": ("/global/routes", route()),
    "address": (f"/regions/{REGION}/addresses", address(labels={"a": "b"})),
    "disk": (f"/zones/{ZONE}/disks", disk(labels={"a": "b"})),
    "instance": (f"/zones/{ZONE}/instances", instance()),
}
# kind, where, what instead, the reason
UNSERVED: list[tuple[str, str, Any, str]] = [
    ("network", "autoCreateSubnetworks", True, "notImplemented"), ("subnet", "logConfig", {"enable": True},
     "notImplemented"), ("firewall", "sourceServiceAccounts", ["a@b"], "notImplemented"),
    ("route", "nextHopIlb", "10.66.0.5", "invalid"), ("address", "addressType", "INTERNAL", "notImplemented"),
    ("disk", "provisionedIops", "3000", "notImplemented"), ("instance", "guestAccelerators",
     [{"acceleratorCount": 1}], "notImplemented"), ("firewall", "sourceRanges", ["::/0"], "notImplemented"),
]  # fmt: skip


def changed(body: dict[str, Any], where: str, value: Any) -> dict[str, Any]:
    """A copy with the value set, or gone, at a path such as "disks.0.boot"."""
    body = copy.deepcopy(body)
    *way, name = where.split(".")
    inner: Any = body
    for part in way:
        inner = inner[int(part)] if part.isdigit() else inner[part]
    inner[name] = value
    return body


def test_what_the_api_has_and_the_sandbox_does_nothing_with_is_501_and_leaves_nothing(google: Google) -> None:
    google.site()
    before = copy.deepcopy(google.cloud.store.entries)
    wrong = []
    for kind, where, value, reason in UNSERVED:
        path, body = KINDS[kind]
        answer = google.session.post(google.base + path, json=changed(body, where, value))
        error = answer.json().get("error", {})
        said = error.get("errors", [{}])[0].get("reason", "accepted")
        status = {"notFound": 404, "notImplemented": 501}.get(reason, 400)
        if said != reason or answer.status_code != status or error.get("code") != status or not error.get("message"):
            wrong.append(f"{kind} {where}={str(value)[:40]}: {answer.status_code} {said}, wanted {status} {reason}")
        google.cloud.tick()
    assert wrong == []
    assert google.cloud.store.entries == before


def test_a_query_parameter_that_is_not_there_or_not_right_is_refused(google: Google) -> None:
    for query in ({"requestID": "x"}, {"requestId": "1"}, {"requestId": "00000000-0000-0000-0000-000000000000"}):
        assert google.refused("POST", "/global/networks", network(), **query).status == 400
    for query in (
        {"maxResults": "many"},
        {"maxResults": 501},
        {"pageToken": "x"},
        {"orderBy": "mtu"},
        {"sort": "name"},
    ):
        assert google.refused("GET", "/global/networks", **query).status == 400
    for query in ({"fields": "items/name"}, {"alt": "media"}):
        assert google.refused("GET", "/global/networks", **query).status in (400, 501)
    assert google.names("/global/networks") == []


def test_what_is_not_there_is_404_and_what_is_there_twice_409(google: Google) -> None:
    google.make("global/networks", network())
    again = google.refused("POST", "/global/networks", network())
    assert (again.status, again.reason) == (409, "alreadyExists")
    missing = google.refused("GET", "/global/networks/no")
    assert missing.error == {
        "code": 404, "message": "The resource 'projects/pangaea-sandbox/global/networks/no' was not found",
        "errors": [{"domain": "global", "reason": "notFound",
                    "message": "The resource 'projects/pangaea-sandbox/global/networks/no' was not found"}],
    }  # fmt: skip
    assert google.refused("GET", "/zones/europe-west3-x/instances").status == 400
    assert google.refused("GET", "/zones/europe-west3-x").status == 404
    other = google.session.get(google.base.replace("pangaea-sandbox", "another") + "/global/networks")
    assert other.json()["error"]["errors"][0]["reason"] == "notFound"
    foreign = google.session.get(google.base.replace("pangaea-sandbox", "debian-cloud") + "/global/networks")
    assert foreign.json()["error"]["errors"][0]["reason"] == "forbidden"


def test_what_the_sandbox_does_not_know_is_501_and_logged(google: Google, caplog: pytest.LogCaptureFixture) -> None:
    assert google.refused("POST", "/global/networks/shop/addPeering", {}).status == 501
    assert google.refused("GET", "/global/vpnGateways").status == 501
    assert "networks.addPeering" in caplog.text and "vpnGateways" in caplog.text


def test_quotas_refuse_and_name_themselves(google: Google) -> None:
    google.site()
    for metric, path, body in (
        ("NETWORKS", "/global/networks", network(name="other")), ("FIREWALLS", "/global/firewalls", firewall()),
        ("ROUTES", "/global/routes", route()), ("STATIC_ADDRESSES", f"/regions/{REGION}/addresses", address()),
        ("CPUS", f"/zones/{ZONE}/instances", instance()), ("SSD_TOTAL_GB", f"/zones/{ZONE}/disks", disk()),
        ("IN_USE_ADDRESSES", f"/zones/{ZONE}/instances", instance()),
    ):  # fmt: skip
        google.cloud.quotas.set(metric, 1 if metric in ("NETWORKS", "ROUTES") else 0)
        refused = google.refused("POST", path, body)
        assert (refused.status, refused.reason) == (403, "quotaExceeded") and f"'{metric}'" in refused.message
        google.cloud.quotas.set(metric, 100)
    shown = google.get(f"/regions/{REGION}")["quotas"]
    assert {"metric": "CPUS", "limit": 100.0, "usage": 0.0} in shown


def test_the_same_request_id_is_the_same_operation(google: Google) -> None:
    first = google.ask("POST", "/global/networks", network(), requestId=UUID.format(1))
    again = google.ask("POST", "/global/networks", network(), requestId=UUID.format(1))
    assert (first["name"], first["clientOperationId"]) == (again["name"], UUID.format(1))
    assert google.refused("POST", "/global/networks", network(name="b"), requestId=UUID.format(1)).status == 400
    google.cloud.clock.step(3700)
    late = google.refused("POST", "/global/networks", network(), requestId=UUID.format(1))
    assert late.status == 409


def test_what_is_fixed_is_not_changed(google: Google) -> None:
    google.site()
    google.make("global/networks", network(name="other"))
    made = google.make("global/firewalls", firewall())
    for fixed in ({"network": "global/networks/other"}, {"direction": "EGRESS"}):
        refused = google.refused("PATCH", "/global/firewalls/shop-ssh", {"name": "shop-ssh", **fixed})
        assert refused.reason == "invalid" and "fixed at creation" in refused.message
    patch = {"name": "shop-ssh", "sourceRanges": ["10.0.0.0/8"], "network": made["network"]}
    google.do("PATCH", "/global/firewalls/shop-ssh", patch)
    after = google.get("/global/firewalls/shop-ssh")
    assert after["sourceRanges"] == ["10.0.0.0/8"] and after["allowed"] == made["allowed"]
    google.do("PUT", "/global/firewalls/shop-ssh", {"name": "shop-ssh", "denied": [{"IPProtocol": "all"}]})
    assert "targetTags" not in google.get("/global/firewalls/shop-ssh")
    mine = f"/regions/{REGION}/subnetworks/shop-a"
    assert google.refused("PATCH", mine, {"privateIpGoogleAccess": True}).status == 412
    google.do("PATCH", mine, {"privateIpGoogleAccess": True, "fingerprint": google.get(mine)["fingerprint"]})
    assert google.get(mine)["privateIpGoogleAccess"] is True
    google.do("POST", f"{mine}/expandIpCidrRange", {"ipCidrRange": "10.66.0.0/23"})
    assert google.refused("POST", f"{mine}/expandIpCidrRange", {"ipCidrRange": "10.66.0.0/24"}).status == 400
    google.do("PATCH", "/global/networks/shop", {"name": "shop", "routingConfig": {"routingMode": "GLOBAL"}})
    assert google.get("/global/networks/shop")["routingConfig"]["routingMode"] == "GLOBAL"
