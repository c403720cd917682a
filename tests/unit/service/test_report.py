"""Reports: completed, as text, as a page, kept."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest

from service import history, page, report
from service.events import Event, translate

STAMPS = {"owner": "shop-k3v9q2ab", "what": "converge", "started": "a", "ended": "b"}
FAILURE = Event("host", "now", task="Make it", host="aws-fra", outcome="failed", message="no", error="Denied")


def complete(found: report.Report | None, rc: int, *failures: Event, interrupted: bool = False) -> report.Report:
    return report.complete(found, STAMPS, report.Seen(rc, list(failures), ["create a/b"], interrupted))


def test_a_run_without_a_report_gets_one() -> None:
    found = complete(None, 2, FAILURE)
    assert found["failed"] == "aws-fra: Make it: no"
    assert found["kind"] == "Denied"
    assert found["sites"] == {} and found["applied"] == ["create a/b"]
    assert complete({"applied": []}, 0)["applied"] == []


def test_a_run_that_died_silently_says_where_to_look() -> None:
    assert complete(None, 250)["failed"] == "ansible-playbook ended with 250; see its log"


def test_what_a_report_tells_is_not_told_again() -> None:
    told = {"unreachable": ["n"]}
    assert not complete(told, 4, FAILURE).get("failed")
    assert complete({"unreachable": []}, 2, FAILURE)["failed"]


def test_an_interrupted_run_has_failed_whatever_it_wrote() -> None:
    assert "interrupted" in complete({}, 0, interrupted=True)["failed"]


def test_what_was_done_is_what_differed_and_does_not_any_more() -> None:
    found: report.Report = {
        "applied": ["create a/b"],
        "nodes": {"one": ["no unit"], "two": ["no file"], "three": ["no key"]},
        "left": {"two": ["no file"]},
        "unreachable": ["three"],
    }
    assert report.done(found) == ["create a/b", "change node/one: no unit"]
    assert report.done({**found, "failed": "boom"}) == ["create a/b"]
    assert "node two still differs: no file" in report.trouble(found)


def test_the_same_failure_of_two_hosts_is_said_once() -> None:
    twin = Event("host", "now", task="Make it", host="aws-zrh", outcome="failed", message="no")
    assert report.sentences([FAILURE, twin]) == ["aws-fra, aws-zrh: Make it: no"]


def test_a_plan_shows_what_drifted() -> None:
    before, after = {"target": "x", "n": 1, "pool": "a", "site": None}, {"target": "y", "pool": None, "site": "b"}
    change = {"action": "update", "key": "route/a/b", "before": before, "after": after}
    text = report.plan_text({"plan": {"checksum": "7c1e04a9", "changes": [change]}})
    assert text == "plan 7c1e04a9: 1 to update\n  update  route/a/b  target: x -> y, pool: a -> none, site: none -> b"


class Text(HTMLParser):
    """Collects tags and text."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert not {name for name, _ in attrs} & {"src", "href", "onload"}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_page_needs_nothing_else_and_runs_nothing() -> None:
    evil = "<script>alert(1)</script><img src=x>"
    found = complete({"applied": [evil], "timings": {"networks": 1.25}, "mesh": f"<svg>{evil}</svg>"}, 0)
    found |= {
        "exit": 11,
        "sites": {"aws-fra": {"error": evil, "api_calls": {"describe_vpcs": 1}}},
        "plan": {"checksum": evil, "changes": [{"action": "create", "key": evil}]},
        "nodes": {"n": [evil]},
    }
    parsed = Text()
    parsed.feed(page.html(found))
    assert not {"script", "img", "link"} & set(parsed.tags)
    assert "does not answer" in parsed.text and "describe_vpcs 1" in parsed.text and "1.2 s" in parsed.text


def test_a_page_shows_the_mesh() -> None:
    assert "<svg " in page.html({"mesh": '<svg xmlns="http://www.w3.org/2000/svg"><title>2 nodes</title></svg>'})


def test_only_the_newest_runs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PANGAEA_KEEP", "2")
    names = []
    for number in range(4):
        run = history.begin(tmp_path, "plan")
        (run.folder / "report.json").write_text(json.dumps({"number": number}))
        (run.folder / "job_events").mkdir()
        (run.folder / "command").write_text("secret")
        history.end(run)
        names.append(run.name)
    assert [run.name for run in history.kept(tmp_path)] == [names[3], names[2]]
    assert [run.read()["number"] for run in history.kept(tmp_path)] == [3, 2]
    assert [path.name for path in history.kept(tmp_path)[0].folder.iterdir()] == ["report.json"]


def test_an_event_of_a_loop_tells_what_its_items_say() -> None:
    items = [{"failed": True, "msg": "first"}, {"msg": "fine"}, {"failed": True, "msg": "second", "stderr": "why"}]
    raw = {"event": "runner_on_failed", "event_data": {"host": "h", "res": {"msg": "One or more", "results": items}}}
    event = translate(raw)
    assert event is not None
    assert (event.outcome, event.message) == ("failed", "first; second: why")


def test_what_is_only_planned_is_no_change() -> None:
    result = {"changed": True, "changes": ["create a/b"], "applied": []}
    event = translate({"event": "runner_on_ok", "event_data": {"host": "h", "res": result}})
    assert event is not None and (event.outcome, event.changes) == ("ok", ())
    made = translate(
        {"event": "runner_on_ok", "event_data": {"host": "h", "res": {**result, "applied": ["create a/b"]}}}
    )
    assert made is not None and (made.outcome, made.changes) == ("changed", ("create a/b",))


def test_a_failure_that_may_be_is_none() -> None:
    raw = {"event": "runner_on_failed", "event_data": {"host": "h", "ignore_errors": True, "res": {"msg": "x"}}}
    event = translate(raw)
    assert event is not None and not event.bad


def test_what_nobody_needs_is_no_event() -> None:
    assert translate({"event": "playbook_on_stats"}) is None
    assert translate({"event": "verbose", "stdout": "\n"}) is None
