# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A real sandbox (clouds only) on a free port, one for all folders here, with an own AWS account per test."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox import lifecycle
from sandbox.client import ask
from sandbox.places import AWS, CLOUDS, Place
from tests.contract.watch import contract, watched_sandbox

__all__ = ["contract"]

REGION = "eu-central-1"
ACCOUNT = "123456789012"


def free_port() -> int:
    """The first of three that nobody has now, and that no outgoing connection will get: those begin at 32768."""
    while True:
        port = 20000 + secrets.randbelow(12000)
        if all(is_free(port + number) for number in range(len(CLOUDS))):
            return port


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Sandbox:
    """A running sandbox and clients of one account in it. `urls`: of each cloud, with a judge in front."""

    def __init__(self, place: Place, port: int, urls: dict[str, str], account: str = "") -> None:
        self.place, self.port, self.urls, self.account = place, port, urls, account
        self.url = urls[AWS]

    def anew(self) -> Sandbox:
        """The same with an AWS account that nobody used before."""
        return Sandbox(self.place, self.port, self.urls, "".join(secrets.choice("123456789") for _ in range(12)))

    def client(self, service: str = "ec2", region: str = REGION, key: str = "", **config: Any) -> Any:
        """A client that sends what it is told: no checks of its own, no retries."""
        make: Any = boto3.client  # typed by the names of all services, of which this one is any
        return make(
            service, region_name=region, endpoint_url=self.url, aws_secret_access_key="sandbox",
            aws_access_key_id=key or (f"sandbox-{self.account}" if self.account else "sandbox"),
            config=Config(parameter_validation=False, retries={"total_max_attempts": 1}, proxies={}, **config),
        )  # fmt: skip

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return ask(self.port, method, path, body)

    @contextmanager
    def fault(self, **rule: Any) -> Iterator[None]:
        """A fault for as long as the block."""
        self.ask("POST", "faults", rule)
        try:
            yield
        finally:
            self.ask("DELETE", "faults")


@pytest.fixture(scope="session")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests of this process, gone afterwards. Only one: $PANGAEA_SANDBOX names one folder."""
    before, folder = os.environ.get("PANGAEA_SANDBOX"), tmp_path_factory.mktemp("sandbox")
    os.environ["PANGAEA_SANDBOX"] = str(folder)
    place, port = Place("t" + secrets.token_hex(4)), free_port()
    try:
        lifecycle.up(place, port, clouds_only=True, say=print)
        with watched_sandbox(place, port, deliberate=True) as urls:
            yield Sandbox(place, port, urls)
    finally:
        lifecycle.down(place, say=print)
        os.environ.pop("PANGAEA_SANDBOX")
        if before is not None:
            os.environ["PANGAEA_SANDBOX"] = before


@pytest.fixture
def sandbox(daemon: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """The sandbox with an account that nobody used before."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))  # nothing of the host's own AWS settings
    return daemon.anew()
