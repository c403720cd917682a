# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a path to what answers it. What nothing answers is 501, or the error that ARM gives for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure import deployments, groups, ids, permissions, places, power, reads, registry, resources, tenant
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Kind
from sandbox.azure.rules_machines import instance_view
from sandbox.azure.wire import Reply, Request, check_version

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud

NAMESPACES = ("microsoft.network", "microsoft.compute", "microsoft.resources")


def answer(cloud: Cloud, request: Request) -> Reply:
    """Answer one request; every answer is checked against its type."""
    with cloud.lock:
        cloud.tick()
        deployments.advance(cloud)
        if request.method != "GET":
            cloud.store.forget()
        if request.path is ids.ABOVE:
            return cloud.checked(tenant.answer(cloud, request))
        if request.path.subscription not in cloud.subscriptions:
            name = request.path.subscription
            raise ArmError("SubscriptionNotFound", f"The subscription '{name}' could not be found.", 404)
        principal = cloud.principals.find(request.client)
        if principal is not None:
            permissions.check(cloud, principal, request)
        return cloud.checked(_answer(cloud, request))


def _answer(cloud: Cloud, request: Request) -> Reply:
    path = request.path
    if path.provider is not None:
        return _provided(cloud, request)
    words = tuple(part.lower() for part in path.parts)
    if path.group is not None and not words:
        return groups.answer(cloud, request)
    if request.method == "GET" and words == ("resources",):
        return groups.resources(cloud, request)
    if request.method == "GET" and path.group is None:
        if not words:
            return tenant.subscription(request)
        if words == ("resourcegroups",):
            return groups.listed(cloud, request)
        if words[0] == "operationresults" and len(words) == 2:
            return places.operation(cloud, request, words[1], results=True)
    raise not_implemented(f"{request.method} {request.raw}")


def _provided(cloud: Cloud, request: Request) -> Reply:
    path = request.path
    if path.provider is None or path.provider.lower() not in NAMESPACES or not path.parts:
        raise ArmError("InvalidResourceNamespace", f"The resource namespace '{path.provider}' is invalid.", 404)
    first = path.parts[0].lower()
    if request.method == "GET" and path.group is None:
        if first == "locations" and len(path.parts) > 2:
            return places.answer(cloud, request)
        if first == "skus" and len(path.parts) == 1 and path.provider.lower() == "microsoft.compute":
            return places.skus(cloud, request)
    if (path.provider.lower(), first) == ("microsoft.resources", "deployments"):
        return deployments.answer(cloud, request)
    parts, action = path.parts, ""
    if path.is_collection and len(parts) > 1:  # VM/NAME/start looks like a collection
        owner = registry.BY_TYPE.get(f"{path.provider}/{'/'.join(path.types[:-1])}".lower())
        known = [*map(str.lower, owner.actions), "instanceview"] if owner is not None and owner.actions else []
        if parts[-1].lower() in known:
            action, parts = parts[-1].lower(), parts[:-1]
    kind = registry.BY_TYPE.get(f"{path.provider}/{'/'.join(parts[::2])}".lower())
    if kind is None:
        raise not_implemented(f"the resource type {path.provider}/{'/'.join(parts[::2])}")
    check_version(request, kind.full, kind.version)
    if path.group is None:
        if request.method != "GET" or len(parts) != 1:
            raise not_implemented(f"{request.method} {request.raw}")
        return reads.listed(cloud, request, kind, f"/subscriptions/{path.subscription}")
    groups.there(cloud, request)
    return _resource(cloud, request, kind, parts, action)


def _resource(cloud: Cloud, request: Request, kind: Kind, parts: tuple[str, ...], action: str) -> Reply:
    path = request.path
    whole = f"/subscriptions/{path.subscription}/resourceGroups/{path.group}/providers/{path.provider}/"
    found = cloud.store.find(whole + "/".join(parts))
    if action:
        if request.method == "GET" and action == "instanceview":
            request.only()
            return Reply(200, instance_view(cloud, reads.there(request, kind, found)), "answer/instanceView@any")
        if request.method == "POST" and action != "instanceview":
            return power.act(cloud, request, kind, found, action)
        raise not_implemented(f"{request.method} {request.raw}")
    if len(parts) % 2:
        if request.method != "GET":
            raise not_implemented(f"{request.method} {request.raw}")
        above = whole.rsplit("/providers/", 1)[0] if kind.parent is None else whole + "/".join(parts[:-1])
        if kind.parent is not None and cloud.store.find(above) is None:
            raise ArmError("ParentResourceNotFound", f"Can not perform requested operation on nested resource. Parent "
                           f"resource '{parts[-2]}' not found.", 404)  # fmt: skip
        return reads.listed(cloud, request, kind, above)
    does = {"GET": reads.get, "PUT": resources.put, "PATCH": resources.patch, "DELETE": resources.delete}
    if request.method not in does:
        raise not_implemented(f"{request.method} {request.raw}")
    return does[request.method](cloud, request, kind, found)
