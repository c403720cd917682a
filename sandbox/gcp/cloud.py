# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google as one object: projects, things, operations; one request at a time."""

from __future__ import annotations

import copy
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.gcp import (
    catalog,
    discovery,
    faults,
    permissions,
    reads,
    rules_address,
    rules_disk,
    rules_firewall,
    rules_instance,
    rules_network,
    rules_route,
    rules_settings,
    rules_subnet,
)
from sandbox.gcp.call import RULES, Call
from sandbox.gcp.errors import GcpError, OperationError, invalid, not_found, not_implemented, required
from sandbox.gcp.identity import Identity
from sandbox.gcp.kinds import ADDRESS, INSTANCE
from sandbox.gcp.operations import Operations
from sandbox.gcp.pool import Pool
from sandbox.gcp.quotas import Quotas
from sandbox.gcp.roles import Principals
from sandbox.gcp.stamps import Stamps
from sandbox.gcp.store import Row, Store
from sandbox.host import Machines

_LOADED = (reads, rules_address, rules_disk, rules_firewall, rules_instance, rules_network, rules_route,
           rules_settings, rules_subnet)  # their rules register on import  # fmt: skip
PROJECT = "pangaea-sandbox"
IGNORED = ("alt", "prettyPrint", "key", "quotaUser", "userIp", "$.xgafv", "upload_protocol", "uploadType")
REMEMBERED = 3600  # seconds that a requestId is known. Source: API reference, parameter requestId


class ContractBroken(Exception):
    """An answer that the contract forbids: a bug of the sandbox, never sent."""


@dataclass(frozen=True)
class Request:
    """One request after its caller was known. `query` has every value of each parameter."""

    method: discovery.Method
    query: dict[str, list[str]]
    body: Any
    user: str


@dataclass(frozen=True)
class Orders:
    """What fault rules ordered for one request."""

    held: bool = False
    fails: OperationError | None = None
    partial: bool = False


class Cloud:
    """Holds all state, under one lock."""

    def __init__(self, machines: Machines | None = None, changed: Callable[[], None] = lambda: None,
                 projects: tuple[str, ...] = (PROJECT,), seed: int = 1) -> None:  # fmt: skip
        self.clock = Clock()
        self.stamps = Stamps(self.clock, seed)
        self.store = Store(self.clock)
        self.operations = Operations(self.clock, self.stamps)
        self.quotas = Quotas(self.store)
        self.faults = faults.rules()
        self.identity = Identity(self.clock)
        self.pool = Pool(self._public_addresses)
        self.machines = machines
        self.guests: dict[str, dict[tuple[str, str], str]] = {}  # instance id -> what it told: namespace, key -> value
        self.projects = {name: self._project(name) for name in projects}
        self.lock = threading.RLock()
        self.denied: set[str] = set()  # permissions that clients without a role do not have
        self.principals = Principals()
        self.page, self.longest_wait = 500, 5.0  # the real wait lasts two minutes
        self._changed = changed
        self._requests: dict[str, tuple[float, str, str]] = {}  # requestId -> time, what was asked, operation

    def answer(self, request: Request, orders: Orders) -> Row:
        """Do one request. Raises GcpError, or ContractBroken for a bug."""
        with self.lock:
            self.tick()
            call = self._call(request, orders)
            permissions.check(call, self._may(request.user))
            known = self._known(request, call)
            answer = known if known is not None else RULES[call.method](call)
            if request.method.about["httpMethod"] != "GET" and not call.method.endswith(".wait"):
                self._remember(request, call, answer)
                self._changed()
            answer = copy.deepcopy(answer)
            if broken := discovery.check_answer(request.method, answer):
                raise ContractBroken(f"{request.method.id}: {'; '.join(map(str, broken))}")
            return answer

    def _may(self, user: str) -> Callable[[str], bool]:
        """Judges a permission for somebody: by his roles, else by what clients were denied; drills may everything."""
        principal = self.principals.find(user)
        if principal is not None:
            return principal.may
        denied = set() if user.startswith("sandbox-drill@") else self.denied
        return lambda permission: permission not in denied

    def tick(self) -> None:
        """Let time pass."""
        with self.lock:
            if self.operations.tick():
                self._changed()

    def free(self) -> None:
        """Let go of what a fault held under way."""
        with self.lock:
            self.operations.free()

    def add_project(self, name: str) -> None:
        """One more project, in which nothing is."""
        with self.lock:
            self.projects[name] = self._project(name)

    def pause(self, seconds: float) -> None:
        """Let others work while a `wait` waits. Called with the lock held once."""
        self.lock.release()
        try:
            time.sleep(seconds)
        finally:
            self.lock.acquire()
        self.tick()

    def is_static(self, address: str) -> bool:
        """Whether a public address is somebody's reserved one."""
        return any(one.row["address"] == address for one in self.store.all(ADDRESS))

    def _call(self, request: Request, orders: Orders) -> Call:
        """The request, checked against the contract. Raises GcpError."""
        method = request.method
        name = method.id.removeprefix("compute.")
        if name not in RULES:
            raise not_implemented(f"the method {method.id}")
        public = method.about["httpMethod"] == "GET" and name.startswith("images.")
        self._check_project(method.values["project"], public=public)
        if name not in ("zones.get", "regions.get"):  # which say 404 themselves
            _check_place(method.values)
        _check_query(method, request.query)
        body = {} if request.body is None and "request" in method.about else request.body
        for broken in discovery.check_body(method, body):
            raise _refusal(broken)
        schema = method.about.get("request", {}).get("$ref", "")
        body = discovery.without_ignored(schema, body) if schema and body else {}
        query = {key: discovery.plain(method, key, values[-1]) for key, values in request.query.items()
                 if key not in IGNORED}  # fmt: skip
        return Call(self, name, method.values, query, copy.deepcopy(body), request.user, orders.held, orders.fails,
                    orders.partial)  # fmt: skip

    def _check_project(self, project: str, *, public: bool) -> None:
        """Raise GcpError for one that is not ours. `public`: what everybody may read in Google's own projects."""
        if project in catalog.PUBLIC_PROJECTS and not public:
            raise GcpError(403, "forbidden", f"Required permission for 'projects/{project}'")
        if project not in self.projects and project not in catalog.PUBLIC_PROJECTS:
            raise not_found(f"projects/{project}")

    def _known(self, request: Request, call: Call) -> Row | None:
        """The operation of the same request, sent before. Raises GcpError if it was another one."""
        number = call.query.get("requestId")
        if number is None:
            return None
        try:
            good = uuid.UUID(number).int != 0
        except ValueError:
            good = False
        if not good:
            raise invalid("requestId", number, "Must be a valid UUID other than the zero one.")
        when, asked, path = self._requests.get(number, (0.0, "", ""))
        operation = self.operations.all.get(path)
        if operation is None or self.clock.now() - when > REMEMBERED:
            return None
        if asked != _asked(request):
            raise invalid("requestId", number, "The ID was used by another request.")
        return operation.row

    def _remember(self, request: Request, call: Call, answer: Row) -> None:
        number = call.query.get("requestId")
        if number and answer.get("kind") == "compute#operation" and number not in self._fresh():
            path = answer["selfLink"].split("/compute/v1/")[-1]
            self._requests[number] = (self.clock.now(), _asked(request), path)

    def _fresh(self) -> dict[str, tuple[float, str, str]]:
        now = self.clock.now()
        self._requests = {key: one for key, one in self._requests.items() if now - one[0] <= REMEMBERED}
        return self._requests

    def _public_addresses(self) -> list[str]:
        static = [one.row["address"] for one in self.store.all(ADDRESS)]
        return static + [one for row in self.store.all(INSTANCE) for one in rules_address.public_of(row.row)]

    def _project(self, name: str) -> Row:
        metadata = {"kind": "compute#metadata", "fingerprint": self.stamps.fingerprint([])}
        return {"id": catalog.number(f"projects/{name}"), "creationTimestamp": catalog.BORN,
                "commonInstanceMetadata": metadata}  # fmt: skip


def _check_place(values: dict[str, str]) -> None:
    for word, there in (("region", list(catalog.ZONES)), ("zone", catalog.zones())):
        if word in values and values[word] not in there:
            raise invalid(word, values[word], f"Unknown {word}.")


def _check_query(method: discovery.Method, query: dict[str, list[str]]) -> None:
    """Raise GcpError for a parameter that is wrong, or right and not known to the sandbox."""
    lists = method.id.endswith((".list", ".aggregatedList"))
    query = {key: values for key, values in query.items() if not (lists and key == "returnPartialSuccess")}
    for broken in discovery.check_query(method, query):
        if broken.rule == "required":
            raise required(broken.path)
        if broken.rule == "unknown":
            text = f'Unknown name "{broken.path}": Cannot bind query parameter. Field could not be found in request '
            raise GcpError(400, "invalid", f"Invalid JSON payload received. {text}message.")
        raise invalid(broken.path, broken.value, broken.message.capitalize() + ".")
    for name in ("fields", "callback", "access_token", "oauth_token"):
        if name in query:
            raise not_implemented(f"the parameter {name}")
    if query.get("alt", ["json"])[-1] != "json":
        raise not_implemented(f"alt={query['alt'][-1]}")


def _refusal(broken: discovery.Fault) -> GcpError:
    """The contract's finding as the service says it."""
    if broken.rule == "required":
        return required(broken.path)
    if broken.rule == "unknown":
        where, _, name = broken.path.rpartition(".")
        text = f"Invalid JSON payload received. Unknown name \"{name}\" at '{where}': Cannot find field."
        return GcpError(400, "invalid", text)
    return invalid(broken.path, broken.value, broken.message.capitalize() + ".")


def _asked(request: Request) -> str:
    query = {key: value for key, value in request.query.items() if key not in ("requestId", *IGNORED)}
    return repr((request.method.id, sorted(request.method.values.items()), sorted(query.items()), request.body))
