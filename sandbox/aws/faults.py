# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order: the n-th call fails, answers get lost, a region breaks, requests are throttled."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.aws.errors import AwsError

# error: answer with `code`; delay: wait `seconds`, then go on; html: a 500 that is no AWS answer at all;
# drop_before: hang up, nothing was done; drop_after: do it, then hang up; stuck: do it, but it stays pending;
# throttle: a token bucket of `burst`, refilled by `rate` a second.
KINDS = ("error", "delay", "html", "drop_before", "drop_after", "stuck", "throttle")


class Dropped(Exception):
    """The connection is to be cut without an answer."""


class BrokenEndpoint(Exception):
    """The answer is to be a 500 with HTML, as a load balancer in front of a broken service gives."""


@dataclass
class Fault:
    """One rule. It counts the calls it matches and acts on call `nth` and the `times - 1` after it (0: all after it).

    Empty service, action, region, name match everything; `name` is looked for in the parameters. `but` spares an actor.
    """

    kind: str
    service: str = ""
    action: str = ""
    region: str = ""
    name: str = ""
    nth: int = 1
    times: int = 1
    code: str = "InternalError"
    message: str = "An internal error has occurred (ordered by a fault rule of the sandbox)"
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

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault kind {self.kind!r} is not one of {', '.join(KINDS)}")

    def matches(self, service: str, action: str, region: str, params: str, actor: str) -> bool:
        """Whether this call is one that the rule counts."""
        return (
            actor != self.but
            and self.service in ("", service)
            and self.action in ("", action)
            and self.region in ("", region)
            and self.name in params
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
    """All rules, in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._last = 0
        self._lock = threading.Lock()

    def add(self, rule: dict[str, Any]) -> Fault:
        """Add a rule from plain data. Raises TypeError or ValueError with a sentence for a bad one."""
        with self._lock:
            self._last += 1
            fault = Fault(**{**rule, "id": self._last, "seen": 0, "fired": 0})
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
            return [{k: v for k, v in asdict(rule).items() if k not in ("tokens", "filled")} for rule in self._rules]

    def meet(self, service: str, action: str, region: str, params: Any, actor: str) -> list[Fault]:
        """The rules that act on this call, counted."""
        with self._lock:
            text = json.dumps(params, default=str) if any(rule.name for rule in self._rules) else ""
            met = [rule for rule in self._rules if rule.matches(service, action, region, text, actor)]
            acting = [rule for rule in met if rule.counts()]
            for rule in acting:
                rule.fired += 1
            return acting


def before(acting: list[Fault]) -> None:
    """Do what has to happen before the call has any effect. Raises AwsError, Dropped, BrokenEndpoint."""
    for fault in acting:
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        elif fault.kind == "throttle":
            raise AwsError("RequestLimitExceeded", "Request limit exceeded.", 503)
        elif fault.kind == "error":
            raise AwsError(fault.code, fault.message, fault.status)
        elif fault.kind == "html":
            raise BrokenEndpoint
        elif fault.kind == "drop_before":
            raise Dropped


def after(acting: list[Fault]) -> None:
    """Do what has to happen after the call had its effect."""
    if any(fault.kind == "drop_after" for fault in acting):
        raise Dropped


def holds(acting: list[Fault]) -> bool:
    """Whether what the call makes is to stay pending."""
    return any(fault.kind == "stuck" for fault in acting)
