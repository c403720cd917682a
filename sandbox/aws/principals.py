# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access keys to which policies are bound. Any other key of the sandbox may do everything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from sandbox.aws.policies import Asked, Policy

# Keys that stay free: clients without a wish, drills, other accounts.
FREE = re.compile(r"sandbox(-drill|-\d{12})?")
KEY = re.compile(r"sandbox-[a-z0-9-]{1,40}")


@dataclass
class Principal:
    """The IAM user of an access key. `used`: actions that were judged, with what was said last."""

    key: str
    account: str
    policy: Policy
    used: dict[str, bool] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        return f"arn:aws:iam::{self.account}:user/{self.key}"

    def may(self, asked: Asked) -> bool:
        """Whether the policy allows it."""
        self.used[asked.action] = self.policy.decides(asked) == "Allow"
        return self.used[asked.action]


class Principals:
    """All bound keys."""

    def __init__(self) -> None:
        self._all: dict[str, Principal] = {}

    def bind(self, key: str, policies: list[Any], account: str) -> Principal:
        """Give a key exactly these policies. Raises BadPolicy, and ValueError for a key that stays free."""
        if FREE.fullmatch(key) or not KEY.fullmatch(key):
            raise ValueError(f"key {key!r}: give one such as sandbox-least; sandbox, sandbox-drill and "
                             "sandbox-<account> may do everything")  # fmt: skip
        if not re.fullmatch(r"\d{12}", account):
            raise ValueError(f"account {account!r} is not twelve digits")
        self._all[key] = Principal(key, account, Policy(*policies))
        return self._all[key]

    def find(self, key: str) -> Principal | None:
        """The principal of a key; None where it may do everything."""
        return self._all.get(key)

    def release(self, key: str | None = None) -> int:
        """Unbind one key, or all; return how many."""
        gone = [one for one in self._all if key in (None, one)]
        for one in gone:
            del self._all[one]
        return len(gone)

    def show(self) -> dict[str, Any]:
        """By key: who it is and which actions it used."""
        return {key: {"arn": one.arn, "used": dict(one.used)} for key, one in self._all.items()}
