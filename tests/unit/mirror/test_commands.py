# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Contained commands: their failure is told, and they go with whoever started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from sandbox.commands import BuildFailed, need, output, run

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a build needs namespaces, hence root")


@needs_root
def test_a_failure_names_the_step_its_last_words_and_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with pytest.raises(BuildFailed, match=rf"(?s)sh -c .*exit 3; full output in {log}.*disk is full"):
        run(["sh", "-c", "echo disk is full; exit 3"], log)


@needs_root
def test_what_a_command_mounts_is_gone_after_it(tmp_path: Path) -> None:
    (tmp_path / "at").mkdir()
    run(["mount", "-t", "tmpfs", "none", tmp_path / "at"], tmp_path / "log")
    assert str(tmp_path / "at") not in Path("/proc/mounts").read_text()


def _write_for_ever(file: str, log: str) -> None:
    run(["sh", "-c", f"while :; do date >> {file}; sleep 0.02; done & wait"], Path(log))


@needs_root
def test_a_build_that_is_killed_leaves_no_straggler(tmp_path: Path) -> None:
    file = tmp_path / "written"
    child = multiprocessing.get_context("fork").Process(target=_write_for_ever, args=(str(file), str(tmp_path / "log")))
    child.start()
    while not file.exists():
        time.sleep(0.01)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    time.sleep(0.3)
    size = file.stat().st_size
    time.sleep(0.2)
    assert file.stat().st_size == size


def test_a_quick_command_that_fails_says_what_it_wrote_to_stderr() -> None:
    with pytest.raises(BuildFailed, match="no such thing"):
        output(["sh", "-c", "echo no such thing >&2; exit 1"])


def test_missing_programs_are_named_all_at_once_by_their_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", lambda tool: None if tool in ("go", "debootstrap") else f"/bin/{tool}")
    with pytest.raises(BuildFailed, match=r"apt-get install debootstrap golang-go$"):
        need("go", "curl", "debootstrap")


def test_a_build_without_root_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(BuildFailed, match="has to be root; use sudo"):
        need()
