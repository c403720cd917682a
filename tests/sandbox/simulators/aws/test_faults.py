# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on order, as a client sees them."""

from __future__ import annotations

import time

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError, HTTPClientError
from botocore.parsers import ResponseParserError

from tests.sandbox.conftest import Sandbox

from .conftest import Shop, refusal


def test_the_second_call_fails_and_the_third_works(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    with sandbox.fault(kind="error", action="CreateVpc", nth=2, code="Unavailable", status=503):
        ec2.create_vpc(CidrBlock="10.1.0.0/16")
        assert refusal(ec2.create_vpc, CidrBlock="10.2.0.0/16") == "Unavailable"
        ec2.create_vpc(CidrBlock="10.2.0.0/16")


def test_a_broken_region_answers_html_and_the_other_works(sandbox: Sandbox) -> None:
    with sandbox.fault(kind="html", region="eu-west-1", times=0):
        for _ in range(2):
            with pytest.raises((ResponseParserError, ClientError)):
                sandbox.client(region="eu-west-1").describe_vpcs()
        assert sandbox.client().describe_vpcs()["Vpcs"]
    assert sandbox.client(region="eu-west-1").describe_vpcs()["Vpcs"]


def test_a_lost_answer_is_a_cut_connection_after_the_effect(shop: Shop) -> None:
    with (
        shop.sandbox.fault(kind="drop_after", action="RunInstances"),
        pytest.raises((ConnectionClosedError, HTTPClientError)),
    ):
        shop.launch(ClientToken="lost")
    made = shop.ec2.describe_instances(Filters=[{"Name": "client-token", "Values": ["lost"]}])["Reservations"]
    assert len(made) == 1
    assert shop.launch(ClientToken="lost")["InstanceId"] == made[0]["Instances"][0]["InstanceId"]


def test_a_request_that_is_lost_has_no_effect(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    with sandbox.fault(kind="drop_before", action="CreateVpc"), pytest.raises((ConnectionClosedError, HTTPClientError)):
        ec2.create_vpc(CidrBlock="10.1.0.0/16")
    assert all(one["IsDefault"] for one in ec2.describe_vpcs()["Vpcs"])


def test_throttling_lets_a_burst_through(sandbox: Sandbox) -> None:
    ec2, answers = sandbox.client(), []
    with sandbox.fault(kind="throttle", action="DescribeVpcs", burst=3, rate=0.1):
        for _ in range(5):
            try:
                ec2.describe_vpcs()
                answers.append("ok")
            except ClientError as error:
                answers.append(error.response["Error"]["Code"])
    assert answers == ["ok"] * 3 + ["RequestLimitExceeded"] * 2


def test_a_delay_delays_and_hits_only_what_it_names(sandbox: Sandbox) -> None:
    with sandbox.fault(kind="delay", action="DescribeVpcs", name="10.99", seconds=2):
        start = time.monotonic()
        sandbox.client().describe_vpcs()
        assert time.monotonic() - start < 1.5
        sandbox.client().describe_vpcs(Filters=[{"Name": "cidr", "Values": ["10.99.0.0/16"]}])
        assert time.monotonic() - start > 2


def test_what_is_stuck_stays_pending_until_healed(shop: Shop) -> None:
    with shop.sandbox.fault(kind="stuck", action="RunInstances"):
        key = shop.launch()["InstanceId"]
        shop.pass_time(1000)
        assert [shop.state(key) for _ in range(4)] == ["pending"] * 4
    assert shop.state(key) == "running"


def test_a_bad_rule_is_refused_with_a_sentence(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="fault kind 'banana' is not one of"):
        sandbox.ask("POST", "faults", {"kind": "banana"})
