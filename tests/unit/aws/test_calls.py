# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated, what is not, and what people read when a call fails."""

from __future__ import annotations

import pytest
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import api_account, api_machines, api_network
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import errors as meaning
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.client import Client, refuse_mixed_worlds
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import (
    Denied,
    Error,
    InUse,
    Invalid,
    NoCapacity,
    OverQuota,
    Refused,
    Throttled,
    Unreachable,
)

from .conftest import Service, failure


def test_a_throttled_list_is_asked_again_and_counts_once(client: Client, ec2: Service) -> None:
    ec2.expect(
        "describe_vpcs", failure("RequestLimitExceeded", 503), failure("InternalError", 500), {"Vpcs": [{"a": 1}]}
    )
    assert api_network.list_networks(client) == [{"a": 1}]
    assert client.calls == {"DescribeVpcs": 1}


def test_all_pages_are_one_list(client: Client, ec2: Service) -> None:
    ec2.expect("describe_subnets", [{"Subnets": [{"a": 1}]}, {"Subnets": [{"a": 2}]}])
    assert api_network.list_subnets(client, []) == [{"a": 1}, {"a": 2}]
    assert client.calls == {"DescribeSubnets": 1}


def test_a_create_without_a_token_is_not_repeated_when_its_answer_is_lost(client: Client, ec2: Service) -> None:
    ec2.expect("create_vpc", ReadTimeoutError(endpoint_url="https://ec2"))
    with pytest.raises(Unreachable, match="create the network"):
        api_network.create_network(client, "10.64.0.0/16", [])
    assert len(ec2.asked) == 1


def test_a_create_that_was_turned_away_unheard_is_repeated(client: Client, ec2: Service) -> None:
    ec2.expect("create_vpc", failure("RequestLimitExceeded", 503), {})
    api_network.create_network(client, "10.64.0.0/16", [])
    assert len(ec2.asked) == 2


def test_a_create_waits_until_all_of_aws_knows_its_parent(client: Client, ec2: Service) -> None:
    ec2.expect("create_subnet", failure("InvalidVpcID.NotFound"), {})
    api_network.create_subnet(client, "vpc-1", "10.64.0.0/18", "eu-central-1a", [])
    assert len(ec2.asked) == 2


def test_what_is_gone_already_is_deleted(client: Client, ec2: Service) -> None:
    ec2.expect("delete_vpc", failure("InvalidVpcID.NotFound"))
    assert api_network.delete_network(client, "vpc-1") is False


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (failure("UnauthorizedOperation", 403), Denied, ["ec2:DescribeVpcs", "docs/aws-policy.json"]),
        (failure("AuthFailure", 401), Denied, ["eu-central-1", "enabled"]),
        (failure("VpcLimitExceeded"), OverQuota, ["VPCs per Region", "L-F678F1CE", "eu-central-1"]),
        (failure("DependencyViolation"), InUse, ["said AWS"]),
        (failure("InsufficientInstanceCapacity", 500), NoCapacity, []),
        (failure("InsufficientInstanceCapacity"), NoCapacity, ["another size or zone"]),
        (failure("InvalidParameterValue"), Invalid, ["InvalidParameterValue", "said AWS"]),
        (failure("NotImplemented", 501), Invalid, ["NotImplemented"]),
    ],
)
def test_a_failure_says_what_which_why_and_what_to_do(
    client: Client, ec2: Service, raised: Exception, kind: type[Error], words: list[str]
) -> None:
    ec2.expect("describe_vpcs", *[raised] * 100)
    with pytest.raises(Error) as caught:
        api_network.list_networks(client)
    assert type(caught.value) is kind
    assert str(caught.value).startswith("aws-fra: list the networks of the region: ")
    for word in words:
        assert word in str(caught.value)


def test_patience_with_a_throttled_or_broken_api_ends(
    client: Client, ec2: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    for raised, kind in ((failure("Throttling"), Throttled), (EndpointConnectionError(endpoint_url="x"), Unreachable)):
        with pytest.raises(kind):
            raise meaning.explain(raised, "ec2:DescribeVpcs", "list", "eu-central-1")


def test_a_quota_that_cannot_be_read_is_no_reason_to_stop(client: Client, ec2: Service) -> None:
    from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.quotas import VPCS

    ec2.expect("get_service_quota", failure("AccessDeniedException", 403))
    assert api_account.quota_where_readable(client, VPCS) is None


def test_a_stopping_machine_is_started_once_it_has_stopped(client: Client, ec2: Service) -> None:
    ec2.expect("start_instances", failure("IncorrectInstanceState"), {})
    api_machines.start_instance(client, "i-1")
    assert len(ec2.asked) == 2


@pytest.mark.parametrize(
    ("endpoint", "key"),
    [
        ("http://127.0.0.1:7801", "AKIAIOSFODNN7EXAMPLE"),
        ("http://localhost:7801", "ASIAIOSFODNN7EXAMPLE"),
        ("http://[::1]:7801", "AKIAIOSFODNN7EXAMPLE"),
        (None, "sandbox-1"),
        ("https://ec2.eu-central-1.amazonaws.com", "testing"),
    ],
)
def test_sandbox_and_aws_are_never_mixed(endpoint: str | None, key: str) -> None:
    with pytest.raises(Refused):
        refuse_mixed_worlds(endpoint, key)


@pytest.mark.parametrize(
    ("endpoint", "key"), [(None, "AKIA1"), ("http://127.0.0.1:1", "sandbox-1"), ("https://vpce.example.org", "AKIA1")]
)
def test_what_belongs_together_is_let_through(endpoint: str | None, key: str) -> None:
    refuse_mixed_worlds(endpoint, key)
