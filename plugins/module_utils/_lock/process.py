# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""A process by identity: a number is used again, a number with its start time is not."""

from __future__ import annotations

import os
import select
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Places in /proc/<pid>/stat after the command's closing bracket, see proc_pid_stat(5): state, parent, start time.
STATE, PARENT, STARTED = 0, 1, 19
DEAD = ("Z", "X", "x")


@dataclass(frozen=True)
class Process:
    """One process. ``started`` is in clock ticks since the machine's boot."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> Process | None:
        """The process that has this number now; None if it ended (a zombie has ended)."""
        fields = stat(pid)
        return None if fields is None or fields[STATE] in DEAD else cls(pid, int(fields[STARTED]))

    @classmethod
    def own(cls) -> Process:
        """The process that asks."""
        own = cls.of(os.getpid())
        if own is None:
            raise OSError("/proc does not show this process: the lock needs Linux with /proc mounted")
        return own

    @property
    def alive(self) -> bool:
        """Whether it still runs, and not another one under its number."""
        return Process.of(self.pid) == self

    def wait(self, seconds: float | None = None) -> bool:
        """Sleep until it has ended; False if it still runs after ``seconds``."""
        try:
            handle = os.pidfd_open(self.pid)
        except ProcessLookupError:
            return True
        try:
            if not self.alive:  # asked after opening: what the handle shows can no longer become another process
                return True
            poll = select.poll()
            poll.register(handle, select.POLLIN)
            return bool(poll.poll(None if seconds is None else seconds * 1000))
        finally:
            os.close(handle)


def stat(pid: int) -> list[str] | None:
    """What follows the command in /proc/<pid>/stat; None if there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return text.rpartition(")")[2].split()  # a command may hold spaces and brackets itself


def command(pid: int) -> tuple[str, ...]:
    """The command line of a process, empty if it cannot be read."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ()
    return tuple(raw.decode(errors="replace").split("\0")[:-1])


def ancestors(pid: int | None = None) -> Iterator[Process]:
    """The processes above this one, nearest first."""
    fields = stat(os.getpid() if pid is None else pid)
    while fields is not None and (above := int(fields[PARENT])) > 0:
        process = Process.of(above)
        if process is None:
            return
        yield process
        fields = stat(above)


def playbook() -> Process | None:
    """The ``ansible-playbook`` (or ``ansible``) that runs the module which asks; None if there is none.

    Ansible forks a worker per task: worker and main process have the same command line, and it is the main process that
    is wanted, since a worker lives no longer than its task.
    """
    found = None
    for process in ancestors():
        words = command(process.pid)
        if found is None:
            if any(os.path.basename(word).startswith("ansible") for word in words[:3]):
                found = (process, words)
        elif words == found[1]:
            found = (process, words)
        else:
            break
    return found[0] if found else None
