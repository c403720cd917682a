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
from .errors import explain, is_from_aws, is_missing

P = ParamSpec("P")
T = TypeVar("T")
ApiCall = Callable[Concatenate[Client, P], T]
ACTIONS: set[str] = set()  # every permission that the api modules can need; docs/aws-policy.json holds exactly these


def calls(action: str, what: str) -> Callable[[ApiCall[P, T]], ApiCall[P, T]]:
    """A call to which a missing thing is an error. ``what`` is a template over the function's arguments."""
    return _described(action, what, None)


def lists(action: str, what: str) -> Callable[[ApiCall[P, list[T]]], ApiCall[P, list[T]]]:
    """A call that answers with rows: a missing thing is an empty list."""
    return _described(action, what, list)


def deletes(action: str, what: str) -> Callable[[ApiCall[P, bool]], ApiCall[P, bool]]:
    """A call that removes: True, or False if it was gone already."""
    return _described(action, what, bool)


def _described(action: str, what: str, when_missing: Callable[[], Any] | None) -> Callable[[Any], Any]:
    ACTIONS.add(action)
    operation = action.split(":")[1]

    def decorate(call: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(call)

        @functools.wraps(call)
        def wrapped(client: Client, *args: Any, **kwargs: Any) -> Any:
            client.count(operation)
            try:
                return call(client, *args, **kwargs)
            except Exception as error:
                if not is_from_aws(error):
                    raise
                if when_missing is not None and is_missing(error):
                    return when_missing()
                named = signature.bind(client, *args, **kwargs).arguments
                raise explain(error, action, f"{client.site}: {what.format(**named)}", client.region) from error

        wrapped.action = action  # type: ignore[attr-defined]  # for the test that compares it with what is called
        return wrapped

    return decorate
