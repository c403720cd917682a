"""How a run ended, as an exit code. See docs/runner.md, "Exit codes"."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any


class Exit(IntEnum):
    """Exit codes of runner.py."""

    AS_DESIRED = 0
    CHANGES_PENDING = 2
    FAILED = 10
    NO_ANSWER = 11
    REFUSED = 12
    NOT_CONVERGED = 13
    USAGE = 64
    BAD_CLUSTER_FILE = 65
    LOCKED = 75

    @property
    def sentence(self) -> str:
        """The same for people."""
        return SENTENCES[self]


SENTENCES = {
    Exit.AS_DESIRED: "everything is as desired",
    Exit.CHANGES_PENDING: "changes are pending",
    Exit.FAILED: "failed",
    Exit.NO_ANSWER: "a site's API or a node does not answer; the rest was done",
    Exit.REFUSED: "refused, because it would be unsafe",
    Exit.NOT_CONVERGED: "not converged: done, but reading it back still differs",
    Exit.USAGE: "wrong usage",
    Exit.BAD_CLUSTER_FILE: "bad cluster file",
    Exit.LOCKED: "locked by somebody else",
}

WORST_FIRST = (
    Exit.USAGE, Exit.BAD_CLUSTER_FILE, Exit.LOCKED, Exit.REFUSED, Exit.FAILED, Exit.NO_ANSWER, Exit.NOT_CONVERGED,
    Exit.CHANGES_PENDING, Exit.AS_DESIRED,
)  # fmt: skip

# By the class of an error, as modules name it in `kind`. What is not here is FAILED.
BY_KIND = {
    "Unreachable": Exit.NO_ANSWER,
    "Throttled": Exit.NO_ANSWER,
    "Fault": Exit.NO_ANSWER,
    "NotConverged": Exit.NOT_CONVERGED,
    "TimedOut": Exit.NOT_CONVERGED,
    "Refused": Exit.REFUSED,
    "NotOurs": Exit.REFUSED,
    "Held": Exit.LOCKED,
    "LockLost": Exit.LOCKED,
    "Gone": Exit.LOCKED,
    "BadClusterFile": Exit.BAD_CLUSTER_FILE,
}


def worst(codes: Iterable[Exit]) -> Exit:
    """The one that a caller must hear."""
    found = set(codes)
    return next((code for code in WORST_FIRST if code in found), Exit.AS_DESIRED)


def of_report(report: Mapping[str, Any], *, looked: bool) -> Exit:
    """The exit code of a run from its report (schema in docs/runner.md). ``looked``: it was to change nothing."""
    codes = []
    if report.get("refused"):
        codes.append(Exit.REFUSED)
    if report.get("failed"):
        codes.append(BY_KIND.get(report.get("kind") or "", Exit.FAILED))
    if report.get("unreachable"):
        codes.append(Exit.NO_ANSWER)
    if report.get("not_converged"):
        codes.append(Exit.NOT_CONVERGED)
    for site in (report.get("sites") or {}).values():
        if site.get("error"):
            codes.append(BY_KIND.get(site.get("kind") or "", Exit.FAILED))
    if looked and pending(report):
        codes.append(Exit.CHANGES_PENDING)
    return worst(codes)


def pending(report: Mapping[str, Any]) -> bool:
    """Whether the plan of a report holds anything."""
    return bool((report.get("plan") or {}).get("changes")) or any((report.get("nodes") or {}).values())
