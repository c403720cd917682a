# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What an answer of Azure means: passes by waiting, missing, in use, over a quota, or not allowed.

Nothing here imports the SDK: its exceptions are told by their shape. The useful code is often in the details.
Codes: learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors and recorded traffic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .._engine import errors
from .quotas import name_of_quota

BUSY = frozenset(
    {
        "AnotherOperationInProgress",
        "Conflict",  # compute: "due to conflict with a concurrent request"
        "OperationPreempted",
        "ReferencedResourceNotProvisioned",
        "ResourceGroupBeingDeleted",
        "RetryableError",
    }
)
BAD_LOGIN = frozenset(
    {
        "AuthenticationFailed",
        "ExpiredAuthenticationToken",
        "InvalidAuthenticationToken",
        "InvalidAuthenticationTokenAudience",
        "InvalidAuthenticationTokenTenant",
    }
)
NOT_ALLOWED = frozenset({"AuthorizationFailed", "LinkedAuthorizationFailed", "RequestDisallowedByPolicy", "Forbidden"})
NO_CAPACITY = frozenset(
    {
        "AllocationFailed",
        "OverconstrainedAllocationRequest",
        "OverconstrainedZonalAllocationRequest",
        "SkuNotAvailable",
        "SpotCapacityNotAvailable",
        "SubnetIsFull",
        "ZonalAllocationFailed",
    }
)
IN_USE = frozenset({"NicInUse", "NicReservedForAnotherVm", "PublicIPAddressInUse", "ResourceGroupDeletionBlocked"})
HOLDS = ("is attached to", "cannot be deleted", "being used by")  # how OperationNotAllowed says that a thing is in use
ALREADY = frozenset({"PreconditionFailed", "InvalidResourceGroupLocation", "InvalidResourceLocation"})
LOST = frozenset(
    {
        "IncompleteReadError",
        "ServiceRequestError",
        "ServiceRequestTimeoutError",
        "ServiceResponseError",
        "ServiceResponseTimeoutError",
    }
)


# "does not have authorization to perform action 'A' over scope", "... permission to perform action(s) 'A,B' on the ..."
MISSING = re.compile(r"does not have (?:authorization|permission) to perform action(?:\(s\))? '([^']+)'")


class Unfinished(Exception):
    """An operation that was accepted has not ended in its time."""


def is_from_azure(error: Exception) -> bool:
    """Whether the SDK raised it, or our wait for it: all else is a bug of ours and goes up as it is."""
    made_by = type(error).__module__.split(".")[0]
    return made_by in {"azure", "msal", "requests", "urllib3"} or isinstance(error, Unfinished)


def codes_of(error: Exception) -> list[str]:
    """The code of an answer, or of the end of an operation, then those of its details; empty without an answer."""
    return [str(part.code) for part in _parts(error) if getattr(part, "code", None)]


def status_of(error: Exception) -> int:
    """The HTTP status of an answer; 0 when there was none; 200 where an operation was accepted and then failed."""
    return int(getattr(error, "status_code", None) or 0)


def is_throttled(error: Exception) -> bool:
    """Turned away before it did anything."""
    return status_of(error) == 429 and not is_busy(error)


def is_lost(error: Exception) -> bool:
    """No usable answer came: the call may or may not have done its work. 501 is an answer, and final."""
    broken = status_of(error) >= 500 and status_of(error) != 501
    return type(error).__name__ in LOST or (broken and not is_denied(error))


def is_busy(error: Exception) -> bool:
    """Another write is under way on it, on its parent, or on what it names."""
    return bool(BUSY & set(codes_of(error)))


def is_transient(error: Exception) -> bool:
    """Passes by waiting. All our calls may be repeated: a PUT by name makes nothing twice."""
    return is_throttled(error) or is_lost(error) or is_busy(error)


def is_missing(error: Exception) -> bool:
    """The named thing, or what it lies in, does not exist."""
    return status_of(error) == 404


def is_over_quota(error: Exception) -> bool:
    """A quota is used up: waiting does not help."""
    return any(
        code == "QuotaExceeded" or code.endswith("LimitReached") or (code == "OperationNotAllowed" and "quota" in said)
        for code, said in _said(error)
    )


def is_denied(error: Exception) -> bool:
    """The caller may not, or is not who it says."""
    unknown = type(error).__name__ in {"ClientAuthenticationError", "CredentialUnavailableError"}
    return unknown or status_of(error) in (401, 403) or bool((NOT_ALLOWED | BAD_LOGIN) & set(codes_of(error)))


def is_in_use(error: Exception) -> bool:
    """Another thing still uses it."""
    return any(
        code in IN_USE
        or (code.startswith(("InUse", "PublicIPAddress")) and code.endswith("CannotBeDeleted"))
        or (code == "OperationNotAllowed" and any(word in said for word in HOLDS))
        for code, said in _said(error)
    )


def explain(error: Exception, action: str, what: str, region: str) -> errors.Error:
    """One Error with a sentence. ``action`` is the permission; ``what`` says what was tried."""
    codes, said = codes_of(error), message_of(error)
    code = codes[0] if codes else ""
    if isinstance(error, Unfinished):
        return errors.TimedOut(f"{what}: {said}; run again, which goes on with it")
    if is_denied(error):
        return errors.Denied(f"{what}: {_denial(codes, said, action)}", code=code)
    if is_over_quota(error):
        quota = f"the quota {name_of_quota(code, said)} in {region} is used up"
        return errors.OverQuota(f"{what}: {quota} ({code}: {said}); raise it in the portal, or ask for less", code=code)
    if is_throttled(error):
        return errors.Throttled(
            f"{what}: Azure asks to slow down ({code}), and went on asking; run again later", code=code
        )
    if is_lost(error):
        return errors.Unreachable(f"{what}: the API of {region} gave no usable answer ({said}); run again", code=code)
    if NO_CAPACITY & set(codes):
        return errors.NoCapacity(f"{what}: {code}: {said}; use another size or zone, or run again later", code=code)
    if is_missing(error):
        return errors.NotFound(f"{what}: {code}: {said}", code=code)
    if is_in_use(error) or is_busy(error):
        return errors.InUse(f"{what}: {code}: {said}; remove what uses it, or run again", code=code)
    if ALREADY & set(codes):
        return errors.AlreadyExists(f"{what}: {code}: {said}", code=code)
    if status_of(error) == 200:  # accepted, and failed later: nothing was wrong with the request as such
        return errors.Fault(f"{what}: Azure accepted it, then it failed with {code}: {said}; run again", code=code)
    return errors.Invalid(f"{what}: {code or type(error).__name__}: {said}", code=code)


def message_of(error: Exception) -> str:
    """What Azure said, on one line, with what the details add."""
    texts = [str(part.message) for part in _parts(error) if getattr(part, "message", None)]
    words = " ".join(" ".join(dict.fromkeys(texts or [str(error)])).split())
    return words.split(" Trace ID:", maxsplit=1)[0] or type(error).__name__


def _parts(error: Exception) -> Iterator[Any]:
    outer = getattr(error, "error", None)
    if outer is not None:
        yield outer
        yield from getattr(outer, "details", None) or []


def _said(error: Exception) -> list[tuple[str, str]]:
    return [(str(part.code or ""), str(part.message or "").lower()) for part in _parts(error)]


def _denial(codes: list[str], said: str, action: str) -> str:
    if "RequestDisallowedByPolicy" in codes:
        return f"a policy of the subscription forbids it ({said}); ask its administrator for an exemption"
    if NOT_ALLOWED & set(codes):
        named = MISSING.search(said)  # what a body names, and looks at operations, need permissions of their own
        missing = ", ".join(named[1].split(",")) if named else action
        return f"the permission {missing} is missing ({said}); add it, docs/azure-role.json lists all that are needed"
    return (
        f"Azure does not accept the credentials ({said}); set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
        "AZURE_CLIENT_SECRET, or log in with az, and check that the secret has not expired"
    )
