# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What policies and roles mean in the simulators, by the rules of their clouds."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from sandbox.aws.policies import Asked, BadPolicy, Policy
from sandbox.azure.roles import Principals, Role
from sandbox.gcp.roles import Principals as Accounts
from tests.sandbox.permissions.aws import LEAST, Aws
from tests.sandbox.running import well

VPC = "arn:aws:ec2:eu-central-1:111122223333:vpc/vpc-1"
OURS = {"aws:resourcetag/pangaea-cluster": ("shop-k3v9q2ab",), "aws:requestedregion": ("eu-central-1",)}


def policy(condition: Any = None, effect: str = "Allow", action: Any = "ec2:DeleteVpc", resource: Any = "*") -> Any:
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    return {"Version": "2012-10-17", "Statement": {**statement, **({"Condition": condition} if condition else {})}}


@pytest.mark.parametrize(
    ("document", "decision"),
    [
        (policy(), "Allow"),
        (policy(action=["ec2:Describe*", "ec2:deletev?c"]), "Allow"),
        (policy(action="ec2:DeleteVpc*"), "Allow"),
        (policy(action="ec2:Delete"), ""),
        (policy(resource="arn:aws:ec2:*:111122223333:vpc/*"), "Allow"),
        (policy(resource="arn:aws:ec2:*:444455556666:vpc/*"), ""),
        (policy(effect="Deny"), "Deny"),
        (policy({"StringEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-central-2"]}}), "Allow"),
        (policy({"StringEquals": {"aws:RequestedRegion": "us-east-1"}}), ""),
        (policy({"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}}), "Allow"),
        (policy({"StringLike": {"aws:ResourceTag/pangaea-cluster": "shop-*"}}), "Allow"),
        (policy({"StringNotLike": {"aws:ResourceTag/pangaea-cluster": "shop-*"}}), ""),
        (policy({"StringEquals": {"aws:ResourceTag/team": "x"}}), ""),
        (policy({"StringEqualsIfExists": {"aws:ResourceTag/team": "x"}}), "Allow"),
        (policy({"Null": {"aws:ResourceTag/pangaea-cluster": "false"}}), "Allow"),
        (policy({"Null": {"aws:ResourceTag/pangaea-cluster": "true"}}), ""),
        (policy({"ForAllValues:StringEquals": {"aws:TagKeys": ["Name"]}}), "Allow"),
        (policy({"ForAnyValue:StringEquals": {"aws:TagKeys": ["Name"]}}), ""),
    ],
)
def test_a_policy_decides_as_iam_does(document: Any, decision: str) -> None:
    assert Policy(document).decides(Asked("ec2:DeleteVpc", VPC, OURS)) == decision


def test_a_denial_wins_over_whatever_allows() -> None:
    denied = policy({"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}, "Deny", "*")
    assert Policy(policy(action="*"), denied).decides(Asked("ec2:DeleteVpc", VPC, OURS)) == "Deny"


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": []}, policy(effect="Maybe"), policy({"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}}),
        policy({"StringEquals": {"aws:PrincipalTag/x": "y"}}), policy(resource="vpc-1"), policy(action="DeleteVpc"),
        policy(resource="arn:aws:ec2:*:*:vpc/${aws:username}"),
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*"}},
        {"Version": "2012-10-17", "Statement": {**policy()["Statement"], "Principal": "*"}},
    ],
)  # fmt: skip
def test_a_policy_that_is_wrong_or_not_understood_is_refused_as_a_whole(document: Any) -> None:
    with pytest.raises(BadPolicy):
        Policy(document)


@pytest.fixture
def aws(labs: Any) -> Iterator[Aws]:
    lab = labs("aws")
    lab.restart()
    yield lab
    lab.restart()


def refused(call: Any, **params: Any) -> tuple[str, str]:
    """Code and message of the refusal that must come."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def test_a_refusal_of_ec2_names_user_action_and_resource_also_when_dry(aws: Aws) -> None:
    ec2 = aws.client(key=LEAST)
    aws.bind(policy())
    code, said = refused(ec2.create_vpc, CidrBlock="10.1.0.0/16", DryRun=True)
    assert code == "UnauthorizedOperation"
    who = f"arn:aws:iam::{aws.account}:user/{LEAST}"
    what = f"ec2:CreateVpc on resource: arn:aws:ec2:eu-central-1:{aws.account}:vpc/*"
    assert said.startswith(
        f"You are not authorized to perform this operation. User: {who} is not authorized to perform: {what} because "
        "no identity-based policy allows the ec2:CreateVpc action. Encoded authorization failure message: "
    )
    assert refused(ec2.describe_vpcs)[1].endswith("ec2:DescribeVpcs because no identity-based policy allows the "
                                                  "ec2:DescribeVpcs action")  # fmt: skip
    assert aws.client("sts", LEAST).get_caller_identity()["Arn"] == who  # which needs no permission at all


def test_other_services_refuse_in_their_own_shape(aws: Aws) -> None:
    aws.bind(policy())
    assert refused(aws.client("elbv2", LEAST).describe_load_balancers)[0] == "AccessDenied"
    code, said = refused(aws.client("ssm", LEAST).get_parameter, Name="/aws/service/debian/release/13/latest/amd64")
    assert code == "AccessDeniedException" and ":parameter/aws/service/debian/" in said


def test_tags_on_create_need_create_tags_for_that_action(aws: Aws) -> None:
    aws.bind(policy(action="ec2:CreateVpc"), policy({"StringEquals": {"ec2:CreateAction": "CreateSubnet"}},
                                                    action="ec2:CreateTags"))  # fmt: skip
    ec2, tags = aws.client(key=LEAST), [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "x"}]}]
    assert "ec2:CreateTags on resource" in refused(ec2.create_vpc, CidrBlock="10.1.0.0/16", TagSpecifications=tags)[1]
    made = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    assert "ec2:CreateTags" in refused(ec2.create_tags, Resources=[made], Tags=tags[0]["Tags"])[1]


def test_a_policy_may_spare_whatever_carries_no_tag_of_ours(aws: Aws) -> None:
    owner, ec2 = aws.client(), aws.client(key=LEAST)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "pangaea-cluster", "Value": "shop-k3v9q2ab"}]}]
    ours = owner.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tags)["Vpc"]["VpcId"]
    others = owner.create_vpc(CidrBlock="10.2.0.0/16")["Vpc"]["VpcId"]
    aws.bind(policy({"Null": {"aws:ResourceTag/pangaea-cluster": "false"}}))
    assert refused(ec2.delete_vpc, VpcId=others)[0] == "UnauthorizedOperation"
    ec2.delete_vpc(VpcId=ours)


def test_the_documented_policy_may_be_narrowed_to_regions(aws: Aws) -> None:
    document = aws.written()
    for statement in document["Statement"]:
        statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": ["eu-central-1"]}}
    aws.bind(document)
    well(aws.plan())
    for statement in document["Statement"]:
        statement["Condition"] = {"StringEquals": {"aws:RequestedRegion": ["eu-central-2"]}}
    aws.bind(document)
    assert aws.plan()["kind"] == "Denied"


def test_a_first_plan_needs_no_more_than_the_statement_that_looks(aws: Aws) -> None:
    document = aws.written()
    document["Statement"] = [one for one in document["Statement"] if one["Sid"] == "Look"]
    aws.bind(document)
    well(aws.plan())


def test_a_denial_by_policy_is_told_apart_from_a_permission_that_is_missing(aws: Aws) -> None:
    aws.bind(aws.written(), policy(effect="Deny", action="ec2:DescribeVpcs"))
    said = aws.plan()
    assert said["kind"] == "Denied" and "a policy denies ec2:DescribeVpcs" in said["msg"]


def test_an_action_whose_needs_are_not_known_is_refused_and_not_let_through(aws: Aws) -> None:
    aws.bind(policy(action="*"))
    assert refused(aws.client(key=LEAST).modify_vpc_attribute, VpcId="vpc-12345678",
                   EnableDnsSupport={"Value": True})[0] == "NotImplemented"  # fmt: skip


def test_keys_are_bound_and_released_over_the_sandbox_s_own_door(aws: Aws) -> None:
    def ask(method: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{aws.url}/_sandbox/principals", data, method=method)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.load(answer)

    said = ask(
        "POST", {"key": "sandbox-guest", "policies": [policy(action="ec2:DescribeVpcs")], "account": aws.account}
    )
    assert said == {"arn": f"arn:aws:iam::{aws.account}:user/sandbox-guest"}
    guest = aws.client(key="sandbox-guest")
    guest.describe_vpcs()
    assert refused(guest.describe_subnets)[0] == "UnauthorizedOperation"
    assert ask("GET")["principals"]["sandbox-guest"]["used"] == {"ec2:DescribeVpcs": True, "ec2:DescribeSubnets": False}
    assert ask("DELETE", {"key": "sandbox-guest"}) == {"removed": 1}
    guest.describe_subnets()
    for key in ("sandbox", "sandbox-drill", "AKIAIOSFODNN7EXAMPLE"):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            ask("POST", {"key": key, "policies": [policy()]})


SUBSCRIPTION = "/subscriptions/0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


def role(*actions: str, without: tuple[str, ...] = (), scope: str = SUBSCRIPTION) -> Any:
    return {"Name": "x", "Actions": list(actions), "NotActions": list(without), "AssignableScopes": [scope]}


@pytest.mark.parametrize(
    ("definition", "gives"),
    [
        (role("Microsoft.Network/virtualNetworks/write"), True),
        (role("microsoft.network/VIRTUALNETWORKS/write"), True),
        (role("Microsoft.Network/*"), True),
        (role("*/write"), True),
        (role("*/read"), False),
        (role("*", without=("Microsoft.Network/*/write",)), False),
        (role("Microsoft.Network/virtualNetworks/subnets/write"), False),
    ],
)
def test_a_role_of_azure_gives_its_actions_without_its_not_actions(definition: Any, gives: bool) -> None:
    assert Role(definition).gives("Microsoft.Network/virtualNetworks/write") is gives


def test_a_role_of_azure_holds_within_its_scope_only() -> None:
    client, group = "1ea57000-0000-4000-8000-73616e64626f", f"{SUBSCRIPTION}/resourceGroups/mine"
    bound = Principals().bind(client, [{"role": role("*"), "scope": group}])
    assert bound.may("Microsoft.Network/virtualNetworks/read", f"{group.lower()}/providers/Microsoft.Network")
    assert not bound.may("Microsoft.Network/virtualNetworks/read", f"{group}-too/providers/Microsoft.Network")
    assert not bound.may("Microsoft.Resources/subscriptions/read", SUBSCRIPTION)
    with pytest.raises(ValueError, match="AssignableScopes"):
        Principals().bind(client, [{"role": role("*", scope=group), "scope": SUBSCRIPTION}])
    with pytest.raises(ValueError, match="which may do everything"):
        Principals().bind("c11e4700-0000-4000-8000-73616e64626f", [{"role": role("*"), "scope": SUBSCRIPTION}])


def test_a_role_of_gcp_has_no_wildcards() -> None:
    account = "pangaea@shop-prod.iam.gserviceaccount.com"
    bound = Accounts().bind(account, [{"title": "x", "includedPermissions": ["compute.networks.get"]}])
    assert bound.may("compute.networks.get") and not bound.may("compute.networks.getEffectiveFirewalls")
    with pytest.raises(ValueError, match="permissions such as"):
        Accounts().bind(account, [{"title": "x", "includedPermissions": ["compute.networks.*"]}])
