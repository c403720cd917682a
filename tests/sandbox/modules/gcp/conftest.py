# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules and the simulated Google."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sandbox.simulators.gcp.conftest import serving

from .modules import Gcp


@pytest.fixture
def gcp() -> Iterator[Gcp]:
    """The modules and a fresh simulator."""
    with serving() as google:
        yield Gcp(google)


@pytest.fixture(scope="module")
def lab() -> Iterator[Gcp]:
    """One simulator for all tests of a file that ask for it: each leaves its site converged."""
    with serving() as google:
        yield Gcp(google)
