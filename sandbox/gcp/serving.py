# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google on a port of the loopback interface. `python -m sandbox.gcp.serving 7802` serves it alone."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Mapping

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.aws.journal import Journal
from sandbox.fabric.world import World
from sandbox.gcp import metadata
from sandbox.gcp.app import App
from sandbox.gcp.cloud import Cloud, Machines
from sandbox.gcp.control import Control
from sandbox.gcp.world import world_of

log = logging.getLogger(__name__)


class Service:
    """One simulated Google, listening from now on, answering from `start` on. Port 0 takes a free one.

    `changed` is called after each change with the cloud's lock held; the daemon then takes `world`.
    """

    def __init__(self, port: int = 0, journal: Journal | None = None, machines: Machines | None = None,
                 changed: Callable[[], None] = lambda: None) -> None:  # fmt: skip
        self.cloud = Cloud(machines, changed)
        self.app = App(self.cloud, journal or Journal(None))
        self._server = make_server("127.0.0.1", port, Control(self.app), threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # an open connection does not hold up the end
        self.url = self.cloud.identity.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="gcp", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, and close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def world(self) -> World:
        """What should really exist of it."""
        with self.cloud.lock:
            return world_of(self.cloud)

    def metadata(self, key: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> metadata.Reply:
        """Answer a machine of this cloud (its key begins with "gce-") that asks its metadata server."""
        return metadata.answer(self.cloud, key, method, path, headers, body)


class _Quiet(WSGIRequestHandler):  # type: ignore[misc]
    """The request log is ours, not one line on stderr per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *args: object) -> None:
        """Nothing: the journal has it."""


def main() -> None:
    """Serve until interrupted."""
    logging.basicConfig(level=logging.INFO)
    service = Service(int(sys.argv[1]) if len(sys.argv) > 1 else 7802)
    service.start()
    log.info("compute engine answers on %s", service.url)
    threading.Event().wait()


if __name__ == "__main__":
    main()
