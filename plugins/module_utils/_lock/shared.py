# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""``writing``: what a cloud module holds while it applies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .files import WRITING, current, mutex, open_file
from .process import Process, ancestors


class LockLost(Exception):
    """This run does not hold the cluster's lock, so it must not write. Has what a module shows of an error."""

    kind = "LockLost"

    @property
    def details(self) -> dict[str, object]:
        """Keys for a module's failure: nothing more than the sentence."""
        return {}


@contextmanager
def writing(state_dir: str | None) -> Iterator[None]:
    """Apply inside this. Holds ``writing`` shared, so that the next holder of the lock waits until we end.

    Raises LockLost when the lock is not held by the run that this process belongs to: the run was killed and this is
    what is left of it, or it never took the lock. Without a folder (a module used by itself, outside our playbooks) it
    does nothing. A module under ``async`` leaves its run's process tree and is refused.
    """
    if not state_dir:
        yield
        return
    folder = Path(state_dir).expanduser()
    descriptor = open_file(folder, WRITING)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        refuse_without_the_lock(folder)
        yield
    finally:
        os.close(descriptor)


def refuse_without_the_lock(folder: Path) -> None:
    """Raise LockLost unless the lock's holder lives by this process, or by one above it."""
    with mutex(folder):
        held, holder = current(folder)
    if held and holder and {Process.own(), *ancestors()}.intersection(holder.watch):
        return
    if not held:
        raise LockLost(
            f"nothing was written: this run does not hold the lock in {folder}, nobody does; it ended, or did not take "
            f"the lock. Start it again, with its first play (no --limit, --tags or --start-at-task that leave it out)"
        )
    raise LockLost(
        f"nothing was written: the lock in {folder} is held by {holder.sentence() if holder else 'another run'}, "
        f"not by the run that this module belongs to; wait for that one, then start again"
    )
