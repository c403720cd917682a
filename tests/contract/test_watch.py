# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a test comes to fail by what stood on the wire, and the ways around it that must not be."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from tests.contract import watch
from tests.contract.made import Script
from tests.contract.watch import first_violation, watched

BAD = b"HTTP/1.1 400 -\r\nContent-Type: text/xml\r\nContent-Length: 5\r\nConnection: close\r\n\r\n<no/>"


def ask(url: str) -> int:
    """One unsigned request; the status of its answer."""
    client = http.client.HTTPConnection(urlsplit(url).netloc, timeout=5)
    try:
        client.request("POST", "/", "Action=DescribeVpcs&Version=2016-11-15")
        return client.getresponse().status
    finally:
        client.close()


def test_the_first_violation_is_told_once_with_the_number_of_the_others() -> None:
    with Script(BAD).serving() as script, watched("aws", script.url) as url:
        assert ask(url) == 400
        found = first_violation()
        assert found is not None
        assert found.startswith("contract broken: POST / -> 400: answer 400: body: is not the error of protocol")
        assert found.endswith("(and 1 more)")  # the signature is missing, too
        assert first_violation() is None


def test_what_nobody_looked_at_fails_the_end_of_watching() -> None:
    broken = pytest.raises(AssertionError, match="contract broken")
    with Script(BAD).serving() as script, broken, watched("aws", script.url) as url:
        ask(url)
    assert first_violation() is None  # nothing of it is left for the next test


def test_where_the_official_types_are_missing_it_is_said_and_nothing_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "missing", lambda cloud: f"no types of {cloud}")
    said = pytest.warns(UserWarning, match="what azure is asked and answers is not judged: no types of azure")
    with said, watched("azure", "https://127.0.0.1:1") as url:
        assert url == "https://127.0.0.1:1"
