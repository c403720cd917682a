# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google's Compute Engine by its discovery document: methods, URLs, parameters, bodies, answers.

An error body has no schema there; its shape is cloud.google.com/apis/design/errors and the older one of the JSON APIs
(cloud.google.com/storage/docs/json_api/v1/status-codes#errorformat), which Compute Engine answers with.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from tests.contract.exchange import Exchange, Finding, Message, Opinion
from tests.contract.judges.shape import shaped
from tests.contract.judges.shared import checker, installed_document

#: Rules of the document that Google does not keep itself, by recorded traffic: (rule, place) -> why.
KNOWN_FAULTS = {
    ("unknown", "?returnPartialSuccess"): "accepted by methods whose description lacks it",
}
#: Not of the Compute API, and so in no document here: path -> the shape of its answer.
NO_OFFICIAL_TYPE = {
    # RFC 6749, section 5.1
    "/token": {"access_token*": str, "token_type*": str, "expires_in": int, "scope": str, "id_token": str},
}
ERROR = {"error*": {
    "code*": int, "message*": str, "status": str, "details": [object],
    "errors*": [{"domain*": str, "reason*": str, "message*": str, "location": str, "locationType": str}],
}}  # fmt: skip


class GcpJudge:
    """Judges Compute Engine, and the token endpoint by its RFC."""

    def __init__(self) -> None:
        self._contract = _contract()
        self._lenient = checker("gcp_discovery").LENIENT_RULES

    def judge(self, exchange: Exchange) -> Opinion:
        if exchange.path in NO_OFFICIAL_TYPE:
            return Opinion(exchange.path, [], list(_token(exchange)))
        try:
            body = exchange.request.json()
        except ValueError as error:
            return Opinion(str(exchange), [Finding("body", f"is no JSON: {error}")], list(self._answer(exchange, None)))
        call, problems = self._contract.check_request(exchange.method, exchange.target, body)
        opinion = Opinion(str(exchange) if call is None else call.id)
        opinion.request = self._found(problems, request=True)
        if body is not None and exchange.request.kind != "application/json":
            opinion.request.append(Finding("Content-Type", f"{exchange.request.kind!r} is not application/json"))
        if not exchange.request.headers.get("authorization", "").startswith("Bearer "):
            opinion.request.append(Finding("Authorization", "is no bearer token"))
        opinion.answer = list(self._answer(exchange, call))
        return opinion

    def _answer(self, exchange: Exchange, call: Any) -> Iterator[Finding]:
        if exchange.answer is None:
            return
        try:
            body = exchange.answer.json()
        except ValueError:
            yield Finding("body", f"is no JSON: {exchange.answer.body[:80]!r}")
            return
        if exchange.answer.kind != "application/json":
            yield Finding("Content-Type", f"{exchange.answer.kind!r} is not application/json")
        if exchange.status >= 400:
            yield from _error(exchange.answer, exchange.status, body)
        elif exchange.status != 200:
            yield Finding("status", "is neither 200 nor an error")
        elif call is not None:
            yield from self._found(self._contract.check_response(call, body))

    def _found(self, problems: list[Any], *, request: bool = False) -> list[Finding]:
        return [
            Finding(one.path, f"{one.message} [{one.rule}]", minor=request and one.rule in self._lenient)
            for one in problems
            if (one.rule, one.path) not in KNOWN_FAULTS
        ]


@functools.cache
def _contract() -> Any:
    return checker("gcp_discovery").Discovery(installed_document())


def _error(answer: Message, status: int, body: Any) -> Iterator[Finding]:
    broken = list(shaped(ERROR, body))
    if broken:
        yield from broken
        return
    error = body["error"]
    if error.get("code") != status:
        yield Finding("$.error.code", f"{error.get('code')} is not the status {status}")
    if not error.get("errors"):
        yield Finding("$.error.errors", "is empty")
    if status == 401 and "www-authenticate" not in answer.headers:
        yield Finding("WWW-Authenticate", "is missing (RFC 9110, section 15.5.2)")


def _token(exchange: Exchange) -> Iterator[Finding]:
    if exchange.answer is None:
        return
    body = exchange.answer.json()
    if exchange.status == 200:
        yield from shaped(NO_OFFICIAL_TYPE[exchange.path], body)
    else:
        yield from shaped({"error*": str, "error_description": str}, body)  # RFC 6749, section 5.2
