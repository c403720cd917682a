# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long-running operations: RUNNING for at least two looks or some seconds, then DONE, perhaps with an error inside.

Source: Compute Engine documentation, "Handling API responses" (polling, wait for at most two minutes).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.gcp.errors import RPC, OperationError
from sandbox.gcp.links import full
from sandbox.gcp.stamps import Stamps

Row = dict[str, Any]
LOOKS = 2
KEPT = 14 * 24 * 3600  # seconds that a finished operation can still be read


@dataclass
class Operation:
    """One accepted request. `finish` does what happens at its end, and may fail it; `until` may hold it back."""

    path: str
    row: Row
    finish: Callable[[], None]
    begun: float
    looks: int = 0
    stuck: bool = False
    until: Callable[[], bool] | None = None
    ended: float = 0.0

    @property
    def done(self) -> bool:
        return bool(self.row["status"] == "DONE")


class Operations:
    """All operations, by path. `seconds` is what one takes when nobody looks."""

    def __init__(self, clock: Clock, stamps: Stamps) -> None:
        self.clock, self.stamps = clock, stamps
        self.seconds = 5.0
        self.all: dict[str, Operation] = {}

    def start(self, project: str, scope: str, verb: str, target: tuple[str, str], user: str, *,
              finish: Callable[[], None] = lambda: None, request: str = "", stuck: bool = False,
              until: Callable[[], bool] | None = None) -> Operation:  # fmt: skip
        """Accept a request. `target` is the path and the id of what it works on."""
        name, now = self.stamps.operation(), self.stamps.time()
        path = f"projects/{project}/{scope}/operations/{name}"
        row: Row = {
            "kind": "compute#operation", "id": self.stamps.number(), "name": name, "operationType": verb,
            "targetLink": full(target[0]), "targetId": target[1], "status": "RUNNING", "user": user, "progress": 0,
            "insertTime": now, "startTime": now, "selfLink": full(path),
        }  # fmt: skip
        if request:
            row["clientOperationId"] = request
        if scope != "global":
            row[scope.split("/")[0].removesuffix("s")] = full(f"projects/{project}/{scope}")
        operation = Operation(path, row, finish, self.clock.now(), stuck=stuck, until=until)
        self.all[path] = operation
        return operation

    def look(self, path: str) -> Operation | None:
        """Count one poll. The second one still sees RUNNING; what comes after it does not."""
        operation = self.all.get(path)
        if operation is not None:
            operation.looks += 1
        return operation

    def tick(self) -> bool:
        """End what is due; True if something ended. Finished ones are forgotten after two weeks."""
        now = self.clock.now()
        self.all = {path: one for path, one in self.all.items() if not one.done or now - one.ended < KEPT}
        due = [one for one in self.all.values() if self._is_due(one)]
        for operation in due:
            self._end(operation)
        return bool(due)

    def free(self) -> None:
        """Let go of what a fault held."""
        for operation in self.all.values():
            operation.stuck = False

    def _is_due(self, operation: Operation) -> bool:
        if operation.done or operation.stuck:
            return False
        if operation.until is not None and not operation.until():
            return False
        return operation.looks >= LOOKS or self.clock.now() - operation.begun >= self.seconds

    def _end(self, operation: Operation) -> None:
        operation.row |= {"status": "DONE", "progress": 100, "endTime": self.stamps.time()}
        operation.ended = self.clock.now()
        try:
            operation.finish()
        except OperationError as error:
            operation.row |= {
                "error": {"errors": [{"code": error.code, "message": error.message}]},
                "httpErrorStatusCode": error.status,
                "httpErrorMessage": RPC.get(error.status, "UNKNOWN").replace("_", " "),
            }
