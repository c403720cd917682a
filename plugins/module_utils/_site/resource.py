# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What the resources of all clouds share: an owner, and a create whose answer may get lost."""

from __future__ import annotations

from typing import Any, Protocol

from .._engine.errors import AlreadyExists, Refused, Unreachable
from .._engine.resource import Resource, State
from .._engine.wait import clock
from .records import RECORDED

# What we write on things beside owner and site, by the names of fields: each cloud says where it keeps them. On a thing
# that should not have it, it is drift. Only these: another name that begins with pangaea- is not known to be a mistake.
# A later version of this collection may have written it, or whoever calls a network module, whose marks have any name.
MARKS = frozenset({"machine", "pool"}) | RECORDED
LOOK_AGAIN = 15.0  # seconds until a thing whose create call got no answer must show


class SiteClient(Protocol):
    """What is used here of a cloud's client."""

    site: str
    owner: str


class SiteResource(Resource):
    """MUST be overridden beside the engine's: ``make`` in place of ``create``. MAY be overridden: ``tagged``."""

    marks = MARKS
    tagged = True  # False: it carries no owner, and shares that of what it lives in

    def __init__(self, client: SiteClient, name: str, desired: State | None, **others: Any) -> None:
        common = {"owner": client.owner, "site": client.site} if self.tagged else {"owner": client.owner}
        wanted = None if desired is None else {**common, **desired}
        super().__init__(client.site, name, wanted, owner=client.owner, **others)

    @property
    def id(self) -> str:
        """Cloud id of what was read last."""
        return str((self.actual or {})["id"])

    @property
    def parent_id(self) -> str:
        """Cloud id of what this lives in."""
        return _id_of(self.parent)

    @property
    def after_id(self) -> str:
        """Cloud id of the first thing that comes before this one."""
        return _id_of(self.after[0])

    @property
    def wanted(self) -> State:
        """``desired``, for a thing that is made: nothing is made that should not be there."""
        return self.desired or {}

    def make(self) -> None:
        """One attempt at creating it."""
        raise NotImplementedError

    def create(self) -> None:
        """Make it; after a lost answer, look whether it is there: a create that is done twice may make two."""
        try:
            self.make()
        except (Unreachable, AlreadyExists):
            if not self._shows():
                raise
            left = self.inspect()
            if left is not None and left.action == "update":  # it was made, and the calls after it were not
                self.update(left.fields)

    def _shows(self) -> bool:
        for _elapsed in clock(LOOK_AGAIN, 3.0):
            if self.listing is not None:
                self.listing.forget()
            if self.read() is not None:
                return True
        return False


def _id_of(resource: Resource | None) -> str:
    if resource is None or resource.actual is None:
        raise Refused(
            f"{resource.key if resource else 'a parent'} does not exist, and what needs it cannot be made yet"
        )
    return str(resource.actual["id"])
