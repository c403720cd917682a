# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site in each cloud: `fresh`, a new one for each test, and `lab`, one for all tests of a file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.sandbox import running
from tests.sandbox.running import UTILS

from .aws.lab import Aws
from .azure.lab import Azure
from .clouds import CLOUDS
from .gcp.lab import Gcp
from .lab import Lab

OPEN: dict[str, Callable[[Path], AbstractContextManager[Lab]]] = {
    "aws": Aws.opened,
    "azure": Azure.opened,
    "gcp": Gcp.opened,
}


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what simulators need to have on disk."""
    return tmp_path_factory.mktemp("clouds")


@pytest.fixture(scope="session", autouse=True)
def one_session() -> Iterator[None]:
    """One boto3 session for all module runs."""
    with running.one_session():
        yield


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Over all clouds, or over one in its own folder. Tests with cases of each cloud say themselves where they run."""
    folder = metafunc.definition.path.parent.name
    said = [name for mark in metafunc.definition.iter_markers("parametrize") for name in mark.args[0]]
    for site in ("fresh", "lab"):
        if site in metafunc.fixturenames and site not in said:
            metafunc.parametrize(site, [folder] if folder in CLOUDS else CLOUDS, indirect=True)


@pytest.fixture
def fresh(request: pytest.FixtureRequest, ground: Path) -> Iterator[Any]:
    """A new cloud, in which we have nothing."""
    with OPEN[request.param](ground) as found:
        yield found


@pytest.fixture(scope="module")
def lab(request: pytest.FixtureRequest, ground: Path) -> Iterator[Any]:
    """One cloud for all tests of a file that ask for it: each leaves its site as it found it, or converges first."""
    with OPEN[request.param](ground) as found:
        yield found


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first pause between two attempts is longer than any patience."""
    monkeypatch.setattr(f"{UTILS}._engine.wait.random", SimpleNamespace(uniform=lambda *_range: 1000.0))
