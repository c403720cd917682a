# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static public addresses and volumes: limits, and who holds them."""

from __future__ import annotations

from tests.sandbox.conftest import Sandbox

from .conftest import Shop, refusal


def allocate(shop: Shop) -> dict[str, str]:
    return shop.ec2.allocate_address(Domain="vpc")  # type: ignore[no-any-return]


def test_a_sixth_address_is_over_the_quota(sandbox: Sandbox) -> None:
    ec2 = sandbox.client()
    given = [ec2.allocate_address(Domain="vpc")["PublicIp"] for _ in range(5)]
    assert len(set(given)) == 5
    assert refusal(ec2.allocate_address, Domain="vpc") == "AddressLimitExceeded"


def test_an_address_in_use_is_neither_released_nor_taken_from_its_holder(shop: Shop) -> None:
    first, second, address = shop.running(), shop.running(), allocate(shop)
    ours = {"AllocationId": address["AllocationId"]}
    made = shop.ec2.associate_address(InstanceId=first, **ours)["AssociationId"]
    assert shop.ec2.associate_address(InstanceId=first, **ours)["AssociationId"] == made
    assert shop.machine(first)["PublicIpAddress"] == address["PublicIp"]
    assert refusal(shop.ec2.release_address, **ours) == "InvalidIPAddress.InUse"
    assert refusal(shop.ec2.associate_address, InstanceId=second, **ours) == "Resource.AlreadyAssociated"
    moved = shop.ec2.associate_address(InstanceId=second, AllowReassociation=True, **ours)["AssociationId"]
    assert shop.machine(first)["PublicIpAddress"] != address["PublicIp"]  # it has an automatic one again
    shop.ec2.disassociate_address(AssociationId=moved)
    shop.ec2.release_address(**ours)


def test_a_pending_machine_takes_no_address_but_its_interface_does(shop: Shop) -> None:
    machine, address = shop.launch(), allocate(shop)
    call = {"AllocationId": address["AllocationId"]}
    assert refusal(shop.ec2.associate_address, InstanceId=machine["InstanceId"], **call) == "InvalidInstanceID"
    nic = machine["NetworkInterfaces"][0]["NetworkInterfaceId"]
    shop.ec2.associate_address(NetworkInterfaceId=nic, **call)
    assert shop.machine(machine["InstanceId"])["PublicIpAddress"] == address["PublicIp"]


def test_a_network_without_gateway_maps_no_address(shop: Shop) -> None:
    nic = {"DeviceIndex": 0, "SubnetId": shop.subnet, "Groups": [shop.group], "AssociatePublicIpAddress": False}
    key, address = shop.running(NetworkInterfaces=[nic]), allocate(shop)
    shop.ec2.detach_internet_gateway(InternetGatewayId=shop.gateway, VpcId=shop.vpc)
    call = {"AllocationId": address["AllocationId"], "InstanceId": key}
    assert refusal(shop.ec2.associate_address, **call) == "Gateway.NotAttached"


def test_an_address_outlives_its_machine_and_survives_a_stop(shop: Shop) -> None:
    key, address = shop.running(), allocate(shop)
    shop.ec2.associate_address(InstanceId=key, AllocationId=address["AllocationId"])
    shop.ec2.stop_instances(InstanceIds=[key])
    shop.pass_time(10)
    assert shop.machine(key)["PublicIpAddress"] == address["PublicIp"]
    shop.ec2.start_instances(InstanceIds=[key])
    shop.pass_time(10)
    assert shop.machine(key)["PublicIpAddress"] == address["PublicIp"]
    shop.ec2.terminate_instances(InstanceIds=[key])
    assert "AssociationId" in shop.ec2.describe_addresses()["Addresses"][0]
    shop.pass_time(10)
    assert "AssociationId" not in shop.ec2.describe_addresses()["Addresses"][0]
    shop.ec2.release_address(AllocationId=address["AllocationId"])


def test_a_volume_is_creating_first_and_stays_until_it_is_made_and_while_it_is_attached(shop: Shop) -> None:
    machine = shop.machine(shop.running())
    zone = machine["Placement"]["AvailabilityZone"]
    made = shop.ec2.create_volume(AvailabilityZone=zone, Size=1, VolumeType="gp3")
    key = {"VolumeId": made["VolumeId"]}
    assert made["State"] == "creating"
    attach = {"InstanceId": machine["InstanceId"], "Device": "/dev/sdf", **key}
    assert refusal(shop.ec2.attach_volume, **attach) == "IncorrectState"
    assert refusal(shop.ec2.delete_volume, **key) == "IncorrectState"
    shop.pass_time(5)
    shop.ec2.attach_volume(**attach)
    assert refusal(shop.ec2.delete_volume, **key) == "VolumeInUse"
    assert refusal(shop.ec2.modify_volume, Size=0, **key) == "InvalidParameterValue"
    shop.ec2.detach_volume(**key)
    shop.ec2.delete_volume(**key)
    assert refusal(shop.ec2.create_volume, AvailabilityZone=zone, Size=0) == "InvalidParameterValue"
    far = next(
        one["ZoneName"]
        for one in shop.ec2.describe_availability_zones()["AvailabilityZones"]
        if one["ZoneName"] != zone
    )
    other = shop.ec2.create_volume(AvailabilityZone=far, Size=1)["VolumeId"]
    shop.pass_time(5)
    assert refusal(shop.ec2.attach_volume, **{**attach, "VolumeId": other}) == "InvalidVolume.ZoneMismatch"
