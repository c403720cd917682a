# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata service of one network: a web server in its router, at the address that all clouds use.

Which machine asks is told by the packet's source, which the router has checked. What to answer is the cloud's
matter: `answer(machine key, method, path, headers, body) -> (status, headers, body)`.
"""

from __future__ import annotations

import http.server
import socket
import threading
from collections.abc import Callable, Mapping

from sandbox.fabric import addresses
from sandbox.fabric.system import inside
from sandbox.fabric.world import Machine

Reply = tuple[int, Mapping[str, str], bytes]
Answer = Callable[[str, str, str, Mapping[str, str], bytes], Reply]
Log = Callable[[str], None]

_FAR = 64  # a TTL that reaches whatever is behind a machine


class Service:
    """Serves in threads of its own until `close`. `who` finds a machine by its private address."""

    def __init__(self, router: str, who: Callable[[str], Machine | None], answer: Answer, log: Log) -> None:
        self._server = _Server(inside(router, _listen), who, answer, log)
        self._thread = threading.Thread(target=self._server.serve_forever, name=f"metadata {router}", daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _listen() -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((addresses.METADATA, 80))
    listener.listen(64)
    return listener


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False  # a machine that was cut keeps its connection; nobody waits for it

    def __init__(self, listener: socket.socket, who: Callable[[str], Machine | None], answer: Answer, log: Log) -> None:
        super().__init__((addresses.METADATA, 80), _Request, bind_and_activate=False)
        self.socket.close()
        self.socket = listener
        self.who, self.answer, self.log = who, answer, log


class _Request(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: _Server

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        machine = self.server.who(self.client_address[0])
        status, headers, content = self._ask(machine, body)
        # The kernel gives this TTL to every packet that follows, so a small one dies behind the machine.
        near = machine is not None and self.command == "PUT"
        hops = machine.hop_limit if machine is not None and near else _FAR
        self.connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _ask(self, machine: Machine | None, body: bytes) -> Reply:
        if machine is None:
            return 404, {"Content-Type": "text/plain"}, b"no machine has this address\n"
        try:
            return self.server.answer(machine.key, self.command, self.path, dict(self.headers.items()), body)
        except Exception as error:  # noqa: BLE001 a mistake of one answer must not end the service of the others
            self.server.log(f"metadata {self.command} {self.path} for {machine.key}: {type(error).__name__}: {error}")
            return 500, {"Content-Type": "text/plain"}, b"the metadata service failed; see the sandbox's log\n"

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_OPTIONS = _serve  # noqa: N815 names are the library's

    def log_message(self, format: str, *args: object) -> None:
        """The cloud keeps the log of requests; nothing goes to the terminal."""
