"""A cloud of two dictionaries, for tests of the engine: things, and the calls that were made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.resource import Listing, Resource, State

OWNER = "shop-k3v9q2ab"


class Cloud:
    """Things by name; ``late`` looks pass before a write shows; ``calls`` tells what was asked, in order."""

    def __init__(self, things: dict[str, State] | None = None, *, late: int = 0) -> None:
        self.things = {name: dict(state) for name, state in (things or {}).items()}
        self.late, self.calls = late, list[str]()
        self.before_delete: Callable[[str], None] = lambda name: None
        self.before_create: Callable[[str], None] = lambda name: None
        self._shown: dict[str, State] | None = None
        self._looks = 0

    def listing(self) -> Listing[str]:
        return Listing(self._list)

    def write(self, call: str, name: str, state: State | None) -> None:
        if self._shown is None and self.late:
            self._shown, self._looks = {k: dict(v) for k, v in self.things.items()}, 0
        self.calls.append(f"{call} {name}")
        if state is None:
            self.things.pop(name, None)
        else:
            self.things[name] = state

    def _list(self) -> dict[str, State]:
        self.calls.append("list")
        if self._shown is not None:
            self._looks += 1
            if self._looks <= self.late:
                return self._shown
            self._shown = None
        return {name: dict(state) for name, state in self.things.items()}


class Thing(Resource):
    """A thing of that cloud."""

    kind = "thing"
    pause = 0.001
    patience = 0.2

    def __init__(self, cloud: Cloud, name: str, desired: State | None, listing: Listing[str], **more: Any) -> None:
        desired = None if desired is None else {"owner": OWNER, **desired}
        super().__init__("aws-fra", name, desired, owner=OWNER, listing=listing, **more)
        self.cloud = cloud

    def create(self) -> None:
        self.cloud.before_create(self.name)
        self.cloud.write("create", self.name, dict(self.desired or {}))

    def update(self, fields: State) -> None:
        self.cloud.write("update", self.name, {**self.cloud.things[self.name], **fields})

    def delete(self) -> None:
        self.cloud.before_delete(self.name)
        self.cloud.write("delete", self.name, None)

    def settled(self) -> bool:
        return self.actual is None or self.actual.get("status", "ready") == "ready"
