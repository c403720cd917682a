# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own endpoints under /_sandbox/: health, log, faults, clock, state. For tests, drills and `status`."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.aws import ACCOUNT, kinds
from sandbox.aws.cloud import Cloud
from sandbox.aws.images import IMAGES
from sandbox.aws.journal import Journal

log = logging.getLogger(__name__)
Answer = dict[str, Any]
WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Control:
    """Answers /_sandbox/...; everything else goes on to the clouds."""

    def __init__(self, cloud: Cloud, journal: Journal, clouds: WSGI, host: Any) -> None:
        self.cloud, self.journal, self.clouds, self.host = cloud, journal, clouds, host
        self.routes: dict[tuple[str, str], Callable[[Answer], Answer]] = {
            ("GET", "health"): self.health, ("GET", "log"): self.log, ("GET", "state"): self.state,
            ("GET", "faults"): self.show_faults, ("POST", "faults"): self.add_fault,
            ("DELETE", "faults"): self.clear_faults,
            ("POST", "clock"): self.step, ("POST", "quotas"): self.quota, ("POST", "settings"): self.settings,
            ("POST", "kill"): self.kill, ("GET", "principals"): self.principals,
            ("POST", "principals"): self.bind, ("DELETE", "principals"): self.release,
        }  # fmt: skip

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith("/_sandbox/"):
            return self.clouds(environ, start_response)
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
        except (ValueError, TypeError, KeyError, LookupError) as error:
            return "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}
        except Exception as error:
            log.exception("/_sandbox/%s failed", name)
            return "500 Internal Server Error", {"error": f"{type(error).__name__}: {error}"}

    def health(self, asked: Answer) -> Answer:
        """Whether the sandbox is ready, and what it does until then."""
        return self.host.health()  # type: ignore[no-any-return]

    def log(self, asked: Answer) -> Answer:
        """The requests after number `since`."""
        return {"entries": self.journal.since(int(asked.get("since", 0))), "last": self.journal.last}

    def state(self, asked: Answer) -> Answer:
        """Everything of all regions, as lists show it, and what the fabric says of each machine."""
        with self.cloud.lock:
            self.cloud.tick()
            regions = {
                f"{account}/{name}": {kind.rows: region.rows(kind) for kind in kinds.ALL}
                for (account, name), region in self.cloud.regions.items()
            }
            images = {name: {one.name: one.id(name) for one in IMAGES} for _, name in self.cloud.regions}
        keys = [row["InstanceId"] for kinds_of in regions.values() for row in kinds_of["Instances"]]
        return {"regions": regions, "machines": self.host.statuses(keys), "images": images, **self.host.health()}

    def show_faults(self, asked: Answer) -> Answer:
        return {"faults": self.cloud.faults.show()}

    def add_fault(self, asked: Answer) -> Answer:
        """Add one rule; its fields are those of faults.Fault."""
        return {"id": self.cloud.faults.add(asked).id}

    def clear_faults(self, asked: Answer) -> Answer:
        """Remove rule `id`, or all, and let go of what was held pending."""
        count = self.cloud.faults.clear(int(asked["id"]) if "id" in asked else None)
        with self.cloud.lock:
            self.cloud.shared.phases.free()
        return {"removed": count}

    def step(self, asked: Answer) -> Answer:
        """Move the clock `seconds` forward."""
        self.cloud.clock.step(float(asked["seconds"]))
        self.cloud.tick()
        return {"now": self.cloud.clock.now()}

    def quota(self, asked: Answer) -> Answer:
        """Change the applied value of quota `code`."""
        self.cloud.shared.quotas.set(asked["code"], float(asked["value"]))
        return {}

    def settings(self, asked: Answer) -> Answer:
        """`page`: rows of a page when a request names no number."""
        size = int(asked["page"])
        if size < 1:
            raise ValueError(f"page is {size}; it must be at least 1")
        self.cloud.describe.size = size
        return {"page": size}

    def principals(self, asked: Answer) -> Answer:
        """Access keys with policies, and the actions that each used."""
        return {"principals": self.cloud.principals.show()}

    def bind(self, asked: Answer) -> Answer:
        """Let access key `key` do what the documents in `policies` allow, and no more."""
        account = str(asked.get("account", ACCOUNT))
        return {"arn": self.cloud.principals.bind(asked["key"], asked["policies"], account).arn}

    def release(self, asked: Answer) -> Answer:
        """Let access key `key`, or all of them, do everything again."""
        return {"removed": self.cloud.principals.release(asked.get("key"))}

    def kill(self, asked: Answer) -> Answer:
        """Kill machine `id` behind the cloud's back: the API goes on to say that it runs."""
        self.host.kill(asked["id"])
        return {}
