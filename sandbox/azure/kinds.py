# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of resources that are served: version, names, children, and what of their properties has a meaning here.

Names: learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules. A property that the official
type allows and `served` does not name is answered 501: nothing is stored that would have no effect.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.errors import ArmError
    from sandbox.azure.store import Body, Resource

WORD = r"[A-Za-z0-9_]"
PLAIN = re.compile(rf"[A-Za-z0-9]([A-Za-z0-9_.-]{{0,78}}{WORD})?")  # 1-80
NETWORK_NAME = re.compile(rf"[A-Za-z0-9][A-Za-z0-9_.-]{{0,62}}{WORD}")  # 2-64
MACHINE_NAME = re.compile(r"(?![_.-])[^\\/\"'\[\]:|<>+=;,?*@&\s]{1,64}(?<![.-])")
DEPLOYMENT_NAME = re.compile(r"[\w().-]{1,64}")
GROUP_NAME = re.compile(r"[\w().-]{0,89}[\w()-]")


class Rules:
    """What holds for one kind beyond its type. All methods MAY be overridden; all raise ArmError."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        """Judge a resource before it is stored, and fill what the cloud fills. `siblings` are the parent's others."""

    def saved(self, cloud: Cloud, new: Resource, old: Resource | None) -> None:
        """It was stored; its operation has not ended."""

    def finished(self, cloud: Cloud, resource: Resource) -> None:
        """The operation that wrote it ended well."""

    def failed(self, cloud: Cloud, resource: Resource) -> None:
        """The operation that wrote it failed."""

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        """Why it cannot be deleted, naming the user."""
        return None

    def deleted(self, cloud: Cloud, resource: Resource) -> None:
        """It is gone; take with it what dies with it."""

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        """Add what is read-only: back references, states, addresses."""

    def ready(self, cloud: Cloud, resource: Resource) -> bool:
        """Whether its operation may end, as far as the world outside decides."""
        return True


@dataclass(frozen=True, eq=False)
class Kind:
    """One type of resource."""

    namespace: str
    types: tuple[str, ...]
    version: str
    name: re.Pattern[str]
    served: frozenset[str]
    rules: Rules
    parent: Kind | None = None
    asynchronous: bool = True
    updating: str = "Updating"  # provisioningState while a first PUT runs
    root: frozenset[str] = frozenset({"tags"})  # what stands beside properties
    actions: tuple[str, ...] = ()
    has_etag: bool = True
    made: int = 201  # status of a first PUT

    @property
    def full(self) -> str:
        """The full type: "Microsoft.Network/virtualNetworks/subnets"."""
        return f"{self.namespace}/{'/'.join(self.types)}"

    @property
    def tracked(self) -> bool:
        """Whether it has a location and tags."""
        return self.parent is None


def words(text: str) -> frozenset[str]:
    """A set of names."""
    return frozenset(text.split())


def table(kinds: tuple[Kind, ...]) -> dict[str, Kind]:
    """By lower-case full type."""
    return {kind.full.lower(): kind for kind in kinds}


def unserved(kind: Kind, body: dict[str, Any]) -> list[str]:
    """What of a body the simulator gives no meaning, as paths. An empty list asks for nothing: clients send it back."""
    top = body.keys() - kind.root - {"location", "properties", "id", "name", "type", "etag"}
    return [*sorted(top), *(f"properties.{name}" for name, value in sorted(body.get("properties", {}).items())
                            if name not in kind.served and value != [])]  # fmt: skip


def served(kind: Kind, body: dict[str, Any]) -> dict[str, Any]:
    """A body's properties without those that are not served, which are empty lists by now."""
    return {name: value for name, value in (body.get("properties") or {}).items() if name in kind.served}
