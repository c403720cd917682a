# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated, under which request id, and what people read when a call fails."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import (
    AlreadyExists,
    Denied,
    Error,
    InUse,
    Invalid,
    NoCapacity,
    NotFound,
    OverQuota,
    Refused,
    Throttled,
    TimedOut,
    Unreachable,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import api_account, api_machines, api_network
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import errors as meaning
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.client import Client
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.operations import finish
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.resource import write_fresh

from .conftest import DONE, Session, failure

LIST, INSERT = "GET /global/networks", "POST /global/networks"
RUNNING = {"status": "RUNNING", "operationType": "insert", "selfLink": DONE["selfLink"], "targetLink": "projects/p/x"}
LOST = requests.exceptions.ConnectionError("Connection aborted.")


def test_a_throttled_list_is_asked_again_and_counts_once(client: Client, api: Session) -> None:
    again = [failure("rateLimitExceeded", 403), failure("rateLimitExceeded", 429), failure("backendError", 503), LOST]
    api.expect(LIST, *again, (502, "<html>"), {"items": [{"a": 1}]})
    assert api_network.list_networks(client) == [{"a": 1}]
    assert client.calls == {"networks.list": 1}


def test_all_pages_are_one_list(client: Client, api: Session) -> None:
    api.expect(LIST, {"items": [{"a": 1}], "nextPageToken": "more"}, {"items": [{"a": 2}]})
    assert api_network.list_networks(client) == [{"a": 1}, {"a": 2}]
    assert [params.get("pageToken") for _verb, _url, params, _body in api.asked] == [None, "more"]
    assert client.calls == {"networks.list": 1}


def test_a_page_that_fails_fails_the_list(client: Client, api: Session) -> None:
    api.expect(LIST, {"items": [{"a": 1}], "nextPageToken": "more"}, failure("invalid"))
    with pytest.raises(Invalid):
        api_network.list_networks(client)


def test_an_aggregated_list_takes_our_region_only_and_misses_none_of_its_zones(client: Client, api: Session) -> None:
    request = "GET /aggregated/instances"
    empty = {"warning": {"code": "NO_RESULTS_ON_PAGE"}}
    lost = {"warning": {"code": "UNREACHABLE", "message": "could not be reached"}}
    zones = {"zones/europe-west3-a": {"instances": [{"name": "a"}]}, "zones/europe-west3-b": empty}
    others = {"zones/us-east4-a": lost, "zones/europe-west30-a": {"instances": [{"name": "b"}]}, "regions/x": empty}
    api.expect(request, {"items": {**zones, **others}, "unreachables": ["projects/p/zones/us-east4-a"]})
    assert api_machines.list_instances(client, "zones/europe-west3-") == [{"name": "a"}]
    assert api.asked[0][2]["returnPartialSuccess"] == "true"
    for missing in (
        {"items": {"zones/europe-west3-a": lost}},
        {"items": {}, "unreachables": ["projects/p/zones/europe-west3-a"]},
    ):
        api.expect(request, *[missing] * 20)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("random.uniform", lambda *_range: 1000.0)
            with pytest.raises(Unreachable):
                api_machines.list_instances(client, "zones/europe-west3-")
        api.script.clear()


def test_a_write_is_sent_again_under_the_same_id_and_the_next_one_under_another(client: Client, api: Session) -> None:
    api.expect(INSERT, LOST, failure("resourceNotReady"), (503, "<html>"), DONE, DONE)
    api_network.insert_network(client, {"name": "n"})
    api_network.insert_network(client, {"name": "n"})
    numbers = [uuid.UUID(params["requestId"]) for _verb, _url, params, _body in api.asked]
    assert len(set(numbers[:4])) == 1 and numbers[4] != numbers[0]
    assert {number.version for number in numbers} == {5}


def test_an_operation_is_waited_for_until_it_is_done(client: Client, api: Session) -> None:
    wait = "POST https://compute.googleapis.com/compute/v1/projects/p/global/operations/o/wait"
    api.expect(INSERT, RUNNING)
    api.expect(wait, RUNNING, LOST, RUNNING, DONE)
    api_network.insert_network(client, {"name": "n"})
    assert client.calls == {"networks.insert": 1, "operations.wait": 3}


def test_an_operation_that_failed_inside_is_not_sent_again(client: Client, api: Session) -> None:
    inside = {"errors": [{"code": "RESOURCE_NOT_READY", "message": "not yet"}]}
    api.expect(INSERT, {**DONE, "error": inside, "httpErrorStatusCode": 400})
    with pytest.raises(InUse, match=r"gcp-fra: create the network n: RESOURCE_NOT_READY: not yet"):
        api_network.insert_network(client, {"name": "n"})


def test_a_wait_ends(client: Client, api: Session) -> None:
    wait = "POST https://compute.googleapis.com/compute/v1/projects/p/global/operations/o/wait"
    api.expect(wait, *[RUNNING] * 9)
    clock = iter([0.0, 400.0, 800.0, 1200.0, 1600.0])
    with pytest.raises(TimedOut, match="insert projects/p/x is still RUNNING"):
        finish(client, RUNNING, now=lambda: next(clock), sleep=lambda _seconds: None)


def test_what_is_gone_already_is_deleted(client: Client, api: Session) -> None:
    api.expect("DELETE /global/networks/n", failure("notFound", 404))
    assert api_network.delete_network(client, "n") == {}


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (failure("forbidden", 403, "Required 'compute.networks.get' permission for 'projects/p'"), Denied,
         ["the permission compute.networks.get is missing in shop-prod", "docs/gcp-role.yml"]),
        (failure("forbidden", 403), Denied, ["the permission compute.networks.list in shop-prod"]),
        (failure("accessNotConfigured", 403), Denied, ["Compute Engine API is not enabled"]),
        (failure("authError", 401), Denied, ["does not accept the credentials", "clock"]),
        (RefreshError("invalid_grant: Invalid JWT Signature."), Denied, ["no usable credentials", "GOOGLE_APPL"]),
        (failure("quotaExceeded", 403, "Quota 'NETWORKS' exceeded.  Limit: 5.0 globally."), OverQuota,
         ["the quota NETWORKS in shop-prod is used up"]),
        (failure("quotaExceeded", 403, "Quota 'CPUS' exceeded.  Limit: 24.0 in region europe-west3."), OverQuota,
         ["the quota CPUS in shop-prod, europe-west3 is used up"]),
        (failure("resourceInUseByAnotherResource"), InUse, ["said GCP"]),
        (failure("alreadyExists", 409), AlreadyExists, []),
        (failure("invalid"), Invalid, ["invalid: said GCP"]),
        (failure("notImplemented", 501), Invalid, ["notImplemented"]),
        ((404, "<html>"), NotFound, []),
    ],
)  # fmt: skip
def test_a_failure_says_what_which_why_and_what_to_do(
    client: Client, api: Session, raised: Any, kind: type[Error], words: list[str]
) -> None:
    api.expect("GET /regions/europe-west3", raised)
    with pytest.raises(Error) as caught:
        api_account.get_region(client, "europe-west3")
    words = [word.replace("compute.networks.list", "compute.regions.get") for word in words]
    assert type(caught.value) is kind
    assert str(caught.value).startswith("gcp-fra: look at the region europe-west3: ")
    for word in words:
        assert word in str(caught.value)


def test_capacity_is_told_by_its_code_whatever_the_status() -> None:
    inside = {"errors": [{"code": "ZONE_RESOURCE_POOL_EXHAUSTED", "message": "no room"}]}
    failed = meaning.OperationFailed({"error": inside, "httpErrorStatusCode": 503})
    said = meaning.explain(failed, "compute.instances.create", "create", "p")
    assert type(said) is NoCapacity and "another size or zone" in str(said)


def test_patience_with_a_throttled_or_broken_api_ends() -> None:
    status, body = failure("rateLimitExceeded", 403)
    for raised, kind in (
        (meaning.Answered(status, body), Throttled),
        (LOST, Unreachable),
        (TransportError("x"), Unreachable),
    ):
        assert type(meaning.explain(raised, "p", "list", "shop-prod")) is kind


def test_a_bug_of_ours_is_not_dressed_up(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Client, "pages", lambda *_args: {}["x"])
    with pytest.raises(KeyError):
        api_network.list_networks(client)


def test_a_stale_fingerprint_is_read_again_once() -> None:
    stale, written = Invalid("stale", code="conditionNotMet"), list[Any]()

    def write(row: dict[str, Any]) -> None:
        written.append(row)
        if len(written) == 1:
            raise stale

    write_fresh({"a": 1}, lambda: {"a": 2}, write)
    assert written == [{"a": 1}, {"a": 2}]
    with pytest.raises(Invalid, match="other"):
        write_fresh({}, lambda: {}, lambda _row: (_ for _ in ()).throw(Invalid("other", code="invalid")))


def test_a_project_that_is_not_there_is_refused(client: Client, api: Session) -> None:
    for answer in (failure("notFound", 404), {"name": "other"}):
        api.expect("GET", answer)
        with pytest.raises(Refused, match="shop-prod"):
            api_account.refuse_another_project(client)
