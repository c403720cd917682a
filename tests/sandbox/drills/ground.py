# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The same small site in each cloud, made and looked at by a client of the cloud's own API."""

from __future__ import annotations

import abc
from typing import Any, ClassVar

from sandbox.client import ask_cloud
from tests.sandbox.conftest import Sandbox


class Ground(abc.ABC):
    """A network, a subnet, a machine "shop" with a static address and a rule that lets everybody in to UDP 51820.

    `holder` is what rules hang on, `table` what routes do; `absent`: verbs that this cloud has nothing for.
    """

    cloud: ClassVar[str]
    region: ClassVar[str]
    absent: ClassVar[tuple[str, ...]] = ()
    # What `fail --action` and the log call a list of networks, and making one.
    listing: ClassVar[str]
    making: ClassVar[str]
    holder = table = machine = "shop"

    def __init__(self, daemon: Sandbox) -> None:
        self.daemon = daemon

    def pass_time(self, seconds: float = 30) -> None:
        ask_cloud(self.daemon.place, self.cloud, "POST", "clock", {"seconds": seconds})

    def log(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = ask_cloud(self.daemon.place, self.cloud, "GET", "log?since=0")["entries"]
        return found

    @abc.abstractmethod
    def peers(self, port: int) -> list[str]:
        """Who is let in to a port."""

    @abc.abstractmethod
    def routes(self) -> list[str]:
        """Where the routes lead."""

    @abc.abstractmethod
    def tags(self) -> dict[str, str]:
        """Of the machine."""

    @abc.abstractmethod
    def state(self) -> str:
        """Of the machine: running, stopped or gone."""

    @abc.abstractmethod
    def addresses(self) -> int:
        """How many static ones there are."""

    @abc.abstractmethod
    def networks(self) -> list[str]:
        """Their names, asked by the client, which faults hit. Raises what the client does."""

    @abc.abstractmethod
    def make_network(self, name: str) -> Any:
        """Ask for another network; do not wait for it."""

    def end_network(self, name: str) -> None:
        """Make another network and wait for the end. Raises what the operation ended with."""
        raise NotImplementedError

    @abc.abstractmethod
    def touch(self, network: str) -> None:
        """Try to delete somebody's network, by his id of it. Raises what the client does."""

    @abc.abstractmethod
    def change(self, network: str) -> None:
        """Change something of somebody's network, or of what is in it."""
