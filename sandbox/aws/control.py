# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated AWS says under /_sandbox/ in its own words."""

from __future__ import annotations

from sandbox import control
from sandbox.aws import ACCOUNT, kinds
from sandbox.aws.app import App
from sandbox.aws.images import IMAGES
from sandbox.control import Answer


class Control(control.Control[App]):
    """A principal is an access key."""

    WHO = "key"

    def things(self) -> tuple[Answer, list[str]]:
        """By account and region, rows as lists show them; and the ids of the images there."""
        regions = {
            f"{account}/{name}": {kind.rows: region.rows(kind) for kind in kinds.ALL}
            for (account, name), region in self.app.cloud.regions.items()
        }
        images = {name: {one.name: one.id(name) for one in IMAGES} for _, name in self.app.cloud.regions}
        keys = [row["InstanceId"] for rows in regions.values() for row in rows["Instances"]]
        return {"regions": regions, "images": images}, keys

    def settings(self, asked: Answer) -> Answer:
        """`page`: rows of a page when a request names no number."""
        if unknown := sorted(asked.keys() - {"page"}):
            raise ValueError(f"settings {unknown} are not known")
        size = int(asked["page"])
        if size < 1:
            raise ValueError(f"page is {size}; it must be at least 1")
        self.app.cloud.describe.size = size
        return {"page": size}

    def bind(self, asked: Answer) -> Answer:
        """Let access key `key` of `account` do what the documents in `policies` allow, and no more."""
        account = str(asked.get("account", ACCOUNT))
        return {"arn": self.app.cloud.principals.bind(asked["key"], asked["policies"], account).arn}
