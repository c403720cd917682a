# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the clouds: a port on loopback each, one world of all of them for the fabric."""

from __future__ import annotations

import itertools
import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.aws import imds as aws_imds
from sandbox.aws.app import App
from sandbox.aws.cloud import Cloud
from sandbox.aws.control import Control
from sandbox.azure import imds as azure_imds
from sandbox.azure.cloud import Cloud as AzureCloud
from sandbox.azure.server import Server as AzureServer
from sandbox.azure.world import world_of as azure_world
from sandbox.fabric.world import World
from sandbox.gcp.serving import Service as GcpService
from sandbox.gcp.world import world_of as gcp_world
from sandbox.journal import Journal
from sandbox.places import AWS, AZURE, GCP, Place
from sandbox.port import Port

log = logging.getLogger(__name__)


class Machines:
    """The fabric's word on machines, once there is a fabric. Before, everything is on its way."""

    def __init__(self) -> None:
        self.host: Any = None

    def status(self, key: str) -> str:
        return "booting" if self.host is None else str(self.host.status(key))

    def reboot(self, key: str) -> None:
        """Power the machine off and on; its address and disk stay."""
        if self.host is not None:
            self.host.reboot(key)


class Worlds:
    """The last world of each cloud, and all of them as one. Each cloud tells its own with its own lock held."""

    def __init__(self) -> None:
        self.apply: Callable[[World], None] | None = None
        self._parts: dict[str, World] = {}
        self._lock = threading.Lock()

    def tell(self, cloud: str, part: World) -> None:
        """This is what the cloud wants now."""
        with self._lock:
            self._parts[cloud] = part
            if self.apply is not None:
                self.apply(self.whole())

    def whole(self) -> World:
        parts = [part for _, part in sorted(self._parts.items())]
        return World(
            tuple(one for part in parts for one in part.networks),
            tuple(one for part in parts for one in part.firewalls),
            tuple(one for part in parts for one in part.machines),
        )

    def begin(self, apply: Callable[[World], None]) -> None:
        """There is a fabric now: it gets the world, and every later one."""
        with self._lock:
            self.apply = apply
            apply(self.whole())


class Clouds:
    """All simulated clouds of one sandbox and what they are served by: AWS at `port`, the others at the next two."""

    def __init__(self, supervisor: Any, port: int) -> None:
        place: Place = supervisor.place
        self.machines, self.worlds = Machines(), Worlds()
        real = None if supervisor.clouds_only else self.machines
        self.cloud = Cloud(real, self._aws_changed)
        numbers = itertools.count(1)  # one count for all clouds: the log says what came first, and `--since` means all
        journal, gcp_journal, azure_journal = (Journal(place.requests(one), numbers) for one in (AWS, GCP, AZURE))
        whole = {("GET", "health"): supervisor.health, ("POST", "kill"): supervisor.kill}
        self.aws = Port(Control(App(self.cloud, journal), whole), port)
        self.gcp = GcpService(place.port(GCP, port), gcp_journal, real, self._gcp_changed)
        self.azure = AzureServer(
            AzureCloud(real, self._azure_changed), azure_journal, place.folder / AZURE, place.port(AZURE, port),
        )  # fmt: skip
        self.urls = {AWS: self.aws.url, GCP: self.gcp.url, AZURE: self.azure.url}

    def start(self) -> None:
        """Answer from now on."""
        self.aws.start()
        self.gcp.start()
        self.azure.start()

    def stop(self) -> None:
        """Answer no more."""
        self.azure.stop()
        self.gcp.stop()
        self.aws.stop()

    def tick(self) -> None:
        """Let time pass in all of them."""
        for cloud in (self.cloud, self.gcp.cloud, self.azure.cloud):
            cloud.tick()

    def metadata(self, key: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Answer a machine that asks its metadata service."""
        if key.startswith("gce-"):
            return self.gcp.metadata(key, method, path, headers, body)
        if key.startswith("i-"):
            return aws_imds.answer(self.cloud, key, method, path, headers)
        return azure_imds.answer(self.azure.cloud, key, method, path, headers)

    def _aws_changed(self) -> None:
        from sandbox.aws.world import world_of

        self.worlds.tell(AWS, world_of(self.cloud))

    def _gcp_changed(self) -> None:
        self.worlds.tell(GCP, gcp_world(self.gcp.cloud))

    def _azure_changed(self) -> None:
        self.worlds.tell(AZURE, azure_world(self.azure.cloud))
