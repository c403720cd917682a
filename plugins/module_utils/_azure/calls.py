# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The API boundary of Azure, as the engine describes it. A call is named by its permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from .._engine.calls import Boundary
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
_edge = Boundary(
    is_from_azure, is_missing, lambda error, action, what, client: explain(error, action, what, client.region)
)
_edge.permissions.update(POLLS)
ACTIONS = _edge.permissions  # docs/azure-role.json holds exactly these


def calls(action: str, what: str, *also: str) -> Callable[[ApiCall[P, T]], ApiCall[P, T]]:
    """A call to which a missing thing is an error. ``what`` is a template over the function's arguments.

    ``also``: permissions that it needs besides, for what its body names.
    """
    return _edge.described(action, what, (action, *also))


def lists(action: str, what: str) -> Callable[[ApiCall[P, list[T]]], ApiCall[P, list[T]]]:
    """A call that answers with rows: a missing thing is an empty list."""
    return _edge.described(action, what, (action,), list)


def deletes(action: str, what: str, *also: str) -> Callable[[ApiCall[P, None]], ApiCall[P, None]]:
    """A call that removes; what is gone already is no error."""
    return _edge.described(action, what, (action, *also), lambda: None)
