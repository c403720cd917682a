# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Custom roles bound to service accounts in a project. Any other account of the sandbox may do everything.

Source: IAM documentation, "Create and manage custom roles": a custom role has no wildcards.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

ELEMENTS = frozenset({"title", "description", "stage", "includedPermissions", "name", "etag"})


@dataclass
class Principal:
    """One service account. `used`: permissions that were judged, with what was said last."""

    email: str
    permissions: frozenset[str]
    used: dict[str, bool] = field(default_factory=dict)

    def may(self, permission: str) -> bool:
        """Whether one of its roles gives it."""
        self.used[permission] = permission in self.permissions
        return self.used[permission]


class Principals:
    """All service accounts to which roles are bound."""

    def __init__(self) -> None:
        self._all: dict[str, Principal] = {}

    def bind(self, email: str, roles: list[Any]) -> Principal:
        """Give an account exactly these roles, as `gcloud iam roles create --file` takes them. Raises ValueError."""
        if not re.fullmatch(r"[a-z0-9-]+@[a-z0-9-]+\.iam\.gserviceaccount\.com", email):
            raise ValueError(f"{email!r} is no service account")
        self._all[email] = Principal(email, frozenset(one for role in roles for one in _permissions(role)))
        return self._all[email]

    def find(self, email: str) -> Principal | None:
        """The account; None where it may do everything."""
        return self._all.get(email)

    def release(self, email: str | None = None) -> int:
        """Unbind one account, or all; return how many."""
        gone = [one for one in self._all if email in (None, one)]
        for one in gone:
            del self._all[one]
        return len(gone)

    def show(self) -> dict[str, Any]:
        """By account: which permissions it used."""
        return {email: {"used": dict(one.used)} for email, one in self._all.items()}


def _permissions(role: Any) -> list[str]:
    if not isinstance(role, dict) or role.keys() - ELEMENTS:
        raise ValueError(f"a role is an object of {', '.join(sorted(ELEMENTS))}")
    found = role.get("includedPermissions")
    wrong = [one for one in found or () if not re.fullmatch(r"[a-z]+\.[A-Za-z]+\.[A-Za-z]+", str(one))]
    if not isinstance(found, list) or wrong:
        raise ValueError(f"includedPermissions: {wrong or found!r}: give permissions such as compute.networks.create")
    return found
