# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google on a port of the loopback interface. `python -m sandbox.gcp.serving 7802` serves it alone."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping

from sandbox.fabric.world import World
from sandbox.gcp import metadata
from sandbox.gcp.app import App
from sandbox.gcp.cloud import Cloud
from sandbox.gcp.control import Control
from sandbox.gcp.world import world_of
from sandbox.host import Machines
from sandbox.journal import Journal
from sandbox.port import Port

log = logging.getLogger(__name__)


class Service:
    """One simulated Google, listening from now on, answering from `start` on. Port 0 takes a free one.

    `changed` is called after each change with the cloud's lock held; the daemon then takes `world`.
    """

    def __init__(self, port: int = 0, journal: Journal | None = None, machines: Machines | None = None,
                 changed: Callable[[], None] = lambda: None) -> None:  # fmt: skip
        self.cloud = Cloud(machines, changed)
        self.app = App(self.cloud, journal or Journal(None))
        self._port = Port(Control(self.app), port)
        self.url = self.cloud.identity.url = self._port.url
        self.start, self.stop = self._port.start, self._port.stop

    def world(self) -> World:
        """What should really exist of it."""
        with self.cloud.lock:
            return world_of(self.cloud)

    def metadata(self, key: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> metadata.Reply:
        """Answer a machine of this cloud (its key begins with "gce-") that asks its metadata server."""
        return metadata.answer(self.cloud, key, method, path, headers, body)


def main() -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO)
    service = Service(int(sys.argv[1]) if len(sys.argv) > 1 else 7802)
    service.start()
    log.info("compute engine answers on %s", service.url)
    threading.Event().wait()


if __name__ == "__main__":
    main()
