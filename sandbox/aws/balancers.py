# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers, as far as a site has to do with them: Kubernetes may leave some, and their interfaces hold a network.

They carry no traffic here. Sources: Elastic Load Balancing API References (2015-12-01 and 2012-06-01); for how long
interfaces stay after a deletion: issue 6067 of cluster-api-provider-aws, "up to 1 h".

Pages, below docs.aws.amazon.com/: elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.aws import kinds, store
from sandbox.aws.errors import AwsError, not_implemented
from sandbox.aws.launch import free
from sandbox.aws.model import Params
from sandbox.aws.region import Region

LINGER = 8.0  # seconds that interfaces outlive their load balancer here
PASSED = {
    "elbv2": {"DescribeLoadBalancers", "DescribeTargetGroups", "DescribeTags", "DescribeListeners", "CreateTargetGroup",
              "DeleteTargetGroup", "CreateListener", "DeleteListener", "AddTags", "RemoveTags"},
    "elb": {"DescribeLoadBalancers", "DescribeTags", "AddTags", "RemoveTags"},
}  # fmt: skip


def answer(region: Region, service: str, action: str, params: Params) -> Params:
    """Do one action of either API. Raises AwsError."""
    if action == "CreateLoadBalancer":
        return _create(region, service, params)
    if action == "DeleteLoadBalancer":
        return _delete(region, service, params)
    if action not in PASSED[service]:
        raise not_implemented(f"{action} of {service}")
    return store.call(region.account, region.name, action, params, service)


def _create(region: Region, service: str, params: Params) -> Params:
    name = params["Name" if service == "elbv2" else "LoadBalancerName"]
    if name in _names(region, service):
        raise AwsError("DuplicateLoadBalancerName", f"A load balancer with the name '{name}' exists already", 400)
    subnets = [*params.get("Subnets", []), *(one["SubnetId"] for one in params.get("SubnetMappings", []))]
    rows = [row for one in subnets if (row := region.find(kinds.SUBNET, one)) is not None]
    if len(rows) < len(subnets):
        raise AwsError("SubnetNotFound", "One or more of the specified subnets do not exist")
    made = store.call(region.account, region.name, "CreateLoadBalancer", params, service)
    word = {"network": "net", "application": "app"}.get(params.get("Type", "application"), "app")
    for row in rows:
        nic = region.backend.create_network_interface(
            row["SubnetId"], free(region, row, 1)[0], group_ids=params.get("SecurityGroups"),
            description=f"ELB {word}/{name}" if service == "elbv2" else f"ELB {name}",
        )  # fmt: skip
        nic.requester_managed, nic.requester_id, nic.status = True, "amazon-elb", "in-use"
    region.touch()
    return made


def _delete(region: Region, service: str, params: Params) -> Params:
    wanted = params["LoadBalancerArn" if service == "elbv2" else "LoadBalancerName"]
    name = wanted.split("/")[2] if service == "elbv2" else wanted
    there = name in _names(region, service)
    store.call(region.account, region.name, "DeleteLoadBalancer", params, service)
    if there:
        for nic in list(region.backend.enis.values()):
            if nic.requester_managed and nic.description in (f"ELB net/{name}", f"ELB app/{name}", f"ELB {name}"):
                region.begin(f"leaving {nic.id}", "in-use", LINGER, after=partial(_drop, region, nic))
    return {}


def _drop(region: Region, nic: Any) -> None:
    region.backend.enis.pop(nic.id, None)


def _names(region: Region, service: str) -> set[str]:
    found = store.call(region.account, region.name, "DescribeLoadBalancers", {"PageSize": 400}, service)
    rows = found["LoadBalancers" if service == "elbv2" else "LoadBalancerDescriptions"]
    return {row["LoadBalancerName"] for row in rows}
