# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good bodies with one thing wrong are refused, in Google's own error shape, and nothing is kept of them."""

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
GONE = object()
# kind, where, what instead, the reason
MUTANTS: list[tuple[str, str, Any, str]] = [
    # a required field is missing
    *[(kind, "name", GONE, "required") for kind in KINDS], ("subnet", "network", GONE, "required"),
    ("subnet", "ipCidrRange", GONE, "required"), ("firewall", "allowed", GONE, "required"),
    ("firewall", "allowed.0.IPProtocol", GONE, "required"), ("route", "network", GONE, "required"),
    ("route", "destRange", GONE, "required"), ("route", "priority", GONE, "required"),
    ("route", "nextHopIp", GONE, "required"), ("instance", "machineType", GONE, "required"),
    ("instance", "disks", GONE, "invalid"), ("instance", "networkInterfaces", GONE, "invalid"),
    ("instance", "networkInterfaces.0.subnetwork", GONE, "invalid"),
    ("instance", "disks.0.initializeParams.sourceImage", GONE, "required"),
    # a field is misspelt
    ("network", "autoCreateSubnetwork", True, "invalid"), ("subnet", "ipCIDRRange", "10.66.1.0/24", "invalid"),
    ("firewall", "sourceRange", ["10.0.0.0/8"], "invalid"), ("firewall", "allowed.0.ipProtocol", "tcp", "invalid"),
    ("route", "destinationRange", "10.0.0.0/8", "invalid"), ("address", "adressType", "EXTERNAL", "invalid"),
    ("disk", "sizeGB", "10", "invalid"), ("instance", "canIPForward", True, "invalid"),
    ("instance", "disks.0.initializeParams.diskSizeGB", "10", "invalid"), ("network", "labels", {"a": "b"}, "invalid"),
    # a value is not one of those
    ("network", "routingConfig.routingMode", "LOCAL", "invalid"), ("subnet", "stackType", "IPV5", "invalid"),
    ("firewall", "direction", "INWARD", "invalid"), ("address", "networkTier", "GOLD", "invalid"),
    ("disk", "architecture", "ALPHA", "invalid"), ("instance", "scheduling", {"provisioningModel": "RUSH"}, "invalid"),
    ("instance", "networkInterfaces.0.accessConfigs.0.type", "TWO_TO_ONE", "invalid"),
    # a value is of the wrong type
    ("network", "mtu", "1460", "invalid"), ("network", "autoCreateSubnetworks", "false", "invalid"),
    ("subnet", "ipCidrRange", 10, "invalid"), ("firewall", "priority", "900", "invalid"),
    ("firewall", "sourceRanges", "0.0.0.0/0", "invalid"), ("route", "priority", 1.5, "invalid"),
    ("address", "labels", ["a"], "invalid"), ("disk", "sizeGb", "ten", "invalid"),
    ("instance", "tags", ["shop"], "invalid"), ("instance", "canIpForward", "yes", "invalid"),
    # a value is out of range
    ("network", "mtu", 1299, "invalid"), ("network", "mtu", 8897, "invalid"), ("network", "mtu", 2**31, "invalid"),
    ("subnet", "ipCidrRange", "10.66.1.0/30", "invalid"), ("firewall", "priority", 65536, "invalid"),
    ("firewall", "priority", -1, "invalid"), ("firewall", "allowed.0.ports", ["65536"], "invalid"),
    ("firewall", "allowed.0.ports", ["90-80"], "invalid"), ("route", "priority", 65536, "invalid"),
    ("disk", "sizeGb", "9", "invalid"), ("disk", "sizeGb", "65537", "invalid"),
    ("instance", "disks.0.initializeParams.diskSizeGb", "9", "invalid"),
    ("instance", "metadata.items.0.value", "x" * (256 * 1024 + 1), "invalid"),
    # names, labels and tags
    *[(kind, "name", name, "invalid") for kind in KINDS for name in ("Shop", "1shop", "shop-", "s" * 64)],
    ("address", "labels", {"Owner": "x"}, "invalid"), ("address", "labels", {"owner": "X"}, "invalid"),
    ("disk", "labels", {"a" * 64: "x"}, "invalid"), ("instance", "labels", {"a.b": "x"}, "invalid"),
    ("instance", "labels", {f"k{n}": "x" for n in range(65)}, "invalid"),
    ("instance", "tags.items", ["Shop"], "invalid"), ("instance", "tags.items", ["a", "a"], "invalid"),
    ("firewall", "targetTags", ["shop_a"], "invalid"),
    ("firewall", "sourceTags", [f"t{n}" for n in range(31)], "invalid"),
    # ranges and addresses
    ("subnet", "ipCidrRange", "10.66.1.1/24", "invalid"), ("subnet", "ipCidrRange", "10.66.0.128/25", "invalid"),
    ("subnet", "ipCidrRange", "10.66.0.0/16", "invalid"), ("subnet", "ipCidrRange", "169.254.0.0/24", "invalid"),
    ("subnet", "ipCidrRange", "10.66.1.0", "invalid"), ("firewall", "sourceRanges", ["10.0.0.1/8"], "invalid"),
    ("route", "destRange", "10.66.0.0/24", "invalid"), ("route", "destRange", "10.66.0.4/32", "invalid"),
    ("route", "nextHopIp", "10.99.0.1", "invalid"),
    *[("instance", "networkInterfaces.0.networkIP", ip, "invalid")
      for ip in ("10.66.0.0", "10.66.0.1", "10.66.0.254", "10.66.0.255", "10.67.0.5", "x")],
    ("instance", "networkInterfaces.0.accessConfigs.0.natIP", "198.51.100.7", "invalid"),
    # what may not stand together, or points to nothing
    ("firewall", "denied", [{"IPProtocol": "all"}], "invalid"), ("firewall", "allowed.0.IPProtocol", "icmp", "invalid"),
    ("route", "nextHopGateway", "global/gateways/default-internet-gateway", "invalid"),
    ("instance", "disks.0.boot", False, "invalid"), ("firewall", "allowed.0.IPProtocol", "foo", "invalid"),
    ("instance", "machineType", f"zones/{ZONE}/machineTypes/z9-huge", "invalid"),
    ("instance", "machineType", "zones/europe-west3-b/machineTypes/e2-medium", "invalid"),
    ("instance", "machineType", f"zones/{ZONE}/machineTypes/t2a-standard-1", "invalid"),
    ("disk", "type", f"zones/{ZONE}/diskTypes/pd-fast", "invalid"),
    ("subnet", "network", "global/networks/no", "notFound"), ("firewall", "network", "global/networks/no", "notFound"),
    ("instance", "networkInterfaces.0.subnetwork", f"regions/{REGION}/subnetworks/no", "notFound"),
    ("instance", "networkInterfaces.0.subnetwork", "regions/us-east4/subnetworks/shop-a", "notFound"),
    ("instance", "disks.0.initializeParams.sourceImage", "projects/debian-cloud/global/images/family/no", "notFound"),
    # what the API has and the sandbox does not do
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
    if value is GONE:
        del inner[name]
    else:
        inner[name] = value
    return body


def test_the_good_bodies_are_good(google: Google) -> None:
    google.site()
    for path, body in KINDS.values():
        google.make(path[1:], body)


def test_each_mutant_is_refused_and_leaves_nothing(google: Google) -> None:
    google.site()
    before = copy.deepcopy(google.cloud.store.entries)
    wrong = []
    for kind, where, value, reason in MUTANTS:
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
