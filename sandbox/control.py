# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own endpoints of a cloud, under /_sandbox/: log, state, faults, clock ... For tests, drills, `status`.

The verbs are the same in all clouds. What a cloud says in its own words is in its own `control.py`.
"""

from __future__ import annotations

import abc
import json
import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from urllib.parse import parse_qsl

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.host import Machines
from sandbox.journal import Journal

log = logging.getLogger(__name__)
PREFIX = "/_sandbox/"
Answer = dict[str, Any]
Verbs = Mapping[tuple[str, str], Callable[[Answer], Answer]]  # ("POST", "faults") -> what it does with what was asked


class Quotas(Protocol):
    """The limits of a cloud, by its own names of them."""

    def set(self, code: str, limit: float, /) -> None:
        """Change one. Raises ValueError for a name that the cloud does not have."""


class Principals(Protocol):
    """Those who may do only what they were given."""

    def show(self) -> Answer: ...
    def release(self, who: str | None, /) -> int: ...


class Cloud(Protocol):
    """What the verbs need of a simulated cloud. `machines` None: they run on paper."""

    clock: Clock
    faults: Faults
    lock: threading.RLock

    @property
    def quotas(self) -> Quotas: ...
    @property
    def principals(self) -> Principals: ...
    @property
    def machines(self) -> Machines | None: ...
    def tick(self) -> None: ...
    def free(self) -> None:
        """Let go of what a fault held under way."""


class App(Protocol):
    """A simulated cloud on the wire. `bugs`: its answers that no cloud would give; tests look here."""

    journal: Journal
    bugs: list[str]

    @property
    def cloud(self) -> Cloud: ...
    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any], /) -> Iterable[bytes]: ...


Wire = TypeVar("Wire", bound=App)


class Control(abc.ABC, Generic[Wire]):
    """Answers /_sandbox/...; everything else goes on to the cloud. `more`: verbs that no other cloud has.

    WHO, `things`, `settings` and `bind` MUST be overridden.
    """

    WHO: ClassVar[str]  # what a request names a principal by: "key"

    def __init__(self, app: Wire, more: Verbs | None = None) -> None:
        self.app = app
        self.verbs: Verbs = {
            ("GET", "health"): self.health, ("GET", "log"): self.log, ("GET", "state"): self.state,
            ("GET", "faults"): self.show_faults, ("POST", "faults"): self.add_fault,
            ("DELETE", "faults"): self.clear_faults, ("POST", "clock"): self.step, ("POST", "quotas"): self.quota,
            ("POST", "settings"): self.settings, ("GET", "principals"): self.principals,
            ("POST", "principals"): self.bind, ("DELETE", "principals"): self.release, **(more or {}),
        }  # fmt: skip

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if not path.startswith(PREFIX):
            return self.app(environ, start_response)
        status, answer = self._answer(environ, path.removeprefix(PREFIX).strip("/"))
        body = json.dumps(answer, default=str).encode()
        start_response(status, [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]

    def _answer(self, environ: dict[str, Any], name: str) -> tuple[str, Answer]:
        method = environ["REQUEST_METHOD"]
        verb = self.verbs.get((method, name))
        if verb is None:
            known = ", ".join(f"{one} {path}" for one, path in sorted(self.verbs))
            return "404 Not Found", {"error": f"{method} {PREFIX}{name} is not one of: {known}"}
        text = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            return "200 OK", verb({**dict(parse_qsl(environ.get("QUERY_STRING", ""))), **json.loads(text or "{}")})
        except (ValueError, TypeError, LookupError) as error:
            return "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}
        except Exception as error:
            log.exception("%s%s failed", PREFIX, name)
            return "500 Internal Server Error", {"error": f"{type(error).__name__}: {error}"}

    @abc.abstractmethod
    def things(self) -> tuple[Answer, list[str]]:
        """Everything there is, as the cloud shows it, and the keys of the machines. Called with the lock held."""

    @abc.abstractmethod
    def settings(self, asked: Answer) -> Answer:
        """Change how the cloud behaves where the real one varies. Raises ValueError for what it does not have."""

    @abc.abstractmethod
    def bind(self, asked: Answer) -> Answer:
        """Let a principal do what it is given here, and no more. Returns who the cloud says that is."""

    def health(self, asked: Answer) -> Answer:
        """That the cloud answers."""
        return {"ready": True}

    def log(self, asked: Answer) -> Answer:
        """The requests after number `since`."""
        journal = self.app.journal
        return {"entries": journal.since(int(asked.get("since", 0))), "last": journal.last}

    def state(self, asked: Answer) -> Answer:
        """Everything there is, what the fabric says of each machine, and bugs of the simulator."""
        cloud = self.app.cloud
        with cloud.lock:
            cloud.tick()
            things, keys = self.things()
        machines = {key: cloud.machines.status(key) for key in keys} if cloud.machines else {}
        return {**things, "machines": machines, "bugs": self.app.bugs}

    def show_faults(self, asked: Answer) -> Answer:
        """All rules, with how often each was met and acted."""
        return {"faults": self.app.cloud.faults.show()}

    def add_fault(self, asked: Answer) -> Answer:
        """Add one rule; its fields are those of faults.Fault."""
        return {"id": self.app.cloud.faults.add(asked).id}

    def clear_faults(self, asked: Answer) -> Answer:
        """Remove rule `id`, or all, and let go of what was held under way."""
        count = self.app.cloud.faults.clear(int(asked["id"]) if "id" in asked else None)
        self.app.cloud.free()
        return {"removed": count}

    def step(self, asked: Answer) -> Answer:
        """Move the clock `seconds` forward."""
        self.app.cloud.clock.step(float(asked["seconds"]))
        self.app.cloud.tick()
        return {"now": self.app.cloud.clock.now()}

    def quota(self, asked: Answer) -> Answer:
        """Change the limit of quota `code` to `value`."""
        self.app.cloud.quotas.set(asked["code"], float(asked["value"]))
        return {}

    def principals(self, asked: Answer) -> Answer:
        """Those who may do only what they were given, and the permissions that each used."""
        return {"principals": self.app.cloud.principals.show()}

    def release(self, asked: Answer) -> Answer:
        """Take from one principal, or from all, what they were given, and their limits with it."""
        return {"removed": self.app.cloud.principals.release(asked.get(self.WHO))}
