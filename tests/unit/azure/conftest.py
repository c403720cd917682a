# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conversation with Azure from a script: each call is one that the test expects, or the test fails."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.client import Client, Login


def failure(code: str, status: int = 400, message: str = "said Azure", details: tuple[str, ...] = ()) -> Exception:
    """What the SDK raises for an answer with an error code; status 200: an operation that failed later."""
    error = HttpResponseError(message)
    error.status_code = status
    inner = [SimpleNamespace(code=one, message="in detail") for one in details]
    error.error = SimpleNamespace(code=code, message=message, details=inner)  # type: ignore[assignment]
    return error


class Poller:
    """An operation of the SDK."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def wait(self, _within: float) -> None:
        if isinstance(self._answer, Exception):
            raise self._answer

    def done(self) -> bool:
        return self._answer != "running"


class Service:
    """All services of the SDK: answers by the script, in order; an answer may be an exception."""

    def __init__(self) -> None:
        self.script: list[tuple[str, Any]] = []
        self.asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = []

    def expect(self, operation: str, *answers: Any) -> None:
        """``operation``: ``virtual_networks.list``."""
        self.script += [(operation, answer) for answer in answers]

    def __getattr__(self, kind: str) -> Any:
        class Operations:
            def __getattr__(_self, name: str) -> Any:  # noqa: N805
                return lambda *args, **kwargs: self._answer(f"{kind}.{name}", args, kwargs)

        return Operations()

    def _answer(self, operation: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        assert self.script, f"{operation} was not expected; nothing more is"
        expected, answer = self.script.pop(0)
        assert operation == expected, f"{operation} was not expected; {expected} was"
        self.asked.append((operation, args, kwargs))
        if ".begin_" in operation:
            return Poller(answer)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def azure() -> Service:
    return Service()


@pytest.fixture
def client(azure: Service, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    made = Client(
        region="germanywestcentral",
        subscription="0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        site="azure-fra",
        name="shop",
        owner="shop-k3v9q2ab",
        endpoint="https://management.azure.com",
        login=Login(),
    )
    made._services.update(dict.fromkeys(("network", "compute", "resource"), azure))
    return made
