# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order, throttling, lost answers, credentials, the request log."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest
import requests
from google.auth import crypt, exceptions, jwt
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import credentials, service_account

from .conftest import SCOPE, UUID, ZONE, Failed, Google, firewall, instance, network

NETWORKS = "/global/networks"


def order(google: Google, **rule: Any) -> None:
    """As a drill does it, over HTTP."""
    answer = requests.post(f"{google.url}/_sandbox/faults", json=rule, timeout=10)
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("rule", "status", "reason"),
    [
        ({"kind": "error"}, 500, "backendError"), ({"kind": "error", "status": 503}, 503, "backendError"),
        ({"kind": "error", "status": 403, "code": "quotaExceeded"}, 403, "quotaExceeded"),
        ({"kind": "error", "status": 403}, 403, "forbidden"),
        ({"kind": "throttle", "burst": 0, "rate": 0}, 403, "rateLimitExceeded"),
        ({"kind": "throttle", "burst": 0, "rate": 0, "status": 429}, 429, "rateLimitExceeded"),
    ],
)  # fmt: skip
def test_a_fault_of_a_method_is_met_once_and_has_no_effect(
    google: Google, rule: dict[str, Any], status: int, reason: str
) -> None:
    order(google, action="networks.insert", **rule)
    refused = google.refused("POST", NETWORKS, network())
    assert (refused.status, refused.reason) == (status, reason)
    if status == 429:
        assert refused.error["status"] == "RESOURCE_EXHAUSTED"
    assert google.names(NETWORKS) == []
    if rule["kind"] == "error":
        google.make("global/networks", network())


def test_the_nth_call_by_name_fails(google: Google) -> None:
    order(google, kind="error", action="networks.get", name="networks/b", nth=2)
    for name in ("a", "b"):
        google.make("global/networks", network(name=name))
    google.get(f"{NETWORKS}/a")
    assert google.refused("GET", f"{NETWORKS}/b").status == 500
    google.get(f"{NETWORKS}/b")


def test_an_operation_fails_inside_without_effect(google: Google) -> None:
    google.site()
    order(google, kind="fail", action="instances.insert", code="ZONE_RESOURCE_POOL_EXHAUSTED", status=503,
          message="no machine left")  # fmt: skip
    with pytest.raises(Failed) as caught:
        google.do("POST", f"/zones/{ZONE}/instances", instance())
    assert caught.value.code == "ZONE_RESOURCE_POOL_EXHAUSTED"
    assert caught.value.operation["httpErrorStatusCode"] == 503
    assert google.names(f"/zones/{ZONE}/instances") == google.names(f"/zones/{ZONE}/disks") == []
    google.make(f"zones/{ZONE}/instances", instance())


def test_a_held_operation_is_running_until_it_is_let_go(google: Google) -> None:
    order(google, kind="stuck", action="networks.insert")
    made = google.ask("POST", NETWORKS, network())
    google.cloud.clock.step(3600)
    assert [google.get(f"/global/operations/{made['name']}")["status"] for _ in range(4)] == ["RUNNING"] * 4
    google.cloud.longest_wait = 0.1
    assert google.ask("POST", f"/global/operations/{made['name']}/wait")["status"] == "RUNNING"
    requests.delete(f"{google.url}/_sandbox/faults", timeout=10)
    google.end(made)


@pytest.mark.parametrize(("kind", "there"), [("drop_before", False), ("drop_after", True)])
def test_a_lost_answer_and_the_same_request_again_make_one_thing(google: Google, kind: str, there: bool) -> None:
    order(google, kind=kind, action="networks.insert")
    plain = requests.Session()
    head = {"Authorization": "Bearer sandbox"}
    url = f"{google.base}{NETWORKS}?requestId={UUID.format(7)}"
    with pytest.raises(requests.ConnectionError):
        plain.post(url, json=network(), headers=head, timeout=10)
    assert bool(google.cloud.store.entries) is there
    google.end(plain.post(url, json=network(), headers=head, timeout=10).json())
    assert google.names(NETWORKS) == ["shop"]


def test_a_bad_rule_is_refused_with_a_sentence(google: Google) -> None:
    answer = requests.post(f"{google.url}/_sandbox/faults", json={"kind": "rain"}, timeout=10)
    assert answer.status_code == 400 and "rain" in answer.json()["error"]


def test_no_credential_and_a_wrong_one_are_401(google: Google) -> None:
    for head in ({}, {"Authorization": "Bearer ya29.nonsense"}, {"Authorization": "Basic eDp5"}):
        answer = requests.get(google.base + NETWORKS, headers=head, timeout=10)
        error = answer.json()["error"]
        assert answer.status_code == 401 and error["status"] == "UNAUTHENTICATED"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def assertion(google: Google, **claims: Any) -> str:
    now = int(time.time())
    signer = crypt.RSASigner.from_service_account_info(google.key)
    email = google.key["client_email"]
    whole = {"iss": email, "scope": SCOPE, "aud": f"{google.url}/token", "iat": now, "exp": now + 3600, **claims}
    return jwt.encode(signer, {k: v for k, v in whole.items() if v is not None}).decode()


def granted(google: Google, text: str) -> requests.Response:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": text}
    return requests.post(f"{google.url}/token", data=form, timeout=10)


def test_a_signed_assertion_becomes_a_token_that_ends(google: Google) -> None:
    for audience in (f"{google.url}/token", "https://oauth2.googleapis.com/token"):
        answer = granted(google, assertion(google, aud=audience))
        assert answer.status_code == 200 and answer.json()["token_type"] == "Bearer"
    head = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert requests.get(google.base + NETWORKS, headers=head, timeout=10).status_code == 200
    google.cloud.clock.step(3601)
    assert requests.get(google.base + NETWORKS, headers=head, timeout=10).status_code == 401


def test_an_assertion_that_is_wrong_gives_no_token(google: Google) -> None:
    good = assertion(google)
    head, _, signature = good.split(".")
    forged = json.dumps({"iss": google.key["client_email"], "aud": f"{google.url}/token"}).encode()
    now = int(time.time())
    for text in (
        assertion(google, aud="https://elsewhere.test/token"), assertion(google, iss="x@y"), "x", "",
        assertion(google, exp=now - 4000, iat=now - 7000), assertion(google, exp=now + 9000),
        assertion(google, scope=None), f"{head}.{base64.urlsafe_b64encode(forged).decode()}.{signature}",
    ):  # fmt: skip
        answer = granted(google, text)
        assert answer.status_code == 400 and answer.json()["error"] == "invalid_grant"
    assert granted(google, good).status_code == 200


def test_google_auth_gets_its_token_here(google: Google, monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way of a key file, with a 401 in the middle that google-auth answers with a new token."""
    monkeypatch.setattr(service_account.Credentials, "_maybe_start_regional_access_boundary_refresh", lambda *_: None)
    mine = service_account.Credentials.from_service_account_info(
        {**google.key, "universe_domain": "googleapis.com"}, scopes=[SCOPE]
    )
    session = AuthorizedSession(mine)
    assert session.get(google.base + NETWORKS).status_code == 200
    first = mine.token
    google.cloud.clock.step(3700)
    assert session.get(google.base + NETWORKS).status_code == 200 and mine.token != first
    google.cloud.identity.keys.clear()
    google.cloud.identity.tokens.clear()
    with pytest.raises(exceptions.RefreshError):
        session.get(google.base + NETWORKS)


def test_a_self_signed_token_needs_a_scope_and_a_key_that_is_known(google: Google) -> None:
    email = google.key["client_email"]
    for claims, status in (
        ({"sub": email, "aud": None}, 200),
        ({"sub": email, "aud": "https://compute.googleapis.com/", "scope": None}, 200),
        ({"sub": email, "aud": "https://other.test/", "scope": None}, 401), ({"sub": "x@y"}, 401),
        ({"sub": email, "scope": "https://www.googleapis.com/auth/drive"}, 403),
    ):  # fmt: skip
        head = {"Authorization": f"Bearer {assertion(google, **claims)}"}
        assert requests.get(google.base + NETWORKS, headers=head, timeout=10).status_code == status, claims
    google.cloud.identity.keys.clear()
    assert google.session.get(google.base + NETWORKS).status_code == 401


def test_a_read_only_scope_reads_only(google: Google) -> None:
    scope = "https://www.googleapis.com/auth/compute.readonly"
    token = google.cloud.identity.issue("reader@test", [scope])["access_token"]
    session = AuthorizedSession(credentials.Credentials(token=token))
    assert session.get(google.base + NETWORKS).status_code == 200
    answer = session.post(google.base + NETWORKS, json=network())
    assert answer.status_code == 403 and answer.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


def test_the_log_tells_each_request_and_no_secret(google: Google) -> None:
    google.site()
    google.make(f"zones/{ZONE}/instances", instance())
    google.refused("GET", f"{NETWORKS}/no")
    entries = requests.get(f"{google.url}/_sandbox/log", timeout=10).json()["entries"]
    inserted = next(one for one in entries if one["action"] == "instances.insert")
    assert (inserted["mutating"], inserted["region"], inserted["actor"]) == (True, ZONE, "client")
    assert "cloud-config" not in json.dumps(entries) and "PRIVATE KEY" not in json.dumps(entries)
    assert (entries[-1]["action"], entries[-1]["outcome"]) == ("networks.get", "notFound")
    assert {"seq", "time", "actor", "account", "region", "service", "action", "params", "mutating", "outcome",
            "ms"} == set(inserted)  # fmt: skip


def test_a_permission_that_is_taken_away_is_named(google: Google) -> None:
    google.site()
    firewalls, machines = "/global/firewalls", f"/zones/{ZONE}/instances"
    for denied, verb, path, body in (
        ("compute.networks.create", "POST", NETWORKS, network(name="other")),
        ("compute.networks.get", "GET", f"{NETWORKS}/shop", None), ("compute.networks.list", "GET", NETWORKS, None),
        ("compute.networks.delete", "DELETE", f"{NETWORKS}/shop", None),
        ("compute.firewalls.create", "POST", firewalls, firewall()),
        ("compute.networks.updatePolicy", "POST", firewalls, firewall()),
        ("compute.instances.list", "GET", "/aggregated/instances", None),
        *[(permission, "POST", machines, instance()) for permission in (
            "compute.instances.create", "compute.disks.create", "compute.subnetworks.use", "compute.instances.setTags",
            "compute.subnetworks.useExternalIp", "compute.instances.setLabels", "compute.instances.setMetadata")],
        ("compute.projects.get", "GET", "", None),
    ):  # fmt: skip
        requests.post(f"{google.url}/_sandbox/permissions", json={"denied": [denied]}, timeout=10)
        refused = google.refused(verb, path, body)
        assert (refused.status, refused.reason) == (403, "forbidden") and f"'{denied}'" in refused.message
    requests.post(f"{google.url}/_sandbox/permissions", json={"denied": []}, timeout=10)
    google.make("global/firewalls", firewall())
    google.make(machines[1:], instance())
