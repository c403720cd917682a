# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a launch is made of: its subnet, its interface with its addresses, its disks.

Pages, below docs.aws.amazon.com/: ebs/latest/userguide/ebs-volume-types.html, vpc/latest/userguide/subnet-sizing.html.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from sandbox.aws import kinds, quotas
from sandbox.aws.calls import Call
from sandbox.aws.errors import AwsError, invalid, not_implemented
from sandbox.aws.images import Image
from sandbox.aws.lists import Row
from sandbox.aws.model import Params
from sandbox.aws.region import Region

RESERVED = 4  # the first four of a subnet and the last: network, router, DNS, future, broadcast


def subnet_of(call: Call) -> Row:
    """The subnet of a launch: the named one, else the default subnet of the zone. Raises AwsError."""
    nic = _primary(call)
    named = nic.get("SubnetId") or call.params.get("SubnetId")
    zone = call.params.get("Placement", {}).get("AvailabilityZone")
    if call.params.get("Placement", {}).get("Tenancy", "default") != "default":
        raise not_implemented("Placement with a tenancy of its own")
    if named:
        row = call.region.row(kinds.SUBNET, named)
        if zone not in (None, row["AvailabilityZone"]):
            raise invalid(f"The subnet '{named}' is in {row['AvailabilityZone']}, not in the Availability Zone {zone}")
        return row
    defaults = [
        row for row in call.region.rows(kinds.SUBNET) if row["DefaultForAz"] and zone in (None, row["AvailabilityZone"])
    ]
    if not defaults:
        raise AwsError("MissingInput", "No default subnet in the Availability Zone; please specify a subnet.")
    return defaults[0]


def interfaces(call: Call, subnet: Row, count: int) -> list[Params]:
    """One interface for each of `count` instances, with a private address of its own."""
    nic = _primary(call)
    public = nic.get("AssociatePublicIpAddress", subnet["MapPublicIpOnLaunch"])
    fixed = nic.get("PrivateIpAddress") or call.params.get("PrivateIpAddress")
    groups = _groups(call, nic, subnet)
    if fixed:
        check_free(call.region, subnet, fixed)
    addresses = [fixed] if fixed else free(call.region, subnet, count)
    return [
        {
            "DeviceIndex": 0, "SubnetId": subnet["SubnetId"], "PrivateIpAddress": address, "Groups": list(groups),
            "AssociatePublicIpAddress": bool(public), "DeleteOnTermination": nic.get("DeleteOnTermination", True),
            "Description": nic.get("Description", ""),
        }
        for address in addresses
    ]  # fmt: skip


def check_free(region: Region, subnet: Row, address: str) -> None:
    """Refuse an address that is outside of the subnet, reserved or taken."""
    network = ipaddress.IPv4Network(subnet["CidrBlock"])
    try:
        wanted = ipaddress.IPv4Address(address)
    except ValueError:
        raise invalid(f"Invalid value '{address}' for address: it is no IPv4 address") from None
    if wanted not in network:
        raise invalid(f"Address {address} does not fall within the subnet's address range")
    if int(wanted) - int(network.network_address) < RESERVED or wanted == network.broadcast_address:
        raise invalid(f"Address {address} is in subnet's reserved address range")
    if address in _taken(region, subnet):
        raise AwsError("InvalidIPAddress.InUse", f"Address {address} is in use.")


def free(region: Region, subnet: Row, count: int) -> list[str]:
    """Free addresses of a subnet, in turn, so that a new machine rarely gets the address of the last dead one."""
    network = ipaddress.IPv4Network(subnet["CidrBlock"])
    first, last = int(network.network_address) + RESERVED, int(network.broadcast_address) - 1
    taken, found = _taken(region, subnet), []
    start = region.turns.get(subnet["SubnetId"], first)
    for offset in range(last - first + 1):
        number = first + (start - first + offset) % (last - first + 1)
        if str(ipaddress.IPv4Address(number)) not in taken:
            found.append(str(ipaddress.IPv4Address(number)))
            region.turns[subnet["SubnetId"]] = number + 1
        if len(found) == count:
            return found
    text = (
        f"There are not enough free addresses in subnet '{subnet['SubnetId']}' for the requested number of instances."
    )
    raise AwsError("InsufficientFreeAddressesInSubnet", text)


def mappings(call: Call, image: Image) -> list[Params]:
    """The disks: those that were asked for, and the image's root disk if none of them is it."""
    asked = [dict(one) for one in call.params.get("BlockDeviceMappings", [])]
    for one in asked:
        if "Ebs" not in one:
            raise not_implemented("block devices other than Ebs")
        one["Ebs"] = _disk(dict(one["Ebs"]), one["DeviceName"], image)
    if image.root_device not in [one["DeviceName"] for one in asked]:
        asked.insert(0, {"DeviceName": image.root_device, "Ebs": _disk({}, image.root_device, image)})
    return asked


def _disk(ebs: Params, device: str, image: Image) -> Params:
    is_root = device == image.root_device
    ebs.setdefault("DeleteOnTermination", is_root)
    ebs.setdefault("VolumeType", "gp3" if is_root else "gp2")
    size = ebs.setdefault("VolumeSize", image.size_gb if is_root else 0)
    if is_root and size < image.size_gb:
        raise AwsError(
            "InvalidBlockDeviceMapping",
            f"Volume of size {size}GB is smaller than snapshot, expect size >= {image.size_gb}GB",
        )
    check_size(size)
    return ebs


def check_size(size: int) -> None:
    """Refuse what no general purpose disk has (EBS User Guide, "volume types"); larger ones of type io2, too."""
    if not 1 <= size <= 16384:
        raise invalid(f"Volume size {size} GiB is not within 1 to 16384")


def check_hop_limit(options: Params) -> None:
    """How far answers of the metadata service may travel."""
    limit = options.get("HttpPutResponseHopLimit", 1)
    if not 1 <= limit <= 64:
        raise invalid(f"HttpPutResponseHopLimit {limit} is not within 1 to 64")


def _primary(call: Call) -> dict[str, Any]:
    nics = call.params.get("NetworkInterfaces", [])
    if len(nics) > 1 or any(nic.get("DeviceIndex", 0) != 0 for nic in nics):
        raise not_implemented("instances with other than one new network interface, of index 0")
    if nics and any(
        name in call.params for name in ("SubnetId", "SecurityGroupIds", "SecurityGroups", "PrivateIpAddress")
    ):
        raise AwsError(
            "InvalidParameterCombination",
            "Network interfaces and an instance-level subnet ID, security groups or private address may not be "
            "specified on the same request",
        )
    return dict(nics[0]) if nics else {}


def _groups(call: Call, nic: Params, subnet: Row) -> list[str]:
    """Ids of the groups: named by id, by name, or the network's default one. Raises AwsError."""
    ids = list(nic.get("Groups") or call.params.get("SecurityGroupIds") or [])
    names = call.params.get("SecurityGroups", []) or ([] if ids else ["default"])
    ids += [one.id for one in call.region.backend.groups[subnet["VpcId"]].values() if one.name in names]
    check_groups(call.region, ids, subnet)
    return ids


def check_groups(region: Region, ids: list[str], subnet: Row) -> None:
    """Refuse groups of another network than the subnet's, and more on one interface than the quota allows."""
    for one in ids:
        if region.row(kinds.GROUP, one).get("VpcId") != subnet["VpcId"]:
            text = f"Security group {one} and subnet {subnet['SubnetId']} belong to different networks."
            raise AwsError("InvalidParameter", text)
    check_number(region, ids)


def check_number(region: Region, ids: list[str]) -> None:
    """Refuse more groups on one interface than the quota allows."""
    most = region.shared.quotas.of(quotas.GROUPS_PER_INTERFACE)
    if len(ids) > most:
        text = f"Maximum number of security groups per interface ({most}) exceeded"
        raise AwsError("SecurityGroupsPerInterfaceLimitExceeded", text)


def _taken(region: Region, subnet: Row) -> set[str]:
    return {
        str(address["PrivateIpAddress"])
        for nic in region.backend.enis.values()
        if nic.subnet.id == subnet["SubnetId"]
        for address in nic.private_ip_addresses
    }
