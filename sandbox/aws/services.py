# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The few actions of other services that a site needs: who am I, which image, how much is allowed.

Sources: AWS STS API Reference (GetCallerIdentity), Systems Manager User Guide ("Working with public parameters"),
Service Quotas API Reference.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable

from sandbox.aws import images, quotas
from sandbox.aws.errors import AwsError, not_implemented
from sandbox.aws.model import Params
from sandbox.aws.region import Region

RELEASED = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


def answer(region: Region, service: str, action: str, params: Params, access_key: str) -> Params:
    """Do one action. Raises AwsError, NotImplemented for those that the sandbox does not have."""
    function = ACTIONS.get((service, action))
    if function is None:
        raise not_implemented(f"{action} of {service}")
    return function(region, params, access_key)


def _identity(region: Region, params: Params, access_key: str) -> Params:
    user = "AIDA" + hashlib.sha256(access_key.encode()).hexdigest()[:17].upper()
    return {"UserId": user, "Account": region.account, "Arn": f"arn:aws:iam::{region.account}:user/{access_key}"}


def _parameter(region: Region, params: Params, access_key: str) -> Params:
    name = params["Name"]
    known = images.parameters(region.name)
    if name not in known:
        raise AwsError("ParameterNotFound", f"Parameter {name} not found.")
    return {"Parameter": _shown(region, name, known[name])}


def _parameters(region: Region, params: Params, access_key: str) -> Params:
    known = images.parameters(region.name)
    names = params["Names"]
    if len(names) > 10:
        raise AwsError("ValidationException", f"names: {len(names)} is more than 10")
    return {
        "Parameters": [_shown(region, name, known[name]) for name in names if name in known],
        "InvalidParameters": [name for name in names if name not in known],
    }


def _shown(region: Region, name: str, value: str) -> Params:
    return {
        "Name": name, "Type": "String", "Value": value, "Version": 1, "LastModifiedDate": RELEASED,
        "ARN": f"arn:aws:ssm:{region.name}::parameter{name}", "DataType": "aws:ec2:image",
    }  # fmt: skip


def _quota(region: Region, params: Params, access_key: str) -> Params:
    return {"Quota": _quota_shown(region, _find(params), applied=True)}


def _default_quota(region: Region, params: Params, access_key: str) -> Params:
    return {"Quota": _quota_shown(region, _find(params), applied=False)}


def _quotas(region: Region, params: Params, access_key: str) -> Params:
    found = [one for one in quotas.ALL if one.service == params["ServiceCode"]]
    if not found:
        raise AwsError("NoSuchResourceException", f"The service {params['ServiceCode']} has no quotas here")
    return {"Quotas": [_quota_shown(region, one, applied=True) for one in found]}


def _find(params: Params) -> quotas.Quota:
    for one in quotas.ALL:
        if (one.service, one.code) == (params["ServiceCode"], params["QuotaCode"]):
            return one
    raise AwsError(
        "NoSuchResourceException", f"Quota {params['QuotaCode']} of {params['ServiceCode']} is not known here"
    )


def _quota_shown(region: Region, quota: quotas.Quota, *, applied: bool) -> Params:
    value = float(region.shared.quotas.of(quota)) if applied else quota.default
    return {
        "ServiceCode": quota.service, "QuotaCode": quota.code, "QuotaName": quota.name, "Value": value, "Unit": "None",
        "Adjustable": True, "GlobalQuota": False,
        "QuotaArn": f"arn:aws:servicequotas:{region.name}:{region.account}:{quota.service}/{quota.code}",
    }  # fmt: skip


ACTIONS: dict[tuple[str, str], Callable[[Region, Params, str], Params]] = {
    ("sts", "GetCallerIdentity"): _identity,
    ("ssm", "GetParameter"): _parameter,
    ("ssm", "GetParameters"): _parameters,
    ("service-quotas", "GetServiceQuota"): _quota,
    ("service-quotas", "GetAWSDefaultServiceQuota"): _default_quota,
    ("service-quotas", "ListServiceQuotas"): _quotas,
}
