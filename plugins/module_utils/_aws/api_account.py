# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about the account and what the region offers: identity, quotas, images, types."""

from __future__ import annotations

from typing import Any

from .._engine.errors import Error, Refused
from .._engine.wait import retries
from .calls import calls, lists
from .client import Client
from .errors import is_transient
from .quotas import Quota

Row = dict[str, Any]


@calls("sts:GetCallerIdentity", "ask who the credentials belong to")
@retries(is_transient, within=30)
def get_identity(client: Client) -> Row:
    """``{"Account", "Arn"}`` of the caller. Needs no permission. Raises Denied for a bad login."""
    answer: Row = client.call("sts", "get_caller_identity")
    return answer


@calls("servicequotas:GetServiceQuota", "read the quota {quota.code}")
@retries(is_transient, within=10)
def get_quota(client: Client, quota: Quota) -> float:
    """The value of a quota in this region. Raises Denied, NotFound."""
    answer = client.call("service-quotas", "get_service_quota", ServiceCode=quota.service, QuotaCode=quota.code)
    return float(answer["Quota"]["Value"])


@calls("ssm:GetParameter", "find the newest image by the public parameter {parameter}")
@retries(is_transient, within=30)
def get_parameter(client: Client, parameter: str) -> str:
    """The value of a public parameter: an image id. Raises NotFound where the region does not publish it."""
    return str(client.call("ssm", "get_parameter", Name=parameter)["Parameter"]["Value"])


@lists("ec2:DescribeImages", "look at the image {image}")
@retries(is_transient, within=30)
def list_images(client: Client, image: str) -> list[Row]:
    """The image of an id, or nothing. Raises Invalid for a malformed id."""
    rows: list[Row] = client.call("ec2", "describe_images", ImageIds=[image])["Images"]
    return rows


@lists("ec2:DescribeInstanceTypeOfferings", "list the zones that offer {types}")
@retries(is_transient, within=30)
def list_offerings(client: Client, types: list[str]) -> list[Row]:
    """``[{"InstanceType", "Location": zone}]``."""
    return client.pages(
        "ec2",
        "describe_instance_type_offerings",
        "InstanceTypeOfferings",
        page=1000,
        LocationType="availability-zone",
        Filters=[{"Name": "instance-type", "Values": types}],
    )


@lists("ec2:DescribeInstanceTypeOfferings", "list what the region offers")
@retries(is_transient, within=30)
def list_all_offerings(client: Client) -> list[Row]:
    """``[{"InstanceType"}]``, about a thousand. Only for a refusal that names the nearest."""
    return client.pages(
        "ec2", "describe_instance_type_offerings", "InstanceTypeOfferings", page=1000, LocationType="region"
    )


@lists("ec2:DescribeInstanceTypes", "look at the instance types {types}")
@retries(is_transient, within=30)
def list_types(client: Client, types: list[str]) -> list[Row]:
    """``[{"InstanceType", "VCpuInfo": {"DefaultVCpus"}, ...}]``. Raises Invalid for a type that does not exist."""
    filters = [{"Name": "instance-type", "Values": types}]  # unlike InstanceTypes, not limited to a hundred
    return client.pages("ec2", "describe_instance_types", "InstanceTypes", page=100, Filters=filters)


def refuse_another_account(client: Client) -> None:
    """Raise Refused if the credentials are of another account than the site's. Before any other call."""
    caller = get_identity(client)
    if caller["Account"] != client.account:
        raise Refused(
            f"site {client.site} is in account {client.account}, the credentials are of account {caller['Account']} "
            f"({caller['Arn']}); use credentials of {client.account}, or correct the site's account in the cluster file"
        )


def quota_where_readable(client: Client, quota: Quota) -> float | None:
    """A quota's value; None where it cannot be read, which is no reason to stop: creating will tell."""
    try:
        return get_quota(client, quota)
    except Error:
        return None
