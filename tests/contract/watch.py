# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tests put the proxy in front of a simulator, and fail on the first thing that breaks a contract."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from sandbox.places import CLOUDS, Place
from tests.contract.exchange import Judge
from tests.contract.judges.aws import AwsJudge
from tests.contract.judges.azure import AzureJudge
from tests.contract.judges.gcp import GcpJudge
from tests.contract.judges.shared import missing
from tests.contract.proxy import Proxy

JUDGES: dict[str, type[Judge]] = {"aws": AwsJudge, "azure": AzureJudge, "gcp": GcpJudge}
_watching: list[Proxy] = []


@contextmanager
def watched(
    cloud: str, url: str, *, deliberate: bool = False, foreign: bool = False, folder: Path | None = None
) -> Iterator[str]:
    """The URL that clients use instead of a simulator's own, as long as the block.

    `deliberate`: the tests send wrong requests on purpose. `foreign`: the simulator is not ours, only requests are
    judged. `folder` holds the certificates of a simulator with TLS.
    """
    if reason := missing(cloud):
        warnings.warn(f"what {cloud} is asked and answers is not judged: {reason}", stacklevel=3)
        yield url
        return
    tls = {} if folder is None else {"certificate": folder / "server.pem", "ca": folder / "ca.pem"}
    proxy = Proxy(url, JUDGES[cloud](), deliberate=deliberate, foreign=foreign, **tls)
    _watching.append(proxy)
    try:
        yield proxy.url
    finally:
        proxy.close()
        found = first_violation()
        _watching.remove(proxy)
        assert found is None, found


@contextmanager
def watched_sandbox(place: Place, port: int, *, deliberate: bool = False) -> Iterator[dict[str, str]]:
    """The URLs that clients use instead of those of a running sandbox, by cloud, as long as the block."""
    with ExitStack() as stack:
        yield {
            cloud: stack.enter_context(
                watched(cloud, place.url(cloud, port), deliberate=deliberate, folder=certificates(place, cloud))
            )
            for cloud in CLOUDS
        }


def certificates(place: Place, cloud: str) -> Path | None:
    """The folder of the certificates of a cloud that speaks TLS."""
    voucher = place.voucher(cloud)
    return voucher and voucher.parent


@pytest.fixture(autouse=True)
def contract() -> Iterator[None]:
    """A test fails on the first thing it said to a cloud, or a cloud to it, that breaks the cloud's official types."""
    yield
    found = first_violation()
    assert found is None, found


def first_violation() -> str | None:
    """The first sentence that a proxy wrote since the last look, and how many more there are."""
    found = [one for proxy in _watching for one in proxy.taken()]
    if not found:
        return None
    more = f" (and {len(found) - 1} more)" if found[1:] else ""
    return f"contract broken: {found[0]}{more}"
