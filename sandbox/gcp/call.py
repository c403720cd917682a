# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request on its way: what its URL means, and how a rule accepts it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.gcp.errors import GcpError, OperationError, exists, invalid, not_found, not_implemented, not_ready, stale
from sandbox.gcp.kinds import LISTED, Kind
from sandbox.gcp.links import check_labels, check_name, full, reference
from sandbox.gcp.store import Entry, Row

if TYPE_CHECKING:
    from sandbox.gcp.cloud import Cloud


@dataclass
class Call:
    """A rule checks first and then calls `accept`: what a failing operation was ordered for has no effect."""

    cloud: Cloud
    method: str  # networks.insert
    values: dict[str, str]
    query: dict[str, str] = field(default_factory=dict)
    body: Row = field(default_factory=dict)
    user: str = ""
    held: bool = False
    fails: OperationError | None = None
    partial: bool = False

    @property
    def kind(self) -> Kind:
        return LISTED[self.method.split(".")[0]]

    @property
    def verb(self) -> str:
        return self.method.split(".")[1]

    @property
    def project(self) -> str:
        return self.values["project"]

    @property
    def scope(self) -> str:
        """ "global", "regions/r" or "zones/z"."""
        for word in ("zone", "region"):
            if word in self.values and self.kind.scope:
                return f"{word}s/{self.values[word]}"
        return "global"

    @property
    def region(self) -> str:
        """The region of the call's scope, also of a zone."""
        place = self.scope.split("/")[-1]
        return place.rsplit("-", 1)[0] if self.scope.startswith("zones/") else place

    def path(self, name: str, kind: Kind | None = None) -> str:
        """The path of one thing in the call's scope."""
        return f"projects/{self.project}/{self.scope}/{(kind or self.kind).collection}/{name}"

    def target(self) -> Entry:
        """The thing that the URL names, ready to be worked on. Raises GcpError."""
        word = {"addresses": "address"}.get(self.kind.collection, self.kind.collection.removesuffix("s"))
        return self.ready(self.path(self.values.get(word) or self.values["resource"]))

    def ready(self, path: str) -> Entry:
        """A thing as it is, if nothing is being done with it. Raises GcpError."""
        entry = self.cloud.store.get(path)
        if entry is None:
            raise not_found(path)
        if entry.busy:
            raise not_ready(path)
        return entry

    def find(self, where: str, link: str, kind: Kind, scope: str = "") -> Entry:
        """What a field of the request refers to. Raises GcpError."""
        return self.ready(reference(where, link, self.project, scope or self.scope, kind.collection))

    def accept(self, verb: str, target: tuple[str, str], effect: Callable[[], None] = lambda: None,
               finish: Callable[[], None] = lambda: None, until: Callable[[], bool] | None = None) -> Row:  # fmt: skip
        """Do what has an effect at once, start the operation, answer it."""
        if self.fails is not None:
            finish, until = _raising(self.fails), None
        else:
            effect()
        operation = self.cloud.operations.start(
            self.project, self.scope, verb, target, self.user, finish=finish,
            request=self.query.get("requestId", ""), stuck=self.held, until=until,
        )  # fmt: skip
        for path in (target[0],) if self.fails is None else ():
            if (entry := self.cloud.store.get(path)) is not None and verb in ("insert", "delete"):
                entry.busy = operation.path
        return operation.row

    def fresh(self, row: Row, name: str | None = None, kind: Kind | None = None) -> Entry:
        """A new thing with what the server fills in. Its name must be right and free."""
        kind = kind or self.kind
        name = row.get("name") if name is None else name
        check_name("resource.name", name)
        path = self.path(str(name), kind)
        if self.cloud.store.get(path) is not None:
            raise exists(path)
        server = {"kind": kind.kind, "id": self.cloud.stamps.number(), "selfLink": full(path),
                  "creationTimestamp": self.cloud.stamps.time()}  # fmt: skip
        if self.scope != "global":
            server[self.scope.split("/")[0].removesuffix("s")] = full(f"projects/{self.project}/{self.scope}")
        return Entry(path, kind, {**row, **server, "name": name})

    def insert(self, entry: Entry, effect: Callable[[], None] = lambda: None,
               finish: Callable[[], None] = lambda: None) -> Row:  # fmt: skip
        """Keep a new thing; it is not ready before its operation is done."""

        def keep() -> None:
            self.cloud.store.add(entry)
            effect()

        def end() -> None:
            entry.busy = ""
            finish()

        return self.accept("insert", (entry.path, entry.row["id"]), keep, end)

    def delete(self, entry: Entry, check: Callable[[], None] = lambda: None,
               effect: Callable[[], None] = lambda: None, *, at_door: bool = False) -> Row:  # fmt: skip
        """Remove a thing at the end of the operation, if then nothing uses it (`check` raises OperationError).

        `at_door`: what is in use already is refused at once, as clients report it of disks, subnetworks and addresses
        (mantl/mantl issue 816, nitrictech/nitric issue 667, hashicorp/terraform-provider-google issue 6812), while a
        network's delete is accepted and fails (murphye/cheap-gke-cluster issue 8).
        """
        if at_door and self.fails is None:
            try:
                check()
            except OperationError as error:
                raise GcpError(400, "resourceInUseByAnotherResource", error.message) from error

        def end() -> None:
            entry.busy = ""
            check()
            self.cloud.store.remove(entry.path)
            effect()

        return self.accept("delete", (entry.path, entry.row["id"]), finish=end)

    def change(self, entry: Entry, new: Row) -> Row:
        """Set fields of a thing now; the operation follows."""

        def effect() -> None:
            self.cloud.store.edit(entry.path).update(new)

        return self.accept(self.verb, (entry.path, entry.row["id"]), effect)

    def set_labels(self, entry: Entry) -> Row:
        """What setLabels does for every kind that has labels."""
        if self.body.get("labelFingerprint") != entry.row["labelFingerprint"]:
            raise stale("Labels")
        return self.change(entry, self.labels(self.body.get("labels", {})))

    def labels(self, labels: Row) -> Row:
        """The fields of a row that show labels."""
        check_labels("resource.labels", labels)
        return {"labelFingerprint": self.cloud.stamps.fingerprint(labels), "labels": dict(labels)}

    def only(self, known: frozenset[str]) -> None:
        """Refuse fields that the API has and the sandbox does nothing with. `known`: "disks.boot" or all "disks"."""
        for path in _others(self.body, "", known):
            raise not_implemented(f"the field {path} in {self.method}")

    def unchangeable(self, entry: Entry, *fields: str) -> None:
        """Refuse a body that would change what is fixed at creation."""
        for name in fields:
            given, present = self.body.get(name), entry.row.get(name)
            if given is not None and not _same(given, present):
                raise invalid(f"resource.{name}", given, f"The field is fixed at creation; it is '{present}'.")


Rule = Callable[[Call], Row]
RULES: dict[str, Rule] = {}


def rule(*methods: str) -> Callable[[Rule], Rule]:
    """Mark the function that does these methods ("networks.insert")."""

    def mark(function: Rule) -> Rule:
        for method in methods:
            RULES[method] = function
        return function

    return mark


def bad_request(message: str) -> GcpError:
    return GcpError(400, "badRequest", message)


def _raising(error: OperationError) -> Callable[[], None]:
    def fail() -> None:
        raise error

    return fail


def _others(value: Any, path: str, known: frozenset[str]) -> list[str]:
    if path in known or value in (None, "", False, 0, [], {}):
        return []
    if isinstance(value, dict):
        return [one for name, inner in value.items() for one in _others(inner, f"{path}.{name}".strip("."), known)]
    if isinstance(value, list):
        return [one for inner in value for one in _others(inner, path, known)]
    return [path]


def _same(given: Any, present: Any) -> bool:
    if isinstance(given, str) and isinstance(present, str) and "projects/" in present:
        return present.endswith("/" + given.split("projects/")[-1].lstrip("/"))
    return bool(given == present)
