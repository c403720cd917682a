# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Key pairs, interfaces, volumes and attributes: the parts an instance is made of and what may be changed on them.

Sources: Amazon EC2 API Reference (ImportKeyPair, ModifyInstanceAttribute,
ModifyNetworkInterfaceAttribute, CreateVolume, AttachVolume, DeleteVolume, ModifyInstanceMetadataOptions).

Pages, below docs.aws.amazon.com/: AWSEC2/latest/APIReference/API_ImportKeyPair.html,
AWSEC2/latest/APIReference/API_CreateKeyPair.html, AWSEC2/latest/APIReference/API_DeleteKeyPair.html,
AWSEC2/latest/APIReference/API_CreateVolume.html, AWSEC2/latest/APIReference/API_ModifyVolume.html,
AWSEC2/latest/APIReference/API_AttachVolume.html, AWSEC2/latest/APIReference/API_CreateNetworkInterface.html,
AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html,
AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html,
AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html.
"""

from __future__ import annotations

from typing import Any

from sandbox.aws import kinds, store
from sandbox.aws.calls import Call, rule
from sandbox.aws.errors import AwsError, invalid, not_implemented
from sandbox.aws.launch import check_free, check_groups, check_hop_limit, check_number, check_size, free
from sandbox.aws.model import Params

ATTRIBUTES = {"SourceDestCheck", "Groups", "InstanceType", "UserData", "DisableApiTermination", "DisableApiStop"}


@rule("ImportKeyPair", "CreateKeyPair")
def make_key_pair(call: Call) -> Params:
    name = call.params["KeyName"]
    if not 1 <= len(name) <= 255 or not name.isascii():
        raise invalid(f"Invalid value '{name[:80]}' for keyPairName: 1 to 255 ASCII characters")
    made = call.do()
    tags = call.region.row(kinds.KEY_PAIR, made["KeyPairId"]).get("Tags")
    return {**made, **({"Tags": tags} if tags else {})}


@rule("DeleteKeyPair")
def delete_key_pair(call: Call) -> Params:
    name = call.params.get("KeyName")
    if "KeyPairId" in call.params:
        name = call.region.row(kinds.KEY_PAIR, call.params["KeyPairId"])["KeyName"]
    if name is None:
        raise AwsError("MissingParameter", "The request must contain the parameter keyName or keyPairId")
    made = call.do({"KeyName": name})
    if made.get("KeyPairId"):
        call.region.backend.tags.pop(made["KeyPairId"], None)
    return made


@rule("ModifyInstanceAttribute")
def modify_instance(call: Call) -> Params:
    params = call.params
    row = call.region.row(kinds.INSTANCE, params["InstanceId"])
    instance = call.region.instance(row["InstanceId"])
    asked = set(params) - {"InstanceId"}
    if unknown := asked - ATTRIBUTES:
        raise not_implemented(f"ModifyInstanceAttribute with {', '.join(sorted(unknown))}")
    if len(asked) > 1:
        raise AwsError("InvalidParameterCombination", "Fields for multiple attribute types specified")
    if row["State"]["Name"] in ("terminated", "shutting-down"):
        raise AwsError("IncorrectInstanceState", f"The instance '{row['InstanceId']}' is {row['State']['Name']}")
    if asked == {"SourceDestCheck"}:
        call.commit()
        _forward(instance.nics[0], params["SourceDestCheck"]["Value"])
    elif asked == {"Groups"}:
        _wear(call, instance.nics[0], params["Groups"])
    elif asked in ({"InstanceType"}, {"UserData"}):
        if row["State"]["Name"] != "stopped":
            raise AwsError(
                "IncorrectInstanceState", f"The instance '{row['InstanceId']}' is not in the 'stopped' state."
            )
        call.do()
    elif asked:
        call.do()
    else:
        raise AwsError("InvalidParameterCombination", "No attributes specified.")
    call.region.touch()
    return {}


@rule("ModifyInstanceMetadataOptions")
def modify_metadata(call: Call) -> Params:
    """Only what is named changes; moto would put the rest back to its default."""
    options = call.region.instance(call.params["InstanceId"]).metadata_options
    check_hop_limit(call.params)
    call.commit()
    for name, attribute in (("HttpTokens", "http_tokens"), ("HttpEndpoint", "http_endpoint"),
                            ("HttpPutResponseHopLimit", "http_put_response_hop_limit"),
                            ("InstanceMetadataTags", "instance_metadata_tags")):  # fmt: skip
        if name in call.params:
            setattr(options, attribute, call.params[name])
    call.region.touch()
    row = call.region.row(kinds.INSTANCE, call.params["InstanceId"])
    return {"InstanceId": row["InstanceId"], "InstanceMetadataOptions": row["MetadataOptions"]}


@rule("ModifyNetworkInterfaceAttribute")
def modify_interface(call: Call) -> Params:
    nic = call.region.backend.get_network_interface(call.params["NetworkInterfaceId"])
    if "Groups" in call.params:
        _wear(call, nic, call.params["Groups"])
    call.commit()
    if "SourceDestCheck" in call.params:
        _forward(nic, call.params["SourceDestCheck"]["Value"])
    if "Description" in call.params:
        nic.description = call.params["Description"]["Value"]
    call.region.touch()
    return {}


@rule("CreateNetworkInterface")
def create_interface(call: Call) -> Params:
    subnet = call.region.row(kinds.SUBNET, call.params["SubnetId"])
    check_groups(call.region, call.params.get("Groups", []), subnet)
    if "PrivateIpAddress" in call.params:
        check_free(call.region, subnet, call.params["PrivateIpAddress"])
    address = call.params.get("PrivateIpAddress") or free(call.region, subnet, 1)[0]
    made = call.do({**call.params, "PrivateIpAddress": address})["NetworkInterface"]
    return {"NetworkInterface": call.region.row(kinds.INTERFACE, made["NetworkInterfaceId"])}


@rule("DeleteNetworkInterface")
def delete_interface(call: Call) -> Params:
    row = call.region.row(kinds.INTERFACE, call.params["NetworkInterfaceId"])
    if row.get("RequesterManaged"):
        text = (
            f"You do not have permission to delete {row['NetworkInterfaceId']}: it is managed by {row['RequesterId']}"
        )
        raise AwsError("OperationNotPermitted", text)
    if row.get("Attachment"):
        raise AwsError("InvalidParameterValue", f"Network interface '{row['NetworkInterfaceId']}' is currently in use.")
    call.do()
    return {}


@rule("CreateVolume")
def create_volume(call: Call) -> Params:
    size = call.params.get("Size")
    if size is None:
        raise AwsError("MissingParameter", "The request must contain the parameter size")
    check_size(size)
    zone = call.params.get("AvailabilityZone")
    if zone is None:
        raise AwsError("MissingParameter", "The request must contain the parameter availabilityZone")
    there = store.call(call.region.account, call.region.name, "DescribeAvailabilityZones", {})["AvailabilityZones"]
    if zone not in [row["ZoneName"] for row in there]:
        raise AwsError("InvalidZone.NotFound", f"The zone '{zone}' does not exist.")
    made = call.do()
    call.settle(made["VolumeId"], "creating")
    return call.region.row(kinds.VOLUME, made["VolumeId"])


@rule("DeleteVolume")
def delete_volume(call: Call) -> Params:
    row = call.region.row(kinds.VOLUME, call.params["VolumeId"])
    if row["Attachments"]:
        raise AwsError(
            "VolumeInUse", f"Volume {row['VolumeId']} is currently attached to {row['Attachments'][0]['InstanceId']}"
        )
    if row["State"] != "available":
        raise AwsError("IncorrectState", f"Volume '{row['VolumeId']}' is in the '{row['State']}' state.")
    call.do()
    call.region.backend.tags.pop(row["VolumeId"], None)
    return {}


@rule("AttachVolume")
def attach_volume(call: Call) -> Params:
    volume = call.region.row(kinds.VOLUME, call.params["VolumeId"])
    instance = call.region.row(kinds.INSTANCE, call.params["InstanceId"])
    if volume["State"] != "available":
        raise AwsError("IncorrectState", f"Volume '{volume['VolumeId']}' is not 'available'.")
    if volume["AvailabilityZone"] != instance["Placement"]["AvailabilityZone"]:
        text = f"The volume '{volume['VolumeId']}' is not in the availability zone of '{instance['InstanceId']}'"
        raise AwsError("InvalidVolume.ZoneMismatch", text)
    return call.do()


@rule("DetachVolume")
def detach_volume(call: Call) -> Params:
    volume = call.region.row(kinds.VOLUME, call.params["VolumeId"])
    wanted = call.params.get("InstanceId")
    if not volume["Attachments"] or wanted not in (None, volume["Attachments"][0]["InstanceId"]):
        raise AwsError("IncorrectState", f"Volume '{volume['VolumeId']}' is in the '{volume['State']}' state.")
    there = volume["Attachments"][0]
    if call.params.get("Device", there["Device"]) != there["Device"]:
        raise AwsError("InvalidAttachment.NotFound", f"The volume is not attached as {call.params['Device']}.")
    if there["Device"] == call.region.row(kinds.INSTANCE, there["InstanceId"])["RootDeviceName"]:
        raise AwsError(
            "OperationNotPermitted", f"'{volume['VolumeId']}' is a root device; stop and terminate its instance"
        )
    return call.do({"VolumeId": volume["VolumeId"], "InstanceId": there["InstanceId"], "Device": there["Device"]})


@rule("ModifyVolume")
def modify_volume(call: Call) -> Params:
    row = call.region.row(kinds.VOLUME, call.params["VolumeId"])
    size: int = {**row, **call.params}["Size"]
    if size < row["Size"]:
        raise invalid(f"New size cannot be smaller than existing size ({row['Size']} GiB)")
    check_size(size)
    return call.do()


def _forward(nic: Any, checked: bool) -> None:
    nic.source_dest_check = checked
    if nic.instance is not None and nic.device_index == 0:
        nic.instance.source_dest_check = checked


def _wear(call: Call, nic: Any, groups: list[str]) -> None:
    """Give an interface these groups. Raises AwsError for none, and for a group of another network."""
    if not groups:
        raise AwsError("InvalidParameterCombination", "An interface needs at least one security group")
    for one in groups:
        if call.region.row(kinds.GROUP, one).get("VpcId") != nic.subnet.vpc_id:
            text = f"The security group '{one}' does not exist in VPC '{nic.subnet.vpc_id}'"
            raise AwsError("InvalidGroup.NotFound", text)
    check_number(call.region, groups)
    call.commit()
    found = [call.region.backend.get_security_group_from_id(one) for one in groups]
    nic._group_set = found
    if nic.instance is not None:
        nic.instance.security_groups = list(found)
