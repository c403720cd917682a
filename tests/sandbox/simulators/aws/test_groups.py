# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups: ports, duplicates, limits, users."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Shop, refusal, tags


def tcp(low: int, high: int | None = None, cidr: str = "198.51.100.0/24") -> dict[str, Any]:
    """One rule."""
    return {
        "IpProtocol": "tcp",
        "FromPort": low,
        "ToPort": high if high is not None else low,
        "IpRanges": [{"CidrIp": cidr}],
    }


def allow(shop: Shop, *rules: dict[str, Any]) -> list[dict[str, Any]]:
    answer = shop.ec2.authorize_security_group_ingress(GroupId=shop.group, IpPermissions=list(rules))
    return answer["SecurityGroupRules"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("rule", [tcp(22, 70000), tcp(-2, 22), tcp(443, 80), {**tcp(22), "IpProtocol": "banana"},
                                  tcp(22, cidr="198.51.100.300/24"), {**tcp(22), "FromPort": None}])  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(shop: Shop, rule: dict[str, Any]) -> None:
    rule = {key: value for key, value in rule.items() if value is not None}
    call = {"GroupId": shop.group, "IpPermissions": [rule]}
    assert refusal(shop.ec2.authorize_security_group_ingress, **call) == "InvalidParameterValue"


def test_the_same_rule_twice_is_refused_and_nothing_of_the_request_is_done(shop: Shop) -> None:
    allow(shop, tcp(22))
    call = {"GroupId": shop.group, "IpPermissions": [tcp(6443), tcp(22, cidr="198.51.100.7/24")]}
    assert refusal(shop.ec2.authorize_security_group_ingress, **call) == "InvalidPermission.Duplicate"
    listed = shop.ec2.describe_security_groups(GroupIds=[shop.group])["SecurityGroups"][0]["IpPermissions"]
    assert [rule["FromPort"] for rule in listed] == [22]


def test_all_rules_of_a_request_are_answered_with_their_tags(shop: Shop) -> None:
    itself = {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": shop.group}]}
    made = shop.ec2.authorize_security_group_ingress(
        GroupId=shop.group, IpPermissions=[tcp(22), tcp(80, cidr="0.0.0.0/0"), itself],
        TagSpecifications=tags("security-group-rule", Name="door"),
    )["SecurityGroupRules"]  # fmt: skip
    assert [(one["IpProtocol"], one.get("FromPort"), one["Tags"][0]["Value"]) for one in made] == [
        ("tcp", 22, "door"), ("tcp", 80, "door"), ("-1", -1, "door"),
    ]  # fmt: skip


def test_a_sixty_first_rule_is_over_the_quota(shop: Shop) -> None:
    allow(shop, *[tcp(port) for port in range(1000, 1060)])
    call = {"GroupId": shop.group, "IpPermissions": [tcp(22)]}
    assert refusal(shop.ec2.authorize_security_group_ingress, **call) == "RulesPerSecurityGroupLimitExceeded"


def test_revoking_needs_a_rule_that_is_there(shop: Shop) -> None:
    made = allow(shop, tcp(22), tcp(80))
    call = {"GroupId": shop.group, "IpPermissions": [tcp(443)]}
    assert refusal(shop.ec2.revoke_security_group_ingress, **call) == "InvalidPermission.NotFound"
    shop.ec2.revoke_security_group_ingress(GroupId=shop.group, IpPermissions=[tcp(22)])
    shop.ec2.revoke_security_group_ingress(GroupId=shop.group, SecurityGroupRuleIds=[made[1]["SecurityGroupRuleId"]])
    assert not shop.ec2.describe_security_groups(GroupIds=[shop.group])["SecurityGroups"][0]["IpPermissions"]


def test_a_group_that_a_machine_or_a_rule_uses_is_not_deleted(shop: Shop) -> None:
    other = shop.new_group("other")
    allow(shop, {"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": other}]})
    assert refusal(shop.ec2.delete_security_group, GroupId=other) == "DependencyViolation"
    key = shop.running()
    assert refusal(shop.ec2.delete_security_group, GroupId=shop.group) == "DependencyViolation"
    shop.ec2.terminate_instances(InstanceIds=[key])
    shop.pass_time(10)
    shop.ec2.delete_security_group(GroupId=shop.group)
    shop.ec2.delete_security_group(GroupId=other)


def test_the_default_group_and_doubled_names_are_refused(shop: Shop) -> None:
    filters = [{"Name": "vpc-id", "Values": [shop.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    default = shop.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    assert refusal(shop.ec2.delete_security_group, GroupId=default) == "CannotDelete"
    call = {"Description": "x", "VpcId": shop.vpc}
    assert refusal(shop.ec2.create_security_group, GroupName="nodes", **call) == "InvalidGroup.Duplicate"
    assert refusal(shop.ec2.create_security_group, GroupName="sg-nodes", **call) == "InvalidParameterValue"
    assert (
        refusal(shop.ec2.create_security_group, GroupName="ok", Description="Ümlaut", VpcId=shop.vpc)
        == "InvalidParameterValue"
    )


def test_a_changed_rule_shows_its_new_peer(shop: Shop) -> None:
    made = allow(shop, tcp(22))[0]["SecurityGroupRuleId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "203.0.113.0/24"}
    shop.ec2.modify_security_group_rules(
        GroupId=shop.group, SecurityGroupRules=[{"SecurityGroupRuleId": made, "SecurityGroupRule": rule}]
    )
    listed = shop.ec2.describe_security_group_rules(SecurityGroupRuleIds=[made])["SecurityGroupRules"]
    assert [one["CidrIpv4"] for one in listed] == ["203.0.113.0/24"]
