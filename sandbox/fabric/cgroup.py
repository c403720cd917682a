# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Control groups of machines: one parent per machine in every hierarchy, so that all of its processes can be found.

Hosts with cgroup v1 have one hierarchy per controller, hosts with v2 a single one; both look alike from here.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import signal
import time
from collections.abc import Iterator

_ROOT = pathlib.Path("/sys/fs/cgroup")


def hierarchies() -> list[pathlib.Path]:
    if (_ROOT / "cgroup.controllers").exists():
        return [_ROOT]
    return sorted(path for path in _ROOT.iterdir() if path.is_dir() and not path.is_symlink())


def make(group: str) -> list[pathlib.Path]:
    """Make the group in every hierarchy. What is written to `cgroup.procs` of each joins it."""
    made = []
    for root in hierarchies():
        path = root / group
        path.mkdir(exist_ok=True)
        for value in ("cpuset.cpus", "cpuset.mems"):  # empty in a new v1 group, which then takes no process
            if (path / value).exists() and not (path / value).read_text().strip():
                (path / value).write_text((root / value).read_text())
        made.append(path)
    return made


def groups(prefix: str) -> list[str]:
    """Names of all groups that start so, each once."""
    return sorted({path.name for root in hierarchies() for path in root.glob(f"{prefix}*") if path.is_dir()})


def processes(group: str) -> set[int]:
    """Ids of every process in the group and below it."""
    found: set[int] = set()
    for root in hierarchies():
        for path in (root / group).rglob("cgroup.procs"):
            with contextlib.suppress(OSError):  # a group may go while we look
                found.update(int(line) for line in path.read_text().split())
    return found - {0}


def kill(group: str, patience: float = 15.0) -> bool:
    """End every process of the group at once; True when none is left within `patience` seconds."""
    end = time.monotonic() + patience
    while living := processes(group):
        for process in living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def remove(group: str, patience: float = 5.0) -> None:
    """Remove an empty group in every hierarchy; the kernel lets go of it some time after its last process."""
    end = time.monotonic() + patience
    while left := [path for root in hierarchies() if (path := root / group).is_dir()]:
        for path in left:
            for inner in _deepest_first(path):
                with contextlib.suppress(OSError):
                    inner.rmdir()
        if time.monotonic() > end:
            return
        if any(path.is_dir() for path in left):
            time.sleep(0.05)


def _deepest_first(path: pathlib.Path) -> Iterator[pathlib.Path]:
    for inner, _, _ in os.walk(path, topdown=False):
        yield pathlib.Path(inner)
