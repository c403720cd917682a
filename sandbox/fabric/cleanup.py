# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove all that a sandbox has on this machine, whether its process still lives, ended or was killed.

Nothing but the prefix in the kernel's names says what belongs to it: no file has to have survived.
"""

from __future__ import annotations

import contextlib
import os
import pathlib
import shutil
import signal
import time

from sandbox.fabric import cgroup
from sandbox.fabric.names import Names
from sandbox.fabric.system import FabricError, command, delete_namespace, namespaces


def cleanup(sandbox: str, state: pathlib.Path | None = None) -> None:
    """End the processes, remove namespaces and control groups, and the machines' disks below `state`.

    Raises FabricError naming what would not go.
    """
    prefix = Names(sandbox).prefix
    groups = cgroup.groups(prefix)
    stubborn = [group for group in groups if not cgroup.kill(group)]
    for namespace in namespaces(prefix):
        _end_processes(namespace)
        delete_namespace(namespace)
    for group in groups:
        cgroup.remove(group)
    left = [*stubborn, *cgroup.groups(prefix), *namespaces(prefix)]
    if left:
        raise FabricError(
            f"sandbox {sandbox}: could not remove {', '.join(sorted(set(left)))}; is a process stuck in it?"
        )
    if state is not None:
        shutil.rmtree(state / "machines", ignore_errors=True)


def _end_processes(namespace: str, patience: float = 5.0) -> None:
    """End what others started in one of our namespaces: a mirror, a forgotten ssh."""
    end = time.monotonic() + patience
    while living := command("ip", "netns", "pids", namespace, check=False).split():
        for process in living:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(process), signal.SIGKILL)
        if time.monotonic() > end:
            raise FabricError(f"network namespace {namespace}: processes {', '.join(living)} do not end")
        time.sleep(0.05)
