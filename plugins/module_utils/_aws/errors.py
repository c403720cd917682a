# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What an answer of AWS means: passes by waiting, missing, in use, over a quota, or not allowed.

Nothing here imports the SDK: its exceptions are told by their shape.
Codes: EC2 User Guide, "Error codes for the Amazon EC2 API"; throttling: those of botocore's standard retry mode.
"""

from __future__ import annotations

import re

from .._engine import errors
from .quotas import QUOTA_OF_CODE

THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottled",
        "RequestThrottledException",
        "TooManyRequestsException",
        "SlowDown",
        "BandwidthLimitExceeded",
        "PriorRequestNotComplete",
        "LimitExceededException",
        "EC2ThrottledException",
    }
)
BAD_LOGIN = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "MissingAuthenticationToken",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
NOT_ALLOWED = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})
MISSING = frozenset({"Gateway.NotAttached", "LoadBalancerNotFound", "TargetGroupNotFound", "ParameterNotFound"})
NO_CAPACITY = frozenset(
    {"InsufficientInstanceCapacity", "InsufficientHostCapacity", "InsufficientFreeAddressesInSubnet", "Unsupported"}
)
IN_USE = frozenset({"DependencyViolation", "ResourceInUse", "VolumeInUse", "IncorrectState", "IncorrectInstanceState"})
ALREADY = frozenset({"RouteAlreadyExists", "AlreadyExists", "Resource.AlreadyAssociated", "InvalidSubnet.Conflict"})
BUSY_STATES = frozenset({"IncorrectState", "IncorrectInstanceState"})
LOST = frozenset(
    {
        "ConnectionClosedError",
        "ConnectionError",
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "HTTPClientError",
        "IncompleteReadError",
        "ProxyConnectionError",
        "ReadTimeoutError",
        "ResponseParserError",  # a gateway's HTML page in the place of an answer
        "ResponseStreamingError",
    }
)


def is_from_aws(error: Exception) -> bool:
    """Whether the SDK raised it: all else is a bug of ours and goes up as it is."""
    return type(error).__module__.split(".")[0] in {"botocore", "boto3", "urllib3"}


def code_of(error: Exception) -> str:
    """The error code of an answer, for example InvalidVpcID.NotFound; empty when there was no answer."""
    response = getattr(error, "response", None)
    return str(response.get("Error", {}).get("Code", "")) if isinstance(response, dict) else ""


def status_of(error: Exception) -> int:
    """The HTTP status of an answer; 0 when there was none."""
    response = getattr(error, "response", None)
    return int(response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) if isinstance(response, dict) else 0


def is_throttled(error: Exception) -> bool:
    """The call was turned away before it did anything: safe to repeat, also without a token."""
    return code_of(error) in THROTTLED


def is_lost(error: Exception) -> bool:
    """No usable answer came: the call may or may not have done its work.

    501 is an answer, and final; so is a lack of capacity, which EC2 sends with status 500 as well.
    """
    broken = status_of(error) >= 500 and status_of(error) != 501 and code_of(error) not in NO_CAPACITY
    return type(error).__name__ in LOST or broken


def is_transient(error: Exception) -> bool:
    """Passes by waiting. For calls that may be repeated: reads, deletes, and those with a token."""
    return is_throttled(error) or is_lost(error)


def is_missing(error: Exception) -> bool:
    """The named thing does not exist."""
    code = code_of(error)
    return code in MISSING or code.endswith((".NotFound", "NotFoundException"))


def is_not_yet_there(error: Exception) -> bool:
    """For calls that name a thing made a moment ago: another server of AWS may not know it yet, or it still starts."""
    return is_throttled(error) or is_missing(error) or code_of(error) in BUSY_STATES


def is_busy(error: Exception) -> bool:
    """For calls that may be repeated, on a thing that is between two states."""
    return is_transient(error) or code_of(error) in BUSY_STATES


def is_other_parameters(error: Exception) -> bool:
    """The token was used before, with another request."""
    return code_of(error) == "IdempotentParameterMismatch"


def is_over_quota(error: Exception) -> bool:
    """A quota is used up: waiting does not help."""
    code = code_of(error)
    return code in QUOTA_OF_CODE or (code.endswith("LimitExceeded") and code not in THROTTLED)


def is_denied(error: Exception) -> bool:
    """The caller may not, or is not who it says."""
    return code_of(error) in NOT_ALLOWED | BAD_LOGIN or type(error).__name__ in {
        "NoCredentialsError",
        "PartialCredentialsError",
        "CredentialRetrievalError",
        "ProfileNotFound",
        "TokenRetrievalError",
        "SSOTokenLoadError",
        "UnauthorizedSSOTokenError",
    }


def is_in_use(error: Exception) -> bool:
    """Another thing still uses it."""
    return code_of(error) in IN_USE or code_of(error).endswith(".InUse")


def is_already_there(error: Exception) -> bool:
    """Another thing has that name, or the rule exists."""
    return code_of(error) in ALREADY or code_of(error).endswith(".Duplicate")


def explain(error: Exception, action: str, what: str, region: str) -> errors.Error:
    """One Error with a sentence. ``action`` is the permission, ``ec2:CreateVpc``; ``what`` says what was tried."""
    code, said = code_of(error), message_of(error)
    if is_denied(error):
        return errors.Denied(f"{what}: {_denial(code, said, action, region)}", code=code)
    if is_over_quota(error):
        return errors.OverQuota(f"{what}: {_quota(code, region)} ({said}); raise it, or ask for less", code=code)
    if is_throttled(error):
        return errors.Throttled(
            f"{what}: AWS asks to slow down ({code}), and went on asking; run again later", code=code
        )
    if is_lost(error):
        return errors.Unreachable(f"{what}: the API of {region} gave no usable answer ({said}); run again", code=code)
    if code in NO_CAPACITY:
        return errors.NoCapacity(f"{what}: {code}: {said}; use another size or zone, or run again later", code=code)
    if is_missing(error):
        return errors.NotFound(f"{what}: {code}: {said}", code=code)
    if is_in_use(error):
        return errors.InUse(f"{what}: {code}: {said}; remove what uses it, or run again", code=code)
    if is_already_there(error):
        return errors.AlreadyExists(f"{what}: {code}: {said}", code=code)
    return errors.Invalid(f"{what}: {code or type(error).__name__}: {said}", code=code)


def message_of(error: Exception) -> str:
    """What AWS said, on one line."""
    response = getattr(error, "response", None)
    text = response.get("Error", {}).get("Message") if isinstance(response, dict) else None
    return " ".join(str(text or error).split()) or type(error).__name__


def _denial(code: str, said: str, action: str, region: str) -> str:
    if code in NOT_ALLOWED:
        named = re.search(r"not authorized to perform: ([A-Za-z0-9-]+:[A-Za-z0-9]+)", said)
        missing = named[1] if named else action  # a create that carries tags may lack ec2:CreateTags only
        said = said.split(" Encoded authorization failure message", maxsplit=1)[0]
        if "explicit deny" in said:
            return f"a policy denies {missing} ({said}); ask whoever wrote that policy for an exemption"
        return f"the permission {missing} is missing ({said}); add it, docs/aws-policy.json lists all that are needed"
    if code:
        return (
            f"AWS does not accept the credentials in {region} ({code}: {said}); check them, the clock, and whether "
            f"the region {region} is enabled for the account"
        )
    return f"no usable credentials ({said}); set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"


def _quota(code: str, region: str) -> str:
    quota = QUOTA_OF_CODE.get(code)
    return (
        f"the quota {quota.name!r} ({quota.code}) in {region} is used up"
        if quota
        else f"a quota in {region} is used up"
    )
