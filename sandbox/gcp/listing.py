# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""list and aggregatedList: filter, order, pages. Every parameter of theirs works or is refused."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sandbox.gcp.call import Call
from sandbox.gcp.errors import GcpError, invalid, not_implemented
from sandbox.gcp.filters import parse
from sandbox.gcp.links import full
from sandbox.gcp.store import Row

NOTHING = "NO_RESULTS_ON_PAGE"
UNREACHABLE = "UNREACHABLE"
Item = tuple[str, Row]  # scope, row


def listed(call: Call, rows: Iterable[Row]) -> Row:
    """The answer of a `list`."""
    scope = call.scope if call.kind.scope else ""
    base = f"projects/{call.project}/{scope}/{call.kind.collection}".replace("//", "/")
    page, token = _page(call, [(scope, row) for row in rows])
    answer: Row = {"kind": f"{call.kind.kind}List", "id": base, "selfLink": full(base)}
    if page:
        answer["items"] = [row for _, row in page]
    return answer | ({"nextPageToken": token} if token else {})


def aggregated(call: Call, items: Iterable[Item], scopes: list[str], others: list[str]) -> Row:
    """The answer of an `aggregatedList`: every scope of the kind, empty ones with a warning."""
    if "serviceProjectNumber" in call.query:
        raise not_implemented("the parameter serviceProjectNumber")
    base = f"projects/{call.project}/aggregated/{call.kind.collection}"
    page, token = _page(call, items)
    wanted = scopes + (others if call.query.get("includeAllScopes") == "true" else [])
    shown: dict[str, Any] = {scope: _scoped(call, [row for where, row in page if where == scope], scope)
                             for scope in wanted}  # fmt: skip
    answer: Row = {"kind": f"{call.kind.kind}AggregatedList", "id": base, "selfLink": full(base), "items": shown}
    if call.partial and scopes:
        _drop(answer, call, scopes[-1])
    return answer | ({"nextPageToken": token} if token else {})


def _scoped(call: Call, rows: list[Row], scope: str) -> Row:
    if rows:
        return {call.kind.collection: rows}
    where = f"scope '{scope}' on this page"
    return {"warning": {"code": NOTHING, "message": f"There are no results for {where}.",
                        "data": [{"key": "scope", "value": scope}]}}  # fmt: skip


def _drop(answer: Row, call: Call, scope: str) -> None:
    """One place does not answer; the caller must look at `unreachables` or miss what is there."""
    path = f"projects/{call.project}/{scope}"
    if call.query.get("returnPartialSuccess") != "true":
        raise GcpError(503, "backendError", f"The location {path} is unreachable.")
    answer["items"][scope] = {"warning": {"code": UNREACHABLE, "message": f"'{path}' could not be reached."}}
    answer["unreachables"] = [path]


def _page(call: Call, items: Iterable[Item]) -> tuple[list[Item], str]:
    """The rows of the page that was asked for, and the token of the next one, or ""."""
    found = list(items)
    if text := call.query.get("filter"):
        test = parse(call.kind.schema, text)
        found = [item for item in found if test(item[1])]
    found = _ordered(call.query.get("orderBy", ""), found)
    size = int(call.query.get("maxResults", call.cloud.page))
    if size > 500:
        raise invalid("maxResults", size, "Must be less than or equal to 500")
    size = size or call.cloud.page
    place = {key: value for key, value in call.query.items() if key in ("filter", "orderBy")}
    stamp = hashlib.sha256(json.dumps([call.method, call.values, place], sort_keys=True).encode()).hexdigest()[:12]
    found = _after(call.query.get("pageToken", ""), stamp, found)
    rest = len(found) > size
    last = _key(found[size - 1]) if rest else ""
    token = base64.urlsafe_b64encode(f"{stamp}:{last}".encode()).decode() if rest else ""
    return found[:size], token


def _ordered(order: str, items: list[Item]) -> list[Item]:
    """By name, or the newest first; nothing else is supported by the service itself."""
    if order not in ("", "name", "creationTimestamp desc"):
        raise invalid("orderBy", order, "Must be 'name' or 'creationTimestamp desc'.")
    by_name = sorted(items, key=lambda item: (item[0], item[1]["name"]))
    if order != "creationTimestamp desc":
        return by_name
    return sorted(by_name, key=lambda item: str(item[1].get("creationTimestamp") or item[1]["insertTime"]),
                  reverse=True)  # fmt: skip


def _after(token: str, stamp: str, items: list[Item]) -> list[Item]:
    """What comes after the row that the token names, even if that row is gone by now."""
    if not token:
        return items
    try:
        whose, _, last = base64.urlsafe_b64decode(token).decode().partition(":")
    except ValueError:
        whose, last = "", ""
    if whose != stamp:
        raise invalid("pageToken", token, "Page token is not valid for this request.")
    keys = [_key(item) for item in items]
    if last in keys:
        return items[keys.index(last) + 1 :]
    return [item for item in items if _key(item) > last]


def _key(item: Item) -> str:
    return f"{item[0]} {item[1]['name']}"
