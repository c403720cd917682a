# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Instances: what RunInstances checks and makes, and the states an instance goes through.

Sources: Amazon EC2 API Reference (RunInstances, StopInstances, StartInstances, TerminateInstances), EC2 User Guide
("Instance state change", "Run commands at launch": user data up to 16 KB before base64).

Pages, below docs.aws.amazon.com/: AWSEC2/latest/APIReference/API_RunInstances.html,
AWSEC2/latest/UserGuide/user-data.html.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from sandbox.aws import images, kinds, quotas
from sandbox.aws.calls import Call, rule, tags_of
from sandbox.aws.errors import AwsError, invalid
from sandbox.aws.launch import check_hop_limit, interfaces, mappings, subnet_of
from sandbox.aws.lists import Row
from sandbox.aws.model import Params
from sandbox.aws.region import CODES, Region
from sandbox.aws.rules_addresses import free_address_of, keep_static_address

STARTS, STOPS, ENDS = 2.0, 2.0, 3.0  # seconds without a fabric; with one, a machine takes what it takes
MOST_USER_DATA = 16384
# These reach moto as one interface and one list of disks.
RESOLVED = {
    "SubnetId", "SecurityGroupIds", "SecurityGroups", "PrivateIpAddress", "NetworkInterfaces", "BlockDeviceMappings",
    "Placement", "MaxCount",
}  # fmt: skip


@rule("RunInstances")
def run_instances(call: Call) -> Params:
    region, params = call.region, call.params
    count = _count(params)
    image = images.by_id(region.name, params.get("ImageId", ""))
    if image is None:
        raise AwsError("InvalidAMIID.NotFound", f"The image id '[{params.get('ImageId', '')}]' does not exist")
    subnet = subnet_of(call)
    _check_type(region, params.get("InstanceType", "m1.small"), subnet["AvailabilityZone"], image.architecture)
    _check_vcpus(call, count)
    _check_key(call)
    _check_user_data(params)
    check_hop_limit(params.get("MetadataOptions", {}))
    request = {key: value for key, value in params.items() if key not in RESOLVED}
    request |= {"MinCount": 1, "BlockDeviceMappings": mappings(call, image)}
    nics = interfaces(call, subnet, count)
    call.commit()
    made: list[Any] = []
    for nic in nics:  # one reservation; moto would give every instance of it the same address
        answer = call.do({**request, "NetworkInterfaces": [nic]})
        made.append(region.instance(answer["Instances"][0]["InstanceId"]))
    _one_reservation(region, made)
    for instance in made:
        _finish(call, instance)
    return answer_of(region, [instance.id for instance in made])


def answer_of(region: Region, ids: list[str]) -> Params:
    """RunInstances' answer about these instances, as they are now: also what a repeated token gets."""
    rows = [row for one in ids if (row := region.find(kinds.INSTANCE, one)) is not None]
    if not rows:
        raise AwsError("InvalidInstanceID.NotFound", f"The instance IDs '{', '.join(ids)}' do not exist")
    return reservation(rows)


def reservation(rows: list[Row]) -> Params:
    """Instances of one reservation as lists show them."""
    plain = [{key: value for key, value in row.items() if key not in ("ReservationId", "OwnerId")} for row in rows]
    first = rows[0]
    return {"ReservationId": first["ReservationId"], "OwnerId": first["OwnerId"], "Groups": [], "Instances": plain}


@rule("TerminateInstances")
def terminate(call: Call) -> Params:
    changes = []
    for row in _rows(call):
        key, state = row["InstanceId"], row["State"]["Name"]
        instance = call.region.instance(key)
        if instance.disable_api_termination:
            text = f"The instance '{key}' may not be terminated. Modify its 'disableApiTermination' instance attribute"
            raise AwsError("OperationNotPermitted", text)
        changes.append((key, state))
    call.commit()
    for key, state in changes:
        if state not in ("terminated", "shutting-down"):
            end(call.region, key, "Client.UserInitiatedShutdown: User initiated shutdown", stuck=call.held)
    final = {key: "terminated" if state == "terminated" else "shutting-down" for key, state in changes}
    return {"TerminatingInstances": [_change(key, state, final[key]) for key, state in changes]}


def end(region: Region, key: str, reason: str, *, stuck: bool = False) -> None:
    """Shut one instance down; its disks, interfaces and addresses go when it is terminated, not before."""
    machines = region.shared.machines

    def die() -> None:
        instance = region.instance(key)
        for nic in instance.nics.values():
            free_address_of(region, nic)
        instance.terminate()
        for nic in instance.nics.values():
            region.backend.tags.pop(nic.id, None)
        region.died[key] = region.shared.clock.now()
        region.reasons[key] = reason

    gone = (lambda: machines.status(key) == "absent") if machines else None
    region.begin(key, "shutting-down", ENDS, after=die, until=gone, stuck=stuck)
    region.touch()


@rule("StopInstances")
def stop(call: Call) -> Params:
    rows = _rows(call)
    for row in rows:
        if row["State"]["Name"] not in ("running", "stopping", "stopped"):
            _refuse_state(row, "stopped")
    call.commit()
    machines = call.region.shared.machines
    for row in rows:
        key = row["InstanceId"]
        if row["State"]["Name"] == "running":
            instance = call.region.instance(key)
            instance.stop()
            keep_static_address(call.region, instance)
            down = (lambda key=key: machines.status(key) in ("stopped", "absent")) if machines else None
            call.region.begin(key, "stopping", STOPS, until=down, stuck=call.held)
    call.region.touch()
    return {"StoppingInstances": [_change(row["InstanceId"], row["State"]["Name"], "stopping") for row in rows]}


@rule("StartInstances")
def start(call: Call) -> Params:
    rows = _rows(call)
    for row in rows:
        if row["State"]["Name"] not in ("stopped", "running", "pending"):
            _refuse_state(row, "started")
    _check_vcpus(call, 0)
    call.commit()
    for row in rows:
        if row["State"]["Name"] == "stopped":
            instance = call.region.instance(row["InstanceId"])
            instance.start()
            keep_static_address(call.region, instance)
            begin_running(call.region, row["InstanceId"], stuck=call.held)
    call.region.touch()
    return {"StartingInstances": [_change(row["InstanceId"], row["State"]["Name"], "pending") for row in rows]}


@rule("RebootInstances")
def reboot(call: Call) -> Params:
    rows = _rows(call)
    for row in rows:
        if row["State"]["Name"] != "running":
            _refuse_state(row, "rebooted")
    call.commit()
    for row in rows:
        if call.region.shared.machines:
            call.region.shared.machines.reboot(row["InstanceId"])
    return {}


def begin_running(region: Region, key: str, *, stuck: bool = False) -> None:
    """`pending` until the machine runs; one that cannot be made is terminated by the cloud, as in AWS."""
    machines = region.shared.machines

    def judge() -> None:
        if machines and machines.status(key) == "failed":
            end(region, key, "Server.InternalError: Internal error on launch")

    up = (lambda: machines.status(key) in ("running", "failed")) if machines else None
    region.begin(key, "pending", STARTS, after=judge, until=up, stuck=stuck)


def _finish(call: Call, instance: Any) -> None:
    """What moto leaves out of a launch: tags of the interface, groups of the instance, termination protection."""
    primary = instance.nics[0]
    primary.description = next((nic.get("Description", "") for nic in call.params.get("NetworkInterfaces", [])), "")
    tags = tags_of(call.params, "network-interface")
    if tags:
        call.region.backend.create_tags([primary.id], tags)
    instance.security_groups = list(primary._group_set)
    instance.client_token = call.params.get("ClientToken")
    instance.disable_api_termination = call.params.get("DisableApiTermination", False)
    begin_running(call.region, instance.id, stuck=call.held)
    call.region.touch()


def _one_reservation(region: Region, made: list[Any]) -> None:
    """Put instances that were made one by one into the reservation of the first."""
    owners = {one.id: held for held in region.backend.reservations.values() for one in held.instances}
    first = owners[made[0].id]
    for index, instance in enumerate(made[1:], start=1):
        del region.backend.reservations[owners[instance.id].id]
        first.instances.append(instance)
        instance.ami_launch_index = index


def _rows(call: Call) -> list[Row]:
    return [call.region.row(kinds.INSTANCE, key) for key in call.params["InstanceIds"]]


def _change(key: str, before: str, now: str) -> Params:
    if (
        now in ("stopping", "pending")
        and before in ("stopped", "running")
        and (now == "stopping") == (before == "stopped")
    ):
        now = before  # stopping what is stopped, starting what runs: nothing changes
    states = {
        name: {"Code": CODES[state], "Name": state}
        for name, state in (("PreviousState", before), ("CurrentState", now))
    }
    return {"InstanceId": key, **states}


def _refuse_state(row: Row, verb: str) -> None:
    raise AwsError(
        "IncorrectInstanceState",
        f"The instance '{row['InstanceId']}' cannot be {verb} in its state: it is {row['State']['Name']}",
    )


def _count(params: Params) -> int:
    least, most = params["MinCount"], params["MaxCount"]
    if not 1 <= least <= most:
        raise invalid(f"MinCount ({least}) and MaxCount ({most}) must be at least 1, and MinCount not above MaxCount")
    if most > 1 and params.get("PrivateIpAddress"):
        raise AwsError("InvalidParameterCombination", "A private IP address can be given to one instance only")
    return int(most)


def _check_type(region: Region, name: str, zone: str, architecture: str) -> None:
    if name not in INSTANCE_TYPES:
        raise invalid(f"Invalid value '{name}' for InstanceType.")
    if architecture not in INSTANCE_TYPES[name]["ProcessorInfo"]["SupportedArchitectures"]:
        raise invalid(f"The image's architecture ({architecture}) does not match that of the instance type {name}.")
    offered = {
        one["Location"]
        for one in INSTANCE_TYPE_OFFERINGS["availability-zone"][region.name]
        if one["InstanceType"] == name
    }
    if zone not in offered:
        raise AwsError(
            "Unsupported",
            f"Your requested instance type ({name}) is not supported in your requested Availability Zone ({zone}). "
            f"Please retry your request by not specifying an Availability Zone or choosing "
            f"{', '.join(sorted(offered))}.",
        )


def _check_vcpus(call: Call, count: int) -> None:
    """Standard families only: the quota of others is another one, which the sandbox does not keep."""
    spot = call.params.get("InstanceMarketOptions", {}).get("MarketType") == "spot"
    quota = quotas.SPOT_VCPUS if spot else quotas.VCPUS
    counted = [one for one in call.region.instances() if call.region.shown_state(one) in ("pending", "running")]
    used = sum(_vcpus(one.instance_type) for one in counted if (one.lifecycle == "spot") == spot)
    wanted = count * _vcpus(call.params.get("InstanceType", "m1.small"))
    if not count:
        wanted = sum(_vcpus(row["InstanceType"]) for row in _rows(call) if row["State"]["Name"] == "stopped")
    allowed = call.region.shared.quotas.of(quota)
    if used + wanted > allowed:
        code = "MaxSpotInstanceCountExceeded" if spot else "VcpuLimitExceeded"
        raise AwsError(code, f"You have requested more vCPU capacity than your current vCPU limit of {allowed} allows "
                       "for the instance bucket that the specified instance type belongs to.")  # fmt: skip


def _vcpus(name: str) -> int:
    return int(INSTANCE_TYPES[name]["VCpuInfo"]["DefaultVCpus"])


def _check_key(call: Call) -> None:
    name = call.params.get("KeyName")
    if name is not None and name not in call.region.backend.key_pairs:
        raise AwsError("InvalidKeyPair.NotFound", f"The key pair '{name}' does not exist")


def _check_user_data(params: Params) -> None:
    text = params.get("UserData", "")
    try:
        size = len(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error):
        raise invalid("Invalid BASE64 encoding of user data.") from None
    if size > MOST_USER_DATA:
        raise invalid(f"User data is limited to {MOST_USER_DATA} bytes")
