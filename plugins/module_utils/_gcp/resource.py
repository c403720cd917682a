# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What all resources of GCP share: the client, how they say whose they are, and writes that honour fingerprints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._engine.errors import Error, NotOurs
from .._engine.resource import State
from .._site.resource import SiteResource
from .client import Client
from .errors import is_stale
from .labels import OWNER, description

Row = dict[str, Any]


class GcpResource(SiteResource):
    """A thing in GCP. MUST be overridden: what SiteResource says."""

    def __init__(self, client: Client, name: str, desired: State | None, **others: Any) -> None:
        super().__init__(client, name, desired, **others)
        self.client = client

    @property
    def claim(self) -> str:
        """What makes a thing ours: a label."""
        return f"put the label {OWNER}={self.owner} back on it"

    def refuse_to_adopt(self, fields: State) -> None:
        """Raise NotOurs when an update would make somebody else's thing ours: it took the name since the plan."""
        if "owner" in fields:
            raise NotOurs(
                f"create {self.key}: another thing of that name appeared meanwhile, and is not this cluster's; rename "
                "or remove it, then run again",
                key=self.key,
            )


class DescribedResource(GcpResource):
    """A thing without labels, which is ours by its name and by its description together."""

    describable = False  # True: its description can be changed later

    @property
    def description(self) -> str:
        """What its description should be."""
        return description({"owner": self.owner, "site": self.site, **self.wanted})

    @property
    def claim(self) -> str:
        """What makes a thing ours: its description."""
        said = description({"owner": self.owner, "site": self.site})
        if self.describable:
            return f"write {said} into its description"
        return f"make it anew with the description {said}, since GCP does not let it be changed"


def write_fresh(row: Row, read: Callable[[], Row], write: Callable[[Row], object]) -> None:
    """Write what depends on a fingerprint. One that is stale means that somebody wrote since: read again, once."""
    try:
        write(row)
    except Error as error:
        if not is_stale(error):
            raise
        write(read())
