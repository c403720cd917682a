"""The runs that are kept: a folder each, the newest few."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import report

KEPT = 30
HISTORY = "history"
LEFTOVERS = ("job_events", "fact_cache", "command", "rc", "status", "env")  # of ansible-runner, no use afterwards


@dataclass(frozen=True)
class Kept:
    """One run of the past: ``report.json``, ``report.html`` and ``ansible.log`` lie in its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """``20260131T140211.123456Z-converge``: sorts by time."""
        return self.folder.name

    def read(self) -> Mapping[str, Any]:
        """Its report; empty if it left none."""
        return report.read(self.folder / "report.json") or {}


def begin(state: Path, verb: str) -> Kept:
    """A folder for a run that starts now."""
    folder = state / HISTORY / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{verb}"
    folder.mkdir(parents=True, mode=0o700)
    return Kept(folder)


def end(run: Kept) -> None:
    """Throw away what only the run itself needed, and the oldest runs. PANGAEA_KEEP says how many stay."""
    for name in LEFTOVERS:
        path = run.folder / name
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    stdout, stderr = run.folder / "stdout", run.folder / "stderr"
    if stdout.exists():
        stdout.replace(run.folder / "ansible.log")
    if stderr.exists() and not stderr.stat().st_size:
        stderr.unlink()
    for old in kept(run.folder.parents[1])[how_many() :]:
        shutil.rmtree(old.folder, ignore_errors=True)


def how_many() -> int:
    """How many runs are kept, at least the last one."""
    named = os.environ.get("PANGAEA_KEEP", "")
    return max(1, int(named)) if named.isdecimal() else KEPT


def kept(state: Path) -> list[Kept]:
    """The runs of the past, newest first."""
    folder = state / HISTORY
    return [Kept(path) for path in sorted(folder.iterdir(), reverse=True) if path.is_dir()] if folder.is_dir() else []
