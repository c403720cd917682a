# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What an answer of GCP means: passes by waiting, missing, in use, over a quota, or not allowed.

403 alone means three different things, so the reason decides, not the status. An accepted request may still fail inside
its operation, with a code in capitals. Source: Compute Engine documentation, "API error messages", "Handling API
responses", "Rate quotas". Nothing here imports an SDK: foreign exceptions are told by their module.
"""

from __future__ import annotations

import re
from typing import Any

from .._engine import errors


class Answered(Exception):
    """An answer that is an error. ``reason`` is that of the first error inside: notFound, quotaExceeded."""

    def __init__(self, status: int, body: Any) -> None:
        error = body.get("error") if isinstance(body, dict) else None
        error = error if isinstance(error, dict) else {}
        first: dict[str, Any] = next(iter(error.get("errors") or []), {})
        self.status, self.reason = status, str(first.get("reason") or "")
        self.message = str(error.get("message") or f"status {status}, and no explanation")
        super().__init__(f"{status} {self.reason}: {self.message}")


class OperationFailed(Exception):
    """A request that was accepted, and ended with an error inside its operation."""

    def __init__(self, operation: dict[str, Any]) -> None:
        found = operation["error"]["errors"]
        self.status = int(operation.get("httpErrorStatusCode") or 0)
        self.reason = str(found[0].get("code") or "")
        self.message = "; ".join(str(one.get("message") or one.get("code")) for one in found)
        super().__init__(f"{self.reason}: {self.message}")


STALE = "conditionNotMet"  # the fingerprint is not that of the present state
THROTTLED = frozenset({"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"})
OVER_QUOTA = frozenset({"quotaExceeded", "limitExceeded", "QUOTA_EXCEEDED", "LIMIT_EXCEEDED"})
NO_CAPACITY = frozenset(
    {
        "ZONE_RESOURCE_POOL_EXHAUSTED",
        "ZONE_RESOURCE_POOL_EXHAUSTED_WITH_DETAILS",
        "RESOURCE_POOL_EXHAUSTED",
        "STOCKOUT",
        "IP_SPACE_EXHAUSTED",
        "ipSpaceExhausted",
    }
)
IN_USE = frozenset(
    {"resourceInUseByAnotherResource", "RESOURCE_IN_USE_BY_ANOTHER_RESOURCE", "resourceInUse", "RESOURCE_IN_USE"}
)
NOT_READY = frozenset({"resourceNotReady", "RESOURCE_NOT_READY"})
ALREADY = frozenset({"alreadyExists", "duplicate", "RESOURCE_ALREADY_EXISTS"})
MISSING = frozenset({"notFound", "RESOURCE_NOT_FOUND"})
FOREIGN = frozenset({"google", "requests", "urllib3"})
NO_LOGIN = frozenset(
    {"DefaultCredentialsError", "RefreshError", "MalformedError", "InvalidValue", "UserAccessTokenError"}
)


def is_from_gcp(error: Exception) -> bool:
    """Whether GCP or the way to it raised it: all else is a bug of ours and goes up as it is."""
    return isinstance(error, (Answered, OperationFailed)) or type(error).__module__.split(".")[0] in FOREIGN


def reason_of(error: Exception) -> str:
    """The reason or code of an answer; empty when there was none."""
    return str(getattr(error, "reason", "")) if isinstance(error, (Answered, OperationFailed)) else ""


def status_of(error: Exception) -> int:
    """The HTTP status of an answer; 0 when there was none."""
    return error.status if isinstance(error, (Answered, OperationFailed)) else 0


def is_throttled(error: Exception) -> bool:
    """The call was turned away before it did anything."""
    return reason_of(error) in THROTTLED or (status_of(error) == 429 and not is_over_quota(error))


def is_lost(error: Exception) -> bool:
    """No usable answer came: the call may or may not have done its work. 501 is an answer, and final."""
    if isinstance(error, OperationFailed):
        return False
    if isinstance(error, Answered):
        return error.status in (200, 500, 502, 503, 504) and error.reason not in NO_CAPACITY
    return is_from_gcp(error) and type(error).__name__ not in NO_LOGIN


def is_transient(error: Exception) -> bool:
    """Passes by waiting. Every call may be repeated: reads by nature, writes by their request id."""
    return is_throttled(error) or is_lost(error)


def is_busy(error: Exception) -> bool:
    """The thing, or what it needs, is being made or removed by another operation. A failed one is not repeated."""
    return is_transient(error) or (isinstance(error, Answered) and error.reason in NOT_READY)


def is_missing(error: Exception) -> bool:
    """The named thing does not exist."""
    return reason_of(error) in MISSING or (status_of(error) == 404 and not reason_of(error))


def is_over_quota(error: Exception) -> bool:
    """A quota is used up: waiting does not help."""
    return reason_of(error) in OVER_QUOTA


def is_denied(error: Exception) -> bool:
    """The caller may not, or is not who it says."""
    if isinstance(error, (Answered, OperationFailed)):
        other = is_throttled(error) or is_over_quota(error) or error.reason in NO_CAPACITY
        return error.status in (401, 403) and not other
    return type(error).__name__ in NO_LOGIN


def is_in_use(error: Exception) -> bool:
    """Another thing still uses it, or is at work on it."""
    return reason_of(error) in IN_USE | NOT_READY


def is_already_there(error: Exception) -> bool:
    """Another thing has that name."""
    return reason_of(error) in ALREADY or status_of(error) == 409


def is_stale(error: errors.Error) -> bool:
    """Somebody wrote since we read (``explain`` was asked already)."""
    return error.details.get("code") == STALE


def explain(error: Exception, permission: str, what: str, project: str) -> errors.Error:
    """One Error with a sentence. ``permission`` is the main one that is needed; ``what`` says what was tried."""
    code, said = reason_of(error), message_of(error)
    if is_denied(error):
        return errors.Denied(f"{what}: {_denial(error, said, permission, project)}", code=code)
    if is_over_quota(error):
        return errors.OverQuota(f"{what}: {_quota(said, project)} ({said}); raise it, or ask for less", code=code)
    if is_throttled(error):
        return errors.Throttled(
            f"{what}: GCP asks to slow down ({said}), and went on asking; run again later", code=code
        )
    if code in NO_CAPACITY:
        return errors.NoCapacity(f"{what}: {code}: {said}; use another size or zone, or run again later", code=code)
    if is_lost(error):
        return errors.Unreachable(f"{what}: the API gave no usable answer ({said}); run again", code=code)
    if is_missing(error):
        return errors.NotFound(f"{what}: {code}: {said}", code=code)
    if is_in_use(error):
        return errors.InUse(f"{what}: {code}: {said}; remove what uses it, or run again", code=code)
    if is_already_there(error):
        return errors.AlreadyExists(f"{what}: {code}: {said}", code=code)
    return errors.Invalid(f"{what}: {code or type(error).__name__}: {said}", code=code)


def message_of(error: Exception) -> str:
    """What GCP said, on one line."""
    return " ".join(str(getattr(error, "message", "") or error).split()) or type(error).__name__


def _denial(error: Exception, said: str, permission: str, project: str) -> str:
    if status_of(error) == 403:
        named = re.search(r"'(compute\.[A-Za-z.]+)' permission", said)
        if named:
            return (
                f"the permission {named[1]} is missing in {project} ({said}); add it, docs/gcp-role.yml lists all that "
                "are needed"
            )
        return (
            f"the permission {permission} in {project} is missing, or the Compute Engine API is not enabled there "
            f"({said}); docs/gcp-role.yml lists all that are needed"
        )
    if status_of(error) == 401:
        return f"GCP does not accept the credentials ({said}); check them, and the clock"
    return f"no usable credentials ({said}); set GOOGLE_APPLICATION_CREDENTIALS to a key file, or give one"


def _quota(said: str, project: str) -> str:
    named = re.search(r"[Qq]uota '([A-Z_0-9]+)'.*?(?:in region ([a-z0-9-]+))?\.?$", said)
    where = f"{project}, {named[2]}" if named and named[2] else project
    return f"the quota {named[1]} in {where} is used up" if named else f"a quota in {project} is used up"
