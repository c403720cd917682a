# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Service quotas: data, read by the rules, answered by the service-quotas API. A test may change the applied value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Quota:
    """One quota of one region. `default` is AWS's for a new account, `applied` what this account has."""

    code: str
    service: str
    name: str
    default: float
    applied: float


VPCS = Quota("L-F678F1CE", "vpc", "VPCs per Region", 5, 5)
GATEWAYS = Quota("L-A4707A72", "vpc", "Internet gateways per Region", 5, 5)
RULES = Quota("L-0EA8095F", "vpc", "Inbound or outbound rules per security group", 60, 60)
GROUPS_PER_INTERFACE = Quota("L-2AFB9258", "vpc", "Security groups per network interface", 5, 5)
ADDRESSES = Quota("L-0263D0A3", "ec2", "EC2-VPC Elastic IPs", 5, 5)
# New accounts start with 5 vCPUs; this one was raised, so that a hundred machines fit.
VCPUS = Quota("L-1216C47A", "ec2", "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5, 256)
SPOT_VCPUS = Quota("L-34B43A08", "ec2", "All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5, 256)

ALL = (VPCS, GATEWAYS, RULES, GROUPS_PER_INTERFACE, ADDRESSES, VCPUS, SPOT_VCPUS)


class Quotas:
    """The applied values, by quota code."""

    def __init__(self) -> None:
        self.applied = {quota.code: quota.applied for quota in ALL}

    def of(self, quota: Quota) -> int:
        """How many are allowed now."""
        return int(self.applied[quota.code])

    def set(self, code: str, value: float) -> None:
        """Change one; an unknown code is an error."""
        if code not in self.applied:
            raise ValueError(f"quota {code!r} is not one of {', '.join(sorted(self.applied))}")
        self.applied[code] = value
