# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role definitions bound to service principals. The sandbox's own principals may do everything.

learn.microsoft.com/azure/role-based-access-control/role-definitions (Actions minus NotActions, "*" for any text, what
several roles give is added up), .../scope-overview (a scope holds what is below it).
"""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass, field
from typing import Any

OURS = "73616e64626f"  # how the id of a client ends that is valid in the sandbox only
ELEMENTS = frozenset({"Name", "Id", "IsCustom", "Description", "Actions", "NotActions", "DataActions", "NotDataActions",
                      "AssignableScopes"})  # fmt: skip
SCOPE = re.compile(r"/subscriptions/[0-9a-f-]{36}(/resourceGroups/[^/]+(/providers/.+)?)?", re.IGNORECASE)


class Role:
    """A definition as ``az role definition create`` takes it. Raises ValueError for a bad one."""

    def __init__(self, definition: Any) -> None:
        if not isinstance(definition, dict) or (unknown := definition.keys() - ELEMENTS):
            raise ValueError(f"a role definition has no element {sorted(unknown)[0]}"
                             if isinstance(definition, dict) else "a role definition is an object")  # fmt: skip
        self.scopes = _texts(definition, "AssignableScopes")
        self._actions = [_pattern(one) for one in _texts(definition, "Actions")]
        self._not = [_pattern(one) for one in _texts(definition, "NotActions")]
        if not definition.get("Name") or not self.scopes:
            raise ValueError("a role definition has a Name and at least one of AssignableScopes")

    def gives(self, action: str) -> bool:
        """Whether it has the action, and does not take it away."""
        taken = any(one.fullmatch(action) for one in self._not)
        return not taken and any(one.fullmatch(action) for one in self._actions)


def _texts(definition: dict[str, Any], name: str) -> list[str]:
    found = definition.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise ValueError(f"{name} is {found!r}, not a list of texts")
    return found


def _pattern(action: str) -> re.Pattern[str]:
    if action != "*" and not re.fullmatch(r"[A-Za-z.*]+(/[A-Za-z0-9*]+)+", action):
        raise ValueError(f"{action!r} is no action")
    return re.compile(re.escape(action).replace(r"\*", ".*"), re.IGNORECASE)


def is_below(scope: str, above: str) -> bool:
    """Whether a scope is another one, or lies in it."""
    return f"{scope}/".lower().startswith(f"{above.rstrip('/')}/".lower())


@dataclass
class Principal:
    """One service principal. `used`: actions that were judged, with what was said last."""

    client: str
    assignments: list[tuple[str, Role]]
    used: dict[str, bool] = field(default_factory=dict)

    @property
    def object_id(self) -> str:
        """The directory's own id of it, which error messages name beside the client's."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, self.client))

    def may(self, action: str, scope: str) -> bool:
        """Whether one of its roles gives the action there."""
        self.used[action] = any(is_below(scope, where) and role.gives(action) for where, role in self.assignments)
        return self.used[action]


class Principals:
    """All service principals to which roles are bound."""

    def __init__(self) -> None:
        self._all: dict[str, Principal] = {}

    def bind(self, client: str, assignments: list[Any]) -> Principal:
        """Give a client exactly these roles: `[{"role": .., "scope": "/subscriptions/.."}]`. Raises ValueError."""
        from sandbox.azure.login import CLIENTS

        client = str(uuid.UUID(client))
        if client in CLIENTS or not client.endswith(OURS):
            raise ValueError(f"client {client}: give one that ends with {OURS}, other than {' and '.join(CLIENTS)}, "
                             "which may do everything")  # fmt: skip
        found = [(str(one["scope"]), Role(one["role"])) for one in assignments]
        for scope, role in found:
            if not SCOPE.fullmatch(scope) or not any(is_below(scope, above) for above in role.scopes):
                raise ValueError(f"scope {scope} is not within the role's AssignableScopes {role.scopes}")
        self._all[client] = Principal(client, found)
        return self._all[client]

    def find(self, client: str) -> Principal | None:
        """The principal of a client id; None where it may do everything, or is not known."""
        return self._all.get(client)

    def release(self, client: str | None = None) -> int:
        """Forget one client, or all; return how many."""
        gone = [one for one in self._all if client in (None, one)]
        for one in gone:
            del self._all[one]
        return len(gone)

    def show(self) -> dict[str, Any]:
        """By client id: its object id and which actions it used."""
        return {name: {"object_id": one.object_id, "used": dict(one.used)} for name, one in self._all.items()}
