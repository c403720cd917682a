# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One port on loopback with TLS in front of the simulated Azure. `Server` is all that a daemon needs to know."""

from __future__ import annotations

import logging
import ssl
import threading
from pathlib import Path
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.aws.journal import Journal
from sandbox.azure import tls
from sandbox.azure.app import App
from sandbox.azure.cloud import Cloud
from sandbox.azure.control import Control

log = logging.getLogger(__name__)


class Server:
    """Serves a cloud. Clients trust `ca` (`connection_verify=` of the SDKs, REQUESTS_CA_BUNDLE of az)."""

    def __init__(self, cloud: Cloud, journal: Journal, folder: Path, port: int = 0) -> None:
        self.ca, certificate = tls.make(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.cloud, self.journal, self.app = cloud, journal, App(cloud, journal)
        self._server = make_server("127.0.0.1", port, Control(self.app), threaded=True, request_handler=_Quiet,
                                   ssl_context=context)  # fmt: skip
        self._server.daemon_threads = True  # an open connection does not hold up the end
        self.url = f"https://127.0.0.1:{self._server.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="azure", daemon=True)

    def start(self) -> None:
        """Answer from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()


class _Quiet(WSGIRequestHandler):  # type: ignore[misc]
    """Connections stay open; the request log is ours."""

    protocol_version = "HTTP/1.1"

    def log_request(self, *args: Any) -> None:
        """Nothing: the journal has it."""

    def log_error(self, format: str, *args: Any) -> None:
        log.warning(format, *args)
