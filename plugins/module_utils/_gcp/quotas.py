# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Quotas that this collection can meet, as projects.get and regions.get show them, and the check before making."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._engine.errors import OverQuota
from .sizes import series_of

Row = dict[str, Any]
# Source: Compute Engine documentation, "Allocation quotas": these series have no quota of processors of their own.
COMMON_CPUS = frozenset({"e2", "n1", "f1", "g1"})


def cpu_metric(row: Row, machine_type: str, *, spot: bool) -> str:
    """The metric that the processors of a type count on, among those of a region."""
    limits = {one["metric"]: one["limit"] for one in row.get("quotas", [])}
    if spot and limits.get("PREEMPTIBLE_CPUS", 0) > 0:  # without a quota of their own they count like others
        return "PREEMPTIBLE_CPUS"
    own = f"{series_of(machine_type).upper()}_CPUS"
    return own if series_of(machine_type) not in COMMON_CPUS and own in limits else "CPUS"


def refuse_over(row: Row, wanted: Mapping[str, float], where: str, why: str) -> None:
    """Raise OverQuota if what is ``wanted`` of a metric does not fit. A metric that is not shown is judged by GCP."""
    for quota in row.get("quotas", []):
        more, left = wanted.get(quota["metric"], 0), quota["limit"] - quota["usage"]
        if more > 0 and more > left and quota["limit"] >= 0:
            raise OverQuota(
                f"{why}: the quota {quota['metric']} of {where} is {quota['limit']:g}, {quota['usage']:g} are used and "
                f"{more:g} more are needed; raise it in the console (IAM & Admin, Quotas), or ask for less",
                quota=quota["metric"],
            )
