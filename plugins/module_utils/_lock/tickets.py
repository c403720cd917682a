# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Whose turn it is: one ticket per run that waits, in the order of arrival."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from .process import Process

QUEUE = "queue"


@dataclass(frozen=True)
class Ticket:
    """A place in the queue. It counts while its process lives."""

    number: int
    who: str
    host: str
    what: str
    since: str
    process: Process


def waiting(folder: Path) -> list[Ticket]:
    """Who waits, first come first; tickets of the dead are thrown away. MUST be called inside the mutex."""
    tickets = []
    for path in sorted((folder / QUEUE).glob("*.json")):
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            ticket = Ticket(process=Process(**data.pop("process")), **data)
        except (OSError, ValueError, TypeError, KeyError):
            path.unlink(missing_ok=True)  # a crash cut it off, so its process is dead
            continue
        if ticket.process.alive:
            tickets.append(ticket)
        else:
            path.unlink(missing_ok=True)
    return sorted(tickets, key=lambda ticket: ticket.number)


def draw(folder: Path, who: str, host: str, what: str, since: str) -> Ticket:
    """Go to the end of the queue. MUST be called inside the mutex."""
    last = max((ticket.number for ticket in waiting(folder)), default=0)
    ticket = Ticket(last + 1, who, host, what, since, Process.own())
    (folder / QUEUE).mkdir(exist_ok=True, mode=0o700)
    ticket_path(folder, ticket).write_text(json.dumps(asdict(ticket)), encoding="utf-8")
    return ticket


def drop(folder: Path, ticket: Ticket) -> None:
    """Leave the queue."""
    ticket_path(folder, ticket).unlink(missing_ok=True)


def ticket_path(folder: Path, ticket: Ticket) -> Path:
    """Its file; the name sorts by number."""
    return folder / QUEUE / f"{ticket.number:06}.json"
