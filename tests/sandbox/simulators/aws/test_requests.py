# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every request meets: signature, region, model, tags, DryRun, the log. And no answer is ever HTML."""

from __future__ import annotations

import http.client
import xml.etree.ElementTree as ElementTree

import botocore.loaders
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.conftest import ACCOUNT, Sandbox

from .conftest import Shop, refusal


def raw(
    sandbox: Sandbox, body: str, service: str = "ec2", region: str = "eu-central-1", key: str = "sandbox"
) -> tuple[int, str]:
    """One request by hand, as an old or broken client might send it."""
    scope = (
        f"AWS4-HMAC-SHA256 Credential={key}/20261101/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=30)
    headers = {"Authorization": scope, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize(("key", "region", "status", "code"), [
    ("AKIAIOSFODNN7EXAMPLE", "eu-central-1", 401, "AuthFailure"), ("sandboxed", "eu-central-1", 401, "AuthFailure"),
    ("sandbox", "mars-north-1", 401, "AuthFailure"), ("sandbox", "ap-east-1", 401, "AuthFailure"),
])  # fmt: skip
def test_foreign_keys_and_regions_are_refused(sandbox: Sandbox, key: str, region: str, status: int, code: str) -> None:
    with pytest.raises(ClientError) as caught:
        sandbox.client(key=key, region=region).describe_vpcs()
    assert caught.value.response["Error"]["Code"] == code
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_a_key_names_its_account_and_accounts_see_only_their_own(sandbox: Sandbox) -> None:
    assert sandbox.client("sts").get_caller_identity()["Account"] == sandbox.account
    assert sandbox.client("sts", key="sandbox").get_caller_identity()["Account"] == ACCOUNT
    made = sandbox.client().create_vpc(CidrBlock="10.64.0.0/16")["Vpc"]["VpcId"]
    assert refusal(sandbox.client(key="sandbox-999999999999").describe_vpcs, VpcIds=[made]) == "InvalidVpcID.NotFound"
    assert refusal(sandbox.client(region="eu-west-1").describe_vpcs, VpcIds=[made]) == "InvalidVpcID.NotFound"


def test_an_unsigned_request_is_refused(sandbox: Sandbox) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=30)
    connection.request("POST", "/", "Action=DescribeVpcs&Version=2016-11-15")
    assert connection.getresponse().status == 403


@pytest.mark.parametrize(("body", "code"), [
    ("Action=DescribeBanana", "InvalidAction"), ("", "MissingAction"),
    ("Action=CreateVpc&Banana=1", "UnknownParameter"),
    ("Action=RunInstances&MinCount=one&MaxCount=1", "InvalidParameterValue"), ("Action=DeleteVpc", "MissingParameter"),
    ("Action=DescribeVpcs&DryRun=perhaps", "InvalidParameterValue"),
    ("Action=DescribeVpcs&Filter.1.Foo=x", "UnknownParameter"),
    ("Action=DescribeVpcs&MaxResults=2", "InvalidParameterValue"),
    ("Action=CreateVpc&CidrBlock=10.0.0.0/16&InstanceTenancy=banana", "InvalidParameterValue"),
])  # fmt: skip
def test_what_the_model_does_not_allow_is_refused(sandbox: Sandbox, body: str, code: str) -> None:
    status, text = raw(sandbox, body)
    assert status == 400
    assert ElementTree.fromstring(text).findtext("Errors/Error/Code") == code


def test_every_action_of_ec2_is_answered_in_the_shape_of_ec2(sandbox: Sandbox) -> None:
    """moto answers most of them with 500 and HTML. Parameters are missing: an error is fine, its shape counts."""
    model = botocore.loaders.Loader().load_service_model("ec2", "service-2")
    refused = 0
    for action in model["operations"]:
        status, text = raw(sandbox, f"Action={action}", key="sandbox-777777777777")
        tree = ElementTree.fromstring(text)
        assert status < 500 or (status, tree.findtext("Errors/Error/Code")) == (501, "NotImplemented"), (action, text)
        refused += status == 501
    assert len(model["operations"]) == 830 and refused > 700


@pytest.mark.parametrize(("service", "call"), [
    ("sts", "get_session_token"), ("ssm", "describe_parameters"), ("service-quotas", "list_services"),
    ("iam", "list_users"), ("elbv2", "describe_ssl_policies"), ("route53", "list_hosted_zones"),
])  # fmt: skip
def test_other_services_and_actions_are_refused_with_501(sandbox: Sandbox, service: str, call: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(sandbox.client(service), call)()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_public_parameters_name_the_images_of_the_region(sandbox: Sandbox) -> None:
    canonical = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
    names = {"debian": "/aws/service/debian/release/13/latest/amd64", "ubuntu": canonical}
    answer = sandbox.client("ssm").get_parameters(Names=[*names.values(), "/nothing"])
    assert answer["InvalidParameters"] == ["/nothing"]
    ids = [one["Value"] for one in answer["Parameters"]]
    found = {one["ImageId"]: one for one in sandbox.client().describe_images(ImageIds=ids)["Images"]}
    assert [(found[one]["OwnerId"], found[one]["RootDeviceName"]) for one in ids] == [
        ("136693071363", "/dev/xvda"), ("099720109477", "/dev/sda1"),
    ]  # fmt: skip
    other = sandbox.client("ssm", "eu-west-1").get_parameter(Name=names["debian"])["Parameter"]["Value"]
    assert other != ids[0]


def test_tagging_needs_a_thing_that_is_there_and_room_for_the_tag(shop: Shop) -> None:
    one = [{"Key": "a", "Value": "b"}]
    assert refusal(shop.ec2.create_tags, Resources=["vpc-" + "0" * 17], Tags=one) == "InvalidVpcID.NotFound"
    assert refusal(shop.ec2.create_tags, Resources=["banana"], Tags=one) == "InvalidID"
    shop.ec2.create_tags(Resources=[shop.vpc], Tags=[{"Key": f"k{n}", "Value": "x"} for n in range(49)])
    assert refusal(shop.ec2.create_tags, Resources=[shop.vpc], Tags=one) == "TagLimitExceeded"
    shop.ec2.delete_tags(Resources=[shop.vpc], Tags=[{"Key": "k1", "Value": "other"}, {"Key": "k2"}])
    left = {tag["Key"] for tag in shop.ec2.describe_vpcs(VpcIds=[shop.vpc])["Vpcs"][0]["Tags"]}
    assert "k1" in left and "k2" not in left


def test_a_dry_run_changes_nothing_but_checks_everything(shop: Shop) -> None:
    before = shop.sandbox.ask("GET", "state")["regions"][f"{shop.sandbox.account}/eu-central-1"]
    for call, params in (
        (shop.ec2.create_vpc, {"CidrBlock": "10.65.0.0/16"}), (shop.ec2.create_internet_gateway, {}),
        (shop.ec2.create_subnet, {"VpcId": shop.vpc, "CidrBlock": "10.64.64.0/20"}),
        (shop.ec2.create_route_table, {"VpcId": shop.vpc}), (shop.ec2.allocate_address, {"Domain": "vpc"}),
        (shop.ec2.delete_security_group, {"GroupId": shop.group}), (shop.ec2.describe_vpcs, {}),
        (shop.ec2.create_tags, {"Resources": [shop.vpc], "Tags": [{"Key": "a", "Value": "b"}]}),
        (shop.launch, {}),
    ):  # fmt: skip
        assert refusal(call, **params, DryRun=True) == "DryRunOperation", call
    assert refusal(shop.ec2.delete_vpc, VpcId=shop.vpc, DryRun=True) == "DependencyViolation"
    after = shop.sandbox.ask("GET", "state")["regions"][f"{shop.sandbox.account}/eu-central-1"]
    assert {kind: len(rows) for kind, rows in after.items()} == {kind: len(rows) for kind, rows in before.items()}


def test_the_log_tells_who_asked_what_and_keeps_secrets(shop: Shop) -> None:
    last = shop.sandbox.ask("GET", "log?since=0")["last"]
    shop.launch(UserData="#cloud-config\nsecret: hunter2\n")
    shop.ec2.describe_vpcs()
    refusal(shop.ec2.create_vpc, CidrBlock="banana")
    sandbox = shop.sandbox
    sandbox.client(key="sandbox-drill").describe_vpcs()
    entries = sandbox.ask("GET", f"log?since={last}")["entries"]
    assert [(one["actor"], one["action"], one["mutating"], one["outcome"]) for one in entries] == [
        ("client", "RunInstances", True, "ok"), ("client", "DescribeVpcs", False, "ok"),
        ("client", "CreateVpc", True, "InvalidParameterValue"), ("drill", "DescribeVpcs", False, "ok"),
    ]  # fmt: skip
    assert [one["seq"] for one in entries] == list(range(last + 1, last + 5))
    assert "masked" in entries[0]["params"]["UserData"]
    assert "hunter2" not in sandbox.place.requests("aws").read_text()


def test_quotas_are_answered(sandbox: Sandbox) -> None:
    quotas = sandbox.client("service-quotas")
    assert quotas.get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]["Value"] == 5
    assert quotas.get_aws_default_service_quota(ServiceCode="ec2", QuotaCode="L-1216C47A")["Quota"]["Value"] == 5
    call = {"ServiceCode": "vpc", "QuotaCode": "L-00000000"}
    assert refusal(quotas.get_service_quota, **call) == "NoSuchResourceException"
    assert {one["QuotaName"] for one in quotas.list_service_quotas(ServiceCode="ec2")["Quotas"]} >= {
        "EC2-VPC Elastic IPs"
    }
