# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Over which clouds a test runs, and how it takes its cases from each cloud's own list of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.drawn import drawn, marks

from .aws.lab import Aws
from .azure.lab import Azure
from .gcp.lab import Gcp
from .lab import Lab

LABS: dict[str, type[Lab]] = {"aws": Aws, "azure": Azure, "gcp": Gcp}
CLOUDS = tuple(LABS)


def each(
    site: str, name: str, cases: Callable[[type[Lab]], Iterable[Any]], *, ci: int | None = None
) -> pytest.MarkDecorator:
    """Run once for each case of each cloud. ``site`` is the fixture, ``name`` the argument that is given the case.

    Of a grid that takes long, CI draws ``ci`` cases in each cloud (None: takes all of them).
    """
    found = []
    for cloud, lab in LABS.items():
        every = list(cases(lab))
        chosen = every if ci is None else drawn(every, ci)
        found += [
            pytest.param(cloud, case, id=f"{cloud}-{str(case).replace(' ', '_')}", marks=marks(case, chosen))
            for case in every
        ]
    return pytest.mark.parametrize((site, name), found, indirect=[site])
