# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules and the simulated Azure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.aws.journal import Journal
from sandbox.azure.cloud import Cloud
from sandbox.azure.server import Server
from tests.contract.watch import watched
from tests.sandbox.modules.azure.lab import Lab
from tests.sandbox.simulators.azure.conftest import PLACE, Azure, certificates

__all__ = ["certificates"]


@pytest.fixture
def fresh(certificates: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A new cloud with a bystander's group, and the modules pointed at it."""
    yield from _lab(certificates, monkeypatch)


@pytest.fixture(scope="module")
def lab(certificates: Path) -> Iterator[Lab]:
    """One cloud for all tests of a file that ask for it: each leaves its site converged."""
    with pytest.MonkeyPatch.context() as patch:
        yield from _lab(certificates, patch)


def _lab(certificates: Path, patch: pytest.MonkeyPatch) -> Iterator[Lab]:
    for pause in ("POLL", "SLOW_POLL"):
        patch.setattr(f"ansible_collections.pangaea.multicloud.plugins.module_utils._azure.client.{pause}", 0)
    cloud = Cloud()
    cloud.settings.set({"seconds": 0.0, "machine_seconds": 0.0, "throttled": False})
    server = Server(cloud, Journal(None), certificates)
    server.start()
    try:
        with watched("azure", server.url, folder=certificates) as server.url:
            one = Lab(Azure(server))
            body = {"location": PLACE, "tags": {"a": "b"}}
            assert one.azure.ask("PUT", f"{one.azure.prefix}?api-version=2025-04-01", body).status == 201
            one.requests()
            yield one
        assert server.app.bugs == []
    finally:
        server.stop()
