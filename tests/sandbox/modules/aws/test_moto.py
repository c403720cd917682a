# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules against a plain, unmodified moto_server, whose AWS is not ours: a short run."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.contract.watch import watched
from tests.sandbox.modules.site import created

from .lab import Aws

ACCOUNT = "123456789012"  # moto's own
DAMAGES = (
    "ssh is closed", "a peer is forgotten", "a route is too many", "a subnet is off its table",
    "an empty subnet is deleted", "the gateway is detached", "a worker is deleted", "a worker is stopped",
    "the metadata of a worker hops", "a firewall is off a worker",
)  # fmt: skip


class Moto(Aws):
    """The same interface, of moto's one account."""

    def __init__(self, url: str) -> None:
        super().__init__(ACCOUNT, url, "testing")
        self._control("reset")
        self._control("recorder/reset-recording")
        self._control("recorder/start-recording")
        self.image = str(self.ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"])
        self.asked()

    def _control(self, path: str) -> None:
        headers = {"Content-Type": "application/json"}  # else moto reads the body as a form, and finds nothing
        request = urllib.request.Request(f"{self.url}/moto-api/{path}", data=b"{}", headers=headers, method="POST")
        urllib.request.urlopen(request, timeout=10).close()

    def wanted(self, workers: int = 2, **changes: Any) -> list[dict[str, Any]]:
        return super().wanted(workers, **{"image": self.image, "user": "debian", **changes})

    def asked(self) -> list[str]:
        """By moto's own record: names of operations."""
        url = f"{self.url}/moto-api/recorder/download-recording"
        lines = urllib.request.urlopen(url, timeout=10).read().decode().splitlines()
        self._control("recorder/reset-recording")
        bodies = [base64.b64decode(json.loads(line)["body"]).decode() for line in lines if json.loads(line)["body"]]
        return [part[7:] for body in bodies for part in body.split("&") if part.startswith("Action=")]

    def writes(self) -> list[str]:
        return [action for action in self.asked() if not action.startswith(("Describe", "Get", "List"))]

    @contextlib.contextmanager
    def time_flies(self) -> Iterator[None]:
        """Nothing takes time there."""
        yield


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its URL, on a free port of the loopback interface."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("moto") / "log").open("wb")
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    record = {"MOTO_RECORDER_FILEPATH": str(tmp_path_factory.mktemp("moto") / "recording")}
    # A plain one: the settings that our simulator makes for moto, in this process, are not for it.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MOTO_")}
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**plain, **record})
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        with watched("aws", f"http://127.0.0.1:{port}", foreign=True) as url:
            yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_from_nothing_to_a_quiet_site_and_back(server: str) -> None:
    moto = Moto(server)
    before = moto.snapshot()
    moto.asked()
    assert moto.plan() == list(created(moto.everything))
    assert moto.writes() == []
    network = moto.converge()
    moto.asked()
    assert moto.plan() == []
    asked = Counter(moto.asked())
    assert asked.pop(moto.identity) == 2
    assert asked == Counter(call for calls in moto.lists.values() for call in calls)
    assert moto.ours() | Counter(network_interface=3) == moto.holds  # moto puts no tags on those
    moto.absent(network)
    assert moto.snapshot() == before


@pytest.fixture(scope="module")
def moto(server: str) -> Moto:
    return Moto(server)


@pytest.mark.parametrize("name", DAMAGES, ids=lambda name: name.replace(" ", "_"))
def test_damage_is_named_then_repaired_then_silent(moto: Moto, name: str) -> None:
    moto.converge()
    moto.damages[name].do(moto)
    assert moto.plan() == list(moto.damages[name].plan)
    moto.converge()
    assert moto.plan() == []
