# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small site in each cloud of one sandbox, and drills by their command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sandbox.cli import main
from sandbox.places import CLOUDS
from tests.sandbox.conftest import Sandbox

from .ground import Ground
from .ground_aws import AwsGround
from .ground_azure import AzureGround
from .ground_gcp import GcpGround

Drill = Callable[..., int]
GROUNDS: dict[str, type[Ground]] = {one.cloud: one for one in (AwsGround, AzureGround, GcpGround)}


@pytest.fixture(scope="session")
def grounds(daemon: Sandbox) -> dict[str, Ground]:
    """All three, one for all tests here: whatever a verb does must not happen in the two others."""
    return {name: GROUNDS[name](daemon) for name in CLOUDS}


@pytest.fixture(scope="module", autouse=True)
def _room_for_networks(daemon: Sandbox) -> Iterator[None]:
    """AWS gives five networks to a region; tests of other folders find that limit again."""
    daemon.ask("POST", "quotas", {"code": "L-F678F1CE", "value": 50})
    yield
    daemon.ask("POST", "quotas", {"code": "L-F678F1CE", "value": 5})


@pytest.fixture(params=CLOUDS)
def ground(request: pytest.FixtureRequest, grounds: dict[str, Ground]) -> Ground:
    return grounds[request.param]


@pytest.fixture
def drill(daemon: Sandbox) -> Drill:
    """python -m sandbox drill VERB ...; the exit code."""
    return lambda verb, *words: main(["drill", "--name", daemon.place.name, verb, *words])
