"""What ansible-runner tells of a run, as few plain values: what views, logs and reports need, and no more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

OUTCOMES = {
    "runner_on_start": "started",
    "runner_on_ok": "ok",
    "runner_on_skipped": "skipped",
    "runner_on_failed": "failed",
    "runner_on_unreachable": "unreachable",
}
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
# The callback of ansible-runner looks at the name of an action before it is known; nobody can do anything about it.
NOISE = ("[WARNING]: A plugin is sampling the task's resolved_action",)
PLAIN_TEXT = ("verbose", "warning", "error", "deprecated", "system_warning")


@dataclass(frozen=True)
class Event:
    """One thing that happened. ``kind``: play, task, host (one host ended a task, or started it), text."""

    kind: str
    time: str
    play: str = ""
    task: str = ""
    host: str = ""
    outcome: str = ""  # of a host: started, ok, changed, skipped, failed, unreachable, ignored
    message: str = ""  # of a failure: why; of text: the text
    error: str = ""  # class of the error, as the modules of this collection name it
    changes: tuple[str, ...] = ()
    seconds: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``: without what is empty."""
        return {key: value for key, value in asdict(self).items() if value not in ("", (), None)}

    @property
    def bad(self) -> bool:
        """Whether a host failed, and nobody said that it may."""
        return self.outcome in ("failed", "unreachable")


def translate(raw: Mapping[str, Any]) -> Event | None:
    """An event of ansible-runner as one of ours; None for what nobody needs."""
    kind, data = raw.get("event", ""), raw.get("event_data") or {}
    at = {"time": raw.get("created", ""), "play": data.get("play", ""), "task": data.get("task", "")}
    if kind == "playbook_on_play_start":
        return Event("play", **at)
    if kind == "playbook_on_task_start":
        return Event("task", **at)
    if kind in OUTCOMES:
        return of_host(kind, data, at)
    if kind in PLAIN_TEXT and (text := COLOUR.sub("", raw.get("stdout") or "").strip()) and not text.startswith(NOISE):
        return Event("text", message=text, error=kind if kind == "error" else "", **at)
    return None


def of_host(kind: str, data: Mapping[str, Any], at: dict[str, str]) -> Event:
    """How a host ended a task, or that it started one."""
    found = data.get("res")
    result: Mapping[str, Any] = found if isinstance(found, Mapping) else {}
    outcome = OUTCOMES[kind]
    applied = result.get("applied", result.get("changes"))  # our modules say what was made, and not only planned
    if outcome == "ok" and result.get("changed") and applied != []:
        outcome = "changed"
    if outcome == "failed" and data.get("ignore_errors"):
        outcome = "ignored"
    bad = outcome in ("failed", "unreachable", "ignored")
    return Event(
        "host",
        **at,
        host=data.get("host", ""),
        outcome=outcome,
        message=reason(result) if bad else printed(data, result),
        error=str(result.get("kind", "")) if bad else "",
        changes=tuple(map(str, applied)) if isinstance(applied, list) else (),
        seconds=data.get("duration"),
    )


def printed(data: Mapping[str, Any], result: Mapping[str, Any]) -> str:
    """What a debug task prints, a line each."""
    said = result.get("msg", "") if str(data.get("task_action", "")).endswith("debug") else ""
    return "\n".join(map(str, said)) if isinstance(said, list) else str(said)


def reason(result: Mapping[str, Any]) -> str:
    """Why a task failed. In a loop the items' own messages say more than "one or more items failed"."""
    items = [item for item in result.get("results") or [] if isinstance(item, Mapping) and item.get("failed")]
    if items:
        return "; ".join(dict.fromkeys(reason(item) for item in items))
    said = str(result.get("msg", "")).strip() or "it failed and did not say why"
    written = str(result.get("stderr", "")).strip()
    return f"{said}: {written[-600:]}" if written and written not in said else said
