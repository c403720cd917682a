# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the simulated AWS says what fault rules order."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox import faults
from sandbox.aws.errors import AwsError
from sandbox.faults import Fault, Faults

CODE = "InternalError"


def rules() -> Faults:
    """No rule yet."""
    return Faults(code=CODE)


def before(acting: Sequence[Fault]) -> None:
    """Do what has to happen before the call has any effect. Raises AwsError, Dropped, BrokenEndpoint."""
    faults.before(acting, lambda one: AwsError(one.code, one.message, one.status), _throttled)


def _throttled(_fault: Fault) -> AwsError:
    return AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
