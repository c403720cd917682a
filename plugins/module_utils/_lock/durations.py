# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""How long runs took, so that who waits is told for how long."""

from __future__ import annotations

import json
import os
import statistics
from datetime import datetime
from pathlib import Path

DURATIONS = "durations.json"
KEPT = 5


def expected(folder: Path, what: str) -> float | None:
    """Seconds that a run will probably take; None where nothing is known.

    The middle of the last few of its kind (the first word of ``what``), else of converge, which every change ends in;
    else what the last report says, which plain playbooks leave, too.
    """
    known = read(folder)
    for kind in (what.split()[0], "converge"):
        if known.get(kind):
            return statistics.median(known[kind])
    return of_report(folder / "report.json", what.split()[0])


def record(folder: Path, what: str, seconds: float) -> None:
    """Remember a run that went well."""
    known = read(folder)
    kind = what.split()[0]
    known[kind] = [*known.get(kind, []), round(seconds, 1)][-KEPT:]
    new = folder / f"{DURATIONS}.{os.getpid()}"
    new.write_text(json.dumps(known), encoding="utf-8")
    new.chmod(0o600)
    new.replace(folder / DURATIONS)


def read(folder: Path) -> dict[str, list[float]]:
    """Seconds by kind; what cannot be read counts as unknown."""
    try:
        data = json.loads((folder / DURATIONS).read_text(encoding="utf-8"))
        return {str(kind): [float(value) for value in values] for kind, values in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def of_report(path: Path, kind: str) -> float | None:
    """Seconds of the run that a report tells of, if it was one of this kind and went to its end."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        if report["what"].split()[0] != kind or report.get("failed") or report.get("refused"):
            return None
        return (datetime.fromisoformat(report["ended"]) - datetime.fromisoformat(report["started"])).total_seconds()
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
