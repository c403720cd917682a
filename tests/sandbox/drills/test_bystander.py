# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else's things, over three clouds: what is done to them, or only tried, is noticed."""

from __future__ import annotations

import contextlib
import json

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import Sandbox

from .conftest import Drill
from .ground import Ground


def test_a_bystander_is_noticed_when_touched(
    ground: Ground, drill: Drill, daemon: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ("--region", ground.region)
    assert drill("bystander", *here) == 0
    assert drill("bystander", *here) == 0
    assert "already" in capsys.readouterr().out
    assert drill("bystander", "--check") == 0
    assert f"untouched in {ground.region}" in capsys.readouterr().out
    made = json.loads((daemon.place.folder / "bystander.json").read_text())[f"{ground.cloud}/{ground.region}"]["made"]
    network = next(one for one in made if one.startswith("vpc-") or "/networks/" in one or "/virtualNetworks/" in one)
    with contextlib.suppress(ClientError, ValueError):
        ground.touch(network)  # in use: refused, and trying is touching
    assert drill("bystander", "--check") == 1
    assert f"named {network}" in capsys.readouterr().err
    ground.change(network)
    assert drill("bystander", "--check", *here) == 1
    assert f"in {ground.region} has changed" in capsys.readouterr().err
    assert drill("bystander", "--remove", *here) == 0
    assert drill("bystander", "--check", *here) == 1
    assert "there is no bystander" in capsys.readouterr().err
    assert drill("bystander", "--remove", *here) == 0
    assert f"there was no bystander in {ground.region}" in capsys.readouterr().out


def test_what_is_gone_is_missed(ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    here = ("--region", ground.region, "--cloud", ground.cloud)
    assert drill("bystander", *here, "--no-machine") == 0
    names = {"aws": "bystander", "azure": "bystander", "gcp": f"bystander-{ground.region}-data"}
    assert drill("delete-volume", names[ground.cloud], *here) == 0
    assert drill("bystander", "--check", *here) == 1
    assert "is gone" in capsys.readouterr().err
    assert drill("bystander", "--remove", *here) == 0


def test_bystanders_come_where_something_is_in_all_clouds_and_leave_again(
    grounds: dict[str, Ground], drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    assert drill("bystander", "--remove") == 0
    capsys.readouterr()
    assert drill("bystander", "--no-machine") == 0
    said = capsys.readouterr().out
    assert all(f"a bystander is in {one.region}" in said for one in grounds.values())
    assert drill("bystander", "--check") == 0
    said = capsys.readouterr().out
    assert all(one.region in said for one in grounds.values())
    assert drill("bystander", "--remove") == 0
