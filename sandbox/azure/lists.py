# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists: pages that really page, filters that really filter, and what they show late when they are told to lag.

learn.microsoft.com/rest/api/azure (paging by nextLink), .../resources/resources/list (filters).
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.azure import ids
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Kind
from sandbox.azure.wire import Reply, Request

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body

TAG = re.compile(r"tagName eq '([^']*)'(?: and tagValue eq '([^']*)')?", re.IGNORECASE)
TYPE = re.compile(r"resourceType eq '([^']*)'", re.IGNORECASE)
PLACE = re.compile(r"location eq '([^']*)'", re.IGNORECASE)


def rows(cloud: Cloud, kind: Kind, under: str) -> list[Body]:
    """All of a kind below an id as a list shows them now."""
    now, start = cloud.clock.now(), ids.key(under) + "/"
    shown = [cloud.view(one) for one in cloud.store.of(kind, under) if one.listed_from <= now]
    there = {ids.key(one["id"]) for one in shown}
    shown += [body for _, ghost, key, body in cloud.ghosts
              if ghost is kind and key.startswith(start) and key not in there]  # fmt: skip
    return sorted(shown, key=lambda one: ids.key(one["id"]))


def page(cloud: Cloud, request: Request, found: list[Body], shape: str) -> Reply:
    """One page of sorted rows; the next one is behind a link that holds where this one ended."""
    after = _skipped(request.query["$skiptoken"]) if "$skiptoken" in request.query else ""
    rest = [one for one in found if _place(one) > after]
    body: dict[str, Any] = {"value": rest[: cloud.settings.page]}
    if len(rest) > cloud.settings.page:
        token = base64.urlsafe_b64encode(_place(body["value"][-1]).encode()).decode()
        query = {**request.query, "$skiptoken": token}
        body["nextLink"] = f"{request.base}{request.raw}?{urlencode(query)}"
    return Reply(200, body, shape, many=True)


def _place(row: Body) -> str:
    return ids.key(str(row.get("id") or row["name"]))


def _skipped(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ArmError("InvalidSkipToken", f"The $skiptoken '{token[:40]}' is not valid.") from None


def filtered(request: Request, found: list[Body]) -> list[Body]:
    """Rows of groups or resources that `$filter` leaves. By tag or by type; anything else is 501."""
    text = request.query.get("$filter", "")
    if not text:
        return found
    tag, kind = TAG.fullmatch(text), TYPE.fullmatch(text)
    if tag is not None:
        return [one for one in found if _has(one.get("tags", {}), tag[1], tag[2])]
    if kind is not None:
        return [one for one in found if str(one["type"]).lower() == kind[1].lower()]
    raise not_implemented(f"the $filter {text!r}")


def _has(tags: dict[str, str], name: str, value: str | None) -> bool:
    return any(one.lower() == name.lower() and value in (None, held) for one, held in tags.items())


def place_of(request: Request) -> str:
    """The region that the list of SKUs is asked for; "" for all."""
    text = request.query.get("$filter", "")
    found = PLACE.fullmatch(text)
    if text and found is None:
        raise not_implemented(f"the $filter {text!r}")
    return found[1].lower() if found else ""
