"""Unit tests have no network: a test that tries fails at once."""

from __future__ import annotations

import socket

import pytest


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: socket.socket, address: object, *_more: object) -> None:
        if self.family != socket.AF_UNIX:
            raise AssertionError(f"a unit test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    connect = socket.socket.connect
    monkeypatch.setattr(socket.socket, "connect", refuse)
