# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Take the lock, join it, leave it, and ask who holds it."""

from __future__ import annotations

import fcntl
import getpass
import os
import secrets
import signal
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from . import keeper, tickets
from .files import LOCK, WRITING, Holder, current, lock_before, mutex, open_file, read_holder, try_lock, write_holder
from .process import Process

TOKEN = "PANGAEA_LOCK"  # environment variable by which a runner hands its lock to its playbook


class Held(Exception):
    """Somebody else's turn: the lock is held, or others came first."""

    def __init__(self, holder: Holder | None, ahead: Sequence[tickets.Ticket] = ()) -> None:
        self.holder = holder
        self.ahead = tuple(ahead)
        if holder:
            text = f"locked by {holder.sentence()}"
        elif ahead:
            text = f"{ahead[0].who}@{ahead[0].host} waits since {ahead[0].since} and is next, {ahead[0].what}"
        else:
            text = "locked by a run that did not say who it is"
        super().__init__(text)


class Gone(Exception):
    """The lock that a token stands for is no longer held."""


class StillWriting(Exception):
    """A module of a run that ended goes on writing, and did not end in time."""


@dataclass(frozen=True)
class Claim:
    """Who asks for the lock, and for what."""

    who: str
    host: str
    what: str

    @classmethod
    def of(cls, what: str) -> Claim:
        """A claim of the user who runs this; behind sudo that is who called it."""
        return cls(os.environ.get("SUDO_USER") or user(), socket.gethostname(), what)


def user() -> str:
    """Login name; the number where a container's user has none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def holder_of(folder: Path) -> tuple[bool, Holder | None]:
    """Whether the lock is held and by whom, and nothing is made where there is no folder."""
    if not (folder / LOCK).exists():
        return False, None
    with mutex(folder):
        return current(folder)


def queue_of(folder: Path) -> list[tickets.Ticket]:
    """Who waits for the lock, next one first."""
    if not (folder / tickets.QUEUE).exists():
        return []
    with mutex(folder):
        return tickets.waiting(folder)


def enter_queue(folder: Path, claim: Claim) -> tickets.Ticket:
    """Draw the next number."""
    with mutex(folder):
        return tickets.draw(folder, claim.who, claim.host, claim.what, now())


def leave_queue(folder: Path, ticket: tickets.Ticket) -> None:
    """Give the number back, used or not."""
    with mutex(folder):
        tickets.drop(folder, ticket)


def now() -> str:
    """The time as the lock's files have it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def take(
    folder: Path,
    claim: Claim,
    watch: Process,
    *,
    ticket: tickets.Ticket | None = None,
    lasts: float | None = None,
    patience: float = 900,
) -> Holder:
    """Hold the lock for as long as the watched process lives.

    ``lasts`` are the seconds it will probably be held. Raises Held at once if it is not our turn: a ticket comes
    before all later ones, who has none comes after all tickets. Then waits ``patience`` seconds at most for modules of
    earlier runs that still write; after that raises StillWriting and holds nothing.
    """
    holder = None
    for pause in (0.02,) * 100:  # a holder whose run just ended needs a moment to go
        try:
            holder = take_now(folder, claim, watch, ticket, lasts)
            break
        except Held as held:
            if held.holder is None or held.holder.watched:
                raise
            time.sleep(pause)
    if holder is None:
        holder = take_now(folder, claim, watch, ticket, lasts)
    try:
        wait_for_stragglers(folder, patience)
    except BaseException:
        free(folder, holder.token)
        raise
    return holder


def take_now(folder: Path, claim: Claim, watch: Process, ticket: tickets.Ticket | None, lasts: float | None) -> Holder:
    """Take the lock or raise Held."""
    lock = open_file(folder, LOCK)
    try:
        with mutex(folder):
            ahead = [other for other in tickets.waiting(folder) if ticket is None or other.number < ticket.number]
            if not try_lock(lock, fcntl.LOCK_EX):
                raise Held(read_holder(lock), ahead)
            if ahead:
                raise Held(None, ahead)
            since = datetime.now(UTC)
            until = None if lasts is None else (since + timedelta(seconds=lasts)).isoformat(timespec="seconds")
            pid = keeper.start(folder, lock)
            holder = Holder(
                claim.who, claim.host, claim.what, since.isoformat(timespec="seconds"), until,
                secrets.token_hex(16), (watch,), Process.of(pid) or Process(pid, 0),
            )  # fmt: skip
            write_holder(lock, holder)
            if ticket:
                tickets.drop(folder, ticket)
            return holder
    finally:
        os.close(lock)  # the keeper has the same open file, and the lock belongs to that


def wait_for_stragglers(folder: Path, patience: float) -> None:
    """Be alone in ``writing`` once. Who comes later is refused there, since the lock is already ours."""
    descriptor = open_file(folder, WRITING)
    try:
        if not lock_before(descriptor, fcntl.LOCK_EX, patience):
            inode = os.fstat(descriptor).st_ino
            raise StillWriting(
                f"process {writers(inode)} of an earlier run still writes to the cloud after {patience:.0f} s; "
                f"let it end, or end it, then start again"
            )
    finally:
        os.close(descriptor)


def writers(inode: int) -> str:
    """Numbers of the processes that hold a file locked, from /proc/locks."""
    with open("/proc/locks", encoding="ascii") as table:
        rows = [line.split() for line in table]
    found = sorted({row[4] for row in rows if len(row) > 5 and row[1] == "FLOCK" and row[5].endswith(f":{inode}")})
    return ", ".join(found) or "(unknown)"


def join(folder: Path, token: str, watch: Process) -> Holder:
    """Make a lock that is already held last as long as this process, too. Raises Gone if the token's lock ended."""
    lock = open_file(folder, LOCK)
    try:
        with mutex(folder):
            held, holder = current(folder)
            if not held or holder is None or holder.token != token or not holder.watched:
                raise Gone(f"the lock handed over in {TOKEN} has ended" + (f"; now {Held(holder)}" if held else ""))
            if watch not in holder.watch:
                holder = holder.with_watch(watch)
                write_holder(lock, holder)
            return holder
    finally:
        os.close(lock)


def release(folder: Path, token: str) -> None:
    """Free the lock now, and not when this process ends. Does nothing while another process lives by it."""
    own = Process.own()
    with mutex(folder):
        held, holder = current(folder)
        others = [process for process in holder.watch if process.alive and process != own] if holder else []
        if held and holder and holder.token == token and not others:
            end(holder)


def free(folder: Path, token: str) -> None:
    """Free the lock now, whoever lives by it: its run knows that it will not go on."""
    with mutex(folder):
        held, holder = current(folder)
        if held and holder and holder.token == token:
            end(holder)


def end(holder: Holder) -> None:
    """End the keeper and with it the lock. MUST be called inside the mutex; the keeper needs some milliseconds."""
    if holder.keeper.alive:
        os.kill(holder.keeper.pid, signal.SIGTERM)
        holder.keeper.wait(5)
