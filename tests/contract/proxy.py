# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy on loopback between a client and a simulated cloud: passes every byte on unchanged, and has it judged.

A connection of a client is one connection to the simulator, so that whoever closes, cuts or keeps one open does it to
the other. Bodies are passed on when they are whole, and what was judged is recorded before the client has its answer.
"""

from __future__ import annotations

import contextlib
import select
import socket
import ssl
import threading
import traceback
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.contract.exchange import Exchange, Judge, Message, breaches

KEPT = 1000  # exchanges that a proxy remembers
BODILESS = (204, 304)
OWN = ("/_sandbox/", "/moto-api/")  # of the simulators, which no cloud has


class Cut(Exception):
    """The other side ended the connection in the middle of a message; `received` is what came of it."""

    def __init__(self, received: bytes) -> None:
        super().__init__(f"after {len(received)} bytes")
        self.received = received


class Proxy:
    """One port in front of one simulator. `violations` are sentences, in the order of their exchanges.

    `certificate` (with its key) and `ca` are files: with them both sides speak TLS. `deliberate` says that clients
    may send what is wrong, to see it refused; `foreign`, that the simulator is not ours: only requests are judged.
    """

    def __init__(self, url: str, judge: Judge, *, deliberate: bool = False, foreign: bool = False,
                 certificate: Path | None = None, ca: Path | None = None) -> None:  # fmt: skip
        there = urlsplit(url)
        self._there = (str(there.hostname), int(there.port or 0))
        self.judge, self.mode = judge, {"deliberate": deliberate, "foreign": foreign}
        self.exchanges: deque[Exchange] = deque(maxlen=KEPT)
        self.violations: list[str] = []
        self._front = self._back = None
        if certificate is not None:
            self._front = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._front.load_cert_chain(certificate)
            self._back = ssl.create_default_context(cafile=str(ca))
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"{there.scheme}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, name=f"proxy {url}", daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and end those that are open."""
        with contextlib.suppress(OSError):  # wakes accept()
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def taken(self) -> list[str]:
        """The violations since the last look."""
        with self._lock:
            found, self.violations = self.violations, []
        return found

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.ExitStack() as ends, contextlib.suppress(OSError):  # either side may go at any moment
            near = ends.enter_context(self._held(client, self._front, server=True))
            far = ends.enter_context(self._held(socket.create_connection(self._there), self._back, server=False))
            from_near, from_far = Reader(near), Reader(far)
            while from_near.waits(far):
                try:
                    raw, request = from_near.message()
                except Cut:
                    return
                far.sendall(raw)
                if not self._answer(request, near, from_far):
                    return

    def _answer(self, request: Message, near: socket.socket, from_far: Reader) -> bool:
        """Pass one answer on; False where the connection ends with it."""
        try:
            raw, answer = from_far.message(request.first.split(" ")[0])
        except (Cut, OSError) as error:  # as the simulator's faults do; the client must see the same
            self._record(Exchange(request, None))
            if isinstance(error, Cut):
                near.sendall(error.received)
            return False
        self._record(Exchange(request, answer))
        near.sendall(raw)
        return not from_far.ended and answer.headers.get("connection", "").lower() != "close"

    def _record(self, exchange: Exchange) -> None:
        found: list[str] = []
        if not exchange.path.startswith(OWN):
            try:
                found = list(breaches(self.judge.judge(exchange), exchange, **self.mode))
            except Exception:  # noqa: BLE001  # a judge that fails has not found the exchange to be good
                found = [f"{exchange}: the judge failed: {traceback.format_exc(limit=-4)}"]
        with self._lock:
            self.exchanges.append(exchange)
            self.violations += found

    @contextlib.contextmanager
    def _held(self, plain: socket.socket, tls: ssl.SSLContext | None, *, server: bool) -> Iterator[socket.socket]:
        """A socket that is closed afterwards, whatever happens, and by `close` at the latest."""
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        name = None if server else self._there[0]
        with self._lock:
            self._open.add(plain)
        used = plain
        try:
            used = plain if tls is None else tls.wrap_socket(plain, server_side=server, server_hostname=name)
            with self._lock:
                self._open = self._open - {plain} | {used}
            yield used
        finally:
            with self._lock:
                self._open -= {plain, used}
            used.close()


class Reader:
    """Whole HTTP/1.1 messages from a socket. `ended`: the other side has closed its own."""

    def __init__(self, source: socket.socket) -> None:
        self._source, self._held, self.ended = source, b"", False

    def message(self, asked: str = "") -> tuple[bytes, Message]:
        """The next message, as bytes and parsed. `asked` is the method that an answer answers. Raises Cut, OSError."""
        self._taken = b""
        head = self._until(b"\r\n\r\n")
        message = Message(head.removesuffix(b"\r\n\r\n"), b"")
        message.body = self._body(message, asked)
        return self._taken, message

    def waits(self, other: socket.socket) -> bool:
        """Wait for a message; False if `other`, from which nothing may come now, ended its connection before."""
        both = select.poll()
        for one in (self._source, other):
            both.register(one, select.POLLIN)
        while not self._held:
            if self._source.fileno() in [descriptor for descriptor, _ in both.poll()]:
                break
            other.setblocking(False)
            try:
                other.recv(1)
                return False
            except (BlockingIOError, ssl.SSLWantReadError):  # a ticket of TLS is no message
                pass
            finally:
                other.setblocking(True)
        return True

    def _body(self, message: Message, asked: str) -> bytes:
        status = int(message.first.split(" ")[1]) if asked else 0
        if asked == "HEAD" or status in BODILESS:
            return b""
        if message.headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        if "content-length" in message.headers:
            return self._exactly(int(message.headers["content-length"]))
        return self._rest() if asked else b""

    def _chunks(self) -> bytes:
        parts = []
        while size := int(self._until(b"\r\n").split(b";")[0], 16):
            parts.append(self._exactly(size))
            self._until(b"\r\n")
        while self._until(b"\r\n") != b"\r\n":  # trailers
            pass
        return b"".join(parts)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._held:
            self._more()
        return self._take(self._held.index(mark) + len(mark))

    def _exactly(self, size: int) -> bytes:
        while len(self._held) < size:
            self._more()
        return self._take(size)

    def _rest(self) -> bytes:
        while received := self._source.recv(65536):
            self._held += received
        self.ended = True
        return self._take(len(self._held))

    def _take(self, size: int) -> bytes:
        taken, self._held = self._held[:size], self._held[size:]
        self._taken += taken
        return taken

    def _more(self) -> None:
        received = self._source.recv(65536)
        if not received:
            raise Cut(self._taken + self._held)
        self._held += received
