# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The story of failure, told above each ``def`` of the api modules.

Outside ``@calls``, ``@lists`` or ``@deletes`` says what the call is, which permission it needs and what missing means;
inside ``@retries`` (of the engine) says what is worth trying again. Each function takes the Client first.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from .client import Client
from .errors import explain, is_from_azure, is_missing

P = ParamSpec("P")
T = TypeVar("T")
ApiCall = Callable[Concatenate[Client, P], T]
# What every wait for an operation asks: learn.microsoft.com/azure/azure-resource-manager/management/async-operations.
POLLS = (
    "Microsoft.Compute/locations/DiskOperations/read",
    "Microsoft.Compute/locations/operations/read",
    "Microsoft.Network/locations/operationResults/read",
    "Microsoft.Network/locations/operations/read",
    "Microsoft.Resources/subscriptions/operationresults/read",
)
ACTIONS: set[str] = {*POLLS}  # every permission that we can need; docs/azure-role.json holds exactly these


def calls(action: str, what: str, *also: str) -> Callable[[ApiCall[P, T]], ApiCall[P, T]]:
    """A call to which a missing thing is an error. ``what`` is a template over the function's arguments.

    ``also``: permissions that it needs besides, for what its body names.
    """
    return _described(action, what, None, also)


def lists(action: str, what: str) -> Callable[[ApiCall[P, list[T]]], ApiCall[P, list[T]]]:
    """A call that answers with rows: a missing thing is an empty list."""
    return _described(action, what, list, ())


def deletes(action: str, what: str, *also: str) -> Callable[[ApiCall[P, None]], ApiCall[P, None]]:
    """A call that removes; what is gone already is no error."""
    return _described(action, what, lambda: None, also)


def _described(
    action: str, what: str, when_missing: Callable[[], Any] | None, also: tuple[str, ...]
) -> Callable[[Any], Any]:
    ACTIONS.update((action, *also))

    def decorate(call: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(call)

        @functools.wraps(call)
        def wrapped(client: Client, *args: Any, **kwargs: Any) -> Any:
            client.count(action)
            try:
                return call(client, *args, **kwargs)
            except Exception as error:
                if not is_from_azure(error):
                    raise
                if when_missing is not None and is_missing(error):
                    return when_missing()
                named = signature.bind(client, *args, **kwargs).arguments
                raise explain(error, action, f"{client.site}: {what.format(**named)}", client.region) from error

        wrapped.action = action  # type: ignore[attr-defined]  # for the test that compares it with what is called
        return wrapped

    return decorate
