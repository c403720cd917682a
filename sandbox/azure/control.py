# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated Azure says under /_sandbox/ in its own words."""

from __future__ import annotations

from sandbox import control
from sandbox.azure import groups, registry
from sandbox.azure.app import App
from sandbox.control import Answer


class Control(control.Control[App]):
    """A principal is the client id of a service principal."""

    WHO = "client"

    def things(self) -> tuple[Answer, list[str]]:
        """By type, as it is answered; and of each machine its power state."""
        cloud = self.app.cloud
        kinds = {kind.full: [cloud.view(one) for one in cloud.store.of(kind)] for kind in registry.ALL}
        kinds[groups.KIND.full] = [groups.view(one) for one in cloud.store.of(groups.KIND)]
        power = {one.own["vmId"]: one.own["power"] for one in cloud.store.of(registry.MACHINE)}
        return {"resources": kinds, "power": power}, list(power)

    def settings(self, asked: Answer) -> Answer:
        """Change settings; their names are those of settings.Settings."""
        self.app.cloud.settings.set(asked)
        return asked

    def bind(self, asked: Answer) -> Answer:
        """Let client id `client` do what the roles in `assignments` give, and no more."""
        return {"object_id": self.app.cloud.principals.bind(asked["client"], asked["assignments"]).object_id}
