# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verbs that damage, over three clouds: each does what it says, as somebody else, and nothing elsewhere."""

from __future__ import annotations

import pytest

from .conftest import Drill
from .ground import Ground


def test_a_rule_is_changed_added_and_deleted(ground: Ground, drill: Drill) -> None:
    here = (ground.holder, "--cloud", ground.cloud)
    assert ground.peers(51820) == ["0.0.0.0/0"]
    assert drill("edit-rule", *here, "--port", "51820", "--to", "192.0.2.0/24") == 0
    assert ground.peers(51820) == ["192.0.2.0/24"]
    assert drill("add-rule", *here, "--port", "23", "--cidr", "198.51.100.0/24") == 0
    assert ground.peers(23) == ["198.51.100.0/24"]
    assert drill("delete-rule", *here, "--port", "51820") == 0
    assert (ground.peers(51820), ground.peers(23)) == ([], ["198.51.100.0/24"])
    assert drill("delete-rule", *here, "--port", "51820") == 1  # there is none left
    last = [entry for entry in ground.log() if entry["mutating"]][-1]
    assert (last["actor"], last["outcome"]) == ("drill", "ok")


def test_a_route_is_deleted(ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    assert ground.routes() == ["0.0.0.0/0"]
    assert drill("delete-route", ground.table, "--region", ground.region, "--cidr", "192.0.2.0/24") == 1
    assert "has no route to 192.0.2.0/24" in capsys.readouterr().err
    assert drill("delete-route", ground.table, "--region", ground.region) == 0
    assert ground.routes() == []


def test_an_address_is_taken_off_its_machine_and_released(ground: Ground, drill: Drill) -> None:
    before = ground.addresses()
    assert drill("delete-address", ground.machine, "--cloud", ground.cloud) == 0
    assert ground.addresses() == before - 1
    assert ground.state() == "running"


def test_a_tag_is_set_and_removed(ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    before = ground.tags()
    here = (ground.machine, "--cloud", ground.cloud, "--kind", "machine")
    assert drill("edit-tag", *here[:1], "pangaea-site", "elsewhere", *here[1:]) == 0
    assert ground.tags() == {**before, "pangaea-site": "elsewhere"}
    assert drill("edit-tag", *here[:1], "pangaea-site", *here[1:]) == 0
    assert ground.tags() == before
    assert drill("edit-tag", *here[:1], "pangaea-site", "x", *here[1:-1], "unicorn") == 1
    assert "nothing is of the kind unicorn" in capsys.readouterr().err


def test_a_machine_is_stopped_and_started(ground: Ground, drill: Drill) -> None:
    assert drill("stop-machine", ground.machine, "--cloud", ground.cloud) == 0
    ground.pass_time()
    assert ground.state() == "stopped"
    assert drill("start-machine", ground.machine, "--cloud", ground.cloud) == 0
    ground.pass_time()
    assert ground.state() == "running"


def test_a_machine_is_killed_behind_the_clouds_back_only_where_there_is_one(
    ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drill("kill-machine", ground.machine, "--cloud", ground.cloud) == 1
    assert "clouds only" in capsys.readouterr().err


def test_what_is_in_use_stays_and_the_clouds_refusal_is_said(
    ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    codes = {"aws": "DependencyViolation", "azure": "InUseSubnetCannotBeDeleted", "gcp": "resourceInUse"}
    assert drill("delete-subnet", ground.subnet, "--cloud", ground.cloud) == 1
    said = capsys.readouterr().err
    assert "the cloud refused" in said and codes[ground.cloud] in said


@pytest.mark.parametrize("verb", ["gateway", "volume", "key", "interface", "group", "table", "subnet", "network"])
def test_each_kind_is_deleted_or_there_is_none_of_it_and_the_refusal_says_what_there_is_instead(
    ground: Ground, drill: Drill, verb: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """In this order: each lets go of the next."""
    name = "spare-a" if verb == "subnet" and ground.cloud != "aws" else "spare"
    if f"delete-{verb}" in ground.absent:
        assert drill(f"delete-{verb}", name, "--cloud", ground.cloud) == 1
        assert f"{ground.cloud} has no" in capsys.readouterr().err.lower()
        return
    assert drill(f"delete-{verb}", name, "--cloud", ground.cloud) == 0
    capsys.readouterr()
    assert drill(f"delete-{verb}", name, "--cloud", ground.cloud) == 1
    assert f"no {verb} is called {name}" in capsys.readouterr().err


def test_a_name_that_stands_in_several_clouds_is_not_guessed(
    ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drill("delete-network", "shop") == 1
    said = capsys.readouterr().err
    assert "shop is 3 things" in said and "narrow it by --cloud, --region" in said
    assert drill("delete-network", "nobody", "--region", ground.region) == 1
    assert f"no network is called nobody in {ground.region}" in capsys.readouterr().err
    assert drill("delete-network", "shop", "--region", "mars") == 1
    assert "no cloud has a region called mars" in capsys.readouterr().err
    other = {"aws": "europe-west3", "azure": "eu-north-1", "gcp": "germanywestcentral"}[ground.cloud]
    assert drill("delete-network", "shop", "--cloud", ground.cloud, "--region", other) == 1
    assert f"{ground.cloud} has no region called {other}" in capsys.readouterr().err


def test_a_machine_is_deleted_at_the_end(ground: Ground, drill: Drill) -> None:
    assert drill("delete-machine", ground.machine, "--cloud", ground.cloud) == 0
    ground.pass_time()
    assert ground.state() == "gone"
