# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks, subnets, gateways, route tables: in use, limits, states, ranges."""

from __future__ import annotations

import pytest

from tests.sandbox.conftest import Sandbox

from .conftest import Shop, refusal, tags


def test_a_network_is_pending_before_it_is_available(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    made = ec2.create_vpc(CidrBlock="10.64.0.0/16")["Vpc"]
    seen = [ec2.describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"][0]["State"] for _ in range(4)]
    assert made["State"] == "pending"
    assert seen == ["pending", "pending", "available", "available"]


def test_a_sixth_network_is_over_the_quota(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    there = len(ec2.describe_vpcs()["Vpcs"])
    for number in range(5 - there):
        ec2.create_vpc(CidrBlock=f"10.{number}.0.0/16")
    assert refusal(ec2.create_vpc, CidrBlock="10.9.0.0/16") == "VpcLimitExceeded"


@pytest.mark.parametrize(("cidr", "code"), [
    ("10.0.0.0/15", "InvalidVpc.Range"), ("10.0.0.0/29", "InvalidVpc.Range"), ("10.0.0.0", "InvalidParameterValue"),
    ("10.0.0.300/16", "InvalidParameterValue"), ("banana", "InvalidParameterValue"),
])  # fmt: skip
def test_a_range_that_no_network_can_have_is_refused(sandbox: Sandbox, cidr: str, code: str) -> None:
    assert refusal(sandbox.client().create_vpc, CidrBlock=cidr) == code


def test_a_range_with_host_bits_becomes_its_canonical_form(sandbox: Sandbox) -> None:
    assert sandbox.client().create_vpc(CidrBlock="10.64.3.4/16")["Vpc"]["CidrBlock"] == "10.64.0.0/16"


def test_a_subnet_must_lie_inside_and_overlap_none(shop: Shop) -> None:
    assert refusal(shop.ec2.create_subnet, VpcId=shop.vpc, CidrBlock="10.65.0.0/20") == "InvalidSubnet.Range"
    assert refusal(shop.ec2.create_subnet, VpcId=shop.vpc, CidrBlock="10.64.1.0/24") == "InvalidSubnet.Conflict"


def test_a_network_with_anything_in_it_is_not_deleted(shop: Shop) -> None:
    assert refusal(shop.ec2.delete_vpc, VpcId=shop.vpc) == "DependencyViolation"
    shop.ec2.delete_subnet(SubnetId=shop.subnet)
    assert refusal(shop.ec2.delete_vpc, VpcId=shop.vpc) == "DependencyViolation"
    shop.ec2.detach_internet_gateway(InternetGatewayId=shop.gateway, VpcId=shop.vpc)
    assert refusal(shop.ec2.delete_vpc, VpcId=shop.vpc) == "DependencyViolation"
    shop.ec2.delete_security_group(GroupId=shop.group)
    shop.ec2.delete_vpc(VpcId=shop.vpc)
    assert refusal(shop.ec2.describe_vpcs, VpcIds=[shop.vpc]) == "InvalidVpcID.NotFound"


def test_a_subnet_with_a_machine_is_not_deleted_until_the_machine_is_gone(shop: Shop) -> None:
    key = shop.running()
    assert refusal(shop.ec2.delete_subnet, SubnetId=shop.subnet) == "DependencyViolation"
    shop.ec2.terminate_instances(InstanceIds=[key])
    assert refusal(shop.ec2.delete_subnet, SubnetId=shop.subnet) == "DependencyViolation"  # it only shuts down yet
    shop.pass_time(10)
    shop.ec2.delete_subnet(SubnetId=shop.subnet)


def test_a_gateway_with_mapped_addresses_is_not_detached(shop: Shop) -> None:
    shop.running()
    call = {"InternetGatewayId": shop.gateway, "VpcId": shop.vpc}
    assert refusal(shop.ec2.detach_internet_gateway, **call) == "DependencyViolation"
    assert refusal(shop.ec2.delete_internet_gateway, InternetGatewayId=shop.gateway) == "DependencyViolation"


def test_a_network_takes_one_gateway_and_a_gateway_one_network(shop: Shop) -> None:
    second = shop.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    assert (
        refusal(shop.ec2.attach_internet_gateway, InternetGatewayId=second, VpcId=shop.vpc) == "InvalidParameterValue"
    )
    other = shop.ec2.create_vpc(CidrBlock="10.70.0.0/16")["Vpc"]["VpcId"]
    call = {"InternetGatewayId": shop.gateway, "VpcId": other}
    assert refusal(shop.ec2.attach_internet_gateway, **call) == "Resource.AlreadyAssociated"


def test_routes_need_a_target_that_is_there(shop: Shop) -> None:
    table = shop.ec2.create_route_table(VpcId=shop.vpc, TagSpecifications=tags("route-table"))["RouteTable"]
    route = {"RouteTableId": table["RouteTableId"], "DestinationCidrBlock": "0.0.0.0/0"}
    missing = "igw-" + "0" * 17
    assert refusal(shop.ec2.create_route, **route, GatewayId=missing) == "InvalidGatewayID.NotFound"
    assert refusal(shop.ec2.create_route, **route) == "InvalidParameterCombination"
    shop.ec2.create_route(**route, GatewayId=shop.gateway)
    assert refusal(shop.ec2.create_route, **route, GatewayId=shop.gateway) == "RouteAlreadyExists"
    local = {**route, "DestinationCidrBlock": "10.64.0.0/16"}
    assert refusal(shop.ec2.delete_route, **local) == "InvalidParameterValue"
    shop.ec2.delete_route(**route)
    assert refusal(shop.ec2.delete_route, **route) == "InvalidRoute.NotFound"


def test_a_route_to_a_detached_gateway_is_a_blackhole(shop: Shop) -> None:
    table = shop.ec2.create_route_table(VpcId=shop.vpc)["RouteTable"]["RouteTableId"]
    shop.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=shop.gateway)
    shop.ec2.detach_internet_gateway(InternetGatewayId=shop.gateway, VpcId=shop.vpc)
    routes = shop.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]
    assert {route["DestinationCidrBlock"]: route["State"] for route in routes} == {
        "10.64.0.0/16": "active", "0.0.0.0/0": "blackhole",
    }  # fmt: skip


def test_a_subnet_has_one_route_table(shop: Shop) -> None:
    first, second = (shop.ec2.create_route_table(VpcId=shop.vpc)["RouteTable"]["RouteTableId"] for _ in range(2))
    made = shop.ec2.associate_route_table(RouteTableId=first, SubnetId=shop.subnet)["AssociationId"]
    again = shop.ec2.associate_route_table(RouteTableId=first, SubnetId=shop.subnet)["AssociationId"]
    assert again == made
    call = {"RouteTableId": second, "SubnetId": shop.subnet}
    assert refusal(shop.ec2.associate_route_table, **call) == "Resource.AlreadyAssociated"
    assert refusal(shop.ec2.delete_route_table, RouteTableId=first) == "DependencyViolation"
    shop.ec2.delete_subnet(SubnetId=shop.subnet)  # the association goes with it
    shop.ec2.delete_route_table(RouteTableId=first)


def test_the_main_table_and_its_association_stay(shop: Shop) -> None:
    mine = {"Name": "vpc-id", "Values": [shop.vpc]}
    main = shop.ec2.describe_route_tables(Filters=[mine, {"Name": "association.main", "Values": ["true"]}])[
        "RouteTables"
    ][0]
    assert refusal(shop.ec2.delete_route_table, RouteTableId=main["RouteTableId"]) == "DependencyViolation"
    number = main["Associations"][0]["RouteTableAssociationId"]
    assert refusal(shop.ec2.disassociate_route_table, AssociationId=number) == "InvalidParameterValue"
