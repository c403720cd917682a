# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port of the loopback interface with a simulated cloud behind it."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

log = logging.getLogger(__name__)
# Every answer says that it is simulated, so that a log or a capture can never be taken for the real cloud.
MARK = {"x-pangaea-sandbox": "simulated"}


class Port:
    """Listens from now on and answers from `start` on, until `stop`. Port 0 takes a free one; `tls` speaks TLS only."""

    def __init__(self, app: Callable[..., Any], port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet, ssl_context=tls)
        self._server.daemon_threads = True  # an open connection does not hold up the end
        self.number = int(self._server.port)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.number}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name=f"port {self.number}", daemon=True
        )

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more, and close the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Quiet(WSGIRequestHandler):  # type: ignore[misc]
    """Connections stay open between requests; the request log is ours, not one line on stderr per request."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *args: Any) -> None:
        """Nothing: the journal has it."""

    def log_error(self, format: str, *args: Any) -> None:
        log.warning(format, *args)


def hang_up(environ: dict[str, Any]) -> None:
    """Cut the connection without a byte, as a lost answer looks to a client."""
    connection = environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
