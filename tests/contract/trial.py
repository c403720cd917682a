# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutants before a simulator: each is sent over HTTP, must be refused in the cloud's own shape, and leave nothing."""

from __future__ import annotations

import contextlib
import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from tests.contract.mutants import OPEN, OTHER, Field, Mutant, mutants, named, parsed, with_change

SERVED = "has its effect"  # of a field that cannot stand in the good request beside what is there


NEW = "new-one"  # the name of what good requests make


@dataclass(frozen=True)
class Answer:
    """What came back. `code` is what clients decide by; `flaw` what is wrong with an error's shape, or nothing."""

    status: int
    code: str = ""
    message: str = ""
    flaw: str = ""

    @property
    def taken(self) -> bool:
        return self.status < 300


class World(Protocol):
    """One simulator with all that good requests refer to."""

    def send(self, kind: Kind, body: Any) -> Answer:
        """One request of a kind."""

    def finish(self) -> str:
        """Wait for what the last accepted request began; what became of it, or nothing when it ended well."""

    def left(self) -> Any:
        """Everything that is there, to be compared."""

    def reset(self) -> None:
        """Everything as it was when it was opened; ids may be others."""

    def close(self) -> None:
        """Stop the simulator; raises AssertionError for answers that broke their contract."""


@dataclass(frozen=True)
class Rule:
    """One thing that no official type knows. `value` (or what it makes of the world) is put at `where`, `also` others.

    `page`: key of the cloud's pages, where the rule is written down. `name`: instead of NEW, where the URL names it.
    """

    where: str
    why: str
    value: Any
    code: str
    page: str
    also: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""

    def body(self, world: Any, good: Any) -> Any:
        for path, value in {self.where: self.value, **self.also}.items() if not self.name else ():
            good = with_change(good, parsed(path), value(world) if callable(value) else value)
        return good


def rules(code: str, page: str, *each: tuple[str, str, Any]) -> tuple[Rule, ...]:
    """Rules that have code and page in common: where, why, value."""
    return tuple(Rule(where, why, value, code, page) for where, why, value in each)


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of request. `taken`: mutants that are accepted, "where what" or "where", and why that is right."""

    name: str
    what: str
    type: Callable[[], Field]
    good: Callable[[Any], Any]
    rules: tuple[Rule, ...] = ()
    taken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cloud:
    """All kinds of one cloud. `codes`: what a mutant of each sort may be refused with. `pages`: key to URL."""

    name: str
    kinds: tuple[Kind, ...]
    open: Callable[[], Any]
    codes: Callable[[Kind, str], tuple[str, ...]]
    pages: Mapping[str, str]
    home: str  # what all pages begin with
    query: bool = False
    closed_page: str = ""  # of enumerations that the type leaves open and the cloud closes
    common: tuple[str, ...] = ()  # pages with rules for many kinds


@dataclass
class Findings:
    """What became of a kind's mutants. `faults` are sentences; without any, the rest is what the page says."""

    kind: Kind
    typed: dict[str, list[str]] = field(default_factory=dict)  # what is wrong: where
    ruled: list[tuple[str, str, str]] = field(default_factory=list)  # where, why, page
    unserved: list[str] = field(default_factory=list)
    taken: dict[str, list[str]] = field(default_factory=dict)  # reason: where
    faults: list[str] = field(default_factory=list)
    excused: set[str] = field(default_factory=set)  # the entries of kind.taken that were needed
    sent: int = 0


def try_all(cloud: Cloud) -> list[Findings]:
    """Send every mutant of every kind."""
    with Bench(cloud) as bench:
        found = [bench.judge(kind) for kind in cloud.kinds]
        for one in found:
            bench.accept(one)
        return found


class Bench:
    """One world after the other: whoever changed it gets a new one."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.careful = False
        self._turn = 0  # of the world: a new one has other ids, which mutants name
        self._made: tuple[int, Kind | None, list[Mutant]] = (0, None, [])

    def __enter__(self) -> Bench:
        self.world: Any = self.cloud.open()
        self.before = self.world.left()
        return self

    def __exit__(self, *_: object) -> None:
        self.world.close()

    def renew(self) -> None:
        """What happened is undone."""
        self.world.reset()
        self.before = self.world.left()
        self._turn += 1

    def judge(self, kind: Kind) -> Findings:
        """One kind's mutants and rules. Only when something is left in the end is it looked for after each."""
        found = self._judged(kind)
        if not self.careful and self.world.left() != self.before:
            self.careful = True
            self.renew()
            found = self._judged(kind)
            self.careful = False
        return found

    def _judged(self, kind: Kind) -> Findings:
        found = Findings(kind)
        for number in range(len(self._mutants(kind))):
            self._meet(found, self._mutants(kind)[number])
        for rule in kind.rules:
            where = named(parsed(rule.where))
            called = replace(kind, what=kind.what.replace(NEW, rule.name or NEW))
            answer = self._send(found, called, rule.body(self.world, kind.good(self.world)), f"{where} ({rule.why})")
            self._expect(found, f"{where} ({rule.why})", answer, (rule.code,))
            found.ruled.append((where, rule.why, rule.page))
        return found

    def accept(self, found: Findings) -> None:
        """The good request is good: in the present world, or in a new one where others stand in its way."""
        outcome = self._accepted(found.kind)
        if outcome:
            self.renew()
            outcome = self._accepted(found.kind)
        if outcome:
            found.faults.append(f"{found.kind.name}: the good request is not taken: {outcome}")

    def _accepted(self, kind: Kind) -> str:
        answer: Answer = self.world.send(kind, kind.good(self.world))
        return str(self.world.finish()) if answer.taken else f"{answer.status} {answer.code}: {answer.message}"

    def _mutants(self, kind: Kind) -> list[Mutant]:
        """Those of the present world, whose ids they name; always in the same order."""
        if self._made[:2] != (self._turn, kind):
            made = list(mutants(kind.type(), kind.good(self.world), query=self.cloud.query))
            self._made = (self._turn, kind, made)
        return self._made[2]

    def _meet(self, found: Findings, mutant: Mutant) -> None:
        answer = self._send(found, found.kind, mutant.body, str(mutant))
        if answer.taken:
            known = [key for key in (f"{mutant.where} {mutant.wrong}", mutant.where) if key in found.kind.taken]
            found.excused.update(known[:1])
            reason = found.kind.taken[known[0]] if known else OPEN if mutant.wrong == OPEN else ""
            if reason == SERVED:
                return
            if not reason:
                found.faults.append(f"{found.kind.name}: {mutant}: taken")
            else:
                found.taken.setdefault(reason, []).append(mutant.where)
        elif answer.status == 501 and mutant.wrong in (OPEN, OTHER):
            found.unserved.append(mutant.where)
        elif mutant.wrong == OPEN:
            found.ruled.append((mutant.where, "a word of the list", self.cloud.closed_page))
        elif mutant.wrong != OTHER:
            self._expect(found, str(mutant), answer, self.cloud.codes(found.kind, mutant.wrong))
            found.typed.setdefault(mutant.wrong, []).append(mutant.where)

    def _send(self, found: Findings, kind: Kind, body: Any, what: str) -> Answer:
        """One request that must not be taken, or leave the world to be renewed; and the shape of its refusal."""
        answer: Answer = self.world.send(kind, body)
        found.sent += 1
        if answer.taken:
            self.renew()
        elif answer.flaw:
            found.faults.append(f"{kind.name}: {what}: {answer.status} {answer.code}, but {answer.flaw}")
        elif self.careful and self.world.left() != self.before:
            found.faults.append(f"{kind.name}: {what}: refused with {answer.code}, and something was changed")
            self.renew()
        return answer

    def _expect(self, found: Findings, what: str, answer: Answer, codes: tuple[str, ...]) -> None:
        if answer.code not in codes or not 400 <= answer.status < 500:
            found.faults.append(
                f"{found.kind.name}: {what}: {answer.status} {answer.code or 'taken'} instead of {' or '.join(codes)}: "
                f"{answer.message}"
            )


class Wire:
    """One connection to a simulator that stays open; `headers` go with every request."""

    def __init__(self, host: str, port: int, headers: Mapping[str, str], ca: str = "") -> None:
        self._headers = dict(headers)
        if ca:
            self._connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, port, timeout=30, context=ssl.create_default_context(cafile=ca)
            )
        else:
            self._connection = http.client.HTTPConnection(host, port, timeout=30)

    def ask(self, method: str, path: str, body: str | bytes | None = None) -> tuple[int, dict[str, str], bytes]:
        """Status, headers in lower case, content."""
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def close(self) -> None:
        self._connection.close()


@contextlib.contextmanager
def opened(cloud: Cloud) -> Iterator[Any]:
    """A world for as long as the block."""
    world = cloud.open()
    try:
        yield world
    finally:
        world.close()
