# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, and that nothing is touched then."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import OWNER, SITE, Aws, is_read, machines

WORKER = "shop-aws-fra-general-1"


@pytest.fixture
def converged(lab: Aws) -> tuple[Aws, dict[str, Any]]:
    network = lab.converge()
    lab.requests()
    return lab, network


def _nothing_was_written(aws: Aws) -> bool:
    return all(is_read(operation) for operation in aws.requests())


def test_another_account_is_refused_before_any_other_call(lab: Aws) -> None:
    lab.requests()
    refused = lab.network(account="111122223333")
    assert refused["kind"] == "Refused" and "123456789012" in refused["msg"] and "111122223333" in refused["msg"]
    assert lab.requests() == ["GetCallerIdentity"]


def test_real_credentials_do_not_go_to_a_simulator(lab: Aws) -> None:
    lab.requests()
    refused = lab.network(access_key="AKIAIOSFODNN7EXAMPLE", secret_key="secret")
    assert refused["kind"] == "Refused" and "AKIA" in refused["msg"] and "secret" not in refused["msg"]
    assert lab.requests() == []


@pytest.mark.parametrize("lost", ["id", "subnet", "group", "address", "machine"])
def test_a_thing_that_lost_its_owner_is_named_and_not_made_twice(
    converged: tuple[Aws, dict[str, Any]], lost: str
) -> None:
    aws, network = converged
    things = {
        "id": network["id"],
        "subnet": network["zones"]["eu-central-1a"]["subnet_id"],
        "group": network["groups"]["nodes"],
        "address": network["addresses"]["shop-aws-fra-cp-1"]["id"],
        "machine": aws.machine(WORKER)["InstanceId"],
    }
    tag = [{"Key": "pangaea-cluster"}]
    aws.ec2().delete_tags(Resources=[things[lost]], Tags=tag)
    aws.requests()
    said = aws.machines(network=network) if lost == "machine" else aws.network()
    assert said["kind"] == "NotOurs", said["msg"]
    assert things[lost] in said["msg"] and f"pangaea-cluster={OWNER}" in said["msg"]
    assert _nothing_was_written(aws)
    aws.ec2().create_tags(Resources=[things[lost]], Tags=[{"Key": "pangaea-cluster", "Value": OWNER}])


@pytest.mark.parametrize("lost", ["id", "address", "machine"])
def test_a_thing_that_lost_all_tags_is_named_and_not_made_twice(
    converged: tuple[Aws, dict[str, Any]], lost: str
) -> None:
    aws, network = converged
    address = network["addresses"]["shop-aws-fra-cp-1"]["id"]
    thing = {"id": network["id"], "address": address, "machine": aws.machine(WORKER)["InstanceId"]}[lost]
    tags = aws.ec2().describe_tags(Filters=[{"Name": "resource-id", "Values": [thing]}])["Tags"]
    aws.ec2().delete_tags(Resources=[thing], Tags=[{"Key": tag["Key"]} for tag in tags])
    aws.requests()
    said = aws.machines(network=network) if lost == "machine" else aws.network()
    assert said["kind"] in ("NotOurs", "Refused"), said["msg"]
    assert thing in said["msg"]
    assert _nothing_was_written(aws)
    kept = [{"Key": tag["Key"], "Value": tag["Value"]} for tag in tags]
    aws.ec2().create_tags(Resources=[thing], Tags=kept)


def test_another_size_of_a_machine_is_refused_with_the_way_out(converged: tuple[Aws, dict[str, Any]]) -> None:
    aws, network = converged
    wanted = machines(aws.image)
    wanted[1]["size"] = "large"
    refused = aws.machines(network=network, machines=wanted)
    assert refused["kind"] == "Refused"
    for word in ("'t3.small'", "'t3.xlarge'", "replace NODE", WORKER):
        assert word in refused["msg"]
    assert _nothing_was_written(aws)


def test_another_range_of_the_network_is_refused(converged: tuple[Aws, dict[str, Any]]) -> None:
    aws, _network = converged
    refused = aws.network(cidr="10.70.0.0/16")
    assert refused["kind"] == "Refused" and "10.64.0.0/16" in refused["msg"] and "10.70.0.0/16" in refused["msg"]
    assert _nothing_was_written(aws)


def test_another_image_changes_nothing_for_machines_that_exist(converged: tuple[Aws, dict[str, Any]]) -> None:
    aws, network = converged
    seen = aws.machines(check=True, network=network, machines=machines("ami-00000000"))
    assert seen["changes"] == []


def test_an_image_that_does_not_exist_is_refused_in_the_plan(converged: tuple[Aws, dict[str, Any]]) -> None:
    aws, network = converged
    wanted = [*machines(aws.image), {**machines("ami-00000000")[1], "name": "shop-aws-fra-general-9", "number": 9}]
    refused = aws.machines(check=True, network=network, machines=wanted)
    assert refused["kind"] == "Refused" and "ami-00000000" in refused["msg"]


def test_a_plan_that_moved_is_refused(converged: tuple[Aws, dict[str, Any]]) -> None:
    aws, network = converged
    refused = aws.machines(network=network, machines=machines(aws.image, 3), checksum="deadbeef")
    assert refused["kind"] == "Refused" and "deadbeef" in refused["msg"]
    assert _nothing_was_written(aws)


def test_a_caller_outside_of_admin_is_told_before_any_call(lab: Aws) -> None:
    lab.requests()
    refused = lab.network(caller_address="203.0.113.9")
    assert refused["kind"] == "Refused" and "203.0.113.9" in refused["msg"]
    assert lab.requests() == []


def test_two_networks_with_our_tags_are_both_named(aws: Aws) -> None:
    first = aws.network()["network"]["id"]
    second = aws.ec2().create_vpc(CidrBlock="10.64.0.0/16")["Vpc"]["VpcId"]
    tags = [{"Key": "pangaea-cluster", "Value": OWNER}, {"Key": "pangaea-site", "Value": SITE}]
    aws.ec2().create_tags(Resources=[second], Tags=tags)
    refused = aws.network(check=True)
    assert refused["kind"] == "Refused" and first in refused["msg"] and second in refused["msg"]


def test_a_quota_that_does_not_fit_is_told_in_the_plan(aws: Aws) -> None:
    for _ in range(4):  # with the default one: five, the quota that moto knows
        aws.ec2().create_vpc(CidrBlock="10.1.0.0/16")
    refused = aws.network(check=True)
    assert refused["kind"] == "OverQuota" and "L-F678F1CE" in refused["msg"] and "is 5, 5 are used" in refused["msg"]


def test_a_region_without_the_size_is_told_in_the_plan(aws: Aws) -> None:
    refused = aws.network(check=True, sizes=["u-24tb1.metal"])
    assert refused["kind"] == "Refused" and "u-24tb1.metal" in refused["msg"]


def test_deleting_refuses_while_others_have_something_in_the_network(aws: Aws) -> None:
    network, ec2 = aws.converge(), aws.ec2()
    subnet = network["zones"]["eu-central-1a"]["subnet_id"]
    foreign = ec2.run_instances(ImageId=aws.image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0][
        "InstanceId"
    ]
    group = ec2.create_security_group(GroupName="theirs", Description="theirs", VpcId=network["id"])["GroupId"]
    before = aws.snapshot()
    gone = aws.machines(network=network, state="absent")
    closed = aws.network(state="absent")
    assert gone["kind"] == closed["kind"] == "NotOurs"
    assert foreign in gone["msg"] and foreign in closed["msg"] and group in closed["msg"]
    assert aws.snapshot() == before


def test_what_kubernetes_made_goes_with_the_network(aws: Aws) -> None:
    before = aws.snapshot()
    network, ec2 = aws.converge(), aws.ec2()
    subnets = [zone["subnet_id"] for zone in network["zones"].values()]
    tags = [{"Key": f"kubernetes.io/cluster/{OWNER}", "Value": "owned"}]
    group = ec2.create_security_group(GroupName="k8s-elb-a1", Description="made by Kubernetes", VpcId=network["id"])[
        "GroupId"
    ]
    disk = ec2.create_volume(AvailabilityZone="eu-central-1a", Size=1)["VolumeId"]
    interface = ec2.create_network_interface(SubnetId=subnets[0])["NetworkInterface"]["NetworkInterfaceId"]
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_tags(Resources=[group, disk, interface, address], Tags=tags)
    balancers = aws.ec2(service="elbv2")
    balancers.create_load_balancer(Name="a1", Subnets=subnets, Type="network", Tags=tags)
    balancers.create_target_group(Name="a1", Protocol="TCP", Port=80, VpcId=network["id"], Tags=tags)
    assert not aws.machines(network=network, state="absent").failed
    closed = aws.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert aws.snapshot() == before
