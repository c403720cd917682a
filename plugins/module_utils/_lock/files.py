# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The lock's files, and what is written in them."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .process import Process

LOCK, MUTEX, WRITING = "lock", "lock.mutex", "writing"


@dataclass(frozen=True)
class Holder:
    """Who holds the lock. Times are ISO 8601 in UTC; ``until`` is an expectation, None where nothing is known.

    The lock lasts while one process of ``watch`` lives; ``keeper`` is the child that sees to it.
    """

    who: str
    host: str
    what: str
    since: str
    until: str | None
    token: str
    watch: tuple[Process, ...]
    keeper: Process

    @property
    def watched(self) -> bool:
        """Whether a run stands behind it. If not, the lock is about to be free."""
        return any(process.alive for process in self.watch)

    def with_watch(self, process: Process) -> Holder:
        """The same holder, lasting as long as this process, too."""
        return replace(self, watch=(*self.watch, process))

    def sentence(self, now: datetime | None = None) -> str:
        """``ana@control since 14:02 (6 min ago), converge; it should be done about 14:09``, in local time."""
        now = now or datetime.now(UTC)
        since = datetime.fromisoformat(self.since)
        text = f"{self.who}@{self.host} since {clock(since)} ({ago(now - since)} ago), {self.what}"
        if self.until is None:
            return text
        until = datetime.fromisoformat(self.until)
        if until <= now:
            return f"{text}; it should have been done by {clock(until)}"
        return f"{text}; it should be done about {clock(until)}"

    def as_dict(self) -> dict[str, Any]:
        """What a module or a report shows of it: no token, since that opens the lock."""
        shown = {key: getattr(self, key) for key in ("who", "host", "what", "since", "until")}
        return shown | {"pid": self.watch[0].pid}


def clock(moment: datetime) -> str:
    """Time of day, with the day when it is not today's."""
    local = moment.astimezone()
    return local.strftime("%H:%M" if local.date() == datetime.now().astimezone().date() else "%Y-%m-%d %H:%M")


def ago(span: Any) -> str:
    """``40 s``, ``6 min`` or ``3 h``."""
    seconds = max(0, int(span.total_seconds()))
    if seconds < 90:
        return f"{seconds} s"
    return f"{seconds // 60} min" if seconds < 5400 else f"{seconds // 3600} h"


def open_file(folder: Path, name: str) -> int:
    """A descriptor of one of the lock's files; folder and file are made, for this user alone, if they are missing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def mutex(folder: Path) -> Iterator[None]:
    """Be alone with the lock's files. Never sleep inside."""
    descriptor = open_file(folder, MUTEX)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(descriptor: int, how: int) -> bool:
    """Lock now or not at all."""
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def lock_before(descriptor: int, how: int, seconds: float) -> bool:
    """Lock within so many seconds. flock has no time limit of its own, so this asks again."""
    end = time.monotonic() + seconds
    while not try_lock(descriptor, how):
        if time.monotonic() >= end:
            return False
        time.sleep(0.05)
    return True


def read_holder(descriptor: int) -> Holder | None:
    """What the lock file says; it may speak of a holder of the past. MUST be called inside the mutex."""
    text = os.pread(descriptor, 1 << 16, 0)
    if not text:
        return None
    try:
        data = json.loads(text)
        watch = tuple(Process(**process) for process in data.pop("watch"))
        return Holder(watch=watch, keeper=Process(**data.pop("keeper")), **data)
    except (ValueError, TypeError, KeyError):
        return None  # cut off by a crash, or of another version: whether the lock is held, flock says


def write_holder(descriptor: int, holder: Holder) -> None:
    """Say who holds the lock. MUST be called inside the mutex."""
    text = json.dumps(asdict(holder), indent=1).encode()
    os.pwrite(descriptor, text, 0)
    os.ftruncate(descriptor, len(text))


def current(folder: Path) -> tuple[bool, Holder | None]:
    """Whether the lock is held, and by whom. MUST be called inside the mutex."""
    descriptor = open_file(folder, LOCK)
    try:
        if try_lock(descriptor, fcntl.LOCK_SH):
            return False, None
        return True, read_holder(descriptor)
    finally:
        os.close(descriptor)  # the shared lock of the look goes with it
