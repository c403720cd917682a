# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The documented policy or role is enough, nothing in it is too much, and what is missing is named by the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from tests.sandbox.permissions.conftest import CLOUDS
from tests.sandbox.permissions.lab import Lab
from tests.sandbox.running import well

Labs = Callable[[str], Lab]
Lives = Callable[[str], dict[str, str]]
EACH = [(cloud, one) for cloud, (lab, _) in CLOUDS.items() for one in lab.permissions()]


@pytest.mark.parametrize("cloud", CLOUDS)
def test_with_exactly_the_document_a_site_is_made_repaired_recorded_and_deleted(cloud: str, lives: Lives) -> None:
    assert lives(cloud)


@pytest.mark.parametrize("cloud", CLOUDS)
def test_nothing_in_the_document_is_without_use(cloud: str, lives: Lives) -> None:
    lab = CLOUDS[cloud][0]
    assert set(lab.permissions()) - lives(cloud).keys() == lab.exempt.not_shown.keys()


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_document_names_each_permission_once(cloud: str) -> None:
    found = CLOUDS[cloud][0].permissions()
    assert len(found) == len(set(found))


@pytest.mark.parametrize(("cloud", "permission"), EACH)
def test_each_permission_that_is_missing_is_named_and_not_asked_for_again(
    cloud: str, permission: str, labs: Labs, lives: Lives
) -> None:
    lab = labs(cloud)
    if permission in lab.exempt.not_shown:
        assert permission not in lives(cloud), "it can be shown by now"
        return
    stage = lives(cloud)[permission]
    before, act = lab.stages()[stage]
    before()
    lab.allow(set(lab.permissions()) - {permission})
    lab.refusals()
    said = act()
    refused = Counter(lab.refusals())
    assert refused, f"nothing asked for {permission}"
    if permission in lab.exempt.goes_on:
        assert max(refused.values()) <= 2, "a module asked again"  # there are two
        well(said)
        return
    assert max(refused.values()) == 1, "it asked again"
    assert said.get("failed"), f"without {permission} nothing failed"
    assert said["kind"] == ("Refused" if permission == lab.account else "Denied"), said["msg"]
    assert f"the permission {permission} is missing" in said["msg"]
    assert f"docs/{lab.document}" in said["msg"] and lab.site in said["msg"]
    if permission == min(one for one, its in lives(cloud).items() if its == stage):  # once a stage: it takes time
        lab.allow(lab.permissions())
        well(act())
    lab.left(stage)
