# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static public addresses: who may have one, and what frees it.

Sources: Amazon EC2 API Reference (AllocateAddress, AssociateAddress, DisassociateAddress, ReleaseAddress),
EC2 User Guide, "Elastic IP addresses" and "Amazon EC2 instance IP addressing".

Pages, below docs.aws.amazon.com/: AWSEC2/latest/APIReference/API_AssociateAddress.html,
AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html.
"""

from __future__ import annotations

from typing import Any

from sandbox.aws import kinds, quotas
from sandbox.aws.calls import Call, rule
from sandbox.aws.errors import AwsError, invalid
from sandbox.aws.lists import Row
from sandbox.aws.model import Params
from sandbox.aws.region import Region


@rule("AllocateAddress")
def allocate(call: Call) -> Params:
    if call.params.get("Domain", "vpc") != "vpc":
        raise invalid("Invalid value 'standard' for domain: EC2-Classic is retired")
    if len(call.region.rows(kinds.ADDRESS)) >= call.region.shared.quotas.of(quotas.ADDRESSES):
        raise AwsError("AddressLimitExceeded", "The maximum number of addresses has been reached.")
    made = call.do({**call.params, "Domain": "vpc"})
    return {
        "PublicIp": made["PublicIp"], "AllocationId": made["AllocationId"], "Domain": "vpc", "PublicIpv4Pool": "amazon",
        "NetworkBorderGroup": call.region.name,
    }  # fmt: skip


@rule("AssociateAddress")
def associate(call: Call) -> Params:
    region = call.region
    row, nic = _address(call), _interface(call)
    if not any(nic.subnet.vpc_id in _vpcs_of(one) for one in region.rows(kinds.GATEWAY)):
        raise AwsError("Gateway.NotAttached", f"Network {nic.subnet.vpc_id} is not attached to any internet gateway")
    now = row.get("NetworkInterfaceId")
    if now and now != nic.id and not call.params.get("AllowReassociation", False):
        raise AwsError(
            "Resource.AlreadyAssociated",
            f"resource {row['AllocationId']} is already associated with associate-id {row['AssociationId']}",
        )
    call.commit()
    address = region.backend.address_by_allocation([row["AllocationId"]])[0]
    if now == nic.id:
        return {"AssociationId": row["AssociationId"]}  # the same again
    if now:
        _loosen(region, address)
    free_address_of(region, nic)
    region.backend.associate_address(nic.instance, eni=nic, allocation_id=row["AllocationId"])
    region.touch()
    return {"AssociationId": address.association_id}


@rule("DisassociateAddress")
def disassociate(call: Call) -> Params:
    wanted = call.params.get("AssociationId") or call.params.get("PublicIp")
    for row in call.region.rows(kinds.ADDRESS):
        if wanted and wanted in (row.get("AssociationId"), row["PublicIp"]) and row.get("AssociationId"):
            call.commit()
            _loosen(call.region, call.region.backend.address_by_allocation([row["AllocationId"]])[0])
            return {}
    raise AwsError("InvalidAssociationID.NotFound", f"The association ID '{wanted}' does not exist")


@rule("ReleaseAddress")
def release(call: Call) -> Params:
    row = _address(call)
    if row.get("AssociationId"):
        text = f"Address {row['PublicIp']} with allocation id [{row['AllocationId']}] is in use and cannot be released."
        raise AwsError("InvalidIPAddress.InUse", text)
    call.do({"AllocationId": row["AllocationId"]})
    call.region.backend.tags.pop(row["AllocationId"], None)
    return {}


def free_address_of(region: Region, nic: Any) -> None:
    """Take the static address off an interface, if it has one; the automatic one comes back by itself only later."""
    for address in region.backend.addresses:
        if address.eni is nic:
            address.eni, address.instance, address.association_id = None, None, None
    nic.public_ip = None
    region.touch()


def keep_static_address(region: Region, instance: Any) -> None:
    """A stop takes the automatic address only, a start gives one where there is no static one; moto mixes them up."""
    for address in region.backend.addresses:
        if address.eni is not None and address.eni.instance is instance:
            address.eni.public_ip = address.public_ip


def _loosen(region: Region, address: Any) -> None:
    """After its static address a running machine that had an automatic one gets a new one, as in AWS."""
    nic = address.eni
    free_address_of(region, nic)
    if nic.instance is not None and nic.instance.state == "running":
        nic.check_auto_public_ip()
    region.touch()


def _address(call: Call) -> Row:
    if {"AllocationId", "PublicIp"} <= set(call.params):
        text = "You may specify public IP or allocation id, but not both in the same call"
        raise AwsError("InvalidParameterCombination", text)
    if "AllocationId" in call.params:
        return call.region.row(kinds.ADDRESS, call.params["AllocationId"])
    for row in call.region.rows(kinds.ADDRESS):
        if row["PublicIp"] == call.params.get("PublicIp"):
            return row
    raise AwsError("InvalidAddress.NotFound", f"Address '{call.params.get('PublicIp')}' not found.")


def _interface(call: Call) -> Any:
    """moto's object of the interface that the request means. Raises AwsError."""
    if "NetworkInterfaceId" in call.params:
        return call.region.backend.get_network_interface(call.params["NetworkInterfaceId"])
    if "InstanceId" not in call.params:
        raise AwsError("MissingParameter", "Either instance ID or network interface id must be specified")
    row = call.region.row(kinds.INSTANCE, call.params["InstanceId"])
    if row["State"]["Name"] not in ("running", "stopped", "stopping"):
        text = f"The {row['State']['Name']} instance '{row['InstanceId']}' is not in a valid state for this operation."
        raise AwsError("InvalidInstanceID", text)
    return call.region.instance(row["InstanceId"]).nics[0]


def _vpcs_of(gateway: Row) -> list[str]:
    return [attachment["VpcId"] for attachment in gateway.get("Attachments", [])]
