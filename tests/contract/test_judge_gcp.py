# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of GCP: what keeps Google's discovery document passes, and each way to break it is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.judges.gcp import GcpJudge
from tests.contract.judges.shared import missing
from tests.contract.made import exchange, message

pytestmark = pytest.mark.skipif(bool(missing("gcp")), reason=missing("gcp") or "-")

BASE = "/compute/v1/projects/demo-1"
NETWORKS = f"{BASE}/global/networks"
NETWORK = {"name": "shop", "autoCreateSubnetworks": False}
OPERATION = {"kind": "compute#operation", "id": "7", "name": "operation-1", "status": "RUNNING"}
ROW = {"kind": "compute#network", "id": "42", "name": "shop", "mtu": 1460}


def places(method: str, target: str, body: Any = None, status: int = 200, answer: Any = None) -> list[str]:
    """Where something is wrong: "?" before those of the request."""
    opinion = GcpJudge().judge(exchange(method, target, body, status, answer))
    return [f"? {one.place}" for one in opinion.request] + [one.place for one in opinion.answer]


def test_what_keeps_the_document_passes() -> None:
    token = "?requestId=3f1c9d2e-5f0a-4c0e-9d53-0d2a0b6f7a11"
    assert places("POST", NETWORKS + token, NETWORK, answer=OPERATION) == []
    assert places("GET", NETWORKS + "?maxResults=5&filter=name%3Da", answer={"kind": "compute#networkList",
                                                                            "items": [ROW]}) == []  # fmt: skip
    assert places("GET", f"{NETWORKS}/shop", answer=ROW) == []


@pytest.mark.parametrize(
    ("method", "target", "body", "place"),
    [
        ("GET", f"{BASE}/global/netwerks", None, "url"),
        ("PUT", NETWORKS, NETWORK, "url"),
        ("GET", NETWORKS + "?maxResult=5", None, "?maxResult"),
        ("GET", NETWORKS + "?maxResults=many", None, "?maxResults"),
        ("POST", NETWORKS, {**NETWORK, "labels": {"a": "b"}}, "$.labels"),
        ("POST", NETWORKS, {"autoCreateSubnetworks": False}, "$.name"),
        ("POST", NETWORKS, {**NETWORK, "mtu": "1460"}, "$.mtu"),
        ("POST", NETWORKS, {**NETWORK, "name": "Shop"}, "$.name"),
        ("POST", NETWORKS, {**NETWORK, "routingConfig": {"routingMode": "LOCAL"}}, "$.routingConfig.routingMode"),
        ("POST", NETWORKS, {**NETWORK, "selfLink": "x"}, "$.selfLink"),
        ("POST", f"{BASE}/zones/europe-west3-a/disks", {"name": "d", "sizeGb": 10}, "$.sizeGb"),
    ],
)
def test_a_request_that_breaks_the_document_is_found(method: str, target: str, body: Any, place: str) -> None:
    assert places(method, target, body, 400, ERROR) == [f"? {place}"]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({**ROW, "id": 42}, "$.id"),
        ({**ROW, "cidr": "10.0.0.0/8"}, "$.cidr"),
        ({**ROW, "networkFirewallPolicyEnforcementOrder": "LAST"}, "$.networkFirewallPolicyEnforcementOrder"),
        ({**ROW, "mtu": 2**40}, "$.mtu"),
        ([], "$"),
        (b"<html/>", "body"),
    ],
)
def test_an_answer_that_breaks_the_document_is_found(answer: Any, place: str) -> None:
    assert places("GET", f"{NETWORKS}/shop", answer=answer) == [place]


ERROR = {
    "error": {"code": 400, "message": "no", "errors": [{"domain": "global", "reason": "invalid", "message": "no"}]}
}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({}, None),
        ({"status": "INVALID_ARGUMENT"}, None),
        ({"code": 404}, "$.error.code"),
        ({"errors": []}, "$.error.errors"),
        ({"errors": [{"domain": "global", "message": "no"}]}, "$.error.errors[0].reason"),
        ({"message": None}, "$.error.message"),
        ({"hint": "x"}, "$.error.hint"),
    ],
)
def test_an_error_has_google_s_shape(change: dict[str, Any], place: str | None) -> None:
    found = places("GET", f"{NETWORKS}/shop", None, 400, {"error": {**ERROR["error"], **change}})
    assert found == ([] if place is None else [place])


def test_a_refused_token_says_what_it_wants() -> None:
    said = {"error": {**ERROR["error"], "code": 401}}
    assert places("GET", f"{NETWORKS}/shop", None, 401, said) == ["WWW-Authenticate"]


def test_a_request_without_a_token_or_with_a_body_that_is_no_json_is_found() -> None:
    one = exchange("POST", NETWORKS, b"name=shop", 400, ERROR)
    assert [finding.place for finding in GcpJudge().judge(one).request] == ["body"]
    one.request = message(f"GET {NETWORKS} HTTP/1.1", {"Host": "x"})
    assert [finding.place for finding in GcpJudge().judge(one).request] == ["Authorization"]


def test_what_the_real_service_lets_pass_is_minor() -> None:
    one = exchange("POST", NETWORKS, {**NETWORK, "selfLink": "x", "labels": {}}, 200, OPERATION)
    assert [(finding.place, finding.minor) for finding in GcpJudge().judge(one).request] == [
        ("$.selfLink", True),
        ("$.labels", False),
    ]
