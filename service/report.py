"""The report of a run: what the playbook wrote, completed by what the runner saw, as data and as text."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.whole import shown

from .events import Event

Report = dict[str, Any]
KILLED = -1  # instead of a return code: ansible-playbook was ended by a signal
ORDER = {"create": 0, "update": 1, "delete": 2}


def read(path: Path) -> Report | None:
    """What a playbook left; None if it left nothing, or something that is no report."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def write(path: Path, text: str) -> None:
    """Whole or not at all, for this user alone."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_text(text, encoding="utf-8")
    new.chmod(0o600)
    new.replace(path)


@dataclass(frozen=True)
class Seen:
    """What the runner saw of a run: Ansible's return code, events that were failures, changes that modules made."""

    rc: int
    failures: list[Event] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    interrupted: bool = False


def complete(report: Report | None, stamps: Mapping[str, str], seen: Seen) -> Report:
    """The report with what a playbook cannot say of itself: that it was broken off, and how Ansible itself ended.

    ``stamps`` are owner, what, started and ended.
    """
    result: Report = {**stamps, **{key: value for key, value in (report or {}).items() if value is not None}}
    for key, empty in (("plan", None), ("nodes", {}), ("sites", {}), ("unreachable", []), ("applied", seen.made)):
        result.setdefault(key, empty)
    result.update(what=stamps["what"], ended=stamps["ended"], rc=seen.rc)
    told = any(result.get(key) for key in ("failed", "refused", "not_converged", "unreachable"))
    told = told or any(site.get("error") for site in result["sites"].values())
    if seen.interrupted:
        result["failed"] = "interrupted; the next run completes what this one began"
    elif seen.rc == KILLED:
        result["failed"] = "ansible-playbook was killed; the next run waits for what it left behind, then goes on"
    elif seen.rc != 0 and (report is None or not told):
        result["failed"] = "\n".join(sentences(seen.failures)) or f"ansible-playbook ended with {seen.rc}; see its log"
        result["kind"] = next((event.error for event in seen.failures if event.error), None)
    return result


def sentences(failures: Iterable[Event]) -> list[str]:
    """One per failure, the same one of several hosts only once."""
    said: dict[tuple[str, str], list[str]] = {}
    for event in failures:
        said.setdefault((event.task, event.message), []).append(event.host)
    return [f"{', '.join(filter(None, hosts))}: {task}: {why}" if task else why for (task, why), hosts in said.items()]


def plan_text(report: Mapping[str, Any]) -> str:
    """The plan for people: a line of counts, then a line a change, a line a difference on a node."""
    plan = report.get("plan") or {}
    changes = plan.get("changes") or []
    nodes = {name: reasons for name, reasons in (report.get("nodes") or {}).items() if reasons}
    if not changes and not nodes:
        return "nothing is to do"
    count = {verb: sum(change["action"] == verb for change in changes) for verb in ORDER}
    said = [f"{number} to {verb}" for verb, number in count.items() if number]
    if nodes:
        said.append(f"{len(nodes)} {'node' if len(nodes) == 1 else 'nodes'} to change")
    head = f"plan {plan['checksum']}: " if plan.get("checksum") else "plan: "
    width = max((len(change["key"]) for change in changes), default=0)
    lines = [head + ", ".join(said)]
    lines += [f"  {change['action']}  {change['key']:<{width}}  {drift(change)}".rstrip() for change in changes]
    lines += [f"  change  node/{name}  {reason}" for name, reasons in sorted(nodes.items()) for reason in reasons]
    return "\n".join(lines)


def drift(change: Mapping[str, Any]) -> str:
    """``target: a -> b`` for an update, nothing for the others; and why, where the plan says it."""
    parts = []
    if change["action"] == "update":
        before = change.get("before") or {}
        after = change.get("after") or change.get("fields") or {}
        parts = [f"{name}: {shown(before.get(name))} -> {shown(value)}" for name, value in after.items()]
    return ", ".join([*parts, *([str(change["reason"])] if change.get("reason") else [])])


def trouble(report: Mapping[str, Any]) -> list[str]:
    """What went wrong, a sentence each."""
    lines = []
    for name, site in sorted((report.get("sites") or {}).items()):
        if site.get("error"):
            lines.append(f"site {name}: {site['error']}")
    unreachable = report.get("unreachable") or []
    if unreachable:
        lines.append(f"no answer from {', '.join(unreachable)}; what others hold about them was kept")
    for key in ("refused", "failed"):
        if report.get(key):
            lines.append(f"{key}: {report[key]}")
    left = report.get("left") or {}
    lines += [f"node {name} still differs: {reason}" for name, reasons in sorted(left.items()) for reason in reasons]
    if report.get("not_converged") and not left:
        lines.append("not converged: what was done does not show yet when it is read back")
    return lines


def done(report: Mapping[str, Any]) -> list[str]:
    """What a run did: in the clouds as it told, on nodes what differed before and does not any more."""
    if report.get("refused") or report.get("failed"):
        nodes = {}  # where it stopped is not known
    else:
        left, silent = report.get("left") or {}, report.get("unreachable") or []
        nodes = {
            name: why for name, why in (report.get("nodes") or {}).items() if name not in left and name not in silent
        }
    changed = [f"change node/{name}: {reason}" for name, reasons in sorted(nodes.items()) for reason in reasons]
    return [*map(str, report.get("applied") or []), *changed]


def applied_text(report: Mapping[str, Any]) -> str:
    """What a run did, a line each."""
    applied = done(report)
    return "\n".join([f"{len(applied)} changes:", *(f"  {change}" for change in applied)]) if applied else "0 changes"
