# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes on while a write runs: its operation, the headers that tell of it, and who comes too late."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.azure import faults
from sandbox.azure.errors import ArmError, in_network
from sandbox.azure.operations import Operation, new_id
from sandbox.azure.reads import shape
from sandbox.azure.store import Resource
from sandbox.azure.wire import Reply, Request
from sandbox.faults import has

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud


def begin(cloud: Cloud, request: Request, resource: Resource, finish: Callable[[], None], failed: Callable[[], None],
          ready: Callable[[], bool] | None = None) -> Operation:  # fmt: skip
    """Start an operation."""
    settings = cloud.settings
    is_machine = resource.kind.types == ("virtualMachines",)
    top = cloud.store.parent(resource) or resource
    operation = Operation(
        new_id(), resource.id, resource.kind.namespace, top.location, request.version, request.method,
        cloud.clock.now(), settings.machine_seconds if is_machine else settings.seconds, finish, failed,
        ready or (lambda: request.method == "DELETE" or resource.kind.rules.ready(cloud, resource)),
    )  # fmt: skip
    obey(operation, request)
    return cloud.operations.begin(operation)


def obey(operation: Operation, request: Request) -> None:
    """What faults ordered for an operation."""
    operation.stuck = has(request.acting, "stuck")
    operation.error = next((faults.error(one) for one in request.acting if one.kind == faults.FAIL), None)


def started(cloud: Cloud, request: Request, operation: Operation, *, location: bool = False) -> dict[str, str]:
    """The headers that say where to ask. Compute asks for the result at the same place, disks at theirs (recorded)."""
    is_network, is_disk = operation.namespace == "Microsoft.Network", request.path.types[0].lower() == "disks"
    look = "DiskOperations" if is_disk else "operations"
    url = cloud.operations.url(operation, request.base, look, request.path.subscription)
    headers = {"Azure-AsyncOperation": url, "Azure-AsyncNotification": "Enabled"}
    if location:
        result = cloud.operations.url(operation, request.base, "operationResults", request.path.subscription)
        headers["Location"] = result if is_network else f"{url}&monitor=true"
    if cloud.settings.retry_after is not None:
        headers["Retry-After"] = str(cloud.settings.retry_after)
    return headers


def conflict(cloud: Cloud, resource: Resource) -> ArmError | None:
    """Why a write cannot begin: another one is under way on the resource, its parent, its siblings or children."""
    stored = cloud.store.find(resource.id)
    top = cloud.store.parent(resource) or stored
    busy = [one for one in ((top, *cloud.store.children(top)) if top is not None else ()) if one.operation]
    if not busy:
        return None
    operation = cloud.operations.find(busy[0].operation or "")
    if resource.kind.namespace == "Microsoft.Compute" or operation is None:
        return ArmError("Conflict", "The request failed due to conflict with a concurrent request. To resolve it, "
                        "please refer to https://aka.ms/activitylog to get more details on the conflicting requests.",
                        409)  # fmt: skip
    uri = f"/subscriptions/{resource.subscription}/providers/{operation.namespace}/locations/{operation.location}"
    return in_network("AnotherOperationInProgress", "Another operation on this or dependent resource is in progress. "
                      f"To retrieve status of the operation use uri: https://management.azure.com{uri}/operations/"
                      f"{operation.id}?api-version={operation.version}.", 409)  # fmt: skip


def too_late(cloud: Cloud, request: Request, found: Resource | None, stop: ArmError) -> Reply:
    """The second writer: refused at once, or accepted and failed later, as the setting says. Both happen."""
    if cloud.settings.conflict == "refuse" or found is None:
        raise stop
    operation = begin(cloud, request, found, lambda: None, lambda: None)
    operation.error = stop
    return Reply(200, cloud.view(found), shape(found.kind), headers=started(cloud, request, operation))


def preempt(cloud: Cloud, machine: Resource) -> None:
    """A delete of a machine ends what is under way on it (code OperationPreempted)."""
    operation = cloud.operations.find(machine.operation or "")
    if operation is not None:
        operation.error = ArmError("OperationPreempted", "The operation has been preempted by a more recent operation.")
        operation.end(cloud.clock.now())
