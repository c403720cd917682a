# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules: the role in the docs, and what a missing permission looks like."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.sandbox.modules.lab import OWNER

from .lab import Gcp

ROLE = Path(__file__).parents[4] / "docs/gcp-role.yml"


class _AllBut:
    """What is denied: every permission that the role does not give."""

    def __init__(self, role: set[str]) -> None:
        self.role, self.asked = role, set[str]()

    def __bool__(self) -> bool:
        return True

    def __contains__(self, permission: str) -> bool:
        self.asked.add(permission)
        return permission not in self.role


def test_the_role_in_the_docs_is_enough_and_no_more_than_that(fresh: Gcp) -> None:
    role = set(yaml.safe_load(ROLE.read_text())["includedPermissions"])
    disk = {"name": "pvc", "sizeGb": "10", "labels": {f"kubernetes-io-cluster-{OWNER}": "owned"}}
    fresh.google.make("zones/europe-west3-a/disks", disk)
    limited = _AllBut(role)

    def converge() -> dict[str, Any]:
        fresh.simulator.denied = limited  # type: ignore[assignment]
        found = fresh.converge()
        fresh.simulator.denied = set()
        return found

    network = converge()
    for damage in fresh.repairs.values():
        fresh.damages[damage].do(fresh)
        converge()
    fresh.simulator.denied = limited  # type: ignore[assignment]
    fresh.absent(network)
    fresh.snapshot()
    # Not met here: images by path, a fingerprint that was stale, machines that somebody suspended.
    assert role - limited.asked == {"compute.images.get", "compute.instances.get", "compute.instances.resume"}


@pytest.mark.parametrize("permission", ["compute.networks.create", "compute.subnetworks.use", "compute.networks.list"])
def test_a_missing_permission_is_named_and_not_tried_again(fresh: Gcp, permission: str) -> None:
    fresh.simulator.denied = {permission}
    fresh.asked()
    failed = fresh.once()
    assert failed["kind"] == "Denied" and f"the permission {permission} in pangaea-sandbox" in failed["msg"]
    assert "docs/gcp-role.yml" in failed["msg"]
    assert max(Counter(fresh.asked()).values()) <= 8
