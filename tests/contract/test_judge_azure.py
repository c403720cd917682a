# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of Azure: what keeps the official resource types passes, and each way to break them is found."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.judges.azure import AzureJudge
from tests.contract.judges.shared import missing
from tests.contract.made import HOST, exchange, message

pytestmark = pytest.mark.skipif(bool(missing("azure")), reason=missing("azure") or "-")

GROUP = "/subscriptions/s/resourceGroups/g"
TABLES = f"{GROUP}/providers/Microsoft.Network/routeTables"
TABLE = f"{TABLES}/t?api-version=2025-07-01"
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/m"
ROUTE = {"name": "r", "properties": {"addressPrefix": "10.1.0.0/16", "nextHopType": "Internet"}}
BODY: dict[str, Any] = {"location": "westeurope", "properties": {"routes": [ROUTE]}}
ROW = {**BODY, "id": f"{TABLES}/t", "name": "t", "type": "Microsoft.Network/routeTables", "etag": 'W/"1"'}
ERROR = {"error": {"code": "InvalidRequestFormat", "message": "no", "details": []}}


def places(method: str, target: str, body: Any = None, status: int = 200, answer: Any = None,
           **headers: str) -> list[str]:  # fmt: skip
    """Where something is wrong: "?" before those of the request. Headers are those of the answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    opinion = AzureJudge().judge(exchange(method, target, body, status, answer, answer_headers=named))
    return [f"? {one.place}" for one in opinion.request] + [one.place for one in opinion.answer]


def test_what_keeps_the_types_passes() -> None:
    assert places("PUT", TABLE, BODY, 201, ROW) == []
    assert places("GET", TABLE, answer=ROW) == []
    assert places("GET", f"{TABLES}?api-version=2025-07-01", answer={"value": [ROW], "nextLink": "https://x"}) == []
    assert places("PATCH", TABLE, {"tags": {"a": "b"}}, 200, ROW) == []
    assert places("DELETE", TABLE, status=204) == []
    assert (
        places("GET", TABLE.replace("/providers", "/PROVIDERS").replace("routeTables", "ROUTETABLES"), answer=ROW) == []
    )
    begun = f"https://{HOST}/subscriptions/s/providers/Microsoft.Compute/locations/l/operations/1?s=x"
    assert places("POST", f"{MACHINE}/start?api-version=2025-04-01", status=202, Location=begun) == []


def changed(**properties: Any) -> dict[str, Any]:
    return {**BODY, "properties": {"routes": [{"name": "r", "properties": {**ROUTE["properties"], **properties}}]}}  # type: ignore[dict-item]


INNER = "$.properties.routes[0].properties"


@pytest.mark.parametrize(
    ("method", "target", "body", "place"),
    [
        ("PUT", TABLE, {**BODY, "colour": "red"}, "$.colour"),
        ("PUT", TABLE, changed(nextHopTyp="Internet"), f"{INNER}.nextHopTyp"),
        ("PUT", TABLE, changed(nextHopType=None), f"{INNER}.nextHopType"),
        ("PUT", TABLE, changed(nextHopType="Nowhere"), f"{INNER}.nextHopType"),
        ("PUT", TABLE, changed(addressPrefix=10), f"{INNER}.addressPrefix"),
        ("PUT", TABLE, changed(provisioningState="Succeeded"), f"{INNER}.provisioningState"),
        ("PUT", TABLE, {"properties": {}}, "$.location"),
        ("PUT", TABLE, None, "$"),
        ("PUT", TABLE.replace("2025-07-01", "2024-01-01"), BODY, "api-version"),
        ("GET", TABLES + "/t", None, "api-version"),
        ("PATCH", TABLE, {"tags": {"a": "b"}, "properties": {}}, "$.properties"),
        ("PATCH", f"{MACHINE}?api-version=2025-04-01", {"tags": {"a": 1}}, "$.tags.a"),
        ("GET", TABLE, {"a": 1}, "$"),
        ("DELETE", f"{TABLES}?api-version=2025-07-01", None, "url"),
        ("POST", f"{MACHINE}/explode?api-version=2025-04-01", None, "$"),
        ("POST", f"{MACHINE}/start?api-version=2025-04-01", {"now": True}, "$"),
        (
            "PUT",
            f"{MACHINE}?api-version=2025-04-01",
            {"properties": {"hardwareProfile": {"vmSize": "x"}}},
            "$.location",
        ),
        ("GET", TABLE.replace("routeTables", "routeTabels"), None, "url"),
        ("PUT", f"{GROUP}?api-version=2025-04-01", {"tags": {}}, "$.location"),
        ("PUT", "/subscriptions/s?api-version=2022-12-01", {}, "url"),
        ("GET", "/nowhere?api-version=1", None, "url"),
    ],
)
def test_a_request_that_breaks_the_types_is_found(method: str, target: str, body: Any, place: str) -> None:
    assert f"? {place}" in places(method, target, body, 400, ERROR)
    assert all(found.startswith("? ") for found in places(method, target, body, 400, ERROR))


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({**ROW, "colour": "red"}, "$.colour"),
        ({name: value for name, value in ROW.items() if name != "id"}, "$.id"),
        ({**ROW, "tags": {"a": 1}}, "$.tags.a"),
        ({**ROW, **changed(nextHopType="Nowhere")}, f"{INNER}.nextHopType"),
        ({**ROW, **changed(addressPrefix=1)}, f"{INNER}.addressPrefix"),
        (None, "$"),
        (b"<html/>", "body"),
    ],
)
def test_an_answer_that_breaks_the_types_is_found(answer: Any, place: str) -> None:
    assert places("GET", TABLE, answer=answer) == [place]


def test_each_row_of_a_list_is_judged() -> None:
    target = f"{TABLES}?api-version=2025-07-01"
    assert places("GET", target, answer={"value": [ROW, {**ROW, "colour": "red"}]}) == ["$.value[1].colour"]
    assert places("GET", target, answer=[ROW]) == ["$"]
    assert places("GET", target, answer={"values": []}) == ["$.value", "$.values"]


def test_a_kind_that_no_table_has_is_found_even_where_it_is_answered() -> None:
    assert places("GET", f"{GROUP}/providers/Microsoft.Network/clouds/c?api-version=2025-07-01", answer={}) == [
        "? url",
        "$",
    ]


def test_what_has_no_official_type_has_one_written_by_hand() -> None:
    group = {"id": GROUP, "name": "g", "type": "Microsoft.Resources/resourceGroups", "location": "westeurope",
             "properties": {"provisioningState": "Succeeded"}}  # fmt: skip
    target = f"{GROUP}?api-version=2025-04-01"
    assert places("PUT", target, {"location": "westeurope"}, 201, group) == []
    assert places("GET", target, answer={**group, "type": "Microsoft.Resources/groups"}) == ["$.type"]
    assert places("GET", target, answer={**group, "location": None}) == ["$.location"]
    usage = {"unit": "Count", "currentValue": 1, "limit": 2, "name": {"value": "a", "localizedValue": "b"}}
    target = "/subscriptions/s/providers/Microsoft.Compute/locations/l/usages?api-version=2025-04-01"
    assert places("GET", target, answer={"value": [usage]}) == []
    assert places("GET", target, answer={"value": [{**usage, "limit": "2"}]}) == ["$.value[0].limit"]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (ERROR, None),
        ({"error": {"code": "A"}}, "$.error.message"),
        ({"error": {"code": 7, "message": "no"}}, "$.error.code"),
        ({"code": "A", "message": "no"}, "$.error"),
        ({"error": {**ERROR["error"], "details": [{"code": "A"}]}}, "$.error.details[0].message"),
        ({"error": {**ERROR["error"], "hint": "x"}}, "$.error.hint"),
        (b"<html/>", "body"),
    ],
)
def test_an_error_has_the_resource_manager_s_shape(answer: Any, place: str | None) -> None:
    found = places("GET", TABLE, None, 404, answer)
    assert (found == []) if place is None else (place in found)


def test_a_refused_token_says_what_it_wants() -> None:
    assert places("GET", TABLE, None, 401, ERROR) == ["WWW-Authenticate"]


def test_a_status_that_does_not_belong_to_its_method_is_found() -> None:
    assert places("GET", TABLE, None, 201, ROW) == ["status"]
    assert places("DELETE", TABLE, None, 201) == ["status"]


PLACE = "/subscriptions/s/providers/Microsoft.Network/locations/l/operations/1?api-version=2025-07-01&s=x"


def test_an_operation_is_asked_for_where_the_answer_said_and_ends_once() -> None:
    judge = AzureJudge()
    begun = exchange("DELETE", TABLE, status=202, answer_headers={"Azure-AsyncOperation": f"https://{HOST}{PLACE}"})
    assert judge.judge(begun).answer == []
    for status, found in (("InProgress", []), ("Succeeded", []), ("InProgress", ["$.status"])):
        opinion = judge.judge(exchange("GET", PLACE, answer={"status": status}))
        assert opinion.request == []
        assert [one.place for one in opinion.answer] == found
    other = judge.judge(exchange("GET", PLACE + "y", answer={"status": "Succeeded"}))
    assert [one.place for one in other.request] == ["url"]


def test_an_operation_that_nobody_can_follow_is_found() -> None:
    assert places("DELETE", TABLE, status=202) == ["Azure-AsyncOperation"]
    assert places("DELETE", TABLE, status=202, Location=f"http://elsewhere{PLACE}") == ["Azure-AsyncOperation"]
    assert places("DELETE", TABLE, status=204, Retry_After="soon") == ["Retry-After"]


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        ({"status": "Failed"}, "$.error"),
        ({"status": "Succeeded", **ERROR}, "$.error"),
        ({"status": "Done"}, "$.status"),
        ({}, "$.status"),
    ],
)
def test_the_status_of_an_operation_has_its_shape(answer: dict[str, Any], place: str) -> None:
    assert place in places("GET", PLACE, answer=answer)


def test_a_request_without_a_token_is_found() -> None:
    one = exchange("GET", TABLE, answer=ROW)
    one.request = message(f"GET {TABLE} HTTP/1.1", {"Host": HOST})
    assert [finding.place for finding in AzureJudge().judge(one).request] == ["Authorization"]


def test_what_arm_lets_pass_is_minor() -> None:
    one = exchange("PUT", TABLE, changed(provisioningState="Succeeded", nextHop=1), 200, ROW)
    assert sorted((finding.place, finding.minor) for finding in AzureJudge().judge(one).request) == [
        (f"{INNER}.nextHop", False),
        (f"{INNER}.provisioningState", True),
    ]
