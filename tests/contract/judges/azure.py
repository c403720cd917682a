# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure by the official resource types: bodies of PUT and of all answers; and the headers of its operations."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from tests.contract.exchange import Exchange, Finding, Message, Opinion
from tests.contract.judges.azure_untyped import (
    ERROR_ANSWER,
    NO_OFFICIAL_ACTION,
    NO_OFFICIAL_TYPE,
    TAGS_ONLY,
    Untyped,
)
from tests.contract.judges.shape import Shape, shaped
from tests.contract.judges.shared import AZURE_TYPES, checker

#: What the types say and Azure does not do: (rule, last name of the place) -> why.
KNOWN_FAULTS = {
    ("open-enum", "vmSize"): "an open list that is years behind what regions offer",
}
#: learn.microsoft.com/azure/azure-resource-manager/management/resource-providers-and-types; ARM's RPC, "put-resource".
STATUSES = {"GET": (200,), "HEAD": (204,), "PUT": (200, 201, 202), "PATCH": (200, 201, 202), "DELETE": (200, 202, 204),
            "POST": (200, 202, 204)}  # fmt: skip
FOLLOWED = ("azure-asyncoperation", "location")
ENDS = ("Succeeded", "Failed", "Canceled")


class AzureJudge:
    """Judges the resource manager and its login host; remembers which URLs were given out for polling."""

    def __init__(self) -> None:
        self._types = _types()
        self._lenient = checker("azure_types").LENIENT_RULES
        self._given: set[str] = set()
        self._ended: dict[str, str] = {}

    def judge(self, exchange: Exchange) -> Opinion:
        opinion = Opinion(f"{exchange.method} {_kind(exchange.path)}")
        opinion.request = list(self._request(exchange))
        if exchange.answer is not None:
            opinion.answer = list(self._answer(exchange, exchange.answer))
        return opinion

    def _request(self, exchange: Exchange) -> Iterator[Finding]:
        untyped = _untyped(exchange.path)
        login = untyped is not None and not untyped.path.pattern.startswith("/subscriptions")
        if not login:
            yield from _head(exchange)
        polls = untyped is not None and untyped.path.pattern.endswith(("operations/[^/]+", "operationResults/[^/]+"))
        if polls and exchange.target not in self._given:
            yield Finding("url", "is none that an answer gave")
        try:
            body = None if login else exchange.request.json()
        except ValueError as error:
            yield Finding("body", f"is no JSON: {error}")
            return
        if untyped is not None:
            yield from _untyped_request(untyped, exchange.method, body)
        else:
            yield from self._typed_request(exchange, body)

    def _typed_request(self, exchange: Exchange, body: Any) -> Iterator[Finding]:
        name, version, action = self._type(exchange)
        if version is None:
            yield Finding("url", f"{name} is in no official type and in no table here")
        elif action:
            if exchange.method != "POST":
                yield Finding("url", f"{exchange.method} of an action")
            elif action in NO_OFFICIAL_ACTION:
                yield from ([] if body is None else [Finding("$", "no body is known")])
            else:
                yield from self._found(self._types.check_action(name, version, action, body, "request"))
        elif exchange.method == "PUT" and not _is_list(exchange.path):
            yield from self._found(self._types.check(name, version, body, "request"))
            if name.count("/") == 1 and isinstance(body, dict) and not body.get("location"):
                yield Finding("$.location", "is missing: a flag that network types lack, and that ARM asks for")
        elif exchange.method == "PATCH" and not _is_list(exchange.path):
            yield from self._patch(name, version, body)
        elif exchange.method not in ("GET", "DELETE") or (exchange.method == "DELETE" and _is_list(exchange.path)):
            yield Finding("url", f"{exchange.method} is not known there")
        elif body is not None:
            yield Finding("$", "no body is known")

    def _patch(self, name: str, version: str, body: Any) -> Iterator[Finding]:
        """Network kinds take tags only; of others a part of the whole."""
        if name.lower().startswith("microsoft.network/"):
            yield from shaped(TAGS_ONLY, body)
        else:
            problems = self._types.check(name, version, body, "request")
            yield from self._found([one for one in problems if one.rule != "required"])

    def _answer(self, exchange: Exchange, answer: Message) -> Iterator[Finding]:
        if answer.kind == "text/html" and exchange.status >= 500 and "x-pangaea-sandbox" in answer.headers:
            return  # on order only, as a broken front end says it; HTML that nobody ordered has not the mark
        try:
            body = answer.json()
        except ValueError:
            yield Finding("body", f"is no JSON: {answer.body[:80]!r}")
            return
        if body is not None and answer.kind != "application/json":
            yield Finding("Content-Type", f"{answer.kind!r} is not application/json")
        untyped = _untyped(exchange.path)
        if exchange.status >= 400:
            yield from _error(exchange, answer, body, untyped)
            return
        results = untyped is not None and _is_result(exchange, untyped)
        if exchange.status not in ((200, 202, 204) if results else STATUSES.get(exchange.method, ())):
            yield Finding("status", f"does not occur with {exchange.method}")
        yield from self._operation(exchange, answer, body)
        if exchange.status in (200, 201) and exchange.method not in ("DELETE", "HEAD"):
            yield from self._body(exchange, body, untyped)
        elif exchange.status == 204 and body is not None:
            yield Finding("$", "204 has no body")

    def _body(self, exchange: Exchange, body: Any, untyped: Untyped | None) -> Iterator[Finding]:
        if untyped is not None and _is_result(exchange, untyped):
            return  # whatever the operation gave: nothing, of a delete
        if untyped is not None:
            yield from shaped(_page(untyped.answers, exchange) if untyped.rows else untyped.answers, body)
            return
        name, version, action = self._type(exchange)
        if version is None:
            yield Finding("$", f"is answered, though {name} is in no official type and in no table here")
        elif action:
            if action not in NO_OFFICIAL_ACTION:
                yield from self._found(self._types.check_action(name, version, action, body, "response"))
        elif _is_list(exchange.path):
            yield from shaped(_page(object, exchange), body)
            for number, row in enumerate(body["value"] if isinstance(body, dict) and "value" in body else []):
                yield from self._found(self._types.check(name, version, row, "response"), f"$.value[{number}]")
        else:
            yield from self._found(self._types.check(name, version, body, "response"))

    def _operation(self, exchange: Exchange, answer: Message, body: Any) -> Iterator[Finding]:
        """Where to ask for the end of what was begun, and that an end is one."""
        urls = [answer.headers[name] for name in FOLLOWED if name in answer.headers]
        if exchange.status == 202 and exchange.method != "GET" and not urls:
            yield Finding("Azure-AsyncOperation", "202, and neither it nor Location says where to ask")
        for url in urls:
            parts = urlsplit(url)
            if (parts.scheme, parts.netloc) != ("https", exchange.request.headers.get("host")):
                yield Finding("Azure-AsyncOperation", f"{parts.scheme}://{parts.netloc} is not where it was asked")
            self._given.add(url.removeprefix(f"{parts.scheme}://{parts.netloc}"))
        if not answer.headers.get("retry-after", "0").isdigit():
            yield Finding("Retry-After", "is no number of seconds")
        if isinstance(body, dict) and "/operations/" in exchange.path.lower() and "status" in body:
            before, now = self._ended.get(exchange.path), str(body["status"])
            if before is not None and now != before:
                yield Finding("$.status", f"{now} after {before}")
            if now in ENDS:
                self._ended[exchange.path] = now
            if (now in ("Failed", "Canceled")) != ("error" in body):
                yield Finding("$.error", f"does not go with {now}")

    def _type(self, exchange: Exchange) -> tuple[str, str | None, str]:
        """Full type, the version that is official here (None: there is none), and the action."""
        provider, *parts = _provided(exchange.path)
        name = "/".join([provider, *parts[::2]])
        version, action = _versions().get(name.lower()), ""
        if version is None and len(parts) > 2 and len(parts) % 2:
            owner = "/".join([provider, *parts[:-1:2]])
            if (version := _versions().get(owner.lower())) is not None:
                name, action = owner, parts[-1].lower()
        return name, version, action

    def _found(self, problems: list[Any], below: str = "") -> Iterator[Finding]:
        for one in problems:
            if (one.rule, one.path.rpartition(".")[2]) not in KNOWN_FAULTS:
                place = f"{below}{one.path.removeprefix('$')}" if below else one.path
                yield Finding(place, f"{one.message} [{one.rule}]", minor=one.rule in self._lenient)


@functools.cache
def _types() -> Any:
    return checker("azure_types").AzureTypes(*AZURE_TYPES)


@functools.cache
def _versions() -> dict[str, str]:
    """The version of each official type, by its lower-case name."""
    pairs = (name.split("@") for name in _types().names())
    return {name.lower(): version for name, version in pairs}


def _untyped(path: str) -> Untyped | None:
    return next((one for one in NO_OFFICIAL_TYPE if one.path.fullmatch(path)), None)


def _provided(path: str) -> list[str]:
    """A provider, types and names; [""] where there is no provider."""
    return re.split("/providers/", path + "/providers/", flags=re.IGNORECASE)[1].rstrip("/").split("/")


def _is_list(path: str) -> bool:
    """Whether a path below a provider ends with a type."""
    return len(_provided(path)) % 2 == 0


def _is_result(exchange: Exchange, untyped: Untyped) -> bool:
    """Whether the result of an operation is asked for, and not how it is: compute has one place for both (recorded)."""
    looks = untyped.path.pattern.endswith("operations/[^/]+") and ("monitor", "true") in exchange.query
    return looks or untyped.path.pattern.endswith("operationResults/[^/]+")


def _kind(path: str) -> str:
    """What a path means, without names."""
    provider, *parts = _provided(path)
    return "/".join([provider, *parts[::2]]) if provider else path


def _head(exchange: Exchange) -> Iterator[Finding]:
    """What every request to the resource manager has (ARM's RPC, "common API details")."""
    versions = [value for name, value in exchange.query if name == "api-version"]
    follows = any(name.lower() == "$skiptoken" for name, _ in exchange.query)  # SDKs put their version into next links
    official = _versions().get(_kind(exchange.path).lower())
    if len(versions) != 1:
        yield Finding("api-version", f"is there {len(versions)} times")
    elif official is not None and versions[0] != official and not follows:
        yield Finding("api-version", f"{versions[0]} is not {official}, by which bodies are judged")
    if not exchange.request.headers.get("authorization", "").startswith("Bearer "):
        yield Finding("Authorization", "is no bearer token")
    if exchange.request.body and exchange.request.kind != "application/json":
        yield Finding("Content-Type", f"{exchange.request.kind!r} is not application/json", minor=True)


def _untyped_request(untyped: Untyped, method: str, body: Any) -> Iterator[Finding]:
    if method not in untyped.asks:
        yield Finding("url", f"{method} is not known there ({untyped.page})")
    elif untyped.asks[method] is not None:
        yield from shaped(untyped.asks[method], body)
    elif body is not None:
        yield Finding("$", "no body is known")


def _page(row: Shape, exchange: Exchange) -> Shape:
    return {"value*": [row], "nextLink": str}


def _error(exchange: Exchange, answer: Message, body: Any, untyped: Untyped | None) -> Iterator[Finding]:
    if exchange.method == "HEAD":
        return
    if untyped is not None and not untyped.path.pattern.startswith("/subscriptions"):
        # learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow, "error response"
        yield from shaped({"error*": str, "error_description*": str, "...": object}, body)
        return
    yield from shaped(ERROR_ANSWER, body)
    if exchange.status == 401 and "www-authenticate" not in answer.headers:
        yield Finding("WWW-Authenticate", "is missing (RFC 9110, section 15.5.2)")
