# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as Azure Resource Manager answers them (learn.microsoft.com/azure/azure-resource-manager/troubleshooting)."""

from __future__ import annotations

from typing import Any


class ArmError(Exception):
    """An answer with `{"error": {"code", "message", "target"?, "details"?}}`."""

    def __init__(self, code: str, message: str, status: int = 400, *, target: str | None = None,
                 details: list[tuple[str, str]] | None = None, headers: dict[str, str] | None = None
                 ) -> None:  # fmt: skip
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status, self.target = code, message, status, target
        self.details = details
        self.headers = headers or {}

    def as_dict(self) -> dict[str, Any]:
        """The inner part: of an error answer, and of a failed operation."""
        error: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.target is not None:
            error["target"] = self.target
        if self.details is not None:
            error["details"] = [{"code": code, "message": message} for code, message in self.details]
        return error


def not_implemented(what: str) -> ArmError:
    """What the real one does and this one does not: never a silent success."""
    return ArmError("NotImplemented", f"the sandbox does not implement {what}; see docs/fidelity.md", 501)


def in_network(code: str, message: str, status: int = 400) -> ArmError:
    """The network provider gives an empty list of details with every error (recorded traffic)."""
    return ArmError(code, message, status, details=[])
