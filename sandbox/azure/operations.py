# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long-running operations: under way for some polls, then done once, well or not.

learn.microsoft.com/azure/azure-resource-manager/management/async-operations; the order of headers is recorded traffic.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sandbox.azure.errors import ArmError
from sandbox.azure.settings import Settings

GRACE = 5.0  # seconds after which an operation that nobody polls ends, too


@dataclass
class Operation:
    """One operation. `finish` runs once, at its end; what it raises is the operation's error."""

    id: str
    resource: str
    namespace: str
    location: str
    version: str
    method: str
    since: float
    seconds: float
    finish: Callable[[], None]
    failed: Callable[[], None]
    ready: Callable[[], bool] = lambda: True
    stuck: bool = False
    error: ArmError | None = None
    seen: int = 0
    status: str = "InProgress"
    ended: float | None = None
    signature: str = field(default="", repr=False)

    def end(self, now: float) -> None:
        """Do what it was for, or fail."""
        try:
            if self.error is not None:
                raise self.error
            self.finish()
            self.status = "Succeeded"
        except ArmError as error:
            self.error, self.status = error, "Failed"
            self.failed()
        self.ended = now


class Operations:
    """All operations, by id; they are kept for a day of the sandbox's clock."""

    def __init__(self, settings: Settings, now: Callable[[], float], secret: bytes) -> None:
        self._all: dict[str, Operation] = {}
        self._settings, self._now, self._secret = settings, now, secret

    def begin(self, operation: Operation) -> Operation:
        """Start it; one with no duration and no polls to wait for ends at the next look."""
        mac = hmac.new(self._secret, operation.id.encode(), hashlib.sha512).digest()
        operation.signature = base64.urlsafe_b64encode(mac).decode().rstrip("=")
        self._all[operation.id] = operation
        return operation

    def find(self, number: str) -> Operation | None:
        return self._all.get(number.lower())

    def look(self, operation: Operation) -> None:
        """A client polled it."""
        operation.seen += 1
        if operation.status == "InProgress" and operation.seen > self._settings.polls and self._is_due(operation):
            operation.end(self._now())

    def tick(self) -> None:
        """End what nobody polls any more, forget what is old."""
        now = self._now()
        for operation in list(self._all.values()):
            waited = now - operation.since - operation.seconds
            if operation.status == "InProgress" and waited >= GRACE and self._is_due(operation):
                operation.end(now)
            elif operation.ended is not None and now - operation.ended > 86400:
                del self._all[operation.id]

    def free(self) -> None:
        """Let go of what a fault holds."""
        for operation in self._all.values():
            operation.stuck = False

    def running(self) -> list[Operation]:
        return [one for one in self._all.values() if one.status == "InProgress"]

    def url(self, operation: Operation, base: str, form: str, subscription: str) -> str:
        """Where to ask."""
        if form == "operationresults":  # those of resource groups have no provider and no place
            return f"{base}/subscriptions/{subscription}/operationresults/{operation.id}?{self.query(operation)}"
        place = f"/subscriptions/{subscription}/providers/{operation.namespace}/locations/{operation.location}"
        return f"{base}{place}/{form}/{operation.id}?{self.query(operation)}"

    def query(self, operation: Operation) -> str:
        """What has to stand in the URL. The signature is as long as the real one, and checked."""
        blob = base64.urlsafe_b64encode(hashlib.shake_256(operation.signature.encode()).digest(1500)).decode()
        query = {"api-version": operation.version, "t": str(int(operation.since * 1e7)), "c": blob,
                 "s": operation.signature, "h": operation.signature[:43]}  # fmt: skip
        return urlencode(query)

    def _is_due(self, operation: Operation) -> bool:
        over = self._now() - operation.since >= operation.seconds
        return not operation.stuck and over and operation.ready()


def new_id() -> str:
    """A number for an operation."""
    return str(uuid.uuid4())
