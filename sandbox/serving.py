# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers of the clouds: one port on loopback, many connections, one state."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.aws.app import App
from sandbox.aws.cloud import Cloud
from sandbox.aws.journal import Journal
from sandbox.control import Control

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


class Clouds:
    """All simulated clouds of one sandbox and what they are served by."""

    def __init__(self, supervisor: Any, port: int) -> None:
        self.machines = Machines()
        self.apply: Callable[[Any], None] | None = None
        real = None if supervisor.clouds_only else self.machines
        self.cloud = Cloud(real, self._changed)
        journal = Journal(supervisor.place.requests)
        app = Control(self.cloud, journal, App(self.cloud, journal), supervisor)
        self._server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
        self._server.daemon_threads = True  # an open connection does not hold up the end
        self._thread = threading.Thread(target=self._server.serve_forever, name="clouds", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()

    def apply_now(self) -> None:
        """Give the fabric the world as the clouds know it."""
        with self.cloud.lock:
            self._changed()

    def metadata(self, key: str, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Any:
        """Answer a machine that asks its metadata service."""
        from sandbox.aws.imds import answer

        return answer(self.cloud, key, method, path, headers)

    def _changed(self) -> None:
        if self.apply is not None:
            from sandbox.aws.world import world_of

            self.apply(world_of(self.cloud))


class _Quiet(WSGIRequestHandler):  # type: ignore[misc]
    """Connections stay open between requests; the request log is ours, not one line on stderr per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *args: Any) -> None:
        """Nothing: the journal has it."""

    def log_error(self, format: str, *args: Any) -> None:
        log.warning(format, *args)
