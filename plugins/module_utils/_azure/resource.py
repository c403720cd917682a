# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What all resources of Azure share: written whole by their name, tagged by a call of its own."""

from __future__ import annotations

from typing import Any

from .._engine.resource import State
from .._site.resource import SiteResource
from .client import Client
from .tags import as_tags, is_tag, merged


class AzureResource(SiteResource):
    """A thing in Azure. MUST be overridden: ``put``, ``retag`` where it is tagged, and ``delete``."""

    has_health = True  # False: its writes end at once, so none can have failed since

    def __init__(self, client: Client, name: str, desired: State | None, **others: Any) -> None:
        health = {"health": "good"} if self.has_health else {}
        super().__init__(client, name, None if desired is None else {**health, **desired}, **others)
        self.client = client

    @property
    def tags(self) -> dict[str, str]:
        """All tags that it should have: those of others stay."""
        return merged((self.actual or {}).get("tags") or {}, as_tags(self.wanted), self.strays())

    def put(self) -> None:
        """Write it whole, as ``wanted``."""
        raise NotImplementedError

    def retag(self) -> None:
        """Write its tags only."""
        raise NotImplementedError

    def make(self) -> None:
        """A PUT by name makes nothing twice."""
        self.put()

    def update(self, fields: State) -> None:
        """The tags alone where nothing else differs."""
        if all(map(is_tag, fields)):
            self.retag()
        else:
            self.put()

    def settled(self) -> bool:
        """No write on it is under way."""
        return self.actual is None or self.actual["status"] in (None, "Succeeded", "Failed", "Canceled")
