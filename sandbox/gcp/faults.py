# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the simulated Google says what fault rules order; and two kinds that AWS does not have."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox import faults
from sandbox.faults import KINDS, Fault, Faults
from sandbox.gcp.errors import GcpError, OperationError

# fail: accept the call, and end its operation with `code` and no effect; partial: one place of an aggregated list does
# not answer.
FAIL, PARTIAL = "fail", "partial"
REASONS = {400: "invalid", 403: "forbidden", 404: "notFound", 409: "alreadyExists", 412: "conditionNotMet",
           429: "rateLimitExceeded", 500: "backendError", 503: "backendError"}  # fmt: skip


def rules() -> Faults:
    """No rule yet. `code` is the reason of an error (none: the usual one of `status`), or a failed operation's code."""
    return Faults((*KINDS, FAIL, PARTIAL))


def before(acting: Sequence[Fault]) -> None:
    """Do what has to happen before the call has any effect. Raises GcpError, Dropped, BrokenEndpoint."""
    faults.before(acting, _refused, _throttled)


def _refused(fault: Fault) -> GcpError:
    return GcpError(fault.status, fault.code or REASONS.get(fault.status, "backendError"), fault.message)


def _throttled(fault: Fault) -> GcpError:
    """Source: Compute Engine documentation, "Rate quotas": 403 rateLimitExceeded; newer front ends say 429."""
    text = "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute'."
    return GcpError(429 if fault.status == 429 else 403, "rateLimitExceeded", text, domain="usageLimits")


def failure(acting: Sequence[Fault]) -> OperationError | None:
    """The error that the operation of this call is to end with, or None."""
    found = next((fault for fault in acting if fault.kind == FAIL), None)
    return OperationError(found.code or "INTERNAL_ERROR", found.message, found.status) if found else None
