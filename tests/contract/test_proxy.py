# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The proxy: every byte on, whatever is cut cut, and each exchange before its judge."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from sandbox.azure.cloud import Cloud
from sandbox.azure.server import Server
from sandbox.journal import Journal
from tests.contract.exchange import Exchange, Finding, Opinion
from tests.contract.made import Script
from tests.contract.proxy import Proxy

ASK = b"POST /a?b=%2Fc HTTP/1.1\r\nHost: proxy.test:9\r\nX-Odd:  two  blanks\r\nContent-Length: 4\r\n\r\nbody"
SAY = b"HTTP/1.1 200 -\r\nx-Case: Kept\r\nContent-Length: 6\r\n\r\nanswer"


class Strict:
    """A judge that finds fault with what it is told to."""

    def __init__(self, request: str = "", answer: str = "", minor: bool = False) -> None:
        self.seen: list[Exchange] = []
        self._opinion = Opinion(
            "thing", [Finding("name", request, minor)] if request else [], [Finding("id", answer)] if answer else []
        )

    def judge(self, exchange: Exchange) -> Opinion:
        self.seen.append(exchange)
        return self._opinion


@contextmanager
def between(script: Script, judge: Strict, *, deliberate: bool = False) -> Iterator[tuple[Proxy, socket.socket]]:
    """A connection through a proxy to a scripted server."""
    with script.serving():
        proxy = Proxy(script.url, judge, deliberate=deliberate)
        try:
            with socket.create_connection(("127.0.0.1", urlsplit(proxy.url).port or 0), timeout=5) as client:
                yield proxy, client
        finally:
            proxy.close()


def read(client: socket.socket) -> bytes:
    """All until the other side ends the connection."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def test_every_byte_goes_on_unchanged_both_ways() -> None:
    script, judge = Script(SAY, SAY), Strict()
    with between(script, judge) as (proxy, client):
        client.sendall(ASK)
        assert client.recv(65536) == SAY
        client.sendall(ASK)  # the connection is still the same
        assert client.recv(65536) == SAY
        assert [str(one) for one in proxy.exchanges] == ["POST /a -> 200"] * 2
    assert script.received == [ASK, ASK]
    assert judge.seen[0].request.body == b"body"
    assert judge.seen[0].answer is not None
    assert judge.seen[0].answer.body == b"answer"
    assert judge.seen[0].request.headers["host"] == "proxy.test:9"


@pytest.mark.parametrize(
    ("said", "body"),
    [
        (b"HTTP/1.1 200 -\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"HTTP/1.1 200 -\r\nConnection: close\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 204 -\r\n\r\n", b""),
    ],
)
def test_a_body_is_whole_however_its_length_is_said(said: bytes, body: bytes) -> None:
    judge = Strict()
    with between(Script(said), judge) as (_, client):
        client.sendall(ASK)
        assert read(client) == said
    assert judge.seen[0].answer is not None
    assert judge.seen[0].answer.body == body


@pytest.mark.parametrize("said", [None, b"HTTP/1.1 200 -\r\nContent-Length: 60\r\n\r\nonly this"])
def test_a_cut_connection_reaches_the_client_as_one(said: bytes | None) -> None:
    judge = Strict(request="is wrong")
    with between(Script(said), judge) as (proxy, client):
        client.sendall(ASK)
        assert read(client) == (said or b"")
        assert str(proxy.exchanges[0]) == "POST /a -> cut off"
        assert proxy.violations == ["thing: request: name: is wrong"]  # what was asked is judged all the same


def test_what_a_judge_finds_is_there_before_the_client_has_its_answer() -> None:
    with between(Script(SAY), Strict(answer="is missing")) as (proxy, client):
        client.sendall(ASK)
        client.recv(1)
        assert proxy.violations == ["thing: answer 200: id: is missing"]


def test_a_judge_that_fails_has_not_found_the_exchange_good() -> None:
    judge = Strict()
    judge.judge = lambda exchange: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    with between(Script(SAY), judge) as (proxy, client):
        client.sendall(ASK)
        assert client.recv(65536) == SAY
        assert "ZeroDivisionError" in proxy.violations[0]


@pytest.mark.parametrize(
    ("status", "minor", "found"),
    [
        (400, False, []),
        (200, True, []),
        (200, False, ["thing: accepted with 200 although name: is wrong"]),
    ],
)
def test_a_deliberate_fault_is_one_of_the_simulator_only_where_it_is_accepted(
    status: int, minor: bool, found: list[str]
) -> None:
    script = Script(SAY.replace(b"200", str(status).encode()))
    with between(script, Strict(request="is wrong", minor=minor), deliberate=True) as (proxy, client):
        client.sendall(ASK)
        client.recv(65536)
        assert proxy.violations == found


def test_of_a_simulator_that_is_not_ours_only_requests_are_judged() -> None:
    script = Script(SAY)
    with script.serving():
        proxy = Proxy(script.url, Strict(request="is wrong", answer="is wrong"), foreign=True)
        with socket.create_connection(("127.0.0.1", urlsplit(proxy.url).port or 0), timeout=5) as client:
            client.sendall(ASK)
            client.recv(65536)
        assert proxy.violations == ["thing: request: name: is wrong"]
        proxy.close()


def test_the_sandbox_s_own_endpoints_pass_without_judgement() -> None:
    judge = Strict(request="is wrong", answer="is wrong")
    with between(Script(SAY), judge) as (proxy, client):
        client.sendall(ASK.replace(b"/a?", b"/_sandbox/log?"))
        assert client.recv(65536) == SAY
        assert proxy.violations == []
        assert judge.seen == []


def test_behind_tls_the_client_trusts_the_proxy_by_the_simulator_s_own_authority(tmp_path: Path) -> None:
    server = Server(Cloud(), Journal(None), tmp_path)
    server.start()
    judge = Strict()
    proxy = Proxy(server.url, judge, certificate=tmp_path / "server.pem", ca=server.ca)
    try:
        context = ssl.create_default_context(cafile=str(server.ca))
        client = http.client.HTTPSConnection(urlsplit(proxy.url).netloc, timeout=5, context=context)
        client.request("GET", "/common/discovery/instance?authorization_endpoint=https%3A%2F%2Fx%2Fy")
        answer = client.getresponse()
        body = answer.read().decode()
        client.close()
    finally:
        proxy.close()
        server.stop()
    assert answer.status == 200
    assert proxy.url in body  # links lead back to the proxy, as it keeps the Host header
    assert server.url not in body
    assert [str(one) for one in judge.seen] == ["GET /common/discovery/instance -> 200"]
