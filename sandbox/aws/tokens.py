# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ClientToken: the same request again gets the same answer, another request under the same token is refused.

Source: Amazon EC2 Developer Guide, "Ensuring idempotency in Amazon EC2 API requests".
"""

from __future__ import annotations

import copy

from sandbox.aws.calls import Call
from sandbox.aws.errors import AwsError, invalid
from sandbox.aws.model import Params
from sandbox.aws.rules_machines import answer_of

HONOURED = {"RunInstances", "CreateVolume", "CreateRouteTable", "CreateNetworkInterface"}


class Tokens:
    """What was answered under which token, per account, region and action."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, str, str], tuple[str, Params]] = {}

    def answer(self, call: Call) -> Params | None:
        """The answer of the first request with this token, or None. Raises IdempotentParameterMismatch."""
        token = _token(call)
        if token is None:
            return None
        found = self._known.get(_key(call, token))
        if found is None:
            return None
        asked, answer = found
        if asked != _asked(call):
            raise AwsError(
                "IdempotentParameterMismatch",
                "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
            )
        if call.action == "RunInstances":
            ids = [one["InstanceId"] for one in answer["Instances"]]
            if not any(one.id in ids for one in call.region.instances()):
                del self._known[_key(call, token)]  # dead for over an hour: AWS has forgotten the token as well
                return None
            return answer_of(call.region, ids)
        return copy.deepcopy(answer)

    def remember(self, call: Call, answer: Params) -> None:
        """Keep the answer of a request that had its effect."""
        token = _token(call)
        if token is not None:
            self._known[_key(call, token)] = (_asked(call), copy.deepcopy(answer))


def _token(call: Call) -> str | None:
    token = call.params.get("ClientToken")
    if call.action not in HONOURED or token is None:
        return None
    if not token.isascii() or not 1 <= len(token) <= 64:
        raise invalid("ClientToken: 1 to 64 ASCII characters")
    return str(token)


def _key(call: Call, token: str) -> tuple[str, str, str, str]:
    return call.region.account, call.region.name, call.action, token


def _asked(call: Call) -> str:
    return repr(sorted((key, value) for key, value in call.params.items() if key != "ClientToken"))
