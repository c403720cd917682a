"""What is seen of a run."""

from __future__ import annotations

import io
import json

import pytest

from service import views
from service.events import Event

DONE = Event(
    "host", "t", play="p", task="Make the machines", host="aws-fra", outcome="changed", changes=("create a/b",)
)
BAD = Event("host", "t", task="Look", host="aws-zrh", outcome="unreachable", message="no route\nmore")
BUSY = Event("host", "t", task="Wait for ssh", host="node-1", outcome="started")


def test_lines_tell_changes_and_failures_and_nothing_of_the_rest() -> None:
    err = io.StringIO()
    view = views.Lines(err=err)
    for event in (Event("play", "t", play="Networks"), BUSY, DONE, BAD, Event("host", "t", host="x", outcome="ok")):
        view.show(event)
    lines = [line.split(" s  ", 1)[1] for line in err.getvalue().splitlines() if " s  " in line]
    assert lines == ["Networks", "  aws-fra: create a/b", "  aws-zrh: unreachable: Look: no route"]


def test_json_holds_what_is_not_empty() -> None:
    out = io.StringIO()
    views.Json(out).show(DONE)
    assert json.loads(out.getvalue()) == {
        "event": "host", "time": "t", "play": "p", "task": "Make the machines", "host": "aws-fra",
        "outcome": "changed", "changes": ["create a/b"],
    }  # fmt: skip


def test_the_live_view_has_a_row_per_host_the_troubled_ones_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "8")
    view = views.Live("converge of shop")
    view.console.file = io.StringIO()
    for event in (DONE, BUSY, BAD, *(Event("host", "t", host=f"n{i}", outcome="ok") for i in range(9))):
        view.show(event)
    out = io.StringIO()
    from rich.console import Console

    Console(file=out, width=100).print(view.table())
    lines = out.getvalue().splitlines()
    assert "converge of shop" in lines[0]
    assert lines[1].split() == ["✗", "aws-zrh", "no", "route"]
    assert lines[2].split() == ["▸", "node-1", "Wait", "for", "ssh"]
    assert lines[3].split() == ["✓", "aws-fra", "create", "a/b"]
    assert lines[-1].strip() == "and 8 more"
