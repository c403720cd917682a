# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The API boundary of GCP, as the engine describes it. A call is named by its method, ``networks.insert``.

A write has ``@writes`` (of operations) in place of ``@retries``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from .._engine.calls import Boundary
from .client import Client
from .errors import explain, is_from_gcp, is_missing

P = ParamSpec("P")
T = TypeVar("T")
ApiCall = Callable[Concatenate[Client, P], T]
Row = dict[str, Any]

_edge = Boundary(
    is_from_gcp, is_missing, lambda error, permission, what, client: explain(error, permission, what, client.project)
)
PERMISSIONS = _edge.permissions  # docs/gcp-role.yml holds exactly these


def calls(method: str, what: str, *permissions: str) -> Callable[[ApiCall[P, T]], ApiCall[P, T]]:
    """A call to which a missing thing is an error. ``what`` is a template over the function's arguments."""
    return _edge.described(method, what, permissions)


def lists(method: str, what: str, *permissions: str) -> Callable[[ApiCall[P, list[T]]], ApiCall[P, list[T]]]:
    """A call that answers with rows: a missing thing is an empty list."""
    return _edge.described(method, what, permissions, list)


def deletes(method: str, what: str, *permissions: str) -> Callable[[ApiCall[P, Row]], ApiCall[P, Row]]:
    """A call that removes: an empty answer if it was gone already."""
    return _edge.described(method, what, permissions, dict)
