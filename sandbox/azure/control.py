# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator's own endpoints under /_sandbox/: log, state, faults, clock, quotas, settings. For tests and drills."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.azure import groups, registry
from sandbox.azure.app import App

log = logging.getLogger(__name__)
Answer = dict[str, Any]


class Control:
    """Answers /_sandbox/... with the words of the other clouds' control; everything else goes on to the app."""

    def __init__(self, app: App) -> None:
        self.app, self.cloud, self.journal = app, app.cloud, app.journal
        self.routes: dict[tuple[str, str], Callable[[Answer], Answer]] = {
            ("GET", "log"): self.log, ("GET", "state"): self.state, ("GET", "faults"): self.show_faults,
            ("POST", "faults"): self.add_fault, ("DELETE", "faults"): self.clear_faults, ("POST", "clock"): self.step,
            ("POST", "quotas"): self.quota, ("POST", "settings"): self.settings,
            ("GET", "principals"): self.principals, ("POST", "principals"): self.bind,
            ("DELETE", "principals"): self.release,
        }  # fmt: skip

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/_sandbox/"):
            return self.app(environ, start_response)
        status, answer = self._answer(environ, path.removeprefix("/_sandbox/").strip("/"))
        body = json.dumps(answer, default=str).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: dict[str, Any], name: str) -> tuple[str, Answer]:
        route = self.routes.get((environ["REQUEST_METHOD"], name))
        if route is None:
            known = ", ".join(f"{method} {path}" for method, path in sorted(self.routes))
            return "404 Not Found", {"error": f"{environ['REQUEST_METHOD']} /_sandbox/{name} is not one of: {known}"}
        text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            asked = {**dict(parse_qsl(environ.get("QUERY_STRING", ""))), **(json.loads(text) if text else {})}
            return "200 OK", route(asked)
        except (ValueError, TypeError, KeyError) as error:
            return "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}

    def log(self, asked: Answer) -> Answer:
        """The requests after number `since`."""
        return {"entries": self.journal.since(int(asked.get("since", 0))), "last": self.journal.last}

    def state(self, asked: Answer) -> Answer:
        """Everything there is, by type, as it is answered; of each machine its power state and what the fabric says;
        and answers that would have broken their types."""
        with self.cloud.lock:
            self.cloud.tick()
            kinds = {kind.full: [self.cloud.view(one) for one in self.cloud.store.of(kind)] for kind in registry.ALL}
            kinds[groups.KIND.full] = [groups.view(one) for one in self.cloud.store.of(groups.KIND)]
            power = {one.own["vmId"]: one.own["power"] for one in self.cloud.store.of(registry.MACHINE)}
        machines = {key: self.cloud.machines.status(key) for key in power} if self.cloud.machines else {}
        return {"resources": kinds, "power": power, "machines": machines, "bugs": self.app.bugs}

    def show_faults(self, asked: Answer) -> Answer:
        return {"faults": self.cloud.faults.show()}

    def add_fault(self, asked: Answer) -> Answer:
        """Add one rule; its fields are those of faults.Fault."""
        return {"id": self.cloud.faults.add(asked).id}

    def clear_faults(self, asked: Answer) -> Answer:
        """Remove rule `id`, or all, and let go of the operations that were held."""
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
        """Change the limit of quota `name`."""
        self.cloud.quotas.set(asked["name"], int(asked["limit"]))
        return {}

    def principals(self, asked: Answer) -> Answer:
        """Clients with roles, and the actions that each used."""
        return {"principals": self.cloud.principals.show()}

    def bind(self, asked: Answer) -> Answer:
        """Let client id `client` do what the roles in `assignments` give, and no more."""
        return {"object_id": self.cloud.principals.bind(asked["client"], asked["assignments"]).object_id}

    def release(self, asked: Answer) -> Answer:
        """Forget client id `client`, or all of them."""
        return {"removed": self.cloud.principals.release(asked.get("client"))}

    def settings(self, asked: Answer) -> Answer:
        """Change settings; their names are those of settings.Settings."""
        self.cloud.settings.set(asked)
        return asked
