"""Wait for the cluster's lock in the order of arrival, and hold it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import durations, lock
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.files import Holder
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.process import Process

from .exits import Exit
from .failure import Stop

PAUSE = 0.2  # seconds between two looks at the lock

Tell = Callable[[str], None]


@contextmanager
def hold(folder: Path, what: str, *, tell: Tell, wait: bool = True, pause: float = PAUSE) -> Iterator[str]:
    """Hold the lock inside; gives the token for the playbook. Raises Stop(LOCKED) if it is not to wait, or cannot.

    ``tell`` hears who holds it and which place in the queue is ours, again whenever that changes.
    """
    claim = lock.Claim.of(what)
    try:
        holder = take(folder, claim, tell=tell, wait=wait, pause=pause)
    except lock.StillWriting as error:
        raise Stop(Exit.LOCKED, str(error)) from error
    try:
        yield holder.token
    finally:
        lock.release(folder, holder.token)


def take(folder: Path, claim: lock.Claim, *, tell: Tell, wait: bool, pause: float) -> Holder:
    """Take the lock at once, or when it is our turn."""
    lasts = durations.expected(folder, claim.what)
    own = Process.own()
    try:
        return lock.take(folder, claim, own, lasts=lasts)
    except lock.Held as held:
        if not wait:
            raise Stop(Exit.LOCKED, f"{held}; not waiting for it, and nothing was changed") from held
    ticket, said = lock.enter_queue(folder, claim), ""
    try:
        while True:
            try:
                return lock.take(folder, claim, own, ticket=ticket, lasts=lasts)
            except lock.Held as held:
                sentence = f"{held}; you are queued as {ordinal(len(held.ahead) + 1)}"
                # "6 min ago" moves on by itself; only another holder or another place is news.
                news = f"{held.holder and held.holder.token} {len(held.ahead)}"
            if news != said:
                tell(sentence)
                said = news
            time.sleep(pause)
    except KeyboardInterrupt as interrupt:
        raise Stop(Exit.LOCKED, "left the queue; nothing was changed") from interrupt
    finally:
        lock.leave_queue(folder, ticket)


def ordinal(number: int) -> str:
    """``1st``, ``2nd``, ``3rd``, ``11th``."""
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last}"
