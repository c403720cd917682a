# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The whole plan: what every part of every site would change, as one value with one checksum."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .plan import checksum_of

VERBS = ("delete", "update", "create")  # the order of the text, which is the order of doing


@dataclass(frozen=True)
class Part:
    """What one module said about one site: ``plan`` as ``Plan.as_dict`` gave it, or the ``error`` it ended with."""

    site: str
    part: str  # network, machines or removals
    plan: dict[str, Any] | None = None
    error: str | None = None

    @classmethod
    def of(cls, value: dict[str, Any]) -> Part:
        """From a module's option: ``{"site", "part", "plan" or "error"}``."""
        return cls(value["site"], value["part"], value.get("plan"), value.get("error"))


@dataclass(frozen=True)
class WholePlan:
    """The parts of a run, and what differs on the nodes (which the checksum leaves out: it is known later)."""

    cluster: str
    parts: tuple[Part, ...]
    nodes: dict[str, list[str]] = field(default_factory=dict)

    @property
    def changes(self) -> list[dict[str, Any]]:
        """All changes of the clouds: ``{"action", "key", "before", "after"}``; deletes, updates, creates."""
        every = [change for part in self.parts if part.plan for change in part.plan["changes"]]
        return sorted(every, key=lambda change: VERBS.index(change["action"]))  # stable: parents stay before children

    @property
    def checksums(self) -> dict[str, dict[str, str]]:
        """``{site: {part: checksum}}`` of the parts that change something."""
        found: dict[str, dict[str, str]] = {}
        for part in self.parts:
            if part.plan and part.plan["changes"]:
                found.setdefault(part.site, {})[part.part] = part.plan["checksum"]
        return found

    @property
    def checksum(self) -> str:
        """One over those of the parts."""
        return checksum_of(self.checksums)

    @property
    def unread(self) -> dict[str, str]:
        """``{site: error}`` of the sites that could not be read: nothing is known, so nothing is planned there."""
        return {part.site: part.error for part in self.parts if part.error}

    @property
    def empty(self) -> bool:
        """Whether the clouds are as they should be, as far as they could be read."""
        return not self.checksums

    @property
    def deletes(self) -> list[str]:
        """Keys of what would be deleted."""
        return [change["key"] for change in self.changes if change["action"] == "delete"]

    def text(self) -> str:
        """For people: a line of counts, a line a change, a line a node that differs, a line a site that is unread."""
        count = {verb: sum(change["action"] == verb for change in self.changes) for verb in VERBS}
        said = [f"{count[verb]} to {verb}" for verb in reversed(VERBS) if count[verb]] or [
            "nothing to do in the clouds"
        ]
        lines = [f"plan {self.checksum}, cluster {self.cluster}: {', '.join(said)}"]
        width = max((len(change["key"]) for change in self.changes), default=0)
        for change in self.changes:
            lines.append(f"  {change['action']}  {change['key']:<{width}}  {_drift(change)}".rstrip())
        for name, reasons in sorted(self.nodes.items()):
            lines += [f"  change  node/{name}  {reason}" for reason in reasons]
        for site, error in sorted(self.unread.items()):
            lines.append(f"  unread  {site}: {error}")
        return "\n".join(lines)


def _drift(change: dict[str, Any]) -> str:
    if change["action"] != "update":
        return ""
    before, after = change["before"] or {}, change["after"] or {}
    return ", ".join(f"{name}: {shown(before.get(name))} -> {shown(value)}" for name, value in after.items())


def shown(value: Any) -> Any:
    """One side of a difference, for people: what is not there is none."""
    return "none" if value is None else value
