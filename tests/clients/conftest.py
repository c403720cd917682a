# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each cloud's own command line beside a cluster of ours, in a sandbox (clouds only)."""

from __future__ import annotations

import shutil

import pytest

from tests.clients import install
from tests.clients.aws import Aws
from tests.clients.azure import Az
from tests.clients.client import Client
from tests.clients.gcp import Gcloud
from tests.clients.ours import Ours
from tests.contract.watch import contract
from tests.sandbox.conftest import daemon

__all__ = ["contract", "daemon"]
GCLOUD = "gcloud is not on the PATH: it is in no package index, see https://cloud.google.com/sdk/docs/install"


def command(kind: type[Client]) -> list[str]:
    """How to start a client. Skips where it is not installed."""
    if kind is Gcloud:
        found = shutil.which("gcloud")
        return [found] if found else pytest.skip(GCLOUD)
    return install.program(kind.cloud) or pytest.skip(f"the client of {kind.cloud} is not there: script/clients")


@pytest.fixture(scope="module", params=[Aws, Az, Gcloud], ids=lambda kind: kind.__name__.lower())
def client(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Client:
    """One client, logged in."""
    kind: type[Client] = request.param
    program = command(kind)
    one = kind(program, request.getfixturevalue("daemon"), tmp_path_factory.mktemp(kind.cloud))
    one.login()
    return one


@pytest.fixture(scope="module")
def ours(client: Client, tmp_path_factory: pytest.TempPathFactory) -> Ours:
    """Our cluster in the client's cloud, converged; each test but the last one leaves it so."""
    one = Ours(client, tmp_path_factory.mktemp("ours"))
    one.converge()
    return one
