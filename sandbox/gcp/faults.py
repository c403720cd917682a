# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order, as for the simulated AWS, with Google's answers; and two kinds that only this API knows."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from sandbox.aws import faults
from sandbox.aws.faults import Dropped
from sandbox.gcp.errors import GcpError, OperationError

# As sandbox.aws.faults, without "html", and: failed: accept, then end the operation with `code` and no effect;
# partial: one place of an aggregated list does not answer.
KINDS = ("error", "delay", "drop_before", "drop_after", "stuck", "throttle", "failed", "partial")
REASONS = {400: "invalid", 403: "forbidden", 404: "notFound", 409: "alreadyExists", 412: "conditionNotMet",
           429: "rateLimitExceeded", 500: "backendError", 503: "backendError"}  # fmt: skip


@dataclass
class Fault(faults.Fault):
    """One rule. `action` is a method ("networks.insert"), `region` a region or zone, `name` a part of path or body.

    `code` is the reason of an error ("" : the usual one of `status`), or the code of a failed operation.
    """

    code: str = ""
    message: str = "ordered by a fault rule of the sandbox"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault kind {self.kind!r} is not one of {', '.join(KINDS)}")


class Faults(faults.Faults):
    """All rules, in the order they were given."""

    def add(self, rule: dict[str, Any]) -> Fault:
        """Add a rule from plain data. Raises TypeError or ValueError with a sentence for a bad one."""
        with self._lock:
            fault = Fault(**{**rule, "id": self._last + 1, "seen": 0, "fired": 0})
            self._last += 1
            self._rules.append(fault)
            return fault


def before(acting: list[faults.Fault]) -> None:
    """Do what has to happen before the call has any effect. Raises GcpError, Dropped."""
    for fault in acting:
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        elif fault.kind == "throttle":
            raise throttled(fault.status)
        elif fault.kind == "error":
            raise GcpError(fault.status, fault.code or REASONS.get(fault.status, "backendError"), fault.message)
        elif fault.kind == "drop_before":
            raise Dropped


def throttled(status: int) -> GcpError:
    """Source: Compute Engine documentation, "Rate quotas": 403 rateLimitExceeded; newer front ends say 429."""
    text = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'."
    return GcpError(429 if status == 429 else 403, "rateLimitExceeded", text, domain="usageLimits")


def failure(acting: list[faults.Fault]) -> OperationError | None:
    """The error that the operation of this call is to end with, or None."""
    found = next((fault for fault in acting if fault.kind == "failed"), None)
    return OperationError(found.code or "INTERNAL_ERROR", found.message, found.status) if found else None


def has(acting: list[faults.Fault], kind: str) -> bool:
    return any(fault.kind == kind for fault in acting)
