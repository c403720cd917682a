# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules against the sandbox's own AWS: states take time, tokens are honoured, answers get lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest

from tests.contract.watch import watched
from tests.sandbox.conftest import Sandbox

from .conftest import OWNER, Aws, machines

WORKER = "shop-aws-fra-general-1"
MAKES = [
    "CreateVpc",
    "ImportKeyPair",
    "AllocateAddress",
    "CreateInternetGateway",
    "AttachInternetGateway",
    "CreateRouteTable",
    "CreateSubnet",
    "CreateRoute",
    "AssociateRouteTable",
    "CreateSecurityGroup",
    "AuthorizeSecurityGroupIngress",
    "RunInstances",
    "AssociateAddress",
]


@pytest.fixture
def box(sandbox: Sandbox) -> Iterator[Aws]:
    with watched("aws", f"http://127.0.0.1:{sandbox.port}") as url:
        yield Aws(url, sandbox.account, f"sandbox-{sandbox.account}", image="debian-13")


def _ours(aws: Aws) -> Counter[str]:
    """How many things of each kind carry our owner; associations and rules are counted in what has them."""
    found = aws.snapshot()
    return Counter(kind for kind, things in found.items() for thing in things.values() if thing["owner"] == OWNER)


def test_from_nothing_to_a_site_and_back(box: Aws) -> None:
    before = box.snapshot()
    looked = box.network(check=True)
    seen = box.machines(check=True, network=looked["network"])
    assert box.snapshot() == before
    made = box.network(checksum=looked["plan"]["checksum"])
    assert not made.failed, made["msg"]
    done = box.machines(network=made["network"], checksum=seen["plan"]["checksum"])
    assert not done.failed, done["msg"]
    assert box.plan() == []
    asked = Counter(box.network()["api_calls"]) + Counter(box.machines(network=made["network"])["api_calls"])
    assert asked.pop("GetCallerIdentity") == 2
    assert sum(asked.values()) == 8
    assert not box.machines(network=made["network"], state="absent").failed
    closed = box.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert _ours(box) == {}


def test_a_machine_is_made_anew_each_time_it_dies_within_the_hour(box: Aws) -> None:
    network = box.converge()
    for _ in range(2):
        box.ec2().terminate_instances(InstanceIds=[box.machine(WORKER)["InstanceId"]])
        assert f"create machine/aws-fra/{WORKER}" in box.plan()
        again = box.machines(network=network)
        assert not again.failed, again["msg"]
        assert box.plan() == []


@pytest.mark.parametrize("action", MAKES)
def test_an_answer_that_gets_lost_makes_nothing_twice(box: Aws, sandbox: Sandbox, action: str) -> None:
    with sandbox.fault(kind="drop_after", action=action):
        made = box.network()
        if not made.failed:
            box.machines(network=made["network"])
    box.converge()
    assert box.plan() == []
    assert _ours(box) == {
        "network": 1, "subnet": 3, "internet_gateway": 1, "route_table": 1, "firewall": 3, "ssh_key": 1,
        "address": 1, "machine": 3, "disk": 3, "network_interface": 3,
    }  # fmt: skip


@pytest.mark.parametrize("action", MAKES)
def test_a_run_that_fails_at_any_call_is_completed_by_the_next(box: Aws, sandbox: Sandbox, action: str) -> None:
    with sandbox.fault(kind="error", action=action, code="UnauthorizedOperation", status=403, times=0):
        made = box.network()
        failed = made if made.failed else box.machines(network=made["network"])
        assert failed["kind"] == "Denied" and f"ec2:{action}" in failed["msg"]
    box.converge()
    assert box.plan() == []


def test_a_throttled_api_only_takes_longer(box: Aws, sandbox: Sandbox) -> None:
    with sandbox.fault(kind="throttle", rate=8.0, burst=4.0):
        box.converge()
    assert box.plan() == []


def test_a_broken_api_is_an_error_and_not_an_empty_site(box: Aws, sandbox: Sandbox) -> None:
    network = box.converge()
    with sandbox.fault(kind="html", action="DescribeInstances", times=0):
        said = box.machines(network=network)
    assert said["kind"] == "Unreachable", said["msg"]
    assert said["changes"] == []
    assert box.plan() == []


def test_a_stopped_machine_is_started_also_while_it_stops(box: Aws) -> None:
    box.converge()
    box.ec2().stop_instances(InstanceIds=[box.machine(WORKER)["InstanceId"]])
    assert box.plan() == [f"update machine/aws-fra/{WORKER}"]
    box.converge()
    assert box.plan() == []


def test_quotas_are_told_in_the_plan(box: Aws) -> None:
    network = box.network()["network"]
    refused = box.machines(check=True, network=network, machines=machines("debian-13", 130))
    assert refused["kind"] == "OverQuota" and "L-1216C47A" in refused["msg"]
