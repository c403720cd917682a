# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated Google says under /_sandbox/ in its own words, and two verbs of its own."""

from __future__ import annotations

import copy

from sandbox import control
from sandbox.control import Answer
from sandbox.gcp.app import App
from sandbox.gcp.cloud import PROJECT
from sandbox.gcp.kinds import INSTANCE, KEPT
from sandbox.gcp.rules_instance import key_of

SETTINGS = ("page", "lag", "operation", "wait")


class Control(control.Control[App]):
    """A principal is a service account, by its email."""

    WHO = "account"

    def __init__(self, app: App) -> None:
        super().__init__(app, {("POST", "key"): self.key, ("POST", "permissions"): self.permissions})

    def things(self) -> tuple[Answer, list[str]]:
        """By kind and path."""
        store = self.app.cloud.store
        kinds = {kind.collection: {one.path: copy.deepcopy(one.row) for one in store.all(kind)} for kind in KEPT}
        return {"kinds": kinds}, [key_of(row) for row in kinds[INSTANCE.collection].values()]

    def settings(self, asked: Answer) -> Answer:
        """`page`: rows of a page when a request names no number; `lag`: seconds that reads are late; `operation`:
        seconds that one takes when nobody polls; `wait`: seconds that a wait lasts at most."""
        values = {key: float(value) for key, value in asked.items()}
        if unknown := sorted(values.keys() - set(SETTINGS)):
            raise ValueError(f"settings {unknown} are not known")
        if values.get("page", 1) < 1 or min(values.values(), default=0) < 0:
            raise ValueError(f"settings {values}: at least 1 row, and no negative seconds")
        cloud = self.app.cloud
        with cloud.lock:
            cloud.page = int(values.get("page", cloud.page))
            cloud.store.lag = values.get("lag", cloud.store.lag)
            cloud.operations.seconds = values.get("operation", cloud.operations.seconds)
            cloud.longest_wait = values.get("wait", cloud.longest_wait)
        return values

    def bind(self, asked: Answer) -> Answer:
        """Let service account `account` (an email) do what the roles in `roles` give, and no more."""
        return {"account": self.app.cloud.principals.bind(asked["account"], asked["roles"]).email}

    def permissions(self, asked: Answer) -> Answer:
        """Take exactly the permissions in `denied` away from all clients but drills and those with roles."""
        denied = asked["denied"]
        if not isinstance(denied, list) or not all(str(one).startswith("compute.") for one in denied):
            raise ValueError(f"denied is {denied!r}; give a list of permissions such as compute.networks.create")
        self.app.cloud.denied = set(denied)
        return {"denied": sorted(denied)}

    def key(self, asked: Answer) -> Answer:
        """A new key file of service account `account` in `project`, of `universe`."""
        cloud, project = self.app.cloud, asked.get("project", PROJECT)
        if project not in cloud.projects:
            raise ValueError(f"project {project!r} is not one of {sorted(cloud.projects)}")
        given = {key: asked[key] for key in ("account", "universe") if key in asked}
        return dict(cloud.identity.key_file(project, **given))
