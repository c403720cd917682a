# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request and its answer as they stood on the wire, and what a judge finds wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit


class Message:
    """A head and a body. `first` is the request or status line; header names are compared without case."""

    def __init__(self, head: bytes, body: bytes) -> None:
        lines = head.decode("latin-1").split("\r\n")
        self.first, self.body = lines[0], body
        pairs = (line.partition(":") for line in lines[1:] if line)
        self.headers = {name.strip().lower(): value.strip() for name, _, value in pairs}

    @property
    def kind(self) -> str:
        """The media type, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """The body; None where there is none. Raises ValueError for what is not JSON."""
        return json.loads(self.body) if self.body.strip() else None


@dataclass
class Exchange:
    """A request and its answer; `answer` is None where the connection was cut before it was whole."""

    request: Message
    answer: Message | None

    @property
    def method(self) -> str:
        return self.request.first.split(" ")[0]

    @property
    def target(self) -> str:
        """Path and query as sent."""
        return self.request.first.split(" ")[1]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> list[tuple[str, str]]:
        return parse_qsl(urlsplit(self.target).query, keep_blank_values=True)

    @property
    def status(self) -> int:
        """Of the answer; 0 where there is none."""
        return 0 if self.answer is None else int(self.answer.first.split(" ")[1])

    def __str__(self) -> str:
        said = "cut off" if self.answer is None else str(self.status)
        return f"{self.method} {self.path} -> {said}"


@dataclass(frozen=True)
class Finding:
    """One rule broken at one place. `minor`: the real service lets it pass, so that a simulator may, too."""

    place: str
    message: str
    minor: bool = False

    def __str__(self) -> str:
        return f"{self.place}: {self.message}"


@dataclass
class Opinion:
    """What a judge says of one exchange; `what` names the operation, for people."""

    what: str
    request: list[Finding] = field(default_factory=list)
    answer: list[Finding] = field(default_factory=list)


class Judge(Protocol):
    """Knows the official types of one cloud."""

    def judge(self, exchange: Exchange) -> Opinion:
        """All that is wrong with an exchange. MUST judge the request where the answer is missing."""
        ...


def breaches(opinion: Opinion, exchange: Exchange, *, deliberate: bool, foreign: bool) -> Iterable[str]:
    """What of an opinion breaks the contract.

    `deliberate`: the client may send what is wrong, to see it refused. Then a wrong request is a breach only where
    the simulator let it pass. `foreign`: the simulator is not ours, and its answers are not ours to keep right.
    """
    for finding in () if foreign else opinion.answer:
        yield f"{opinion.what}: answer {exchange.status}: {finding}"
    accepted = 200 <= exchange.status < 400
    for finding in opinion.request:
        if not deliberate:
            yield f"{opinion.what}: request: {finding}"
        elif accepted and not finding.minor:
            yield f"{opinion.what}: accepted with {exchange.status} although {finding}"
