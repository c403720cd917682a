# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exchanges written by hand, and servers that say what they are told: what the judges and the proxy are tested with."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.contract.exchange import Exchange, Message

HOST = "127.0.0.1:7801"
BEARER = {"Authorization": "Bearer sandbox"}


def message(first: str, headers: dict[str, str], body: Any = None) -> Message:
    """A message; a body that is no bytes is JSON."""
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return Message("\r\n".join(lines).encode(), content)


def exchange(
    method: str,
    target: str,
    body: Any = None,
    status: int = 200,
    answer: Any = None,
    headers: dict[str, str] | None = None,
    answer_headers: dict[str, str] | None = None,
) -> Exchange:
    """One in JSON, with a bearer token."""
    kind = {} if body is None else {"Content-Type": "application/json"}
    asked = message(f"{method} {target} HTTP/1.1", {"Host": HOST, **BEARER, **kind, **(headers or {})}, body)
    said = {} if answer is None else {"Content-Type": "application/json; charset=utf-8"}
    return Exchange(asked, message(f"HTTP/1.1 {status} -", {**said, **(answer_headers or {})}, answer))


class Script:
    """A server on loopback that sends one prepared text of bytes per request, and remembers what it received.

    After the last it closes; a text that is None closes without a byte.
    """

    def __init__(self, *answers: bytes | None) -> None:
        self.answers, self.received = list(answers), list[bytes]()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @contextmanager
    def serving(self) -> Iterator[Script]:
        """For as long as the block: one connection."""
        thread = threading.Thread(target=self._serve, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._listener.close()
            thread.join(5)

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            for answer in self.answers:
                self.received.append(connection.recv(65536))
                if answer is None:
                    return
                connection.sendall(answer)
            connection.shutdown(socket.SHUT_WR)
            connection.recv(1)  # until the other side has read it all
