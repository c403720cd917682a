# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Load balancers that Kubernetes may leave: their interfaces hold a network, and outlive them."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from .conftest import Shop, refusal


def test_a_network_load_balancer_holds_its_subnet_for_a_while_after_its_end(shop: Shop) -> None:
    elb = shop.sandbox.client("elbv2")
    tags = [{"Key": "kubernetes.io/cluster/shop", "Value": "owned"}]
    made = elb.create_load_balancer(Name="web", Subnets=[shop.subnet], Type="network", Tags=tags)["LoadBalancers"][0]
    arn = made["LoadBalancerArn"]
    assert made["VpcId"] == shop.vpc
    with pytest.raises(ClientError, match="DuplicateLoadBalancerName"):
        elb.create_load_balancer(Name="web", Subnets=[shop.subnet], Type="network")
    assert elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"] == tags
    nic = shop.ec2.describe_network_interfaces(Filters=[{"Name": "description", "Values": ["ELB net/web"]}])
    key = nic["NetworkInterfaces"][0]["NetworkInterfaceId"]
    assert nic["NetworkInterfaces"][0]["RequesterManaged"] and nic["NetworkInterfaces"][0]["Status"] == "in-use"
    assert refusal(shop.ec2.delete_network_interface, NetworkInterfaceId=key) == "OperationNotPermitted"
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert not elb.describe_load_balancers(PageSize=400)["LoadBalancers"]
    assert refusal(shop.ec2.delete_subnet, SubnetId=shop.subnet) == "DependencyViolation"
    shop.pass_time(10)
    shop.ec2.delete_subnet(SubnetId=shop.subnet)


def test_a_classic_load_balancer_is_listed_by_the_older_api(shop: Shop) -> None:
    elb = shop.sandbox.client("elb")
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 30080}
    tags = [{"Key": "kubernetes.io/cluster/shop", "Value": "owned"}]
    elb.create_load_balancer(LoadBalancerName="old", Listeners=[listener], Subnets=[shop.subnet], Tags=tags)
    found = elb.describe_load_balancers()["LoadBalancerDescriptions"]
    assert [(one["LoadBalancerName"], one["VPCId"]) for one in found] == [("old", shop.vpc)]
    assert elb.describe_tags(LoadBalancerNames=["old"])["TagDescriptions"][0]["Tags"] == tags
    assert not shop.sandbox.client("elbv2").describe_load_balancers()["LoadBalancers"]
    elb.delete_load_balancer(LoadBalancerName="old")
    shop.pass_time(10)
    shop.ec2.delete_subnet(SubnetId=shop.subnet)


def test_target_groups_come_and_go(shop: Shop) -> None:
    elb = shop.sandbox.client("elbv2")
    made = elb.create_target_group(Name="web", Protocol="TCP", Port=80, VpcId=shop.vpc)["TargetGroups"][0]
    assert [one["TargetGroupName"] for one in elb.describe_target_groups(PageSize=400)["TargetGroups"]] == ["web"]
    elb.delete_target_group(TargetGroupArn=made["TargetGroupArn"])
    assert not elb.describe_target_groups()["TargetGroups"]
