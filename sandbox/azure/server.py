# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One port on loopback with TLS in front of the simulated Azure. `Server` is all that a daemon needs to know."""

from __future__ import annotations

import ssl
from pathlib import Path

from sandbox.azure import tls
from sandbox.azure.app import App
from sandbox.azure.cloud import Cloud
from sandbox.azure.control import Control
from sandbox.journal import Journal
from sandbox.port import Port


class Server:
    """Serves a cloud. Clients trust `ca` (`connection_verify=` of the SDKs, REQUESTS_CA_BUNDLE of az)."""

    def __init__(self, cloud: Cloud, journal: Journal, folder: Path, port: int = 0) -> None:
        self.ca, certificate = tls.make(folder)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.cloud, self.journal, self.app = cloud, journal, App(cloud, journal)
        self._port = Port(Control(self.app), port, context)
        self.url = self._port.url
        self.start, self.stop = self._port.start, self._port.stop
