# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What exists: resources by id, children beside their parents, and who names whom."""

from __future__ import annotations

import copy
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.azure import ids

if TYPE_CHECKING:
    from sandbox.azure.kinds import Kind

Body = dict[str, Any]


@dataclass
class Resource:
    """One resource. `body` is as the client may set it, without children; `own` is what only the cloud knows of it."""

    id: str
    kind: Kind
    body: Body
    created: float
    state: str = "Updating"
    etag: str = ""
    own: Body = field(default_factory=dict)
    operation: str | None = None  # the one that is under way
    listed_from: float = 0.0

    @property
    def key(self) -> str:
        return ids.key(self.id)

    @property
    def name(self) -> str:
        return ids.last(self.id)

    @property
    def group(self) -> str:
        return self.id.split("/")[4]

    @property
    def subscription(self) -> str:
        return self.id.split("/")[2]

    @property
    def properties(self) -> Body:
        """The client's properties; made if there are none."""
        return self.body.setdefault("properties", {})  # type: ignore[no-any-return]

    @property
    def location(self) -> str:
        return str(self.body.get("location", ""))

    def touch(self) -> None:
        """Give it a new etag; each change does."""
        self.etag = str(uuid.uuid4())

    def copy(self) -> Resource:
        """A copy whose body can be changed."""
        return Resource(self.id, self.kind, copy.deepcopy(self.body), self.created, self.state, self.etag,
                        copy.deepcopy(self.own), self.operation, self.listed_from)  # fmt: skip


class Store:
    """All resources of all subscriptions, groups among them."""

    def __init__(self) -> None:
        self._all: dict[str, Resource] = {}
        self._users: dict[str, list[tuple[Resource, str]]] | None = None  # made when it is asked for

    def find(self, resource_id: str) -> Resource | None:
        return self._all.get(ids.key(resource_id))

    def put(self, resource: Resource) -> None:
        self._all[resource.key] = resource
        self._users = None

    def drop(self, resource: Resource) -> None:
        self._all.pop(resource.key, None)
        self._users = None

    def forget(self) -> None:
        """Bodies may have changed in place: who names whom is to be looked up anew."""
        self._users = None

    def of(self, kind: Kind, under: str = "") -> list[Resource]:
        """All of a kind below an id, in the order of their ids."""
        start = ids.key(under) + "/" if under else ""
        found = [one for key, one in self._all.items() if one.kind is kind and key.startswith(start)]
        return sorted(found, key=lambda one: one.key)

    def children(self, parent: Resource) -> list[Resource]:
        """In the order they were made, as ARM lists them."""
        start = parent.key + "/"
        found = [one for key, one in self._all.items() if key.startswith(start) and one.kind.parent is parent.kind]
        return sorted(found, key=lambda one: one.created)

    def inside(self, group: Resource) -> list[Resource]:
        """Everything of a group, children included."""
        return [one for key, one in self._all.items() if key.startswith(group.key + "/")]

    def parent(self, child: Resource) -> Resource | None:
        return self.find(child.id.rsplit("/", 2)[0]) if child.kind.parent else None

    def users(self, key: str) -> list[tuple[Resource, str]]:
        """Who names this id: the resource, and the id of its part that does ("…/ipConfigurations/main")."""
        if self._users is None:
            self._users = {}
            for one in self._all.values():
                for named, where in mentions(one):
                    self._users.setdefault(named, []).append((one, where))
        return self._users.get(key, [])


def mentions(resource: Resource) -> Iterator[tuple[str, str]]:
    """All ids that a resource's body names, lower case, with the id of the part that names them."""
    yield from _ids(resource.body, resource.id)


def _ids(value: Any, where: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name == "id" and isinstance(inner, str):
                yield ids.key(inner), where
            elif name == "ipConfigurations" and isinstance(inner, list):
                for one in inner:
                    rest = {key: part for key, part in one.items() if key != "id"}
                    yield from _ids(rest, f"{where}/ipConfigurations/{one.get('name')}")
            else:
                yield from _ids(inner, where)
    elif isinstance(value, list):
        for inner in value:
            yield from _ids(inner, where)
