# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Waiting for what was accepted: every write of GCP is an operation, and may still fail inside it."""

from __future__ import annotations

import functools
import inspect
import random
import time
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec

from .._engine.errors import TimedOut
from .._engine.wait import retries
from .calls import calls
from .client import Client
from .errors import OperationFailed, is_busy, is_transient
from .labels import path_of

P = ParamSpec("P")
Row = dict[str, Any]
PATIENCE = 900.0  # seconds
FIRST, MOST = 0.2, 5.0  # seconds between two looks, doubling


@calls(
    "operations.wait",
    "wait for {operation}",
    "compute.globalOperations.get",
    "compute.regionOperations.get",
    "compute.zoneOperations.get",
)
@retries(is_transient, within=120)
def wait_operation(client: Client, operation: str) -> Row:
    """The operation at its end, or as it is after two minutes at the latest."""
    return client.send("POST", f"{operation}/wait", None)


def finish(
    client: Client,
    operation: Row,
    *,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Row:
    """The operation once it is done. Raises OperationFailed, or TimedOut when it does not end."""
    start, pause = now(), FIRST
    while operation["status"] != "DONE":
        path = path_of(operation["selfLink"])
        operation = wait_operation(client, path)
        if operation["status"] == "DONE":
            break
        if now() - start > PATIENCE:
            raise TimedOut(
                f"{client.site}: {operation['operationType']} {path_of(operation['targetLink'])} is still "
                f"{operation['status']} after {now() - start:.0f} s ({path}); it may yet end: run again"
            )
        sleep(random.uniform(pause / 2, pause))
        pause = min(MOST, pause * 2)
    if operation.get("error"):
        raise OperationFailed(operation)
    return operation


def writes(
    *, within: float = 60.0
) -> Callable[[Callable[Concatenate[Client, str, P], Row]], Callable[Concatenate[Client, P], Row]]:
    """A write: sent under one request id until it is heard, then waited for until its operation has ended well.

    The function takes the request id after the Client; its callers do not give it.
    """

    def decorate(call: Callable[Concatenate[Client, str, P], Row]) -> Callable[Concatenate[Client, P], Row]:
        @functools.wraps(call)
        def wrapped(client: Client, /, *args: P.args, **kwargs: P.kwargs) -> Row:
            request = client.request_id(call.__name__, [args, kwargs])
            return finish(client, retries(is_busy, within=within)(call)(client, request, *args, **kwargs))

        seen = inspect.signature(call)
        shown = [one for name, one in seen.parameters.items() if name != "request"]
        wrapped.__signature__ = seen.replace(parameters=shown)  # type: ignore[attr-defined]
        return wrapped

    return decorate
