# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""up, status, log and down, also after a crash."""

from __future__ import annotations

import os
import signal
import socket
import time
from pathlib import Path

import pytest

from sandbox.cli import main
from sandbox.places import Place, started
from tests.sandbox.conftest import free_port


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """Arguments of a sandbox that only this test has; it is down afterwards."""
    monkeypatch.setenv("PANGAEA_SANDBOX", str(tmp_path / "state"))
    return ["--name", f"l{os.getpid()}"]


def test_up_twice_is_one_and_down_leaves_nothing(own: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    port = str(free_port())
    assert main(["up", *own, "--port", port, "--clouds-only"]) == 0
    assert f"AWS_ENDPOINT_URL=http://127.0.0.1:{port}" in capsys.readouterr().out
    first = Place(own[1]).running()
    assert main(["up", *own, "--port", port, "--clouds-only"]) == 0
    assert Place(own[1]).running() == first and first is not None
    assert main(["status", *own]) == 0
    assert "ready, clouds only" in capsys.readouterr().out
    assert main(["down", *own]) == 0
    assert started(first["pid"]) is None
    assert not Place(own[1]).folder.exists()
    assert main(["status", *own]) == 1
    assert "is not running; start it with" in capsys.readouterr().err
    assert main(["down", *own]) == 0


def test_after_a_crash_up_starts_afresh_and_down_cleans(own: list[str]) -> None:
    port = str(free_port())
    for _ in range(2):
        assert main(["up", *own, "--port", port, "--clouds-only"]) == 0
        about = Place(own[1]).running()
        assert about is not None
        os.kill(about["pid"], signal.SIGKILL)
        while started(about["pid"]) == about["ticks"]:
            time.sleep(0.02)
        assert Place(own[1]).running() is None
    assert main(["down", *own]) == 0
    assert not Place(own[1]).folder.exists()


def test_a_taken_port_and_a_bad_name_are_said(own: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert main(["up", *own, "--port", str(port), "--clouds-only"]) == 1
    assert "is taken" in capsys.readouterr().err
    assert main(["up", "--name", "Bad-Name", "--clouds-only"]) == 1
    assert "a letter, then up to" in capsys.readouterr().err
    with pytest.raises(SystemExit) as usage:
        main(["banana"])
    assert usage.value.code == 64


def test_without_root_there_are_clouds_only_and_it_is_said(
    own: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    try:
        assert main(["up", *own, "--port", str(free_port())]) == 0
        assert "no root here: clouds only" in capsys.readouterr().out
        about = Place(own[1]).running()
        assert about is not None and about["clouds_only"]
    finally:
        assert main(["down", *own]) == 0
