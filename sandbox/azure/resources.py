# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""PUT, PATCH and DELETE of resources of any kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure.bodies import check_name, check_tags, taken_in
from sandbox.azure.children import check_children, listed_children, new_resource_id, siblings_of
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Kind
from sandbox.azure.reads import shape, there
from sandbox.azure.running import begin, conflict, preempt, started, too_late
from sandbox.azure.store import Resource
from sandbox.azure.wire import Reply, Request

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud


def put(cloud: Cloud, request: Request, kind: Kind, found: Resource | None) -> Reply:
    """Create or replace; children that the body lists are written with it."""
    request.only()
    check_name(kind, request.path.names[-1])
    preconditions(cloud, request, found)
    body = taken_in(cloud, kind, request.body, found)
    new = Resource(found.id if found else new_resource_id(cloud, request, kind), kind, body, cloud.clock.now())
    if found is not None:
        new.created, new.own, new.etag, new.listed_from = found.created, dict(found.own), found.etag, found.listed_from
    stop = conflict(cloud, new)
    if stop is not None:
        return too_late(cloud, request, found, stop)
    children, gone = listed_children(cloud, new, found)
    siblings = [one for one in siblings_of(cloud, new) if one.key != new.key]
    kind.rules.check(cloud, new, found, siblings)
    check_children(cloud, new, children, gone)
    written = [new, *children]
    for one in gone:
        cloud.remove(one)
    for one in written:
        before = cloud.store.find(one.id)
        one.state = kind.updating if found is None else "Updating"
        one.listed_from = one.listed_from or cloud.clock.now() + cloud.settings.lag
        one.touch()
        cloud.store.put(one)
        one.kind.rules.saved(cloud, one, before)
    return _written(cloud, request, written, created=found is None)


def _written(cloud: Cloud, request: Request, written: list[Resource], *, created: bool) -> Reply:
    new, kind = written[0], written[0].kind

    def finish() -> None:
        for one in written:
            one.kind.rules.finished(cloud, one)
        settle("Succeeded")

    def settle(state: str) -> None:
        for one in written:
            one.state, one.operation = state, None
            one.touch()
        parent = cloud.store.parent(new)
        if parent is not None:
            parent.touch()
        cloud.changed()

    def failed() -> None:
        for one in written:
            one.kind.rules.failed(cloud, one)
        settle("Failed")

    headers: dict[str, str] = {}
    if kind.asynchronous:
        operation = begin(cloud, request, new, finish, failed)
        for one in written:
            one.operation = operation.id
        headers = started(cloud, request, operation) if cloud.settings.style == "headers" else {}
    else:
        finish()
    cloud.changed()
    return Reply(kind.made if created else 200, cloud.view(new), shape(kind), headers=headers)


def patch(cloud: Cloud, request: Request, kind: Kind, found: Resource | None) -> Reply:
    """Replace the tags; nothing else can be patched here."""
    request.only()
    found = there(request, kind, found)
    preconditions(cloud, request, found)
    change_tags(kind, found, request.body)
    stop = conflict(cloud, found)
    if stop is not None:
        raise stop
    found.body["tags"] = dict(request.body["tags"])
    if kind.types == ("virtualMachines",):
        return _written(cloud, request, [found], created=False)
    found.touch()
    cloud.changed()
    return Reply(200, cloud.view(found), shape(kind), headers={"ETag": cloud.etag(found)} if kind.has_etag else {})


def change_tags(kind: Kind, found: Resource, body: object) -> None:
    """Judge a PATCH body. Raises ArmError."""
    if not isinstance(body, dict) or not kind.tracked or body.keys() - {"tags"}:
        raise not_implemented(f"PATCH of {kind.full} with anything but tags")
    tags = body.get("tags")
    if not isinstance(tags, dict) or not all(isinstance(one, str) for one in tags.values()):
        raise ArmError("InvalidRequestContent", "The request content was invalid and could not be deserialized: 'tags' "
                       "must be an object of strings.")  # fmt: skip
    check_tags(tags)


def delete(cloud: Cloud, request: Request, kind: Kind, found: Resource | None) -> Reply:
    """Delete; what is in use is refused at once, what is not there is a success."""
    request.only()
    if found is None:
        return Reply(204)
    preconditions(cloud, request, found)
    stop = conflict(cloud, found)
    if stop is not None and kind.types == ("virtualMachines",):
        preempt(cloud, found)
    elif stop is not None:
        raise stop
    used = kind.rules.in_use(cloud, found)
    if used is not None:
        raise used
    if not kind.asynchronous:
        cloud.remove(found)
        cloud.changed()
        return Reply(200)
    before, found.state = found.state, "Deleting"

    def finish() -> None:
        cloud.remove(found)
        parent = cloud.store.parent(found)
        if parent is not None:
            parent.touch()
        cloud.changed()

    def failed() -> None:
        found.state, found.operation = before, None
        cloud.changed()

    operation = begin(cloud, request, found, finish, failed)
    found.operation = operation.id
    cloud.changed()
    return Reply(202, headers=started(cloud, request, operation, location=True))


def preconditions(cloud: Cloud, request: Request, found: Resource | None) -> None:
    """If-Match and If-None-Match (learn.microsoft.com/rest/api/azure, conditional requests)."""
    match, none = request.headers.get("if-match"), request.headers.get("if-none-match")
    has = cloud.etag(found) if found is not None else None
    if (match is not None and (has is None or match not in ("*", has))) or (none is not None and none in ("*", has)
                                                                           and has is not None):  # fmt: skip
        header = f"If-Match header '{match}'" if match is not None else f"If-None-Match header '{none}'"
        raise ArmError("PreconditionFailed", f"Precondition failed: {header} does not fit the resource's etag '{has}'.",
                       412, details=[])  # fmt: skip
