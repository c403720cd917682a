# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The plan is data: it exists, is judged and can be shown before anything is written."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from .errors import Error, InUse, NotConverged
from .resource import Change, Resource, State
from .wait import clock, wait_for

Step = tuple[Resource, Change]


def checksum_of(value: Any) -> str:
    """Eight hex digits over plain data; the same for equal data in any order of keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Plan:
    """The ordered changes of one part of one site. Text, JSON, diff and checksum are views of it."""

    steps: tuple[Step, ...]
    unsettled: tuple[Resource, ...] = ()  # as desired and still on the way there, as a machine that starts: no change

    @classmethod
    def of(cls, resources: Iterable[Resource]) -> Plan:
        """Look at parents before children. Deletes come first, children before parents. Raises what ``read`` raises."""
        looked = [(r, r.inspect()) for r in sorted(resources, key=lambda r: r.depth)]
        found = [(r, c) for r, c in looked if c is not None]
        deletes = [step for step in reversed(found) if step[1].action == "delete"]
        unsettled = tuple(r for r, c in looked if c is None and r.desired is not None and not r.settled())
        return cls((*deletes, *(step for step in found if step[1].action != "delete")), unsettled)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What would be done, in order."""
        return tuple(change for _resource, change in self.steps)

    @property
    def checksum(self) -> str:
        """Over action, key and fields: a status or a time from the cloud does not move it."""
        return checksum_of(sorted([c.action, c.key, json.dumps(c.fields, sort_keys=True)] for c in self.changes))

    def as_dict(self) -> dict[str, Any]:
        """For results and reports: ``{"checksum": ..., "changes": [{"action", "key", "before", "after"}]}``, masked."""
        return {
            "checksum": self.checksum,
            "changes": [
                {"action": c.action, "key": c.key, "before": _drift(c, c.before), "after": _drift(c, c.after)}
                for c in self.changes
            ],
        }

    def diff(self) -> list[dict[str, str]]:
        """Ansible's ``diff`` of a result: one entry a change, secrets masked."""
        return [
            {"before_header": c.key, "after_header": c.key, "before": _lines(c, c.before), "after": _lines(c, c.after)}
            for c in self.changes
        ]

    def apply(self, applied: Callable[[Change], None], *, parallel: int = 8) -> None:
        """Do it: wave by wave, the steps of a wave side by side; a wave starts when the one before is verified.

        A wave is what has the same depth and direction. After a failure nothing new starts, what runs is finished.
        ``applied`` hears of each change as soon as it is done, also in a run that fails later.
        Raises the first error, with the others' sentences in ``details["also"]``; NotConverged if reading back differs.
        What somebody else began and is not done yet is waited for at the end; TimedOut if it does not come to it.
        """
        for _wave, steps in groupby(self.steps, key=lambda step: (step[1].action == "delete", step[0].depth)):
            wave = list(steps)
            _do_side_by_side(wave, applied, parallel)
            _verify(wave)
        for resource in self.unsettled:
            _await(resource)


def _do_side_by_side(wave: Sequence[Step], applied: Callable[[Change], None], parallel: int) -> None:
    failed: list[Error] = []
    lock = threading.Lock()

    def one(step: Step) -> None:
        resource, change = step
        if failed:
            return
        try:
            _do_patiently(resource, change)
        except Error as error:
            with lock:
                failed.append(error)
            return
        with lock:
            applied(change)  # before the check: a failed run must tell what it did

    with ThreadPoolExecutor(max_workers=min(parallel, len(wave))) as pool:
        list(pool.map(one, wave))
    if failed:
        first = failed[0]
        if failed[1:]:
            first.details["also"] = [str(error) for error in failed[1:]]
        raise first


def _do_patiently(resource: Resource, change: Change) -> None:
    # Clouds free what a deleted thing used minutes later: only a delete is tried again, and only for "in use".
    for _elapsed in clock(resource.patience if change.action == "delete" else 0, resource.pause):
        try:
            return resource.do(change)
        except InUse as error:
            in_use = error
    raise in_use


def _verify(wave: Sequence[Step]) -> None:
    """Read the wave back, by one list per kind and look, until it is as desired and settled."""
    waiting, start = list(wave), time.monotonic()
    for elapsed in clock(max(step[0].patience for step in wave), min(step[0].pause for step in wave)):
        for listing in {step[0].listing for step in waiting if step[0].listing is not None}:
            listing.forget()
        left = [(r, c, r.inspect()) for r, c in waiting]
        waiting = [(r, c) for r, c, still in left if still is not None or not r.settled()]
        if not waiting:
            return
        for resource, change, still in left:
            if (resource, change) in waiting and elapsed >= resource.patience:
                raise _not_converged(resource, change, still, elapsed)
    resource, change = waiting[0]
    raise _not_converged(resource, change, resource.inspect(), time.monotonic() - start)


def _await(resource: Resource) -> None:
    def look() -> State | None:
        if resource.listing is not None and not resource.settled():
            resource.listing.forget()
        resource.inspect()
        return resource.actual

    def settled(_seen: State | None) -> bool:
        return resource.settled()

    wait_for(settled, look, what=resource.key, ticks=clock(resource.patience, resource.pause))


def _not_converged(resource: Resource, change: Change, still: Change | None, elapsed: float) -> NotConverged:
    if still is None:
        return NotConverged(f"{change}: done, but after {elapsed:.0f} s it has not settled", key=change.key)
    fields = ", ".join(f"{name} is {(still.before or {}).get(name)!r}" for name in still.shown(still.fields))
    return NotConverged(
        f"{change}: done, but after {elapsed:.0f} s it still needs {still}{': ' + fields if fields else ''}",
        key=change.key,
    )


def _drift(change: Change, state: dict[str, Any] | None) -> dict[str, Any] | None:
    """The part of a state that the change is about: for an update only the fields that differ."""
    if state is None:
        return None
    names = change.fields.keys() if change.action == "update" else (change.after or change.before or {}).keys()
    return {name: value for name, value in change.shown(state).items() if name in names}


def _lines(change: Change, state: dict[str, Any] | None) -> str:
    return "".join(f"{name}: {_plain(value)}\n" for name, value in sorted((_drift(change, state) or {}).items()))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
