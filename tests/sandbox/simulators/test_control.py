# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of /_sandbox/ is answered by every cloud in the same words."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import requests
from werkzeug.test import Client

from sandbox.client import ask_cloud
from sandbox.clock import Clock
from sandbox.control import Control
from sandbox.faults import Faults
from sandbox.journal import Journal
from sandbox.places import CLOUDS
from tests.sandbox.conftest import Sandbox

Ask = Callable[..., dict[str, Any]]
QUOTAS = {
    "aws": ("L-0EA8095F", 60),
    "azure": ("RoutesPerRouteTable", 400),
    "gcp": ("DISKS_TOTAL_GB", 16384),
}  # as they are
UNSIGNED = {
    "aws": "/?Action=DescribeVpcs&Version=2016-11-15",
    "azure": "/subscriptions?api-version=2022-12-01",
    "gcp": "/compute/v1/projects/pangaea-sandbox/global/networks",
}
GUESTS: dict[str, dict[str, Any]] = {  # first who it is
    "aws": {"key": "sandbox-control", "policies": [{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "ec2:DescribeVpcs", "Resource": "*"}]}]},
    "azure": {"client": "c0117201-0000-4000-8000-73616e64626f", "assignments": []},
    "gcp": {"account": "control@pangaea-sandbox.iam.gserviceaccount.com", "roles": []},
}  # fmt: skip


@pytest.fixture(params=CLOUDS)
def cloud(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def ask(daemon: Sandbox, cloud: str) -> Ask:
    return lambda method, path, body=None: ask_cloud(daemon.place, cloud, method, path, body)


def test_every_cloud_answers_the_same_questions(ask: Ask) -> None:
    assert ask("GET", "health")["ready"] is True
    assert ask("GET", "log").keys() == {"entries", "last"}
    assert ask("GET", "log?since=999999999")["entries"] == []
    state = ask("GET", "state")
    assert state["machines"] == {} and state["bugs"] == []


def test_what_is_refused_at_the_door_is_logged_with_every_field(daemon: Sandbox, cloud: str, ask: Ask) -> None:
    before, ca = ask("GET", "log")["last"], daemon.place.voucher(cloud)
    url = f"http{'s' if ca else ''}://127.0.0.1:{daemon.place.port(cloud, daemon.port)}{UNSIGNED[cloud]}"
    assert requests.get(url, verify=str(ca) if ca else True, timeout=10).status_code in (401, 403)
    (entry,) = ask("GET", f"log?since={before}")["entries"]
    assert {"seq", "time", "actor", "account", "region", "service", "action", "params", "mutating", "outcome",
            "ms"} == set(entry)  # fmt: skip
    assert entry["mutating"] is False and entry["outcome"] != "ok"


def test_an_unknown_verb_is_refused_with_those_that_there_are(ask: Ask) -> None:
    with pytest.raises(ValueError, match=r"POST /_sandbox/state is not one of: .*GET state, .*POST clock"):
        ask("POST", "state", {"some": "body"})


def test_a_fault_is_ordered_shown_and_taken_back(ask: Ask) -> None:
    rules = [ask("POST", "faults", {"kind": "error", "action": f"Nothing{number}"})["id"] for number in range(3)]
    assert [rule["id"] for rule in ask("GET", "faults")["faults"]] == rules
    assert ask("DELETE", "faults", {"id": rules[1]}) == {"removed": 1}
    assert [rule["id"] for rule in ask("GET", "faults")["faults"]] == [rules[0], rules[2]]
    assert ask("DELETE", "faults") == {"removed": 2}
    with pytest.raises(ValueError, match="fault kind 'rain' is not one of"):
        ask("POST", "faults", {"kind": "rain"})


def test_the_clock_is_stepped_and_never_back(ask: Ask) -> None:
    before = ask("POST", "clock", {"seconds": 0})["now"]
    assert ask("POST", "clock", {"seconds": 100})["now"] >= before + 100
    with pytest.raises(ValueError, match="forward"):
        ask("POST", "clock", {"seconds": -1})
    with pytest.raises(ValueError, match="KeyError: 'seconds'"):
        ask("POST", "clock")


def test_a_limit_is_set_by_the_same_words_and_an_unknown_one_is_refused(ask: Ask, cloud: str) -> None:
    code, value = QUOTAS[cloud]
    assert ask("POST", "quotas", {"code": code, "value": value}) == {}
    with pytest.raises(ValueError, match="quota 'sunshine' is not one of"):
        ask("POST", "quotas", {"code": "sunshine", "value": 1})


def test_a_setting_that_the_cloud_does_not_have_is_refused(ask: Ask) -> None:
    with pytest.raises(ValueError, match="sunshine"):
        ask("POST", "settings", {"page": 100, "sunshine": 1})


def test_somebody_is_bound_shown_and_released_alone(ask: Ask, cloud: str) -> None:
    word, who = next(iter(GUESTS[cloud].items()))
    ask("POST", "principals", GUESTS[cloud])
    assert ask("GET", "principals")["principals"][who]["used"] == {}
    assert ask("DELETE", "principals", {word: "somebody else"}) == {"removed": 0}
    assert ask("DELETE", "principals", {word: who}) == {"removed": 1}
    assert who not in ask("GET", "principals")["principals"]


class Paper:
    """A cloud without anything, and what its door is put in front of."""

    def __init__(self) -> None:
        self.clock, self.faults, self.lock, self.journal = Clock(), Faults(), threading.RLock(), Journal(None)
        self.bugs, self.machines, self.cloud, self.quotas = ["a bug"], self, self, self
        self.principals: Any = None
        self.did: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any], /) -> Iterable[bytes]:
        start_response("200 OK", [])
        return [b"the cloud itself"]

    def status(self, key: str) -> str:
        return f"{key} is booting"

    def set(self, code: str, limit: float, /) -> None:
        self.did.append(f"{code} is {limit}")

    def tick(self) -> None:
        self.did.append("tick")

    def free(self) -> None:
        self.did.append("free")


class Door(Control[Any]):
    WHO = "who"

    def things(self) -> tuple[dict[str, Any], list[str]]:
        return {"stones": 3}, ["m-1"]

    def settings(self, asked: dict[str, Any]) -> dict[str, Any]:
        raise RuntimeError("out of paper")

    def bind(self, asked: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("stone")


@pytest.fixture
def paper() -> Paper:
    return Paper()


@pytest.fixture
def door(paper: Paper) -> Client:
    return Client(Door(paper, {("POST", "sing"): lambda asked: {"song": asked["song"]}}))


def test_what_is_not_the_sandbox_s_own_goes_on_to_the_cloud(door: Client) -> None:
    assert door.get("/_sandboxes").text == "the cloud itself"


def test_a_cloud_s_own_verb_stands_beside_the_others_and_takes_query_and_body(door: Client) -> None:
    assert door.post("/_sandbox/sing/?song=la").json == {"song": "la"}
    assert door.post("/_sandbox/sing", json={"song": "lo"}).json == {"song": "lo"}
    assert "POST sing" in door.get("/_sandbox/sing").json["error"]


def test_the_state_is_that_of_now_with_the_word_of_the_fabric_and_bugs(door: Client, paper: Paper) -> None:
    said = door.get("/_sandbox/state").json
    assert said == {"stones": 3, "machines": {"m-1": "m-1 is booting"}, "bugs": ["a bug"]}
    assert paper.did == ["tick"]


def test_what_a_fault_held_is_let_go_when_it_is_cleared(door: Client, paper: Paper) -> None:
    door.delete("/_sandbox/faults")
    assert paper.did == ["free"]


def test_a_limit_is_the_cloud_s_to_set(door: Client, paper: Paper) -> None:
    assert door.post("/_sandbox/quotas?code=STONES&value=3").json == {}
    assert paper.did == ["STONES is 3.0"]


@pytest.mark.parametrize("body", ["{", "[1]", "1", "null"])
def test_a_body_that_is_no_object_is_a_bad_request(door: Client, body: str) -> None:
    answer = door.post("/_sandbox/sing", data=body)
    assert answer.status_code == 400 and answer.json["error"]


def test_what_a_verb_misses_is_a_bad_request_and_a_bug_of_it_is_told_apart(door: Client) -> None:
    bad, bug = door.post("/_sandbox/principals"), door.post("/_sandbox/settings")
    assert (bad.status_code, json.loads(bad.text)) == (400, {"error": "KeyError: 'stone'"})
    assert (bug.status_code, json.loads(bug.text)) == (500, {"error": "RuntimeError: out of paper"})
