# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clouds in this process, and the stage of a site's life in which each permission is first needed."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.machine_resources import Machine as AzureMachine
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.resource import Resource
from tests.sandbox.permissions import aws, azure, gcp
from tests.sandbox.permissions.lab import Lab
from tests.sandbox.running import one_session, well

Serving = Callable[[Path], AbstractContextManager[Lab]]
CLOUDS: dict[str, tuple[type[Lab], Serving]] = {
    "aws": (aws.Aws, lambda _folder: aws.serving()),
    "azure": (azure.Azure, azure.serving),
    "gcp": (gcp.Gcp, lambda _folder: gcp.serving()),
}


@pytest.fixture(scope="session", autouse=True)
def without_pauses() -> Iterator[None]:
    """Simulators settle at once."""
    with one_session(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(Resource, "pause", 0.02)
        patch.setattr(AzureMachine, "pause", 0.02)
        yield


@pytest.fixture(scope="session")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Lab]]:
    """A lab of each cloud, made when it is first asked for."""
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("permissions")
        yield functools.cache(lambda cloud: stack.enter_context(CLOUDS[cloud][1](folder)))


@pytest.fixture(scope="session")
def lives(labs: Callable[[str], Lab]) -> Callable[[str], dict[str, str]]:
    """Lives one site of a cloud with exactly the document: permission -> the stage that first asked for it."""

    @functools.cache
    def live(cloud: str) -> dict[str, str]:
        lab, found = labs(cloud), dict[str, str]()
        for name, (before, act) in lab.stages().items():
            before()
            lab.allow(lab.permissions())
            well(act())
            lab.left(name)
            for permission in sorted(lab.used()):
                found.setdefault(permission, name)
        return found

    return live
