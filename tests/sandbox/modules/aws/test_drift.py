# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage is named, exactly that and no more; then it is repaired; then nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .conftest import OWNER, Aws

Damage = Callable[[Aws, dict[str, Any]], None]
WORKER = "shop-aws-fra-general-1"
CONTROL = "shop-aws-fra-cp-1"


def _close_ssh(aws: Aws, network: dict[str, Any]) -> None:
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "198.51.100.0/24"}]}
    aws.ec2().revoke_security_group_ingress(GroupId=network["groups"]["nodes"], IpPermissions=[ssh])


def _open_a_port(aws: Aws, network: dict[str, Any]) -> None:
    telnet = {"IpProtocol": "tcp", "FromPort": 23, "ToPort": 23, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    aws.ec2().authorize_security_group_ingress(GroupId=network["groups"]["nodes"], IpPermissions=[telnet])


def _forget_a_peer(aws: Aws, network: dict[str, Any]) -> None:
    inside = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.65.0.0/16"}]}
    aws.ec2().revoke_security_group_ingress(GroupId=network["groups"]["nodes"], IpPermissions=[inside])


def _delete_the_way_out(aws: Aws, network: dict[str, Any]) -> None:
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    aws.ec2().revoke_security_group_egress(GroupId=network["groups"]["nodes"], IpPermissions=[everything])


def _our_table(aws: Aws, network: dict[str, Any]) -> dict[str, Any]:
    filters = [{"Name": "vpc-id", "Values": [network["id"]]}, {"Name": "tag:pangaea-cluster", "Values": [OWNER]}]
    return dict(aws.ec2().describe_route_tables(Filters=filters)["RouteTables"][0])


def _delete_the_default_route(aws: Aws, network: dict[str, Any]) -> None:
    table = _our_table(aws, network)["RouteTableId"]
    aws.ec2().delete_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0")


def _add_a_route(aws: Aws, network: dict[str, Any]) -> None:
    table = _our_table(aws, network)
    gateway = next(route["GatewayId"] for route in table["Routes"] if route["GatewayId"] != "local")
    aws.ec2().create_route(RouteTableId=table["RouteTableId"], DestinationCidrBlock="8.8.8.0/24", GatewayId=gateway)


def _take_a_subnet_off_its_table(aws: Aws, network: dict[str, Any]) -> None:
    subnet = network["zones"]["eu-central-1b"]["subnet_id"]
    found = _our_table(aws, network)["Associations"]
    association = next(a["RouteTableAssociationId"] for a in found if a["SubnetId"] == subnet)
    aws.ec2().disassociate_route_table(AssociationId=association)


def _detach_the_gateway(aws: Aws, network: dict[str, Any]) -> None:
    ec2 = aws.ec2()
    filters = [{"Name": "attachment.vpc-id", "Values": [network["id"]]}]
    gateway = ec2.describe_internet_gateways(Filters=filters)["InternetGateways"][0]["InternetGatewayId"]
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=network["id"])


def _delete_an_empty_subnet(aws: Aws, network: dict[str, Any]) -> None:
    _take_a_subnet_off(aws, network, "eu-central-1c")
    aws.ec2().delete_subnet(SubnetId=network["zones"]["eu-central-1c"]["subnet_id"])


def _take_a_subnet_off(aws: Aws, network: dict[str, Any], zone: str) -> None:
    for association in _our_table(aws, network)["Associations"]:
        if association["SubnetId"] == network["zones"][zone]["subnet_id"]:
            aws.ec2().disassociate_route_table(AssociationId=association["RouteTableAssociationId"])


def _release_the_address(aws: Aws, network: dict[str, Any]) -> None:
    ec2, address = aws.ec2(), network["addresses"][CONTROL]["id"]
    association = ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]["AssociationId"]
    ec2.disassociate_address(AssociationId=association)
    ec2.release_address(AllocationId=address)


def _take_the_address_away(aws: Aws, network: dict[str, Any]) -> None:
    ec2, address = aws.ec2(), network["addresses"][CONTROL]["id"]
    association = ec2.describe_addresses(AllocationIds=[address])["Addresses"][0]["AssociationId"]
    ec2.disassociate_address(AssociationId=association)


def _rename_the_address(aws: Aws, network: dict[str, Any]) -> None:
    aws.ec2().create_tags(Resources=[network["addresses"][CONTROL]["id"]], Tags=[{"Key": "Name", "Value": "mine"}])


def _rename_the_network(aws: Aws, network: dict[str, Any]) -> None:
    aws.ec2().create_tags(Resources=[network["id"]], Tags=[{"Key": "Name", "Value": "mine"}])


def _move_the_network_to_another_site(aws: Aws, network: dict[str, Any]) -> None:
    aws.ec2().create_tags(Resources=[network["id"]], Tags=[{"Key": "pangaea-site", "Value": "moon"}])


def _delete_the_key(aws: Aws, network: dict[str, Any]) -> None:
    aws.ec2().delete_key_pair(KeyName=network["key_name"])


def _terminate_a_worker(aws: Aws, _network: dict[str, Any]) -> None:
    aws.ec2().terminate_instances(InstanceIds=[aws.machine(WORKER)["InstanceId"]])


def _stop_a_worker(aws: Aws, _network: dict[str, Any]) -> None:
    aws.ec2().stop_instances(InstanceIds=[aws.machine(WORKER)["InstanceId"]])


def _rename_a_worker(aws: Aws, _network: dict[str, Any]) -> None:
    aws.ec2().create_tags(Resources=[aws.machine(WORKER)["InstanceId"]], Tags=[{"Key": "Name", "Value": "mine"}])


def _move_a_worker_to_another_pool(aws: Aws, _network: dict[str, Any]) -> None:
    aws.ec2().create_tags(Resources=[aws.machine(WORKER)["InstanceId"]], Tags=[{"Key": "pangaea-pool", "Value": "x"}])


def _let_the_metadata_hop(aws: Aws, _network: dict[str, Any]) -> None:
    instance = aws.machine(WORKER)["InstanceId"]
    aws.ec2().modify_instance_metadata_options(InstanceId=instance, HttpTokens="optional", HttpPutResponseHopLimit=2)


def _take_a_firewall_off(aws: Aws, network: dict[str, Any]) -> None:
    interface = aws.machine(WORKER)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    aws.ec2().modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[network["groups"]["nodes"]])


DAMAGES: dict[Damage, list[str]] = {
    _close_ssh: ["create rule/aws-fra/nodes-in-tcp-22"],
    _open_a_port: ["delete rule/aws-fra/nodes-in-tcp-23"],
    _forget_a_peer: ["update rule/aws-fra/nodes-in-all"],
    _delete_the_way_out: ["create rule/aws-fra/nodes-out-all"],
    _delete_the_default_route: ["create route/aws-fra/default"],
    _add_a_route: ["delete route/aws-fra/8.8.8.0/24"],
    _take_a_subnet_off_its_table: ["create association/aws-fra/eu-central-1b"],
    _detach_the_gateway: ["update internet_gateway/aws-fra"],
    _delete_an_empty_subnet: ["create subnet/aws-fra/eu-central-1c", "create association/aws-fra/eu-central-1c"],
    _release_the_address: [f"create address/aws-fra/{CONTROL}", f"create attachment/aws-fra/{CONTROL}"],
    _take_the_address_away: [f"create attachment/aws-fra/{CONTROL}"],
    _rename_the_address: [f"update address/aws-fra/{CONTROL}"],
    _rename_the_network: ["update network/aws-fra"],
    _move_the_network_to_another_site: ["update network/aws-fra"],
    _delete_the_key: ["create ssh_key/aws-fra/shop-k3v9q2ab-aws-fra"],
    _terminate_a_worker: [f"create machine/aws-fra/{WORKER}"],
    _stop_a_worker: [f"update machine/aws-fra/{WORKER}"],
    _rename_a_worker: [f"update machine/aws-fra/{WORKER}"],
    _move_a_worker_to_another_pool: [f"update machine/aws-fra/{WORKER}"],
    _let_the_metadata_hop: [f"update machine/aws-fra/{WORKER}"],
    _take_a_firewall_off: [f"update machine/aws-fra/{WORKER}"],
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_damage_is_named_then_repaired_then_silent(lab: Aws, damage: Damage) -> None:
    aws, network = lab, lab.converge()  # the site that the damage before left repaired
    assert aws.plan() == []
    damage(aws, network)
    assert aws.plan() == DAMAGES[damage]
    again = aws.converge()
    assert aws.plan() == []
    assert again["id"] == network["id"]
    assert {zone: subnet["cidr"] for zone, subnet in again["zones"].items()} == {
        zone: subnet["cidr"] for zone, subnet in network["zones"].items()
    }


def test_a_firewall_that_machines_still_use_waits_for_them(aws: Aws) -> None:
    network = aws.converge()
    closed = aws.network(public=[])
    assert (closed["changes"], closed["waiting"]) == ([], ["firewall/aws-fra/pool-general"])
    aws.machines(network=closed["network"])
    gone = aws.network(public=[])
    assert (gone["changes"], gone["waiting"]) == (["delete firewall/aws-fra/pool-general"], [])
    assert network["groups"].keys() - gone["network"]["groups"].keys() == {"pool-general"}


def test_a_mark_is_written_kept_and_put_back(aws: Aws) -> None:
    assert aws.network(marks={"initialised": "ca=1"})["network"]["marks"] == {"initialised": "ca=1"}
    kept = aws.network()
    assert (kept["changes"], kept["network"]["marks"]) == ([], {"initialised": "ca=1"})
    aws.ec2().delete_tags(Resources=[kept["network"]["id"]], Tags=[{"Key": "pangaea-initialised"}])
    assert aws.network(check=True, marks={"initialised": "ca=1"})["changes"] == ["update network/aws-fra"]
    assert aws.network(marks={"initialised": "ca=1"})["network"]["marks"] == {"initialised": "ca=1"}


def test_a_lost_pod_range_is_written_back_from_the_node_and_blocks_new_machines_until_then(aws: Aws) -> None:
    network = aws.converge()
    instance = aws.machine(WORKER)["InstanceId"]
    aws.ec2().delete_tags(Resources=[instance], Tags=[{"Key": "pangaea-pods"}])
    seen = aws.machines(check=True, network=network)
    assert (seen["changes"], seen["machines"][WORKER]["pods"]) == ([], None)
    aws.ec2().terminate_instances(InstanceIds=[aws.machine("shop-aws-fra-general-2")["InstanceId"]])
    refused = aws.machines(network=network)
    assert refused["kind"] == "Refused" and WORKER in refused["msg"]
    record = {WORKER: {"pods": "10.128.1.0/24", "host_key": None}}
    assert aws.machines(check=True, network=network, record=record)["changes"] == [
        f"update machine/aws-fra/{WORKER}",
        "create machine/aws-fra/shop-aws-fra-general-2",
    ]
    done = aws.machines(network=network, record=record)
    assert done["machines"][WORKER]["pods"] == "10.128.1.0/24"
    assert done["machines"]["shop-aws-fra-general-2"]["pods"] == "10.128.2.0/24"


def test_a_host_key_is_recorded_once_by_one_call_and_never_overwritten(aws: Aws) -> None:
    network = aws.converge()
    record = {WORKER: {"host_key": "ssh-ed25519 AAAA1", "pods": "10.128.1.0/24"}}
    aws.requests()
    assert aws.machines(check=True, network=network, record=record)["changes"] == []
    said = aws.machines(network=network, record=record)
    assert said["changes"] == [f"record machine/aws-fra/{WORKER}"]
    assert said["machines"][WORKER]["host_key"] == "ssh-ed25519 AAAA1"
    assert aws.requests().count("CreateTags") == 1
    assert aws.machines(network=network, record=record)["changed"] is False
    refused = aws.machines(network=network, record={WORKER: {"host_key": "ssh-ed25519 AAAA2"}})
    assert refused["kind"] == "Refused" and f"replace {WORKER}" in refused["msg"]
