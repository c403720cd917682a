# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""This machine's part of a sandbox: the fabric that makes machines real, or, without root, nothing but the clouds."""

from __future__ import annotations

import logging
import os
import threading
import time
from typing import Any, Protocol

log = logging.getLogger(__name__)


class Machines(Protocol):
    """What a simulated cloud needs of the fabric, if there is one; `key` is the cloud's own id of a machine."""

    def status(self, key: str) -> str:
        """booting, running, stopped, failed or absent."""

    def reboot(self, key: str) -> None:
        """Power off and on."""


class Host(Machines, Protocol):
    """What the daemon needs of this machine."""

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def kill(self, key: str) -> None: ...
    def problems(self) -> list[str]: ...


class Nothing:
    """Clouds only: the API lives, machines are made of nothing."""

    def start(self) -> None:
        """Nothing to start."""

    def stop(self) -> None:
        """Nothing to stop."""

    def status(self, key: str) -> str:
        return "absent"

    def reboot(self, key: str) -> None:
        """Nothing to reboot."""

    def problems(self) -> list[str]:
        return []

    def kill(self, key: str) -> None:
        raise ValueError("this sandbox has clouds only: there is no machine to kill (`up` as root makes real ones)")


class Steps:
    """What the start is doing, for the one who waits."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.ready = threading.Event()
        self.failed: str | None = None
        self._start = time.monotonic()

    def say(self, line: str) -> None:
        """Add one line of progress."""
        self.lines.append(line)
        log.info("%s", line)

    def show(self) -> dict[str, Any]:
        """As health answers it."""
        return {
            "ready": self.ready.is_set(), "failed": self.failed, "steps": list(self.lines), "pid": os.getpid(),
            "seconds": round(time.monotonic() - self._start, 1),
        }  # fmt: skip
