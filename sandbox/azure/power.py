# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""POST actions that start and stop machines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure.errors import ArmError
from sandbox.azure.kinds import Kind
from sandbox.azure.reads import there
from sandbox.azure.rules_machines import check_quota, size_of
from sandbox.azure.running import begin, conflict, started
from sandbox.azure.store import Resource
from sandbox.azure.wire import Reply, Request

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud


# POST action -> the state on the way, the state at its end, what the machine should be then.
POWER = {"start": ("starting", "running", "running"), "restart": ("starting", "running", "running"),
         "poweroff": ("stopping", "stopped", "stopped"),
         "deallocate": ("deallocating", "deallocated", "stopped")}  # fmt: skip


def act(cloud: Cloud, request: Request, kind: Kind, found: Resource | None, action: str) -> Reply:
    """A POST that starts or stops a machine."""
    request.only(*(["skipShutdown"] if action == "poweroff" else []))
    found = there(request, kind, found)
    stop = conflict(cloud, found)
    if stop is not None:
        raise stop
    on_the_way, at_the_end, wanted = POWER[action]
    machine, before = found, (found.own["power"], found.own["wanted"])
    if not before[0]:
        raise ArmError("OperationNotAllowed", f"VM '{machine.name}' was not allocated.", 409)
    if before[0] == "deallocated" and wanted == "running":
        check_quota(cloud, machine.location, size_of(machine))
    machine.own |= {"power": on_the_way, "wanted": wanted}
    if action == "restart" and cloud.machines is not None:
        cloud.machines.reboot(machine.own["vmId"])

    def finish() -> None:
        machine.own["power"], machine.operation = at_the_end, None
        machine.state = "Succeeded"
        cloud.changed()

    def failed() -> None:
        (machine.own["power"], machine.own["wanted"]), machine.operation = before, None
        machine.state = "Failed"
        cloud.changed()

    def ready() -> bool:
        return cloud.machines is None or cloud.machines.status(machine.own["vmId"]) == wanted

    machine.state = "Updating"
    operation = begin(cloud, request, machine, finish, failed, ready)
    machine.operation = operation.id
    cloud.changed()
    return Reply(202, headers=started(cloud, request, operation, location=True))
