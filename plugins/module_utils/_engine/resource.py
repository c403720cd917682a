# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One thing in a cloud, and one difference between what it is and what it should be."""

from __future__ import annotations

import abc
import threading
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

State = dict[str, Any]  # normalised: plain strings, numbers, lists and dicts, so that comparing stays ``!=``
MASKED = "(masked)"
MASKED_DIFFERS = "(masked, differs)"
K = TypeVar("K", bound=Hashable)


class Listing(Generic[K]):
    """All things of one kind in one scope, by one list call; shared by the resources of that kind.

    ``fetch`` returns ``{name: state}``. It MUST raise when a page is missing: unknown is not absent.
    """

    def __init__(self, fetch: Callable[[], Mapping[K, State]]) -> None:
        self._fetch = fetch
        self._seen: Mapping[K, State] | None = None
        self._lock = threading.Lock()  # resources are inspected side by side; one of them fetches

    def all(self) -> Mapping[K, State]:
        """What the cloud listed, fetched on first use and after each ``forget``."""
        with self._lock:
            if self._seen is None:
                self._seen = self._fetch()
            return self._seen

    def get(self, name: K) -> State | None:
        """The state of one, or None for a proven absence."""
        return self.all().get(name)

    def forget(self) -> None:
        """Something changed: the next look lists again."""
        with self._lock:
            self._seen = None


@dataclass(frozen=True)
class Change:
    """One verb on one resource; prints as "update route/aws-fra/gcp-fra"."""

    action: Literal["create", "update", "delete"]
    key: str  # kind/site/name
    before: State | None  # None: it does not exist
    after: State | None  # None: it must not exist
    masked: frozenset[str] = field(default=frozenset(), compare=False)

    @property
    def fields(self) -> State:
        """What is to be set: all of a create, the drift of an update, nothing of a delete. Secrets in clear."""
        before = self.before or {}
        return {k: v for k, v in (self.after or {}).items() if k not in before or before[k] != v}

    def shown(self, state: State | None) -> State:
        """``state`` for human eyes: only the fields that matter here, secrets masked."""
        names = (self.after or self.before or {}).keys()
        differ = self.fields.keys()
        return {
            name: ((MASKED_DIFFERS if name in differ and self.before else MASKED) if name in self.masked else value)
            for name, value in (state or {}).items()
            if name in names
        }

    def __str__(self) -> str:
        return f"{self.action} {self.key}"


class Resource(abc.ABC):
    """One thing in a cloud. Subclasses translate; they never decide.

    MUST be overridden: ``kind``, ``create``, ``update``, ``delete``, and ``read`` unless ``listing`` is given.
    MAY be overridden: ``settled``, ``claim`` and the class attributes below.

    ``desired`` is None for a thing that must not exist. Fields that it does not name are left alone, but ``marks``. It
    names other resources by key, never by cloud id, so that a plan is the same before and after its parents exist.
    """

    kind: str
    fixed: frozenset[str] = frozenset()  # fields the cloud cannot change: a difference is Refused
    create_only: frozenset[str] = frozenset()  # fields that are never compared once the thing exists
    masked: frozenset[str] = frozenset()  # fields that hold secrets
    marks: frozenset[str] = frozenset()  # fields that only we write: one that ``desired`` does not name should be gone
    way_out: str = "change it back in the cluster file, or delete and recreate it yourself"  # said when Refused
    patience: float = 60.0  # seconds until a change must show and be settled
    pause: float = 1.0  # seconds between two looks

    def __init__(
        self,
        site: str,
        name: str,
        desired: State | None,
        *,
        owner: str,
        parent: Resource | None = None,
        after: tuple[Resource, ...] = (),
        listing: Listing[str] | None = None,
    ) -> None:
        self.site, self.name, self.desired, self.owner = site, name, desired, owner
        self.parent, self.after, self.listing = parent, after, listing
        self.actual: State | None = None

    @property
    def key(self) -> str:
        """``kind/site/name``, or ``kind/site`` where a site has one of the kind only (empty name)."""
        return "/".join(part for part in (self.kind, self.site, self.name) if part)

    @property
    def claim(self) -> str:
        """What a user does so that a thing which lost our owner is this cluster's again. Said when NotOurs."""
        return f"put the tag pangaea-cluster={self.owner} back on it"

    @property
    def depth(self) -> int:
        """Number of resources above this one: parents have a smaller one than what lives in them or comes after."""
        above = (*((self.parent,) if self.parent else ()), *self.after)
        return 1 + max((resource.depth for resource in above), default=-1)

    def read(self) -> State | None:
        """The actual state with its ``owner``; None only for a proven absence. Raises Error when it cannot know."""
        if self.listing is None:
            raise NotImplementedError(f"{type(self).__name__} has no listing and must override read()")
        return self.listing.get(self.name)

    @abc.abstractmethod
    def create(self) -> None:
        """Make it as ``desired``. MUST be safe to repeat after a lost answer."""

    @abc.abstractmethod
    def update(self, fields: State) -> None:
        """Set ``fields``: those of ``desired`` that differ. One that is None is a mark that is to be taken off."""

    @abc.abstractmethod
    def delete(self) -> None:
        """Remove it; a thing that is gone already is no error. Raises InUse, which is tried again."""

    def settled(self) -> bool:
        """Whether the last read shows a final state. True unless overridden."""
        return True

    def strays(self) -> State:
        """``{mark: None}`` for each mark that it has by the last read, and should not have."""
        wanted, actual = self.desired or {}, self.actual or {}
        return {name: None for name in sorted(self.marks) if name not in wanted and actual.get(name) is not None}

    def inspect(self) -> Change | None:
        """Read, and say what is to be done; None: nothing."""
        # What lives inside an absent parent is absent: no call, and a plan needs no id.
        inside_nothing = self.parent is not None and self.parent.actual is None
        self.actual = None if inside_nothing else self.read()
        if self.desired is None:
            return None if self.actual is None else Change("delete", self.key, self.actual, None, self.masked)
        if self.actual is None:
            return Change("create", self.key, None, self.desired, self.masked)
        compared = {name: value for name, value in self.desired.items() if name not in self.create_only}
        change = Change("update", self.key, self.actual, {**compared, **self.strays()}, self.masked)
        return change if change.fields else None

    def do(self, change: Change) -> None:
        """Carry ``change`` out."""
        if change.action == "create":
            self.create()
        elif change.action == "update":
            self.update(change.fields)
        else:
            self.delete()
