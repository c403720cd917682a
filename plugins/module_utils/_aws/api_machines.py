# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about machines and their disks: one function per call. All of EC2."""

from __future__ import annotations

from typing import Any

from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import is_busy, is_not_yet_there, is_transient

Row = dict[str, Any]


@lists("ec2:DescribeInstances", "list the machines")
@retries(is_transient, within=30)
def list_instances(client: Client, filters: list[Row]) -> list[Row]:
    """Instances that a filter lets through, in any state; no filter means the whole region."""
    found = client.pages("ec2", "describe_instances", "Reservations", page=1000, Filters=filters)
    return [row for reservation in found for row in reservation["Instances"]]


@lists("ec2:DescribeVolumes", "list the disks")
@retries(is_transient, within=30)
def list_volumes(client: Client, filters: list[Row]) -> list[Row]:
    """Volumes that a filter lets through; no filter means the whole region."""
    return client.pages("ec2", "describe_volumes", "Volumes", page=500, Filters=filters)


@calls("ec2:RunInstances", "create the machine {name}")
@retries(lambda error: is_transient(error) or is_not_yet_there(error), within=60)
def run_instance(client: Client, name: str, token: str, request: Row) -> Row:
    """Make one machine, or answer with the one that this token made before.

    Raises Invalid with code IdempotentParameterMismatch, OverQuota, NoCapacity.
    """
    answer = client.call("ec2", "run_instances", MinCount=1, MaxCount=1, ClientToken=token, **request)
    row: Row = answer["Instances"][0]
    return row


@calls("ec2:StartInstances", "start {instance}")
@retries(is_busy, within=120)
def start_instance(client: Client, instance: str) -> None:
    """Waits for one that is still stopping."""
    client.call("ec2", "start_instances", InstanceIds=[instance])


@deletes("ec2:TerminateInstances", "delete the machine {instance}")
@retries(is_transient, within=60)
def terminate_instance(client: Client, instance: str) -> bool:
    """Its root disk and interface go with it."""
    client.call("ec2", "terminate_instances", InstanceIds=[instance])
    return True


@calls("ec2:ModifyNetworkInterfaceAttribute", "set the firewalls of {interface}")
@retries(is_transient, within=60)
def set_security_groups(client: Client, interface: str, groups: list[str]) -> None:
    """Replace the security groups of an interface."""
    client.call("ec2", "modify_network_interface_attribute", NetworkInterfaceId=interface, Groups=groups)


@calls("ec2:ModifyInstanceMetadataOptions", "set the metadata options of {instance}")
@retries(is_busy, within=60)
def set_metadata_options(client: Client, instance: str, tokens: str, hops: int) -> None:
    """Whether a session token is required, and how many hops an answer lives."""
    client.call(
        "ec2",
        "modify_instance_metadata_options",
        InstanceId=instance,
        HttpTokens=tokens,
        HttpPutResponseHopLimit=hops,
        HttpEndpoint="enabled",
    )


@deletes("ec2:DeleteVolume", "delete the disk {volume}")
@retries(is_transient, within=60)
def delete_volume(client: Client, volume: str) -> bool:
    """Raises InUse while it is attached."""
    client.call("ec2", "delete_volume", VolumeId=volume)
    return True
