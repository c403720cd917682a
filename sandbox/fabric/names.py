# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How things of one sandbox are called in the kernel, so that a later process finds them by prefix alone."""

from __future__ import annotations

import dataclasses
import hashlib
import re

# No dash: with one, "pgs-demo-" would also be the prefix of a sandbox called "demo-2".
_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")


@dataclasses.dataclass(frozen=True)
class Names:
    """Kernel names of one sandbox. Network namespaces and control groups share them."""

    sandbox: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.sandbox):
            raise ValueError(f"sandbox name {self.sandbox!r}: a letter, then at most 11 letters or digits, lower case")

    @property
    def prefix(self) -> str:
        return f"pgs-{self.sandbox}-"

    @property
    def internet(self) -> str:
        return f"{self.prefix}internet"

    def router(self, network: str) -> str:
        return f"{self.prefix}net-{_plain(network)}"

    def machine(self, machine: str) -> str:
        return f"{self.prefix}m-{_plain(machine)}"


def interface(kind: str, key: str) -> str:
    """A name of at most 15 characters, the same on each run: "m-3f9ab01c77"."""
    return f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:10]}"


def _plain(key: str) -> str:
    return key if _PLAIN.fullmatch(key) else hashlib.sha256(key.encode()).hexdigest()[:16]
