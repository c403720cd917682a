# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills by their command line, against a running sandbox."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.cli import main
from sandbox.drills import call
from sandbox.gcp.cloud import PROJECT
from tests.sandbox.conftest import Sandbox

from .conftest import Shop, refusal


@pytest.fixture
def drilled(daemon: Sandbox) -> Iterator[Shop]:
    """A network of the default account, where drills act as somebody else; in a region that the test has for itself."""
    daemon.ask("POST", "quotas", {"code": "L-F678F1CE", "value": 50})
    yield Shop(Sandbox(daemon.place, daemon.port, daemon.url), "eu-north-1")
    daemon.ask("POST", "quotas", {"code": "L-F678F1CE", "value": 5})


def drill(shop: Shop, *words: str) -> int:
    return main(["drill", "--name", shop.sandbox.place.name, *words])


def test_drills_damage_what_they_say(drilled: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    ec2 = drilled.ec2
    rule = {"IpProtocol": "udp", "FromPort": 51820, "ToPort": 51820, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=drilled.group, IpPermissions=[rule])
    assert drill(drilled, "edit-rule", drilled.group, "--port", "51820", "--to", "192.0.2.0/24") == 0
    listed = ec2.describe_security_groups(GroupIds=[drilled.group])["SecurityGroups"][0]["IpPermissions"]
    assert listed[0]["IpRanges"] == [{"CidrIp": "192.0.2.0/24"}]
    assert drill(drilled, "delete-rule", drilled.group, "--port", "51820") == 0
    assert not ec2.describe_security_groups(GroupIds=[drilled.group])["SecurityGroups"][0]["IpPermissions"]
    table = ec2.create_route_table(VpcId=drilled.vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=drilled.gateway)
    assert drill(drilled, "delete-route", table) == 0
    assert len(ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]) == 1
    key, address = drilled.running(), ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(InstanceId=key, AllocationId=address)
    assert drill(drilled, "delete-address", key) == 0
    assert not ec2.describe_addresses()["Addresses"]
    assert drill(drilled, "edit-tag", key, "Name", "renamed") == 0
    assert drill(drilled, "stop-machine", "renamed", "--region", "eu-north-1") == 0
    drilled.pass_time(10)
    assert drilled.state(key) == "stopped"
    assert drill(drilled, "delete-subnet", drilled.subnet) == 1  # the cloud refuses: a machine is in it
    assert "DependencyViolation" in capsys.readouterr().err
    assert drill(drilled, "delete-machine", key) == 0
    drilled.pass_time(10)
    assert drill(drilled, "delete-subnet", drilled.subnet) == 0
    entries = drilled.sandbox.ask("GET", "log?since=0")["entries"]
    assert {one["actor"] for one in entries if one.get("action") == "RevokeSecurityGroupIngress"} >= {"drill"}


def test_a_name_that_is_nothing_or_too_much_is_said(drilled: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert drill(drilled, "delete-machine", "nobody") == 1
    assert "no machine is called nobody" in capsys.readouterr().err
    for _ in range(2):
        drilled.running()
    assert drill(drilled, "delete-machine", "shop", "--region", "eu-north-1") == 1
    assert "name one by its id" in capsys.readouterr().err


def test_trouble_comes_and_heals(drilled: Shop) -> None:
    assert drill(drilled, "fail", "--region", "eu-north-1", "--action", "DescribeVpcs") == 0
    assert refusal(drilled.ec2.describe_vpcs) == "InternalError"
    assert drill(drilled, "heal") == 0
    assert drilled.ec2.describe_vpcs()["Vpcs"]


def test_a_bystander_is_noticed_when_touched(drilled: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert drill(drilled, "bystander", "--region", "eu-west-2") == 0
    assert drill(drilled, "bystander", "--check") == 0
    assert "untouched in eu-west-2" in capsys.readouterr().out
    ec2 = drilled.sandbox.client(region="eu-west-2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["bystander"]}])["Vpcs"][0]["VpcId"]
    assert refusal(ec2.delete_vpc, VpcId=vpc) == "DependencyViolation"  # trying is touching
    assert drill(drilled, "bystander", "--check") == 1
    assert f"(DeleteVpc) named {vpc}" in capsys.readouterr().err
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "team", "Value": "us"}])
    assert drill(drilled, "bystander", "--check") == 1
    assert f"{vpc} in eu-west-2 has changed" in capsys.readouterr().err
    assert drill(drilled, "bystander", "--remove", "--region", "eu-west-2") == 0
    assert refusal(ec2.describe_vpcs, VpcIds=[vpc]) == "InvalidVpcID.NotFound"


def test_there_is_no_machine_to_kill_without_a_fabric(drilled: Shop, capsys: pytest.CaptureFixture[str]) -> None:
    assert drill(drilled, "kill-machine", drilled.running()) == 1
    assert "clouds only" in capsys.readouterr().err


def test_somebody_else_acts_on_azure_and_gcp_and_his_operations_are_waited_for(daemon: Sandbox) -> None:
    def does(*words: str) -> int:
        return main(["drill", "--name", daemon.place.name, "call", *words])

    gcp, azure = f"/compute/v1/projects/{PROJECT}/global/networks", f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
    him, her = call.somebody(daemon.place, "gcp"), call.somebody(daemon.place, "azure")
    assert does("gcp", "POST", gcp, "--body", '{"name": "his", "autoCreateSubnetworks": false}') == 0
    assert [row["name"] for row in him.send("GET", gcp)[0]["items"]] == ["his"]
    assert does("gcp", "DELETE", f"{gcp}/his") == 0
    assert "items" not in him.send("GET", gcp)[0]
    version = "?api-version=2025-04-01"
    assert does("azure", "PUT", f"{azure}/hers{version}", "--body", '{"location": "germanywestcentral"}') == 0
    assert [row["name"] for row in her.send("GET", azure + version)[0]["value"]] == ["hers"]
    assert does("azure", "DELETE", f"{azure}/hers{version}") == 0
    assert her.send("GET", azure + version)[0]["value"] == []


def test_a_refusal_of_the_cloud_is_said_and_ends_with_1(daemon: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    path = f"/compute/v1/projects/{PROJECT}/global/networks/none"
    assert main(["drill", "--name", daemon.place.name, "call", "gcp", "DELETE", path]) == 1
    assert "notFound" in capsys.readouterr().err
