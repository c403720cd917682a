# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the simulated AWS, in AWS's own codes."""

from __future__ import annotations


class AwsError(Exception):
    """One error answer. `code` is what a client sees as ClientError.response["Error"]["Code"]."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


def not_implemented(what: str) -> AwsError:
    """What the sandbox does not do, it refuses loudly: 501, never an empty list and never a silent success."""
    return AwsError("NotImplemented", f"the sandbox does not implement {what}; see docs/fidelity.md", 501)


def invalid(message: str) -> AwsError:
    """The commonest refusal of a value."""
    return AwsError("InvalidParameterValue", message)


def in_use(message: str) -> AwsError:
    """Something else still needs the thing."""
    return AwsError("DependencyViolation", message)
