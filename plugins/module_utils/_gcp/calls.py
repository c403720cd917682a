# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The story of failure, told above each ``def`` of the api modules.

Outside ``@calls``, ``@lists`` or ``@deletes`` says which method of the API it is, what is tried, which permissions it
needs (the main one first) and what missing means. Inside, ``@retries`` (of the engine) says what is worth trying again,
or on a write ``@writes`` (of operations). Each function takes the Client first.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from .client import Client
from .errors import explain, is_from_gcp, is_missing

P = ParamSpec("P")
T = TypeVar("T")
ApiCall = Callable[Concatenate[Client, P], T]
Row = dict[str, Any]
PERMISSIONS: set[str] = set()  # all that the api modules can need; docs/gcp-role.yml holds exactly these


def calls(method: str, what: str, *permissions: str) -> Callable[[ApiCall[P, T]], ApiCall[P, T]]:
    """A call to which a missing thing is an error. ``what`` is a template over the function's arguments."""
    return _described(method, what, permissions, None)


def lists(method: str, what: str, *permissions: str) -> Callable[[ApiCall[P, list[T]]], ApiCall[P, list[T]]]:
    """A call that answers with rows: a missing thing is an empty list."""
    return _described(method, what, permissions, list)


def deletes(method: str, what: str, *permissions: str) -> Callable[[ApiCall[P, Row]], ApiCall[P, Row]]:
    """A call that removes: an empty answer if it was gone already."""
    return _described(method, what, permissions, dict)


def _described(
    method: str, what: str, permissions: tuple[str, ...], when_missing: Callable[[], Any] | None
) -> Callable[[Any], Any]:
    PERMISSIONS.update(permissions)

    def decorate(call: Callable[..., Any]) -> Callable[..., Any]:
        signature = inspect.signature(call)

        @functools.wraps(call)
        def wrapped(client: Client, *args: Any, **kwargs: Any) -> Any:
            client.count(method)
            try:
                return call(client, *args, **kwargs)
            except Exception as error:
                if not is_from_gcp(error):
                    raise
                if when_missing is not None and is_missing(error):
                    return when_missing()
                named = signature.bind(client, *args, **kwargs).arguments
                raise explain(
                    error, permissions[0], f"{client.site}: {what.format(**named)}", client.project
                ) from error

        wrapped.method = method  # type: ignore[attr-defined]  # for the test that compares it with what is called
        wrapped.permissions = permissions  # type: ignore[attr-defined]
        return wrapped

    return decorate
