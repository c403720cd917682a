# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad luck with the APIs, over three clouds, by the client's own requests."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator

import pytest
from botocore.exceptions import BotoCoreError, ClientError

from sandbox.cli import main
from sandbox.client import ask_cloud
from sandbox.places import CLOUDS
from tests.sandbox.conftest import Sandbox

from .conftest import Drill
from .ground import Ground

Refusal = (ClientError, ValueError)  # of boto3, and of the plain client that the other clouds are asked by
Lost = (BotoCoreError, OSError, http.client.HTTPException)


@pytest.fixture(autouse=True)
def _healed(drill: Drill) -> Iterator[None]:
    yield
    assert drill("heal") == 0


@pytest.mark.parametrize("where", ["--cloud", "--region"])
def test_an_error_is_answered_in_that_cloud_until_it_is_healed(
    ground: Ground, grounds: dict[str, Ground], drill: Drill, where: str
) -> None:
    assert drill("fail", where, ground.cloud if where == "--cloud" else ground.region) == 0
    # Google's networks are of no region: what breaks with one is what is asked of one.
    hit = [name for name, one in grounds.items() if _refused(one)]
    assert hit == ([ground.cloud] if (where, ground.cloud) != ("--region", "gcp") else [])
    assert drill("heal", "--cloud", ground.cloud) == 0
    assert not _refused(ground)


def test_an_error_without_a_cloud_is_answered_by_all_and_spares_drills(
    ground: Ground, grounds: dict[str, Ground], drill: Drill
) -> None:
    assert drill("fail", "--status", "503") == 0
    assert all(map(_refused, grounds.values()))
    assert drill("add-rule", ground.holder, "--cloud", ground.cloud, "--port", "2379") == 0


def test_an_error_hits_the_action_and_the_call_that_it_is_for(ground: Ground, drill: Drill) -> None:
    assert drill("fail", "--action", ground.listing, "--nth", "2", "--times", "1", "--code", "Broken") == 0
    assert [_refused(ground) for _ in range(3)] == [False, True, False]
    assert [one["outcome"] for one in ground.log()[-3:]] == ["ok", "Broken", "ok"]
    assert drill("fail", "--action", "nothing is called so", "--cloud", ground.cloud) == 0
    assert not _refused(ground)


def test_html_is_no_answer_of_any_api(ground: Ground, drill: Drill) -> None:
    assert drill("fail", "--html", "--cloud", ground.cloud) == 0
    assert _refused(ground)
    assert "(html 50" in ground.log()[-1]["outcome"]


def test_what_comes_too_fast_is_refused_in_the_clouds_own_words(ground: Ground, drill: Drill) -> None:
    words = {"aws": "RequestLimitExceeded", "azure": "TooManyRequests", "gcp": "rateLimitExceeded"}
    assert drill("throttle", "--cloud", ground.cloud, "--rate", "0.01", "--burst", "2") == 0
    assert [_refused(ground) for _ in range(3)] == [False, False, True]
    assert ground.log()[-1]["outcome"] == words[ground.cloud]


def test_an_answer_is_late(ground: Ground, drill: Drill) -> None:
    assert drill("slow", "--cloud", ground.cloud, "--action", ground.listing, "--seconds", "0.4") == 0
    start = time.monotonic()
    ground.networks()
    assert time.monotonic() - start >= 0.4


@pytest.mark.parametrize("before", [True, False])
def test_an_answer_is_lost_after_the_act_or_before(ground: Ground, drill: Drill, *, before: bool) -> None:
    name = f"lost-{'before' if before else 'after'}"
    count = len(ground.networks())
    how = ["--before"] if before else []
    assert drill("lose-answer", "--cloud", ground.cloud, "--action", ground.making, *how) == 0
    with pytest.raises(Lost):
        ground.make_network(name)
    ground.pass_time()
    assert len(ground.networks()) == count + (not before)


def test_what_is_stuck_stays_under_way_until_it_is_healed(ground: Ground, drill: Drill) -> None:
    assert drill("stick", "--cloud", ground.cloud, "--action", ground.making) == 0
    assert ground.make_network("stuck").lower() in ("pending", "updating", "running", "pending")
    ground.pass_time(600)
    assert drill("heal") == 0
    ground.pass_time()
    assert drill("delete-network", "stuck", "--cloud", ground.cloud) == 0


def test_an_operation_fails_later_where_there_are_operations(
    ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    later = drill("fail", "--later", "--cloud", ground.cloud, "--action", ground.making, "--code", "ZONE_IS_FULL")
    assert later == (1 if ground.cloud == "aws" else 0)
    if ground.cloud == "aws":
        assert "no operation fails after its call was accepted" in capsys.readouterr().err
        return
    with pytest.raises(ValueError, match=r"it was begun, and failed: .*ZONE_IS_FULL"):
        ground.end_network("doomed")


def test_a_service_that_a_cloud_does_not_have_is_said(
    ground: Ground, drill: Drill, capsys: pytest.CaptureFixture[str]
) -> None:
    other = {"aws": "compute", "azure": "ec2", "gcp": "Microsoft.Network"}[ground.cloud]
    assert drill("fail", "--cloud", ground.cloud, "--service", other) == 1
    assert f"{ground.cloud} has no service {other}" in capsys.readouterr().err


def test_the_log_has_all_clouds_in_the_order_they_were_asked(
    grounds: dict[str, Ground], daemon: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    since = max(ask_cloud(daemon.place, one, "GET", "log?since=0")["last"] for one in CLOUDS)
    order = ["gcp", "aws", "azure", "gcp"]
    for one in order:
        grounds[one].networks()
    assert main(["log", "--name", daemon.place.name, "--since", str(since)]) == 0
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [one["cloud"] for one in said] == order
    assert [one["seq"] for one in said] == list(range(since + 1, since + 5))
    assert main(["log", "--name", daemon.place.name, "--since", str(since), "--cloud", "gcp"]) == 0
    assert [json.loads(line)["action"] for line in capsys.readouterr().out.splitlines()] == ["networks.list"] * 2


def _refused(ground: Ground) -> bool:
    try:
        ground.networks()
    except Refusal:
        return True
    return False
