# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""GET of one resource and of lists."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Kind
from sandbox.azure.lists import page, rows
from sandbox.azure.rules_machines import instance_view
from sandbox.azure.store import Body, Resource
from sandbox.azure.wire import Reply, Request

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud


def shape(kind: Kind) -> str:
    """The type that checks a kind's answers."""
    return f"{kind.full}@{kind.version}"


def get(cloud: Cloud, request: Request, kind: Kind, found: Resource | None) -> Reply:
    """One resource."""
    is_machine = kind.types == ("virtualMachines",)
    request.only(*(["$expand"] if is_machine else []))
    found = there(request, kind, found)
    if cloud.settings.style == "resource" and found.operation is not None:
        operation = cloud.operations.find(found.operation)
        if operation is not None:
            cloud.operations.look(operation)
    shown = cloud.view(found)
    if "$expand" in request.query:
        if request.query["$expand"] != "instanceView":
            raise not_implemented(f"$expand={request.query['$expand']}")
        shown["properties"]["instanceView"] = instance_view(cloud, found)
    return Reply(200, shown, shape(kind), headers={"ETag": shown["etag"]} if kind.has_etag else {})


def listed(cloud: Cloud, request: Request, kind: Kind, under: str) -> Reply:
    """All of a kind in a group, in a subscription, or in a parent."""
    if kind.types == ("virtualMachines",) and "statusOnly" in request.query:
        request.only("statusOnly", "$skiptoken")
        return _statuses(cloud, request, kind, under)
    request.only("$skiptoken")
    return page(cloud, request, rows(cloud, kind, under), shape(kind))


def _statuses(cloud: Cloud, request: Request, kind: Kind, under: str) -> Reply:
    """Power states of all machines in one call; nothing but states is promised (.../virtual-machines/list-all)."""
    if request.query["statusOnly"].lower() != "true":
        raise ArmError("InvalidParameter", "The value of parameter statusOnly is invalid.", target="statusOnly")
    found = []
    for one in rows(cloud, kind, under):
        machine = cloud.store.find(one["id"])
        row: Body = {name: one[name] for name in ("id", "name", "type", "location")}
        row["properties"] = {name: one["properties"][name] for name in ("vmId", "provisioningState")}
        if machine is not None:
            row["properties"]["instanceView"] = instance_view(cloud, machine)
        found.append(row)
    return page(cloud, request, found, shape(kind))


def there(request: Request, kind: Kind, found: Resource | None) -> Resource:
    """The resource, or 404 as ARM says it."""
    if found is None:
        parts = itertools.chain(*zip(kind.types, request.path.names, strict=True))
        name = f"{kind.namespace}/{'/'.join(parts)}"
        raise ArmError("ResourceNotFound", f"The Resource '{name}' under resource group '{request.path.group}' was not "
                       "found. For more details please go to https://aka.ms/ARMResourceNotFoundFix", 404)  # fmt: skip
    return found
