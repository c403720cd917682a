# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists: real pages, filters that are applied or refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from tests.sandbox.conftest import Sandbox

from .conftest import Shop, refusal, tags


def names_of(found: list[dict[str, Any]]) -> list[str]:
    return [tag["Value"] for one in found for tag in one.get("Tags", one.get("TagSet", [])) if tag["Key"] == "Name"]


def timeless(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without their state, which time changes between two looks."""
    return [{key: value for key, value in row.items() if key != "State"} for row in rows]


@pytest.mark.parametrize(("action", "rows"), [
    ("describe_volumes", "Volumes"), ("describe_security_groups", "SecurityGroups"), ("describe_subnets", "Subnets"),
    ("describe_security_group_rules", "SecurityGroupRules"), ("describe_route_tables", "RouteTables"),
])  # fmt: skip
def test_pages_together_hold_every_row_once(shop: Shop, action: str, rows: str) -> None:
    for number in range(7):
        shop.new_group(f"group-{number}")
        shop.ec2.create_volume(AvailabilityZone="eu-central-1a", Size=1)
        shop.ec2.create_subnet(VpcId=shop.vpc, CidrBlock=f"10.64.{100 + number}.0/24")
        shop.ec2.create_route_table(VpcId=shop.vpc)
    whole = getattr(shop.ec2, action)()[rows]
    paged = list(shop.ec2.get_paginator(action).paginate(PaginationConfig={"PageSize": 5}))
    assert len(paged) > 1 and all(len(page[rows]) <= 5 for page in paged)
    assert timeless(one for page in paged for one in page[rows]) == timeless(whole)


def test_machines_come_in_pages_too_and_no_row_is_lost_when_one_goes_between(shop: Shop) -> None:
    keys = [shop.launch()["InstanceId"] for _ in range(12)]
    first = shop.ec2.describe_instances(MaxResults=5)
    shop.ec2.terminate_instances(InstanceIds=[keys[0]])
    shop.pass_time(4000)
    shop.pass_time(4000)
    seen = [one["InstanceId"] for held in first["Reservations"] for one in held["Instances"]]
    token = first["NextToken"]
    while token:
        page = shop.ec2.describe_instances(MaxResults=5, NextToken=token)
        seen += [one["InstanceId"] for held in page["Reservations"] for one in held["Instances"]]
        token = page.get("NextToken")
    assert seen == keys


def test_a_small_default_page_makes_a_client_follow_tokens(shop: Shop) -> None:
    for number in range(5):
        shop.new_group(f"group-{number}")
    shop.sandbox.ask("POST", "settings", {"page": 2})
    try:
        answer = shop.ec2.describe_security_groups()
        assert len(answer["SecurityGroups"]) == 2 and answer["NextToken"]
        pages = shop.ec2.get_paginator("describe_security_groups").paginate()
        assert len([one for page in pages for one in page["SecurityGroups"]]) == 8  # two of them are default groups
    finally:
        shop.sandbox.ask("POST", "settings", {"page": 1000})


def test_a_token_of_another_request_is_refused(shop: Shop) -> None:
    for number in range(6):
        shop.new_group(f"group-{number}")
    token = shop.ec2.describe_security_groups(MaxResults=5)["NextToken"]
    assert refusal(shop.ec2.describe_security_groups, NextToken="banana") == "InvalidNextToken"
    assert refusal(shop.ec2.describe_subnets, MaxResults=5, NextToken=token) == "InvalidNextToken"
    assert refusal(shop.ec2.describe_security_groups, MaxResults=2) == "InvalidParameterValue"
    key = shop.running()
    call = {"InstanceIds": [key], "MaxResults": 5}
    assert refusal(shop.ec2.describe_instances, **call) == "InvalidParameterCombination"


def test_an_unknown_filter_is_refused_loudly(shop: Shop) -> None:
    for action in ("vpcs", "subnets", "instances", "addresses", "images", "tags", "regions", "instance_types"):
        call = getattr(shop.ec2, f"describe_{action}")
        assert refusal(call, Filters=[{"Name": "no-such-filter", "Values": ["x"]}]) == "NotImplemented", action


def test_filters_are_anded_their_values_ored_with_wildcards(shop: Shop) -> None:
    for name in ("shop-1", "shop-2", "forum-1", "sh?p"):
        shop.launch(TagSpecifications=tags("instance", Name=name))

    def found(*values: str) -> list[str]:
        filters = [{"Name": "tag:Name", "Values": list(values)}, {"Name": "vpc-id", "Values": [shop.vpc]}]
        held = shop.ec2.describe_instances(Filters=filters)["Reservations"]
        return sorted(names_of([one for group in held for one in group["Instances"]]))

    assert found("shop-*") == ["shop-1", "shop-2"]
    assert found("shop-1", "forum-1") == ["forum-1", "shop-1"]
    assert found("sh\\?p") == ["sh?p"]
    assert found("SHOP-1") == []


@pytest.mark.parametrize(("kind", "rows", "name", "value", "count"), [
    ("instances", "Reservations", "network-interface.vpc-id", "{vpc}", 1),
    ("instances", "Reservations", "instance-state-name", "stopped", 0),
    ("instances", "Reservations", "root-device-name", "/dev/xvda", 1),
    ("network_interfaces", "NetworkInterfaces", "group-id", "{group}", 1),
    ("network_interfaces", "NetworkInterfaces", "attachment.status", "attached", 1),
    ("route_tables", "RouteTables", "route.state", "blackhole", 0),
    ("route_tables", "RouteTables", "route.gateway-id", "local", 2),
    ("internet_gateways", "InternetGateways", "owner-id", "{account}", 1),
    ("addresses", "Addresses", "network-border-group", "eu-central-1", 0),
    ("volumes", "Volumes", "attachment.delete-on-termination", "true", 1),
    ("security_groups", "SecurityGroups", "egress.ip-permission.cidr", "0.0.0.0/0", 3),
    ("images", "Images", "name", "debian-13-amd64-*", 1),
])  # fmt: skip
def test_filters_that_moto_lacks_or_ignores_work(
    shop: Shop, kind: str, rows: str, name: str, value: str, count: int
) -> None:
    shop.running()
    value = value.format(vpc=shop.vpc, group=shop.group, account=shop.sandbox.account)
    answer = getattr(shop.ec2, f"describe_{kind}")(Filters=[{"Name": name, "Values": [value]}])
    assert len(answer[rows]) == count


def test_ids_that_are_malformed_or_name_nothing_are_told_apart(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    assert refusal(ec2.describe_instances, InstanceIds=["i-banana"]) == "InvalidInstanceID.Malformed"
    assert refusal(ec2.describe_instances, InstanceIds=["i-" + "0" * 17]) == "InvalidInstanceID.NotFound"
    assert refusal(ec2.describe_subnets, SubnetIds=["vpc-" + "0" * 17]) == "InvalidSubnetId.Malformed"
    assert refusal(ec2.delete_security_group, GroupId="sg-" + "0" * 17) == "InvalidGroup.NotFound"
    assert refusal(ec2.describe_key_pairs, KeyNames=["nobody"]) == "InvalidKeyPair.NotFound"


def test_tags_of_what_is_gone_are_gone(shop: Shop) -> None:
    other = shop.ec2.create_subnet(VpcId=shop.vpc, CidrBlock="10.64.64.0/20", TagSpecifications=tags("subnet"))[
        "Subnet"
    ]
    mine = [{"Name": "resource-id", "Values": [other["SubnetId"]]}]
    assert len(shop.ec2.describe_tags(Filters=mine)["Tags"]) == 1
    shop.ec2.delete_subnet(SubnetId=other["SubnetId"])
    assert not shop.ec2.describe_tags(Filters=mine)["Tags"]


def test_types_are_offered_by_zone(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    there = [{"Name": "instance-type", "Values": ["t3.small"]}]
    offers = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=there)[
        "InstanceTypeOfferings"
    ]
    assert {one["Location"] for one in offers} == {"eu-central-1a", "eu-central-1b", "eu-central-1c"}
    size = ec2.describe_instance_types(InstanceTypes=["t3.small"])["InstanceTypes"][0]
    assert (size["VCpuInfo"]["DefaultVCpus"], size["MemoryInfo"]["SizeInMiB"]) == (2, 2048)
    assert refusal(ec2.describe_instance_types, InstanceTypes=["no.such"]) == "InvalidParameterValue"
