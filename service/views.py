"""What a run looks like while it lasts: live on a terminal, lines elsewhere, one JSON object per event on demand."""

from __future__ import annotations

import json
import sys
import time
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self, TextIO

from .events import Event

if TYPE_CHECKING:
    from rich.table import Table


class View(ABC):
    """Shows events. Used as ``with view:`` while a run lasts; ``say`` works at any time."""

    @abstractmethod
    def show(self, event: Event) -> None:
        """Something happened in the run."""

    @abstractmethod
    def say(self, text: str) -> None:
        """A sentence of the runner itself, for people who watch."""

    @abstractmethod
    def result(self, text: str, **data: Any) -> None:
        """What the command was for; with ``--json`` the data."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return


class Lines(View):
    """Plain text: what changed or failed, and each step's name."""

    def __init__(self, out: TextIO | None = None, err: TextIO | None = None) -> None:
        self.out, self.err = out or sys.stdout, err or sys.stderr
        self.start = time.monotonic()

    def show(self, event: Event) -> None:
        if event.kind == "play":
            self.line(event.play)
        elif event.kind == "text":
            self.line(f"  {event.message}")
        for text in told(event):
            self.line(f"  {text}")

    def line(self, text: str) -> None:
        print(f"{time.monotonic() - self.start:5.0f} s  {text}", file=self.err, flush=True)

    def say(self, text: str) -> None:
        print(text, file=self.err, flush=True)

    def result(self, text: str, **data: Any) -> None:
        print(text, file=self.out, flush=True)


class Json(View):
    """One object per line, on standard output, nothing else there."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stdout

    def show(self, event: Event) -> None:
        self.put({"event": event.kind, **{k: v for k, v in event.as_dict().items() if k != "kind"}})

    def say(self, text: str) -> None:
        self.put({"event": "runner", "time": datetime.now(UTC).isoformat(), "message": text})

    def result(self, text: str, **data: Any) -> None:
        self.put({"event": "result", "time": datetime.now(UTC).isoformat(), "message": text, **data})

    def put(self, value: dict[str, Any]) -> None:
        print(json.dumps(value, default=str), file=self.out, flush=True)


class Live(Lines):
    """A table on the terminal: a row per site and node, what it does now and what it did last."""

    def __init__(self, title: str) -> None:
        super().__init__()
        from rich.console import Console
        from rich.live import Live as RichLive

        self.title, self.play = title, ""
        self.rows: dict[str, tuple[str, str, str]] = {}  # by host: mark, now, last
        self.console = Console(stderr=True)
        self.live = RichLive(console=self.console, get_renderable=self.table, refresh_per_second=4, transient=True)

    def __enter__(self) -> Self:
        self.start = time.monotonic()
        self.live.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.live.stop()

    def show(self, event: Event) -> None:
        if event.kind == "play":
            self.play = event.play
        elif event.kind == "text":
            self.line(event.message)
        elif event.kind == "host" and event.host:
            self.rows[event.host] = self.row(event)
        for text in told(event):
            self.line(text)

    def row(self, event: Event) -> tuple[str, str, str]:
        """The row of a host after an event."""
        mark, _now, last = self.rows.get(event.host, ("·", "", ""))
        if event.outcome == "started":
            return "✗" if mark == "✗" else "▸", event.task, last
        if event.bad:
            return "✗", "", event.message.splitlines()[0]
        if event.outcome == "changed":
            last = event.changes[-1] if event.changes else event.task
        return "✗" if mark == "✗" else "✓", "", last

    def line(self, text: str) -> None:
        self.console.print(f"{time.monotonic() - self.start:5.0f} s  {text}", markup=False, highlight=False)

    def table(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table(box=None, expand=False, padding=(0, 2, 0, 0), title_justify="left", show_header=False)
        table.title = Text(f"{self.title}  {time.monotonic() - self.start:.0f} s  {self.play}", style="bold")
        colours = {"✗": "red", "✓": "green", "▸": "cyan"}
        # A terminal has few lines: who works or failed comes first, the rest as far as there is room.
        rows = sorted(self.rows.items(), key=lambda item: ("✗▸✓·".index(item[1][0]), item[0]))
        room = max(4, self.console.height - 4)
        for host, (mark, now, last) in rows[:room]:
            table.add_row(Text(mark, style=colours.get(mark, "")), Text(host), Text(now), Text(last, style="dim"))
        if len(rows) > room:
            table.add_row("", f"and {len(rows) - room} more")
        return table


def told(event: Event) -> list[str]:
    """Lines worth a place in a log: failures, and what was changed."""
    if event.kind != "host" or event.outcome == "started":
        return []
    if event.bad:
        return [f"{event.host}: {event.outcome}: {event.task}: {event.message}"]
    if event.outcome == "changed":
        return [f"{event.host}: {change}" for change in event.changes] or [f"{event.host}: {event.task}"]
    return []


def view_of(title: str, *, as_json: bool) -> View:
    """The view that fits where the output goes."""
    if as_json:
        return Json()
    return Live(title) if sys.stderr.isatty() else Lines()
