# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge of AWS: what keeps botocore's model passes, and each way to break it is found."""

from __future__ import annotations

import json

import pytest

from tests.contract.exchange import Exchange, Opinion
from tests.contract.judges.aws import AwsJudge
from tests.contract.made import message

SCOPE = "AWS4-HMAC-SHA256 Credential=sandbox/20261125/eu-central-1/{}/aws4_request, SignedHeaders=host, Signature="
VPCS = "Action=DescribeVpcs&Version=2016-11-15"
SUBNET = "Action=CreateSubnet&Version=2016-11-15&VpcId=vpc-1&CidrBlock=10.0.0.0%2F24"
RUN = "Action=RunInstances&Version=2016-11-15&MinCount=1&MaxCount=1"
TAG = "&TagSpecification.1.ResourceType=subnet&TagSpecification.1.Tag.1.Key=a&TagSpecification.1.Tag.1.Value=b"


def asked(form: str, answer: str | bytes = "", *, service: str = "ec2", status: int = 200,
          kind: str = "text/xml;charset=UTF-8", **headers: str) -> Opinion:  # fmt: skip
    """The opinion on a form and what was answered."""
    signed = {"Authorization": SCOPE.format(service) + "0" * 64, "Content-Type": "application/x-www-form-urlencoded"}
    request = message("POST / HTTP/1.1", {**signed, **headers}, form.encode())
    said = message(
        f"HTTP/1.1 {status} -", {"Content-Type": kind}, answer.encode() if isinstance(answer, str) else answer
    )
    return AwsJudge().judge(Exchange(request, said))


def targeted(target: str, body: object, answer: object, *, status: int = 200, service: str = "ssm") -> Opinion:
    """The same for a service that speaks JSON."""
    headers = {"Authorization": SCOPE.format(service) + "0" * 64, "Content-Type": "application/x-amz-json-1.1",
               "X-Amz-Target": target}  # fmt: skip
    said = message(f"HTTP/1.1 {status} -", {"Content-Type": "application/x-amz-json-1.1"}, answer)
    return AwsJudge().judge(Exchange(message("POST / HTTP/1.1", headers, body), said))


def vpcs(inner: str, *, tag: str = "DescribeVpcsResponse", number: str = "<requestId>r</requestId>") -> str:
    return f'<?xml version="1.0"?><{tag} xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">{number}{inner}</{tag}>'


@pytest.mark.parametrize(
    "form",
    [
        VPCS,
        VPCS + "&MaxResults=100&DryRun=false&Filter.1.Name=tag%3Aa&Filter.1.Value.1=b&Filter.1.Value.2=c",
        SUBNET + TAG,
        RUN + "&InstanceType=t3.small&NetworkInterface.1.DeviceIndex=0&NetworkInterface.1.SecurityGroupId.1=sg-1",
    ],
)
def test_a_request_that_keeps_the_model_passes(form: str) -> None:
    assert asked(form).request == []


@pytest.mark.parametrize(
    ("form", "place"),
    [
        (VPCS + "&VpcIds=vpc-1", "VpcIds"),  # a name that only the SDK has
        (VPCS + "&Filter.1.Names=a", "Filter.1.Names"),
        (VPCS + "&Filter.1.Name.x=a", "Filter.1.Name.x"),
        (VPCS + "&Filter.2.Name=a", "Filter"),
        (VPCS + "&MaxResults=many", "MaxResults"),
        (VPCS + "&DryRun=yes", "DryRun"),
        (VPCS + "&MaxResults=1", "parameters"),  # five at least
        (VPCS.replace("2016-11-15", "2014-01-01"), "Version"),
        ("Action=DescribeVpc&Version=2016-11-15", "Action"),
        ("Version=2016-11-15", "Action"),
        (SUBNET.replace("&VpcId=vpc-1", ""), "parameters"),
        (RUN + "&InstanceType=t3.tiny", ".InstanceType"),
        (RUN + "&TagSpecification.1.ResourceType=machine", ".TagSpecifications[0].ResourceType"),
    ],
)
def test_a_request_that_breaks_the_model_is_found(form: str, place: str) -> None:
    assert [one.place for one in asked(form).request] == [place]


def test_a_request_without_a_signature_or_with_that_of_an_unknown_service_is_found() -> None:
    assert [one.place for one in asked(VPCS, Authorization="Bearer x").request] == ["Authorization"]
    assert [one.place for one in asked(VPCS, service="s3").request] == ["Authorization"]


ROW = "<item><vpcId>vpc-1</vpcId><state>available</state><isDefault>false</isDefault><tagSet/></item>"


def test_an_answer_that_keeps_the_model_passes() -> None:
    assert asked(VPCS, vpcs(f"<vpcSet>{ROW}{ROW}</vpcSet><nextToken>x</nextToken>")).answer == []
    assert asked("Action=DeleteVpc&Version=2016-11-15&VpcId=vpc-1",
                 vpcs("<return>true</return>", tag="DeleteVpcResponse")).answer == []  # fmt: skip
    many = "<GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult><ResponseMetadata/>"
    who = asked("Action=GetCallerIdentity&Version=2011-06-15", service="sts",
                answer=vpcs(many, tag="GetCallerIdentityResponse", number=""))  # fmt: skip
    assert (who.request, who.answer) == ([], [])


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (vpcs("<vpcSets/>"), "/vpcSets"),
        (vpcs(f"<vpcSet>{ROW.replace('vpcId', 'vpc')}</vpcSet>"), "/vpcSet[0]/vpc"),
        (vpcs(f"<vpcSet>{ROW.replace('available', 'ready')}</vpcSet>"), "/vpcSet[0]/state"),
        (vpcs(f"<vpcSet>{ROW.replace('false', 'no')}</vpcSet>"), "/vpcSet[0]/isDefault"),
        (vpcs(f"<vpcSet>{ROW.replace('item', 'member')}</vpcSet>"), "/vpcSet/member"),
        (vpcs(f"<vpcSet>{ROW}text</vpcSet>".replace("<vpcSet>", "<vpcSet>text")), "/vpcSet"),
        (vpcs(f"<vpcSet>{ROW.replace('vpc-1', '<a/>')}</vpcSet>"), "/vpcSet[0]/vpcId"),
        (vpcs("<vpcSet/><vpcSet/>"), "/vpcSet"),
        (vpcs("<vpcSet/>", tag="DescribeVpcResponse"), "DescribeVpcResponse"),
        (vpcs("<vpcSet/>", number=""), "requestId"),
        ("{}", "body"),
    ],
)
def test_an_answer_that_breaks_the_model_is_found(answer: str, place: str) -> None:
    assert [one.place for one in asked(VPCS, answer).answer] == [place]


ERROR = (
    "<Response><Errors><Error><Code>A</Code><Message>b</Message></Error></Errors><RequestID>r</RequestID></Response>"
)
OTHER = ("<ErrorResponse><Error><Type>Sender</Type><Code>A</Code><Message>b</Message></Error><RequestId>r</RequestId>"
         "</ErrorResponse>")  # fmt: skip
STS = "Action=GetCallerIdentity&Version=2011-06-15"


def test_an_error_has_the_shape_of_its_protocol() -> None:
    assert asked(VPCS, ERROR, status=400).answer == []
    assert asked(STS, OTHER, status=400, service="sts").answer == []
    assert targeted("AmazonSSM.GetParameter", {"Name": "a"}, {"__type": "A"}, status=400).answer == []


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (OTHER, "body"),
        (ERROR.replace("<Code>A</Code>", ""), "Error/Code"),
        (ERROR.replace("<Message>b</Message>", "<Message/>"), "Error/Message"),
        (ERROR.replace("<RequestID>r</RequestID>", ""), "body"),
        ("<html/>", "body"),
        ("oops", "body"),
    ],
)
def test_an_error_of_another_shape_is_found(answer: str, place: str) -> None:
    assert [one.place for one in asked(VPCS, answer, status=400).answer] == [place]


def test_html_that_nobody_ordered_is_found() -> None:
    assert [one.place for one in asked(VPCS, "<html/>", status=500, kind="text/html").answer] == ["body"]


def test_a_service_in_json_is_judged_by_its_model_too() -> None:
    good = targeted("AmazonSSM.GetParameter", {"Name": "a"}, {"Parameter": {"Name": "a", "Type": "String"}})
    assert (good.request, good.answer) == ([], [])
    wrong = targeted("AmazonSSM.GetParameter", {"Names": "a"}, {"Parameter": {"Name": 1, "Type": "Text", "Size": 1}})
    assert "Names" in wrong.request[0].message
    assert "Name" in wrong.request[0].message
    assert [one.place for one in wrong.answer] == ["$.Parameter.Name", "$.Parameter.Type", "$.Parameter.Size"]
    other = targeted("Amazon.GetParameter", {"Name": "a"}, json.loads("{}"))
    assert [one.place for one in other.request] == ["x-amz-target"]
