# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The keeper: a detached child that holds the lock while the processes it watches live."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import NoReturn

from .files import mutex, read_holder


def start(folder: Path, lock: int) -> int:
    """Hand the locked descriptor to a new keeper; its process number. MUST be called inside the mutex.

    The keeper's first step is to wait for the mutex, so the caller can still write down who the holder is.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()  # out of the terminal's reach: Ctrl-C is for the run, not for its lock
            if os.fork() == 0:
                keep(folder, lock, writer)
        finally:
            os._exit(0)  # of the middle process, whose end gives the keeper to init; never the caller's own clean-up
    os.close(writer)
    os.waitpid(child, 0)
    with os.fdopen(reader) as told:
        return int(told.read())


def keep(folder: Path, lock: int, writer: int) -> NoReturn:
    """Be the keeper."""
    try:
        for number in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)  # how release() ends it
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        leave_everything_but(lock, writer)
        os.write(writer, str(os.getpid()).encode())
        os.close(writer)
        watch(folder, lock)
    finally:
        os._exit(0)


def leave_everything_but(*descriptors: int) -> None:
    """Close what was inherited: Ansible waits for the end of a module's output, and the mutex must become free."""
    first = 0
    for descriptor in (*sorted(descriptors), os.sysconf("SC_OPEN_MAX")):
        os.closerange(first, descriptor)
        first = descriptor + 1
    for _standard in range(3):
        os.open(os.devnull, os.O_RDWR)  # fills the lowest free numbers, 0 to 2, unless one of ours stands there
    os.chdir("/")


def watch(folder: Path, lock: int) -> None:
    """Return when no watched process lives. One may have been added while we slept, so look again before."""
    while True:
        with mutex(folder):
            holder = read_holder(lock)
            living = [process for process in holder.watch if process.alive] if holder else []
            if not living:
                os.ftruncate(lock, 0)
                os.close(lock)  # inside the mutex: nobody may be added to a lock that is about to go
                return
        for process in living:
            process.wait()
