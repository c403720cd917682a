# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Quotas that this collection can meet: names as data, and the check before something is made."""

from __future__ import annotations

from dataclasses import dataclass

from .._engine.errors import OverQuota


@dataclass(frozen=True)
class Quota:
    """One quota of the Service Quotas console. ``default`` is what a new account has; None: it depends."""

    service: str
    code: str
    name: str
    default: int | None = None


VPCS = Quota("vpc", "L-F678F1CE", "VPCs per Region", 5)
ADDRESSES = Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5)
VCPUS = Quota("ec2", "L-1216C47A", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances")
SPOT_VCPUS = Quota("ec2", "L-34B43A08", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests")
RULES = Quota("vpc", "L-0EA8095F", "Inbound or outbound rules per security group", 60)
GROUPS = Quota("vpc", "L-E79EC296", "VPC security groups per Region")
GATEWAYS = Quota("vpc", "L-A4707A72", "Internet gateways per Region", 5)
SUBNETS = Quota("vpc", "L-407747CB", "Subnets per VPC", 200)

QUOTA_OF_CODE = {
    "VpcLimitExceeded": VPCS,
    "AddressLimitExceeded": ADDRESSES,
    "VcpuLimitExceeded": VCPUS,
    "InstanceLimitExceeded": VCPUS,
    "MaxSpotInstanceCountExceeded": SPOT_VCPUS,
    "RulesPerSecurityGroupLimitExceeded": RULES,
    "SecurityGroupLimitExceeded": GROUPS,
    "InternetGatewayLimitExceeded": GATEWAYS,
    "SubnetLimitExceeded": SUBNETS,
}
STANDARD_FAMILIES = frozenset(
    "acdhimrtz"
)  # first letter of the type; inf, trn, p, g, vt, x, u, hpc have quotas of their own
OTHER_FAMILIES = ("inf", "trn", "dl", "hpc", "mac")


def is_standard(instance_type: str) -> bool:
    """Whether a type counts against the Standard vCPU quotas."""
    return instance_type[:1] in STANDARD_FAMILIES and not instance_type.startswith(OTHER_FAMILIES)


def refuse_over(quota: Quota, region: str, *, limit: float | None, used: int, wanted: int, why: str) -> None:
    """Raise OverQuota if ``wanted`` more do not fit. A limit of None could not be read: then AWS itself will tell."""
    if limit is None or wanted <= 0 or used + wanted <= limit:
        return
    raise OverQuota(
        f"{why}: the quota {quota.name!r} ({quota.code}) in {region} is {limit:g}, {used} are used and {wanted} more "
        "are needed; raise it in the Service Quotas console, or ask for less",
        quota=quota.code,
    )
