# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about load balancers, which Kubernetes may have made in our networks. Both APIs of Elastic Load Balancing.

Both have the same permission names.
"""

from __future__ import annotations

from typing import Any

from .._engine.wait import retries
from .calls import deletes, lists
from .client import Client
from .errors import is_transient

Row = dict[str, Any]


@lists("elasticloadbalancing:DescribeLoadBalancers", "list the load balancers of the region")
@retries(is_transient, within=30)
def list_balancers(client: Client) -> list[Row]:
    """Network and application load balancers: ``{"LoadBalancerArn", "VpcId", ...}``."""
    return client.pages("elbv2", "describe_load_balancers", "LoadBalancers", page=400)


@lists("elasticloadbalancing:DescribeLoadBalancers", "list the classic load balancers of the region")
@retries(is_transient, within=30)
def list_classic_balancers(client: Client) -> list[Row]:
    """Classic ones: ``{"LoadBalancerName", "VPCId", ...}``."""
    return client.pages("elb", "describe_load_balancers", "LoadBalancerDescriptions", page=400)


@lists("elasticloadbalancing:DescribeTargetGroups", "list the target groups of the region")
@retries(is_transient, within=30)
def list_target_groups(client: Client) -> list[Row]:
    """``{"TargetGroupArn", "VpcId", ...}``."""
    return client.pages("elbv2", "describe_target_groups", "TargetGroups", page=400)


@lists("elasticloadbalancing:DescribeTags", "read the tags of {arns}")
@retries(is_transient, within=30)
def list_tags(client: Client, arns: list[str]) -> list[Row]:
    """``{"ResourceArn", "Tags"}`` of load balancers and target groups; AWS takes twenty at a time."""
    parts = [arns[start : start + 20] for start in range(0, len(arns), 20)]
    return [
        row for part in parts for row in client.call("elbv2", "describe_tags", ResourceArns=part)["TagDescriptions"]
    ]


@lists("elasticloadbalancing:DescribeTags", "read the tags of {names}")
@retries(is_transient, within=30)
def list_classic_tags(client: Client, names: list[str]) -> list[Row]:
    """``{"LoadBalancerName", "Tags"}`` of classic load balancers; AWS takes twenty at a time."""
    parts = [names[start : start + 20] for start in range(0, len(names), 20)]
    return [
        row for part in parts for row in client.call("elb", "describe_tags", LoadBalancerNames=part)["TagDescriptions"]
    ]


@deletes("elasticloadbalancing:DeleteLoadBalancer", "delete the load balancer {arn}")
@retries(is_transient, within=60)
def delete_balancer(client: Client, arn: str) -> bool:
    """With its listeners. Its interfaces stay for up to an hour."""
    client.call("elbv2", "delete_load_balancer", LoadBalancerArn=arn)
    return True


@deletes("elasticloadbalancing:DeleteLoadBalancer", "delete the classic load balancer {name}")
@retries(is_transient, within=60)
def delete_classic_balancer(client: Client, name: str) -> bool:
    """With its listeners."""
    client.call("elb", "delete_load_balancer", LoadBalancerName=name)
    return True


@deletes("elasticloadbalancing:DeleteTargetGroup", "delete the target group {arn}")
@retries(is_transient, within=60)
def delete_target_group(client: Client, arn: str) -> bool:
    """Raises InUse while a listener names it."""
    client.call("elbv2", "delete_target_group", TargetGroupArn=arn)
    return True
