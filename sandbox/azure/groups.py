# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource groups and what hangs on a subscription.

learn.microsoft.com/rest/api/resources/resource-groups, .../azure-resource-manager/management/delete-resource-group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure import ids, registry
from sandbox.azure.bodies import check_name, taken_in
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.lists import filtered, page, rows
from sandbox.azure.operations import Operation, new_id
from sandbox.azure.resources import change_tags
from sandbox.azure.running import obey, preempt
from sandbox.azure.store import Resource
from sandbox.azure.wire import Reply, Request, check_version

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body

KIND = registry.RESOURCE_GROUP
SHAPE = f"{KIND.full}@{KIND.version}"
# What dies first when a group does; the rest in any order.
ORDER = ("virtualMachines", "disks", "networkInterfaces", "publicIPAddresses", "virtualNetworks")


def view(group: Resource) -> Body:
    """A group as it is answered."""
    return {"id": group.id, "name": group.name, "type": KIND.full, "properties": {"provisioningState": group.state},
            **group.body}  # fmt: skip


def find(cloud: Cloud, request: Request) -> Resource | None:
    """The group of the path."""
    return cloud.store.find(f"/subscriptions/{request.path.subscription}/resourceGroups/{request.path.group}")


def there(cloud: Cloud, request: Request) -> Resource:
    """The group, or 404."""
    found = find(cloud, request)
    if found is None:
        raise ArmError("ResourceGroupNotFound", f"Resource group '{request.path.group}' could not be found.", 404)
    if found.state == "Deleting" and request.method not in ("GET", "HEAD", "DELETE"):
        raise ArmError("ResourceGroupBeingDeleted", f"The resource group '{found.name}' is in deprovisioning state and "
                       "cannot perform this operation.", 409)  # fmt: skip
    return found


def answer(cloud: Cloud, request: Request) -> Reply:
    """All methods on one group."""
    check_version(request, KIND.full, KIND.version)
    request.only()
    if request.method == "HEAD":
        return Reply(404 if find(cloud, request) is None else 204)
    if request.method == "PUT":
        return _put(cloud, request)
    found = there(cloud, request)
    if request.method == "GET":
        return Reply(200, view(found), SHAPE)
    if request.method == "PATCH":
        change_tags(KIND, found, request.body)
        found.body["tags"] = dict(request.body["tags"])
        cloud.changed()
        return Reply(200, view(found), SHAPE)
    if request.method == "DELETE":
        return _delete(cloud, request, found)
    raise not_implemented(f"{request.method} on a resource group")


def listed(cloud: Cloud, request: Request) -> Reply:
    """All groups of the subscription."""
    check_version(request, KIND.full, KIND.version)
    request.only("$filter", "$skiptoken")
    now = cloud.clock.now()
    found = [view(one) for one in cloud.store.of(KIND, f"/subscriptions/{request.path.subscription}")
             if one.listed_from <= now]  # fmt: skip
    return page(cloud, request, filtered(request, found), SHAPE)


def resources(cloud: Cloud, request: Request) -> Reply:
    """Everything of a group, or of the subscription: the generic list, without properties."""
    check_version(request, "Microsoft.Resources/resources", KIND.version)
    request.only("$filter", "$skiptoken")
    under = f"/subscriptions/{request.path.subscription}"
    if request.path.group is not None:
        under = there(cloud, request).id
    found: list[Body] = []
    for kind in registry.ALL:
        for one in rows(cloud, kind, under) if kind.tracked else ():
            found.append({name: one[name] for name in ("id", "name", "type", "location", "tags", "zones", "managedBy")
                          if name in one})  # fmt: skip
            if "sku" in one:
                found[-1]["sku"] = one["sku"]
    found.sort(key=lambda one: ids.key(one["id"]))
    return page(cloud, request, filtered(request, found), f"Microsoft.Resources/resources@{KIND.version}")


def _put(cloud: Cloud, request: Request) -> Reply:
    found = find(cloud, request)
    if found is not None:
        there(cloud, request)
    check_name(KIND, request.path.group or "")
    try:
        body = taken_in(cloud, KIND, request.body, found)
    except ArmError as error:
        if error.code == "InvalidResourceLocation":
            raise ArmError("InvalidResourceGroupLocation", "Invalid resource group location '"
                           f"{(request.body or {}).get('location')}'. The Resource group already exists in location "
                           f"'{found.location if found else ''}'.", 409) from None  # fmt: skip
        raise
    body = {name: part for name, part in body.items() if name != "properties"}
    name = f"/subscriptions/{request.path.subscription}/resourceGroups/{request.path.group}"
    now = cloud.clock.now()
    group = Resource(found.id if found else name, KIND, body, found.created if found else now, "Succeeded")
    group.listed_from = found.listed_from if found else now + cloud.settings.lag
    cloud.store.put(group)
    cloud.changed()
    return Reply(201 if found is None else 200, view(group), SHAPE)


def _delete(cloud: Cloud, request: Request, group: Resource) -> Reply:
    """202 with Location only; the group is gone when its operation ends, with everything inside."""
    if group.operation is not None:
        operation = cloud.operations.find(group.operation)
        assert operation is not None
    else:
        operation = Operation(new_id(), group.id, KIND.namespace, group.location, request.version, "DELETE",
                              cloud.clock.now(), cloud.settings.seconds, lambda: _empty(cloud, group),
                              lambda: _kept(cloud, group))  # fmt: skip
        obey(operation, request)
        cloud.operations.begin(operation)
        group.state, group.operation = "Deleting", operation.id
    headers = {"Location": cloud.operations.url(operation, request.base, "operationresults",
                                                request.path.subscription)}  # fmt: skip
    if cloud.settings.retry_after is not None:
        headers["Retry-After"] = str(cloud.settings.retry_after)
    return Reply(202, headers=headers)


def _empty(cloud: Cloud, group: Resource) -> None:
    inside = cloud.store.inside(group)
    keys = {one.key for one in inside}
    for one in inside:
        for user, where in cloud.store.users(one.key):
            if user.key not in keys:
                raise ArmError("ResourceGroupDeletionBlocked", f"Deletion of resource group '{group.name}' failed as "
                               f"resources with identifiers '{one.id}' could not be deleted: in use by {where}.",
                               409)  # fmt: skip
    inside.sort(key=lambda one: ORDER.index(one.kind.types[0]) if one.kind.types[0] in ORDER else len(ORDER))
    for one in inside:
        if one.kind.tracked and cloud.store.find(one.id) is one:
            preempt(cloud, one)
            cloud.remove(one)
    cloud.store.drop(group)
    cloud.changed()


def _kept(cloud: Cloud, group: Resource) -> None:
    group.state, group.operation = "Succeeded", None
    cloud.changed()
