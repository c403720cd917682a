# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order: the n-th call on a type fails, is slow, is lost, or its operation fails or never ends."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.aws.faults import BrokenEndpoint, Dropped
from sandbox.azure.errors import ArmError

# error: answer with `code`; throttle: 429 with Retry-After `seconds`; delay: wait `seconds`, then go on; html: a 502
# that is no ARM answer; drop_before: hang up, nothing was done; drop_after: do it, hang up; stuck: its operation never
# ends; fail: it is accepted, and its operation fails with `code`.
KINDS = ("error", "throttle", "delay", "html", "drop_before", "drop_after", "stuck", "fail")


@dataclass
class Fault:
    """One rule. It acts on matching call `nth` and the `times - 1` after it (0: all after it).

    Empty method, type, name match everything. `type` is "virtualMachines" or "virtualNetworks/subnets", without the
    namespace; `name` is looked for in the path. Polls of operations have type "operations". `but` spares an actor.
    """

    kind: str
    method: str = ""
    type: str = ""
    name: str = ""
    nth: int = 1
    times: int = 1
    code: str = "InternalServerError"
    message: str = "An error occurred (ordered by a fault rule of the sandbox)."
    status: int = 500
    seconds: float = 0.0
    but: str = "drill"
    id: int = 0
    seen: int = 0
    fired: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"fault kind {self.kind!r} is not one of {', '.join(KINDS)}")

    def acts(self, method: str, type_name: str, path: str, actor: str) -> bool:
        """Count a call if it matches; True if the rule acts on it."""
        if actor == self.but or self.method.upper() not in ("", method) or self.name.lower() not in path.lower():
            return False
        if self.type.lower() not in ("", type_name.lower()):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times == 0 or self.seen < self.nth + self.times)

    @property
    def error(self) -> ArmError:
        return ArmError(self.code, self.message, self.status, details=[])


class Faults:
    """All rules, in the order they were given."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []
        self._last = 0
        self._lock = threading.Lock()

    def add(self, rule: dict[str, Any]) -> Fault:
        """Add a rule from plain data. Raises TypeError or ValueError for a bad one."""
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
        """All rules as plain data."""
        with self._lock:
            return [asdict(rule) for rule in self._rules]

    def meet(self, method: str, type_name: str, path: str, actor: str) -> list[Fault]:
        """The rules that act on this call, counted."""
        with self._lock:
            acting = [rule for rule in self._rules if rule.acts(method, type_name, path, actor)]
            for rule in acting:
                rule.fired += 1
            return acting


def before(acting: list[Fault]) -> float:
    """What has to happen before any effect; return seconds to wait first. Raises ArmError, Dropped, BrokenEndpoint."""
    for fault in acting:
        if fault.kind == "error":
            raise fault.error
        if fault.kind == "throttle":
            seconds = str(max(1, int(fault.seconds)))
            raise ArmError("TooManyRequests", fault.message, 429, headers={"Retry-After": seconds})
        if fault.kind == "html":
            raise BrokenEndpoint
        if fault.kind == "drop_before":
            raise Dropped
    return sum(fault.seconds for fault in acting if fault.kind == "delay")


def after(acting: list[Fault]) -> None:
    """What has to happen after the effect."""
    if any(fault.kind == "drop_after" for fault in acting):
        raise Dropped
