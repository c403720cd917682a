# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the simulated Azure says what fault rules order; and operations that fail, which AWS does not have."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox import faults
from sandbox.azure.errors import ArmError
from sandbox.faults import KINDS, Fault, Faults

CODE = "InternalServerError"
FAIL = "fail"  # accept the call, and let its operation end with `code`


def rules() -> Faults:
    """No rule yet."""
    return Faults((*KINDS, FAIL), CODE)


def before(acting: Sequence[Fault]) -> None:
    """Do what has to happen before the call has any effect. Raises ArmError, Dropped, BrokenEndpoint."""
    faults.before(acting, error, _throttled)


def error(fault: Fault) -> ArmError:
    """The error of a rule; with 429 goes the wait, `seconds` of it. [learn.microsoft.com/azure/.../request-limits]"""
    headers = {"Retry-After": str(max(1, int(fault.seconds)))} if fault.status == 429 else {}
    return ArmError(fault.code, fault.message, fault.status, details=[], headers=headers)


def _throttled(fault: Fault) -> ArmError:
    seconds = max(1, int(fault.seconds or 1 / fault.rate))
    return ArmError("TooManyRequests", fault.message, 429, headers={"Retry-After": str(seconds)})
