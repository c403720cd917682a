# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The API boundary of AWS, as the engine describes it. A call is named by its permission, ``ec2:CreateVpc``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from .._engine.calls import Boundary
from .client import Client
from .errors import explain, is_from_aws, is_missing

P = ParamSpec("P")
T = TypeVar("T")
ApiCall = Callable[Concatenate[Client, P], T]

_edge = Boundary(
    is_from_aws, is_missing, lambda error, action, what, client: explain(error, action, what, client.region)
)
ACTIONS = _edge.permissions  # docs/aws-policy.json holds exactly these


def calls(action: str, what: str) -> Callable[[ApiCall[P, T]], ApiCall[P, T]]:
    """A call to which a missing thing is an error. ``what`` is a template over the function's arguments."""
    return _edge.described(_operation(action), what, (action,))


def lists(action: str, what: str) -> Callable[[ApiCall[P, list[T]]], ApiCall[P, list[T]]]:
    """A call that answers with rows: a missing thing is an empty list."""
    return _edge.described(_operation(action), what, (action,), list)


def deletes(action: str, what: str) -> Callable[[ApiCall[P, bool]], ApiCall[P, bool]]:
    """A call that removes: True, or False if it was gone already."""
    return _edge.described(_operation(action), what, (action,), bool)


def _operation(action: str) -> str:
    return action.split(":")[1]
