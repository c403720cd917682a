# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order, in one set of words for all clouds: the n-th call fails, answers get lost, requests are throttled.

How each cloud says it on the wire is in its own `faults.py`.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from typing import Any

# error: answer with `code` and `status`; delay: wait `seconds`, then go on; html: a page that is no answer of the API;
# drop_before: hang up, nothing was done; drop_after: do it, then hang up; stuck: do it, but it stays under way;
# throttle: a token bucket of `burst`, refilled by `rate` a second. A cloud may know more.
KINDS = ("error", "delay", "html", "drop_before", "drop_after", "stuck", "throttle")
HIDDEN = ("tokens", "filled")  # how a bucket is, which is nobody's business


class Dropped(Exception):
    """The connection is to be cut without an answer."""


class BrokenEndpoint(Exception):
    """The answer is to be an error with HTML, as a load balancer in front of a broken service gives."""


@dataclass
class Fault:
    """One rule. It counts the calls it matches and acts on call `nth` and the `times - 1` after it (0: all after it).

    Empty service, action, region, name match everything. `action` is as the request log has it ("RunInstances",
    "PUT virtualMachines", "instances.insert"), or a pattern ("Describe*", "PUT *"); `region` also means its zones;
    `name` is looked for in path and parameters. None of them minds case. `but` spares an actor.
    """

    kind: str
    service: str = ""
    action: str = ""
    region: str = ""
    name: str = ""
    nth: int = 1
    times: int = 1
    code: str = ""
    message: str = "An error occurred (ordered by a fault rule of the sandbox)."
    status: int = 500
    seconds: float = 0.0
    rate: float = 5.0
    burst: float = 5.0
    but: str = "drill"
    id: int = 0
    seen: int = 0
    fired: int = 0
    tokens: float = field(default=-1.0, repr=False)
    filled: float = field(default=0.0, repr=False)

    def matches(self, service: str, action: str, region: str, params: str, actor: str) -> bool:
        """Whether this call is one that the rule counts."""
        return (
            actor != self.but
            and self.service.lower() in ("", service.lower())
            and (not self.action or fnmatchcase(action.lower(), self.action.lower()))
            and (not self.region or f"{region}-".startswith(f"{self.region}-"))
            and self.name.lower() in params.lower()
        )

    def counts(self) -> bool:
        """Count one call; True if the rule acts on it."""
        self.seen += 1
        if self.kind == "throttle":
            return not self._token()
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)

    def _token(self) -> bool:
        now = time.monotonic()
        if self.tokens < 0:
            self.tokens, self.filled = self.burst, now
        self.tokens = min(self.burst, self.tokens + (now - self.filled) * self.rate)
        self.filled = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


class Faults:
    """All rules of one cloud, in the order they were given. `code` is that of an error whose rule names none."""

    def __init__(self, kinds: Sequence[str] = KINDS, code: str = "") -> None:
        self.kinds, self._code = tuple(kinds), code
        self._rules: list[Fault] = []
        self._last = 0
        self._lock = threading.Lock()

    def add(self, rule: dict[str, Any]) -> Fault:
        """Add a rule from plain data. Raises TypeError or ValueError with a sentence for a bad one."""
        if rule.get("kind") not in self.kinds:
            raise ValueError(f"fault kind {rule.get('kind')!r} is not one of {', '.join(self.kinds)}")
        with self._lock:
            fault = Fault(**{"code": self._code, **rule, "id": self._last + 1, "seen": 0, "fired": 0})
            self._last += 1
            self._rules.append(fault)
            return fault

    def clear(self, number: int | None = None) -> int:
        """Remove one rule, or all; return how many."""
        with self._lock:
            before = len(self._rules)
            self._rules = [rule for rule in self._rules if number is not None and rule.id != number]
            return before - len(self._rules)

    def show(self) -> list[dict[str, Any]]:
        """All rules as plain data, with how often each was met and acted."""
        with self._lock:
            return [{key: one for key, one in asdict(rule).items() if key not in HIDDEN} for rule in self._rules]

    def meet(self, service: str, action: str, region: str, params: Any, actor: str) -> list[Fault]:
        """The rules that act on this call, counted."""
        with self._lock:
            text = json.dumps(params, default=str) if any(rule.name for rule in self._rules) else ""
            met = [rule for rule in self._rules if rule.matches(service, action, region, text, actor)]
            acting = [rule for rule in met if rule.counts()]
            for rule in acting:
                rule.fired += 1
            return acting


Refuse = Callable[[Fault], Exception]


def before(acting: Sequence[Fault], refused: Refuse, throttled: Refuse) -> None:
    """Do what has to happen before the call has any effect. Raises Dropped, BrokenEndpoint, or what the cloud says."""
    for fault in acting:
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        elif fault.kind == "throttle":
            raise throttled(fault)
        elif fault.kind == "error":
            raise refused(fault)
        elif fault.kind == "html":
            raise BrokenEndpoint
        elif fault.kind == "drop_before":
            raise Dropped


def after(acting: Sequence[Fault]) -> None:
    """Do what has to happen after the call had its effect. Raises Dropped."""
    if has(acting, "drop_after"):
        raise Dropped


def has(acting: Sequence[Fault], kind: str) -> bool:
    """Whether one of these is of a kind."""
    return any(fault.kind == kind for fault in acting)
