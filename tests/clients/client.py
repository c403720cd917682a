# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each cloud's own command line is asked for here, and how it is started."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from tests.sandbox.conftest import Sandbox

NAME = "theirs"  # of whatever a client makes for itself
RANGE, NODES = "10.99.0.0/16", "10.99.0.0/24"


@dataclass(frozen=True)
class Machine:
    """A machine as a client shows it. `owner`: our mark on it, or nothing."""

    name: str
    running: bool
    address: str
    owner: str | None


class Client:
    """One program, pointed at the sandbox by its own settings and variables, with a home of its own.

    A subclass MUST define all methods that raise NotImplementedError; the test is the same for all.
    """

    cloud: ClassVar[str]
    region: ClassVar[str]
    site: ClassVar[dict[str, Any]]  # what the cluster file says of our site, beside ranges and endpoint

    def __init__(self, command: list[str], sandbox: Sandbox, folder: Path) -> None:
        self.command, self.sandbox, self.folder = command, sandbox, folder
        # Nothing of the host's own accounts: only what every program needs, and what the subclass adds.
        self.env = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ} | {"HOME": str(folder)}

    def call(self, *words: str) -> Any:
        """Run one command; return what it printed, read as JSON, or None if that is nothing."""
        done = subprocess.run([*self.command, *words], env=self.env, cwd=self.folder, text=True, timeout=600,
                              capture_output=True, stdin=subprocess.DEVNULL)  # fmt: skip
        assert done.returncode == 0, f"{self.cloud} {' '.join(words)}: exit {done.returncode}\n{done.stderr}"
        return json.loads(done.stdout) if done.stdout.strip() else None

    def endpoint(self) -> str:
        """Where the client and our modules find this cloud."""
        return self.sandbox.urls[self.cloud]

    def login(self) -> None:
        """Whatever is to be done once."""

    def network_of(self, owner: str, site: str) -> str:
        """The name of our network: the cluster's, with its number where names have to be unique in the account."""
        return f"{owner.rpartition('-')[0]}-{site}"

    def networks(self) -> set[str]:
        """The names of all networks, listed."""
        raise NotImplementedError

    def subnets(self, network: str) -> list[str]:
        """The ranges of a network's subnets, listed."""
        raise NotImplementedError

    def machines(self) -> set[str]:
        """The names of all machines that are there, listed."""
        raise NotImplementedError

    def machine(self, name: str) -> Machine:
        """One machine of our network, shown."""
        raise NotImplementedError

    def change(self, owner: str, site: str, machine: str) -> list[str]:
        """Change a rule of a firewall and a mark of a machine of ours; return what our plan has to name."""
        raise NotImplementedError

    def make(self) -> None:
        """Make a network with a machine in it."""
        raise NotImplementedError

    def own(self) -> dict[str, Any]:
        """Network and machine that `make` made, as they are shown, by the cloud's id."""
        raise NotImplementedError

    def remove(self) -> None:
        """Delete what `make` made."""
        raise NotImplementedError
