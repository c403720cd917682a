# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What all resources of AWS share: the client, and tags."""

from __future__ import annotations

from typing import Any

from .._engine.resource import State
from .._site.resource import SiteResource
from .client import Client
from .tags import as_tags, stray_tags


class AwsResource(SiteResource):
    """A thing in AWS. MUST be overridden: what SiteResource says."""

    def __init__(self, client: Client, name: str, desired: State | None, **others: Any) -> None:
        super().__init__(client, name, desired, **others)
        self.client = client

    def write_tags(self, fields: State) -> None:
        """Set those of the fields that are kept in tags, by one call; and take strays off, by another."""
        from . import api_network

        tags, strays = as_tags(fields), stray_tags(fields)
        if tags:
            api_network.tag(self.client, self.id, tags)
        if strays:
            api_network.untag(self.client, self.id, strays)

    @property
    def tags(self) -> list[dict[str, str]]:
        """All tags, for the create call."""
        return as_tags(self.desired or {})
