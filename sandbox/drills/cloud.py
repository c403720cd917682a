# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a drill needs of a cloud: everything that is there in one shape, and acts on it by the cloud's own API."""

from __future__ import annotations

import abc
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sandbox.client import ask_cloud
from sandbox.places import Place

Row = dict[str, Any]


class Refused(ValueError):
    """The cloud refused, in its own words; or it has no such thing, and the message says what it has instead."""


@dataclass(frozen=True)
class Found:
    """One thing and where it is. `names` are all it answers to besides its id and its name.

    `inside`: a rule's or route's holder, by id; `on`: the machine that an address is on; `key`: a machine's in the
    fabric; `port` the first of a rule, `cidr` the peer of a rule (if it is a range) or where a route leads.
    """

    cloud: str
    kind: str
    region: str
    id: str
    name: str
    row: Row = field(compare=False)
    names: frozenset[str] = frozenset()
    inside: str = ""
    on: str = ""
    key: str = ""
    about: str = ""
    port: int | None = None
    egress: bool = False
    cidr: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.about or self.name or 'without a name'}) in {self.region}"

    def is_called(self, name: str) -> bool:
        """Whether this is what somebody means who says `name`."""
        return name in ({self.id, self.name} | self.names) - {""}


class Cloud(abc.ABC):
    """One cloud of a running sandbox, as somebody else in the same account uses it. Every act waits for its end.

    What an act is refused is a Refused. `LACKS`: verbs that make no sense here, and what there is instead.
    `RULES` and `ROUTES` are the kinds that hold them. `FAULTS` and `SERVICES` are what its fault rules know.
    """

    NAME: ClassVar[str]
    LACKS: ClassVar[dict[str, str]] = {}
    RULES: ClassVar[str] = "group"
    ROUTES: ClassVar[str] = "table"
    FAULTS: ClassVar[tuple[str, ...]]
    SERVICES: ClassVar[tuple[str, ...]]
    CHANGING: ClassVar[tuple[str, ...]]  # words that stand in a row for as long as it is on its way

    def __init__(self, place: Place) -> None:
        self.place = place

    def ask(self, method: str, path: str, body: Row | None = None) -> Row:
        """One request to the cloud's /_sandbox/."""
        return ask_cloud(self.place, self.NAME, method, path, body)

    @classmethod
    @abc.abstractmethod
    def has(cls, region: str) -> bool:
        """Whether this cloud has a region of that name."""

    @classmethod
    def stands(cls, one: Found, region: str) -> bool:
        """Whether a thing is in a region. MAY be overridden, where things have none."""
        return one.region == region

    @abc.abstractmethod
    def things(self) -> list[Found]:
        """Everything that lives."""

    @abc.abstractmethod
    def delete(self, one: Found) -> None:
        """Delete a thing of any kind but rules of a group and addresses; what is in use is refused."""

    @abc.abstractmethod
    def edit_rule(self, rule: Found, cidr: str) -> None:
        """Set the peer of a rule."""

    @abc.abstractmethod
    def add_rule(self, holder: Found, port: int, cidr: str) -> None:
        """Let a range in to a TCP port."""

    @abc.abstractmethod
    def release(self, address: Found) -> None:
        """Take a static public address off what it is on, and give it back."""

    @abc.abstractmethod
    def tag(self, one: Found, key: str, value: str | None) -> str:
        """Set a tag, or remove it; return the cloud's word for what was set."""

    @abc.abstractmethod
    def power(self, machine: Found, *, on: bool) -> None:
        """Start or stop a machine."""

    @abc.abstractmethod
    def make_bystander(self, region: str, *, machine: bool) -> list[str]:
        """Make one of each; return their ids. They are of another cluster, and partly of nobody."""

    @abc.abstractmethod
    def remove_bystander(self, region: str, ids: list[str]) -> None:
        """Take all of that away."""

    @abc.abstractmethod
    def names(self, entry: Row, thing: str) -> bool:
        """Whether a request of the log named a thing, by its id."""
