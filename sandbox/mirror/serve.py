# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server for the files of a folder, run as a program of its own: serve.py ADDRESS PORT FOLDER."""

from __future__ import annotations

import sys
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Files(SimpleHTTPRequestHandler):
    """Files and nothing else: a folder is not found, as in an archive without listings."""

    protocol_version = "HTTP/1.1"  # apt asks for many files over one connection
    timeout = 60

    def list_directory(self, path: Any) -> None:
        self.send_error(HTTPStatus.NOT_FOUND, "this is a folder")

    def guess_type(self, path: Any) -> str:
        return "application/octet-stream"  # never compressed or rewritten on the way: apt compares digests

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        if str(code) not in ("200", "304"):  # what was not found is worth a line, a thousand packages are not
            super().log_request(code, size)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # a whole cluster asks at once
    allow_reuse_address = True


if __name__ == "__main__":
    address, port, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    Server((address, port), partial(Files, directory=folder)).serve_forever()
