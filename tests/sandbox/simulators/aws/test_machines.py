# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances: tokens, states, disks, addresses, quotas."""

from __future__ import annotations

import base64

import pytest

from tests.sandbox.conftest import Sandbox

from .conftest import Shop, refusal


def test_a_machine_is_pending_then_running_then_listed_as_terminated_for_an_hour(shop: Shop) -> None:
    made = shop.launch()
    key = made["InstanceId"]
    assert made["State"]["Name"] == "pending"
    assert [shop.state(key) for _ in range(3)] == ["pending", "pending", "running"]
    ended = shop.ec2.terminate_instances(InstanceIds=[key])["TerminatingInstances"][0]
    assert (ended["PreviousState"]["Name"], ended["CurrentState"]["Name"]) == ("running", "shutting-down")
    assert [shop.state(key) for _ in range(3)] == ["shutting-down", "shutting-down", "terminated"]
    dead = shop.machine(key)
    assert "PrivateIpAddress" not in dead and "SubnetId" not in dead and dead["Tags"]
    shop.pass_time(3500)
    assert shop.state(key) == "terminated"
    shop.pass_time(200)
    assert refusal(shop.ec2.describe_instances, InstanceIds=[key]) == "InvalidInstanceID.NotFound"


def test_what_dies_with_a_machine_is_gone_and_not_before(shop: Shop) -> None:
    key = shop.running()
    mine = [{"Name": "attachment.instance-id", "Values": [key]}]
    assert len(shop.ec2.describe_volumes(Filters=mine)["Volumes"]) == 1
    shop.ec2.terminate_instances(InstanceIds=[key])
    assert len(shop.ec2.describe_volumes(Filters=mine)["Volumes"]) == 1
    assert len(shop.ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"]) == 1
    shop.pass_time(10)
    assert not shop.ec2.describe_volumes(Filters=mine)["Volumes"]
    assert not shop.ec2.describe_network_interfaces(Filters=mine)["NetworkInterfaces"]


def test_the_same_token_gets_the_same_machine_also_a_dead_one(shop: Shop) -> None:
    first = shop.launch(ClientToken="once")
    assert shop.launch(ClientToken="once")["InstanceId"] == first["InstanceId"]
    with pytest.raises(Exception, match="IdempotentParameterMismatch"):
        shop.launch(ClientToken="once", InstanceType="t3.medium")
    shop.ec2.terminate_instances(InstanceIds=[first["InstanceId"]])
    shop.pass_time(10)
    again = shop.launch(ClientToken="once")
    assert (again["InstanceId"], again["State"]["Name"]) == (first["InstanceId"], "terminated")
    assert shop.launch(ClientToken="twice")["InstanceId"] != first["InstanceId"]
    found = shop.ec2.describe_instances(Filters=[{"Name": "client-token", "Values": ["once"]}])["Reservations"]
    assert [one["InstanceId"] for held in found for one in held["Instances"]] == [first["InstanceId"]]


def test_tags_reach_the_interface_and_the_disk(shop: Shop) -> None:
    key = shop.running()
    name = [{"Name": "tag:Name", "Values": ["shop"]}, {"Name": "attachment.instance-id", "Values": [key]}]
    assert len(shop.ec2.describe_network_interfaces(Filters=name)["NetworkInterfaces"]) == 1
    assert len(shop.ec2.describe_volumes(Filters=name)["Volumes"]) == 1


def test_the_root_disk_is_the_image_s_own_device(shop: Shop) -> None:
    plain = shop.machine(shop.running())
    assert [one["DeviceName"] for one in plain["BlockDeviceMappings"]] == ["/dev/xvda"]
    disk = {"VolumeSize": 30, "VolumeType": "gp3", "Encrypted": True}
    wrong = shop.machine(shop.running(BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": disk}]))
    assert [one["DeviceName"] for one in wrong["BlockDeviceMappings"]] == ["/dev/xvda", "/dev/sda1"]
    small = {"DeviceName": "/dev/xvda", "Ebs": {**disk, "VolumeSize": 4}}
    with pytest.raises(Exception, match="InvalidBlockDeviceMapping"):
        shop.launch(BlockDeviceMappings=[small])


@pytest.mark.parametrize(("address", "code"), [
    ("10.64.0.3", "InvalidParameterValue"), ("10.64.15.255", "InvalidParameterValue"),
    ("10.64.16.9", "InvalidParameterValue"), ("10.64.0.77", "InvalidIPAddress.InUse"),
])  # fmt: skip
def test_reserved_foreign_and_taken_addresses_are_refused(shop: Shop, address: str, code: str) -> None:
    nic = {"DeviceIndex": 0, "SubnetId": shop.subnet, "Groups": [shop.group]}
    shop.launch(NetworkInterfaces=[{**nic, "PrivateIpAddress": "10.64.0.77"}])
    with pytest.raises(Exception, match=code):
        shop.launch(NetworkInterfaces=[{**nic, "PrivateIpAddress": address}])


def test_public_addresses_come_from_the_test_range_and_automatic_ones_change_by_a_stop(shop: Shop) -> None:
    key = shop.running()
    first = shop.machine(key)["PublicIpAddress"]
    assert first.startswith(("198.18.", "198.19."))
    shop.ec2.stop_instances(InstanceIds=[key])
    assert shop.state(key) == "stopping"
    shop.pass_time(10)
    stopped = shop.machine(key)
    assert stopped["State"]["Name"] == "stopped" and "PublicIpAddress" not in stopped
    shop.ec2.start_instances(InstanceIds=[key])
    assert shop.state(key) == "pending"
    assert shop.machine(key)["PublicIpAddress"] != first


def test_a_machine_of_a_wrong_state_is_neither_started_nor_stopped(shop: Shop) -> None:
    key = shop.running()
    shop.ec2.terminate_instances(InstanceIds=[key])
    assert refusal(shop.ec2.stop_instances, InstanceIds=[key]) == "IncorrectInstanceState"
    shop.pass_time(10)
    assert refusal(shop.ec2.start_instances, InstanceIds=[key]) == "IncorrectInstanceState"
    running = shop.running()
    call = {"InstanceId": running, "InstanceType": {"Value": "t3.large"}}
    assert refusal(shop.ec2.modify_instance_attribute, **call) == "IncorrectInstanceState"


def test_source_dest_check_belongs_to_the_interface(shop: Shop) -> None:
    key = shop.running()
    shop.ec2.modify_instance_attribute(InstanceId=key, SourceDestCheck={"Value": False})
    machine = shop.machine(key)
    assert machine["SourceDestCheck"] is False and machine["NetworkInterfaces"][0]["SourceDestCheck"] is False
    nic = machine["NetworkInterfaces"][0]["NetworkInterfaceId"]
    shop.ec2.modify_network_interface_attribute(NetworkInterfaceId=nic, SourceDestCheck={"Value": True})
    assert shop.machine(key)["SourceDestCheck"] is True


def test_groups_of_a_machine_and_of_its_interface_are_one(shop: Shop) -> None:
    key, other = shop.running(), shop.new_group("other")
    shop.ec2.modify_instance_attribute(InstanceId=key, Groups=[other])
    machine = shop.machine(key)
    assert [one["GroupId"] for one in machine["SecurityGroups"]] == [other]
    assert [one["GroupId"] for one in machine["NetworkInterfaces"][0]["Groups"]] == [other]
    shop.ec2.delete_security_group(GroupId=shop.group)


def test_the_vcpu_quota_counts_what_runs(sandbox: Sandbox, shop: Shop) -> None:
    sandbox.ask("POST", "quotas", {"code": "L-1216C47A", "value": 4})
    try:
        key = shop.running()
        shop.launch()
        with pytest.raises(Exception, match="VcpuLimitExceeded"):
            shop.launch()
        shop.ec2.terminate_instances(InstanceIds=[key])
        shop.launch()
    finally:
        sandbox.ask("POST", "quotas", {"code": "L-1216C47A", "value": 256})


@pytest.mark.parametrize(("changes", "code"), [
    ({"ImageId": "ami-" + "0" * 17}, "InvalidAMIID.NotFound"), ({"ImageId": "banana"}, "InvalidAMIID.Malformed"),
    ({"InstanceType": "no.such"}, "InvalidParameterValue"), ({"InstanceType": "t4g.small"}, "InvalidParameterValue"),
    ({"KeyName": "nobody"}, "InvalidKeyPair.NotFound"), ({"MinCount": 2, "MaxCount": 1}, "InvalidParameterValue"),
    ({"UserData": "x" * 16385}, "InvalidParameterValue"),
    ({"HibernationOptions": {"Configured": True}}, "NotImplemented"),
    ({"Placement": {"GroupName": "g"}}, "NotImplemented"), ({"ClientToken": "x" * 65}, "InvalidParameterValue"),
])  # fmt: skip
def test_a_launch_that_cannot_work_is_refused(shop: Shop, changes: dict[str, object], code: str) -> None:
    with pytest.raises(Exception, match=code):
        shop.launch(**changes)


def test_an_image_starts_on_types_of_its_own_architecture_only(shop: Shop) -> None:
    parameter = "/aws/service/debian/release/13/latest/arm64"
    arm = shop.sandbox.client("ssm").get_parameter(Name=parameter)["Parameter"]["Value"]
    assert shop.ec2.describe_images(ImageIds=[arm])["Images"][0]["Architecture"] == "arm64"
    with pytest.raises(Exception, match="architecture"):
        shop.launch(ImageId=arm)
    assert shop.launch(ImageId=arm, InstanceType="t4g.small")["Architecture"] == "arm64"


def test_several_machines_of_one_request_are_one_reservation_with_addresses_of_their_own(shop: Shop) -> None:
    shop.launch(MinCount=3, MaxCount=3)
    reservations = shop.ec2.describe_instances()["Reservations"]
    assert len(reservations) == 1
    assert len({one["PrivateIpAddress"] for one in reservations[0]["Instances"]}) == 3


def test_user_data_comes_back_as_it_was_given(shop: Shop) -> None:
    key = shop.running(UserData="#cloud-config\nhostname: x\n")
    answer = shop.ec2.describe_instance_attribute(InstanceId=key, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(answer) == b"#cloud-config\nhostname: x\n"


def test_metadata_options_change_one_by_one(shop: Shop) -> None:
    key = shop.running(MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1})
    shop.ec2.modify_instance_metadata_options(InstanceId=key, HttpPutResponseHopLimit=2)
    options = shop.machine(key)["MetadataOptions"]
    assert (options["HttpTokens"], options["HttpPutResponseHopLimit"]) == ("required", 2)


def test_a_protected_machine_stays(shop: Shop) -> None:
    key = shop.running(DisableApiTermination=True)
    assert refusal(shop.ec2.terminate_instances, InstanceIds=[key]) == "OperationNotPermitted"
    shop.ec2.modify_instance_attribute(InstanceId=key, DisableApiTermination={"Value": False})
    shop.ec2.terminate_instances(InstanceIds=[key])
