# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deployments of templates into a resource group: what `az vm create` and its like send instead of single requests.

learn.microsoft.com/rest/api/resources/deployments/create-or-update. Every resource is written as by a request of its
own, those that it depends on first; one that fails stops what waits for it and fails the deployment. What was made
stays. Only incremental mode; no what-if, no validation without effect, no list of operations.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sandbox.azure import groups, ids, resources
from sandbox.azure.bodies import check_name
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.places import operation as status_of
from sandbox.azure.reads import shape, there
from sandbox.azure.registry import DEPLOYMENT
from sandbox.azure.running import begin
from sandbox.azure.store import Resource
from sandbox.azure.templates import Part, parts
from sandbox.azure.wire import Reply, Request, check_version

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body


@dataclass
class Progress:
    """How far a deployment is. `running`: what is being written; `made`: the ids of what is there."""

    request: Request
    waiting: list[Part]
    running: list[Part] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    failed: list[ArmError] = field(default_factory=list)

    def over(self) -> bool:
        """Whether nothing is under way, and nothing can begin any more."""
        return not self.running and (not self.waiting or bool(self.failed))


def answer(cloud: Cloud, request: Request) -> Reply:
    """PUT and GET of one deployment, and the status of its operation."""
    check_version(request, DEPLOYMENT.full, DEPLOYMENT.version)
    path = request.path
    if path.group is None or len(path.parts) not in (2, 4):
        raise not_implemented(f"{request.method} {request.raw}")
    group = groups.there(cloud, request)
    found = cloud.store.find(f"{group.id}/providers/{DEPLOYMENT.namespace}/deployments/{path.parts[1]}")
    if request.method == "GET" and path.parts[2:3] in (("operationStatuses",), ("operationstatuses",)):
        return status_of(cloud, request, path.parts[3], results=False)
    if request.method == "PUT" and len(path.parts) == 2:
        return _put(cloud, request, group, found)
    if request.method == "GET" and len(path.parts) == 2:
        request.only()
        return Reply(200, _view(cloud, there(request, DEPLOYMENT, found)), shape(DEPLOYMENT))
    raise not_implemented(f"{request.method} {request.raw}")


def advance(cloud: Cloud) -> None:
    """Go on with all deployments as far as they can: ARM polls what it began, and begins what waited for that."""
    for one in cloud.store.of(DEPLOYMENT):
        progress: Progress = one.own["progress"]
        if not progress.over():
            for part in list(progress.running):
                _look(cloud, progress, part)
            for part in list(progress.waiting):
                _start(cloud, progress, part)


def _put(cloud: Cloud, request: Request, group: Resource, old: Resource | None) -> Reply:
    request.only()
    name = request.path.parts[1]
    check_name(DEPLOYMENT, name)
    body = request.body
    breaches = cloud.contract.check(DEPLOYMENT.full, DEPLOYMENT.version, body, answer=False)
    if breaches:
        raise ArmError("InvalidRequestContent", "The request content was invalid and could not be deserialized: "
                       f"'{breaches[0]}'.")  # fmt: skip
    left = [*(body.keys() - {"properties"}), *(body["properties"].keys() - {"template", "parameters", "mode"})]
    if left:
        raise not_implemented(f"{min(left)} of a deployment")
    mode = body["properties"]["mode"]
    if mode.lower() != "incremental":
        raise not_implemented(f"a deployment in mode {mode}")
    if old is not None and not old.own["progress"].over():
        raise ArmError("DeploymentActive", f"Unable to edit or replace deployment '{name}': the previous deployment is "
                       "still active. Please see https://aka.ms/arm-deploy for usage details.", 409)  # fmt: skip
    progress = Progress(
        request, parts(body["properties"]["template"], body["properties"].get("parameters") or {}, group)
    )
    new = Resource(f"{group.id}/providers/{DEPLOYMENT.namespace}/deployments/{name}", DEPLOYMENT, {}, cloud.clock.now(),
                   "Accepted", own={"progress": progress, "correlation": str(uuid.uuid4())})  # fmt: skip
    cloud.store.put(new)
    operation = begin(cloud, request, new, lambda: _end(progress, new), lambda: _settle(new, "Failed"), progress.over)
    new.operation = operation.id
    where = f"{request.base}{new.id}/operationStatuses/{operation.id}?{cloud.operations.query(operation)}"
    headers = {"Azure-AsyncOperation": where}
    if cloud.settings.retry_after is not None:
        headers["Retry-After"] = str(cloud.settings.retry_after)
    return Reply(200 if old is not None else 201, _view(cloud, new), shape(DEPLOYMENT), headers=headers)


def _end(progress: Progress, deployment: Resource) -> None:
    if progress.failed:
        raise ArmError("DeploymentFailed", "At least one resource deployment operation failed. Please list deployment "
                       "operations for details. Please see https://aka.ms/arm-deployment-operations for usage details.",
                       409, details=[(one.code, one.message) for one in progress.failed])  # fmt: skip
    _settle(deployment, "Succeeded")


def _settle(deployment: Resource, state: str) -> None:
    deployment.state, deployment.operation = state, None


def _look(cloud: Cloud, progress: Progress, part: Part) -> None:
    """Poll what writes a part, as often as it wants to be polled."""
    operation = cloud.operations.find(part.operation or "")
    while operation is not None and operation.status == "InProgress" and operation.seen <= cloud.settings.polls:
        cloud.operations.look(operation)
    if operation is not None and operation.status == "InProgress":
        cloud.operations.look(operation)
    if operation is not None and operation.status == "InProgress":
        return
    progress.running.remove(part)
    if operation is not None and operation.error is not None:
        progress.failed.append(operation.error)
    else:
        progress.made.append(part.id)


def _start(cloud: Cloud, progress: Progress, part: Part) -> None:
    """Write a part, if what it depends on is there; what is refused as too early is tried again."""
    if progress.failed or not part.after <= {ids.key(one) for one in progress.made}:
        return
    asked = progress.request
    one = Request("PUT", ids.parse(part.id), {"api-version": part.version}, part.body, actor=asked.actor,
                  base=asked.base, raw=part.id)  # fmt: skip
    cloud.store.forget()
    try:
        check_version(one, part.kind.full, part.kind.version)
        groups.there(cloud, one)
        resources.put(cloud, one, part.kind, cloud.store.find(part.id))
    except ArmError as error:
        if error.status == 429:
            return
        progress.failed.append(error)
    else:
        written = cloud.store.find(part.id)
        part.operation = written.operation if written is not None else None
        progress.running.append(part)
    progress.waiting.remove(part)


def _view(cloud: Cloud, deployment: Resource) -> Body:
    progress: Progress = deployment.own["progress"]
    shown: Body = {
        "provisioningState": "Running" if deployment.operation and progress.made else deployment.state,
        "mode": "Incremental", "timestamp": cloud.stamp(deployment.created),
        "correlationId": deployment.own["correlation"], "outputResources": [{"id": one} for one in progress.made],
    }  # fmt: skip
    return {"id": deployment.id, "name": deployment.name, "type": DEPLOYMENT.full, "properties": shown}
