# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the simulated Compute Engine, in Google's own shapes, reasons and codes.

Two kinds: what is refused at the door is an HTTP error; what fails after a request was accepted is an operation that
is DONE with an error inside. Source: Compute Engine documentation, "API error messages" and "Handling API responses".
"""

from __future__ import annotations

from typing import Any

# What newer front ends add to the body (google.rpc.Code, by HTTP status).
RPC = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 409: "ALREADY_EXISTS",
    412: "FAILED_PRECONDITION", 429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 501: "UNIMPLEMENTED", 503: "UNAVAILABLE",
}  # fmt: skip


class GcpError(Exception):
    """One refusal at the door. `reason` is what clients decide by, as 403 alone means three different things."""

    def __init__(self, status: int, reason: str, message: str, *, domain: str = "global", location: str = "") -> None:
        super().__init__(f"{status} {reason}: {message}")
        self.status, self.reason, self.message, self.domain, self.location = status, reason, message, domain, location

    def body(self) -> dict[str, Any]:
        """The JSON of the answer."""
        one = {"message": self.message, "domain": self.domain, "reason": self.reason}
        if self.location:
            one |= {"location": self.location, "locationType": "header"}
        error: dict[str, Any] = {"code": self.status, "message": self.message, "errors": [one]}
        if self.status in (401, 403, 429, 501, 503) and self.status in RPC:
            error["status"] = "RESOURCE_EXHAUSTED" if self.reason == "rateLimitExceeded" else RPC[self.status]
        return {"error": error}


class OperationError(Exception):
    """What an accepted request ends with. `code` is in UPPER_CASE, `status` the HTTP status it would have been."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.status = code, message, status


def invalid(field: str, value: object, why: str) -> GcpError:
    """A field has a value that it cannot have."""
    return GcpError(400, "invalid", f"Invalid value for field '{field}': '{value}'. {why}".rstrip())


def required(field: str) -> GcpError:
    """A field that must be there is not."""
    return GcpError(400, "required", f"Required field '{field}' not specified")


def not_found(path: str) -> GcpError:
    """`path` begins with projects/."""
    return GcpError(404, "notFound", f"The resource '{path}' was not found")


def exists(path: str) -> GcpError:
    return GcpError(409, "alreadyExists", f"The resource '{path}' already exists")


def not_ready(path: str) -> GcpError:
    """It is being made or removed by an operation that is not done."""
    return GcpError(400, "resourceNotReady", f"The resource '{path}' is not ready")


def stale(field: str) -> GcpError:
    """The fingerprint is missing or not that of the present state."""
    return GcpError(412, "conditionNotMet", f"{field} fingerprint either invalid or resource labels have changed"
                    if field == "Labels" else f"Supplied fingerprint does not match current {field} fingerprint.",
                    location="If-Match")  # fmt: skip


def over_quota(metric: str, limit: float, where: str) -> GcpError:
    """`where` is "globally" or "in region europe-west3"."""
    return GcpError(403, "quotaExceeded", f"Quota '{metric}' exceeded.  Limit: {limit:.1f} {where}.",
                    domain="usageLimits")  # fmt: skip


def in_use(kind: str, path: str, user: str) -> OperationError:
    """Something else still needs the thing."""
    text = f"The {kind} resource '{path}' is already being used by '{user}'"
    return OperationError("RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", text)


def not_implemented(what: str) -> GcpError:
    """What the sandbox does not do, it refuses loudly: 501, never an empty list and never a silent success."""
    return GcpError(501, "notImplemented", f"the sandbox does not implement {what}; see docs/fidelity.md")
