# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own endpoints of the simulated Google, under /_sandbox/: log, faults, clock, quotas, keys, state."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.aws.journal import Journal
from sandbox.gcp.cloud import PROJECT, Cloud
from sandbox.gcp.kinds import INSTANCE, KEPT
from sandbox.gcp.rules_instance import key_of

Answer = dict[str, Any]


class Control:
    """Answers /_sandbox/... `broken` are the answers that the contract forbade: bugs of the sandbox."""

    def __init__(self, cloud: Cloud, journal: Journal) -> None:
        self.cloud, self.journal = cloud, journal
        self.broken: list[str] = []
        self.routes: dict[tuple[str, str], Callable[[Answer], Answer]] = {
            ("GET", "health"): self.health, ("GET", "log"): self.log, ("GET", "state"): self.state,
            ("GET", "faults"): self.show_faults, ("POST", "faults"): self.add_fault,
            ("DELETE", "faults"): self.clear_faults, ("POST", "clock"): self.step, ("POST", "quotas"): self.quota,
            ("POST", "settings"): self.settings, ("POST", "key"): self.key,
            ("POST", "permissions"): self.permissions, ("GET", "principals"): self.principals,
            ("POST", "principals"): self.bind, ("DELETE", "principals"): self.release,
        }  # fmt: skip

    def answer(self, environ: dict[str, Any], name: str, body: bytes) -> tuple[int, Answer]:
        """Status and JSON."""
        route = self.routes.get((environ["REQUEST_METHOD"], name))
        if route is None:
            known = ", ".join(f"{method} {path}" for method, path in sorted(self.routes))
            return 404, {"error": f"{environ['REQUEST_METHOD']} /_sandbox/{name} is not one of: {known}"}
        try:
            asked = {**dict(parse_qsl(environ.get("QUERY_STRING", ""))), **(json.loads(body) if body else {})}
            return 200, route(asked)
        except (ValueError, TypeError, KeyError, LookupError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}

    def health(self, asked: Answer) -> Answer:
        return {"ready": True, "projects": sorted(self.cloud.projects), "broken": self.broken}

    def log(self, asked: Answer) -> Answer:
        """The requests after number `since`."""
        return {"entries": self.journal.since(int(asked.get("since", 0))), "last": self.journal.last}

    def state(self, asked: Answer) -> Answer:
        """Everything there is, by kind and path, and what the fabric says of each machine."""
        with self.cloud.lock:
            self.cloud.tick()
            rows = {kind.collection: {one.path: one.row for one in self.cloud.store.all(kind)} for kind in KEPT}
            kinds = json.loads(json.dumps(rows))
        keys = [key_of(row) for row in kinds[INSTANCE.collection].values()]
        machines = {key: self.cloud.machines.status(key) for key in keys} if self.cloud.machines else {}
        return {"kinds": kinds, "machines": machines, "broken": self.broken}

    def show_faults(self, asked: Answer) -> Answer:
        return {"faults": self.cloud.faults.show()}

    def add_fault(self, asked: Answer) -> Answer:
        """Add one rule; its fields are those of faults.Fault."""
        return {"id": self.cloud.faults.add(asked).id}

    def clear_faults(self, asked: Answer) -> Answer:
        """Remove rule `id`, or all, and let go of what was held pending."""
        count = self.cloud.faults.clear(int(asked["id"]) if "id" in asked else None)
        with self.cloud.lock:
            self.cloud.operations.free()
        return {"removed": count}

    def step(self, asked: Answer) -> Answer:
        """Move the clock `seconds` forward."""
        self.cloud.clock.step(float(asked["seconds"]))
        self.cloud.tick()
        return {"now": self.cloud.clock.now()}

    def quota(self, asked: Answer) -> Answer:
        """Change the limit of metric `code`."""
        self.cloud.quotas.set(asked["code"], float(asked["value"]))
        return {}

    def settings(self, asked: Answer) -> Answer:
        """`page`: rows of a page when a request names no number; `lag`: seconds that reads are late; `operation`:
        seconds that one takes when nobody polls; `wait`: seconds that a wait lasts at most."""
        values = {key: float(value) for key, value in asked.items()}
        if unknown := sorted(set(values) - {"page", "lag", "operation", "wait"}):
            raise ValueError(f"settings {unknown} are not known")
        if values.get("page", 1) < 1 or min(values.values(), default=0) < 0:
            raise ValueError(f"settings {values}: at least 1 row, and no negative seconds")
        with self.cloud.lock:
            self.cloud.page = int(values.get("page", self.cloud.page))
            self.cloud.store.lag = values.get("lag", self.cloud.store.lag)
            self.cloud.operations.seconds = values.get("operation", self.cloud.operations.seconds)
            self.cloud.longest_wait = values.get("wait", self.cloud.longest_wait)
        return values

    def permissions(self, asked: Answer) -> Answer:
        """Take exactly the permissions in `denied` away from all clients but drills and those with roles."""
        denied = asked["denied"]
        if not isinstance(denied, list) or not all(str(one).startswith("compute.") for one in denied):
            raise ValueError(f"denied is {denied!r}; give a list of permissions such as compute.networks.create")
        self.cloud.denied = set(denied)
        return {"denied": sorted(denied)}

    def principals(self, asked: Answer) -> Answer:
        """Service accounts with roles, and the permissions that each used."""
        return {"principals": self.cloud.principals.show()}

    def bind(self, asked: Answer) -> Answer:
        """Let service account `account` (an email) do what the roles in `roles` give, and no more."""
        return {"account": self.cloud.principals.bind(asked["account"], asked["roles"]).email}

    def release(self, asked: Answer) -> Answer:
        """Let service account `account`, or all of them, do everything again."""
        return {"removed": self.cloud.principals.release(asked.get("account"))}

    def key(self, asked: Answer) -> Answer:
        """A new key file of service account `account` in `project`, of `universe`."""
        project = asked.get("project", PROJECT)
        if project not in self.cloud.projects:
            raise ValueError(f"project {project!r} is not one of {sorted(self.cloud.projects)}")
        given = {key: asked[key] for key in ("account", "universe") if key in asked}
        return dict(self.cloud.identity.key_file(project, **given))
