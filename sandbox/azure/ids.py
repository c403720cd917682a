# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resource ids: /subscriptions/S/resourceGroups/G/providers/NAMESPACE/TYPE/NAME[/TYPE/NAME...].

They are equal without regard to case, and shown in the case of the first PUT
(learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Path:
    """A path cut at its slashes. `parts` is what follows the provider, or the group where there is no provider."""

    subscription: str
    group: str | None
    provider: str | None
    parts: tuple[str, ...]

    @property
    def types(self) -> tuple[str, ...]:
        """The types only: ("virtualNetworks", "subnets")."""
        return self.parts[::2]

    @property
    def names(self) -> tuple[str, ...]:
        return self.parts[1::2]

    @property
    def is_collection(self) -> bool:
        """Whether it ends with a type, so that it means all of that type."""
        return len(self.parts) % 2 == 1


ABOVE = Path("", None, None, ())  # whatever begins with no subscription


def parse(path: str) -> Path:
    """Cut a path; ABOVE if it does not begin with a subscription."""
    parts = [part for part in path.split("/") if part]
    if len(parts) < 2 or parts[0].lower() != "subscriptions":
        return ABOVE
    subscription, rest = parts[1], parts[2:]
    group = provider = None
    if len(rest) >= 2 and rest[0].lower() == "resourcegroups":
        group, rest = rest[1], rest[2:]
    if len(rest) >= 2 and rest[0].lower() == "providers":
        provider, rest = rest[1], rest[2:]
    return Path(subscription.lower(), group, provider, tuple(rest))


def join(subscription: str, group: str, namespace: str, types: tuple[str, ...], names: tuple[str, ...]) -> str:
    """The id of a resource."""
    inner = "/".join(itertools.chain.from_iterable(zip(types, names, strict=True)))
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{namespace}/{inner}"


def key(resource_id: str) -> str:
    """What two equal ids have in common."""
    return resource_id.strip().rstrip("/").lower()


def last(resource_id: str) -> str:
    """The name at the end of an id."""
    return resource_id.rstrip("/").rsplit("/", 1)[-1]
