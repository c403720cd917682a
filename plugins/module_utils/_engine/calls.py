# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The API boundary: what a failed call means, said once above each ``def`` of the api modules of a cloud.

Outside ``@calls``, ``@lists`` or ``@deletes`` says what the call is, which permissions it needs and what missing means;
inside ``@retries`` says what is worth trying again. Each function takes the client first::

    @deletes("ec2:DeleteSubnet", "delete subnet {subnet}")
    @retries(is_transient, within=60)
    def delete_subnet(client, subnet): ...
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Protocol

from .errors import Error

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Caller(Protocol):
    """What the boundary needs of the client of a cloud."""

    @property
    def site(self) -> str: ...
    def count(self, name: str) -> None: ...


class Boundary:
    """What the decorators of one cloud have in common. ``permissions``: all that its api modules can need.

    ``ours`` tells the exceptions of the cloud's SDK: anything else is a bug and goes up as it is. ``missing`` tells
    that there is no such thing. ``explain(error, permission, what, client)`` makes one Error with a sentence.
    """

    def __init__(
        self,
        ours: Callable[[Exception], bool],
        missing: Callable[[Exception], bool],
        explain: Callable[[Exception, str, str, Any], Error],
    ) -> None:
        self._ours, self._missing, self._explain = ours, missing, explain
        self.permissions: set[str] = set()

    def described(
        self, name: str, what: str, permissions: tuple[str, ...], when_missing: Callable[[], Any] | None = None
    ) -> Decorator:
        """Count a call as ``name``, and say ``what`` failed, a template over its arguments: ``create subnet {cidr}``.

        ``permissions`` has the main one first. ``when_missing`` makes the answer where there is no such thing; without
        it, that is an error.
        """
        self.permissions.update(permissions)

        def decorate(call: Callable[..., Any]) -> Callable[..., Any]:
            signature = inspect.signature(call)

            @functools.wraps(call)
            def wrapped(client: Caller, *args: Any, **kwargs: Any) -> Any:
                client.count(name)
                try:
                    return call(client, *args, **kwargs)
                except Exception as error:
                    if not self._ours(error):
                        raise
                    if when_missing is not None and self._missing(error):
                        return when_missing()
                    named = signature.bind(client, *args, **kwargs).arguments
                    said = f"{client.site}: {what.format(**named)}"
                    raise self._explain(error, permissions[0], said, client) from error

            # For the tests that compare them with what is called.
            wrapped.name, wrapped.permissions = name, permissions  # type: ignore[attr-defined]
            return wrapped

        return decorate
