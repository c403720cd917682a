# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conversation with GCP from a script: each request is one that the test expects, or the test fails."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.client import Client
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.login import Login

DONE = {"status": "DONE", "selfLink": "https://www.googleapis.com/compute/v1/projects/p/global/operations/o"}


def failure(reason: str, status: int = 400, message: str = "said GCP") -> tuple[int, Any]:
    """An answer with an error, as Compute Engine gives it."""
    return status, {"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}}


class Answer:
    """What requests gives for one."""

    def __init__(self, status: int, body: Any) -> None:
        self.status_code, self._body = status, body

    def json(self) -> Any:
        if isinstance(self._body, str):
            raise ValueError("no JSON")
        return self._body


class Session:
    """Answers by the script, in order: a body, a status with a body, or an exception."""

    def __init__(self) -> None:
        self.script: list[tuple[str, Any]] = []
        self.asked: list[tuple[str, str, dict[str, Any], Any]] = []

    def expect(self, request: str, *answers: Any) -> None:
        self.script += [(request, answer) for answer in answers]

    def request(self, verb: str, url: str, *, json: Any, params: dict[str, Any], timeout: float) -> Answer:
        shown = f"{verb} {url.split('/compute/v1/projects/shop-prod')[-1]}".rstrip("/ ")
        assert self.script, f"{shown} was not expected; nothing more is"
        expected, answer = self.script.pop(0)
        assert shown == expected, f"{shown} was not expected; {expected} was"
        self.asked.append((verb, url, params, json))
        if isinstance(answer, Exception):
            raise answer
        return Answer(*answer) if isinstance(answer, tuple) else Answer(200, answer)


@pytest.fixture
def api() -> Session:
    return Session()


@pytest.fixture
def client(api: Session, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    names = {"site": "gcp-fra", "name": "shop", "owner": "shop-k3v9q2ab"}
    made = Client(region="europe-west3", project="shop-prod", endpoint=None, login=Login(), **names)
    made._session = api
    return made
