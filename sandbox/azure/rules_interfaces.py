# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network interfaces and public addresses. Pages: [nic]
learn.microsoft.com/azure/virtual-network/virtual-network-network-interface, [ip]
learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses, [delete]
learn.microsoft.com/azure/virtual-machines/delete."""

from __future__ import annotations

import ipaddress
import uuid
from typing import TYPE_CHECKING, Any

from sandbox.azure import cidr, ids, rules_network
from sandbox.azure.errors import ArmError, in_network, not_implemented
from sandbox.azure.kinds import Rules
from sandbox.azure.references import refer, user_ids

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body, Resource

CONFIGURATION = {"privateIPAddress", "privateIPAllocationMethod", "privateIPAddressVersion", "subnet", "primary",
                 "publicIPAddress"}  # fmt: skip


class PublicAddresses(Rules):
    """An address of the internet, kept until it is deleted."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        sku = new.body.setdefault("sku", {})
        sku.setdefault("name", "Standard")  # [ip] Basic was retired in September 2025
        sku.setdefault("tier", "Regional")
        kind = new.properties
        kind.setdefault("publicIPAllocationMethod", "Dynamic")
        kind.setdefault("publicIPAddressVersion", "IPv4")
        kind.setdefault("idleTimeoutInMinutes", 4)
        if kind["publicIPAddressVersion"] != "IPv4" or sku["name"] == "StandardV2" or sku["tier"] != "Regional":
            raise not_implemented("public addresses other than Standard, regional, IPv4")
        if sku["name"] == "Basic":
            raise in_network("IPv4BasicSkuPublicIpCountLimitReached", "Cannot create more than 0 IPv4 Basic SKU public "
                             "IP addresses for this subscription in this region.")  # fmt: skip
        if sku["name"] != "Standard":
            raise in_network("InvalidSkuName", f"Public IP address sku {sku['name']} is not valid.")
        if kind["publicIPAllocationMethod"] != "Static":
            raise in_network("StandardSkuPublicIPAddressesMustBeStatic", f"Standard sku publicIp {new.id} must have "
                             "AllocationMethod set to Static.")  # fmt: skip
        if not 4 <= kind["idleTimeoutInMinutes"] <= 30:
            raise in_network("InvalidIdleTimeout", f"Idle timeout {kind['idleTimeoutInMinutes']} is not in 4..30.")
        cloud.check_zones(new)
        if old is not None and old.body.get("zones") != new.body.get("zones"):
            raise in_network("ResourceAvailabilityZonesCannotBeModified", f"Resource {new.id} has an existing "
                             "availability zone constraint and the request has another.", 409)  # fmt: skip
        new.own.setdefault("guid", str(uuid.uuid4()))
        if old is None:
            cloud.quota("StandardSkuPublicIpAddresses", new.location, "PublicIPCountLimitReached",
                        "public IP addresses", "publicIPAddresses")  # fmt: skip
            kind["ipAddress"] = cloud.public_address()
        else:
            kind["ipAddress"] = old.properties["ipAddress"]

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        users = user_ids(cloud, resource)
        if not users:
            return None
        return in_network("PublicIPAddressCannotBeDeleted", f"Public IP address {resource.id} can not be deleted since "
                          f"it is still allocated to resource {users[0]}. In order to delete the public IP, "
                          "disassociate/detach the Public IP address from the resource.")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        shown["properties"] |= {"resourceGuid": resource.own["guid"], "ipTags": []}
        users = user_ids(cloud, resource)
        if users:
            shown["properties"]["ipConfiguration"] = {"id": users[0]}


class Interfaces(Rules):
    """A machine's place in a subnet."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        found = new.properties.get("ipConfigurations") or []
        if not found:
            raise in_network("NetworkInterfaceMustHaveAnIpConfiguration", f"Network interface {new.id} must have one "
                             "or more IP configurations.")  # fmt: skip
        if len({one.get("name", "").lower() for one in found}) != len(found) or not all("name" in x for x in found):
            raise in_network("InvalidRequestFormat", f"IP configurations of {new.id} need names, each another.")
        if len(found) == 1:
            found[0].setdefault("properties", {}).setdefault("primary", True)
        if sum(bool(one.get("properties", {}).get("primary")) for one in found) != 1:
            raise in_network("NetworkInterfaceMustHaveOneSinglePrimaryIpConfiguration", f"Network interface {new.id} "
                             "must have exactly one IP configuration marked as primary.")  # fmt: skip
        before = {one["name"].lower(): one["properties"] for one in (old.properties["ipConfigurations"] if old else ())}
        for number, one in enumerate(found):
            path = f"properties.ipConfigurations[{number}].properties"
            self._check_one(cloud, new, one, before.get(one["name"].lower()), path)
        nets = {ids.key(one["properties"]["subnet"]["id"]).rsplit("/", 2)[0] for one in found}
        if len(nets) > 1:
            raise in_network("IpConfigurationsOnSameNicCannotUseDifferentVirtualNetworks", f"IP configurations of "
                             f"{new.id} must be in one virtual network.")  # fmt: skip
        if "networkSecurityGroup" in new.properties:
            group = refer(cloud, new, new.properties["networkSecurityGroup"], "networkSecurityGroups",
                          "properties.networkSecurityGroup")  # fmt: skip
            new.properties["networkSecurityGroup"] = {"id": group.id}
        new.own.setdefault("guid", str(uuid.uuid4()))
        new.own.setdefault("mac", cloud.mac())
        if old is None:
            cloud.quota("NetworkInterfaces", new.location, "NetworkInterfaceCountLimitReached", "network interfaces")

    def _check_one(self, cloud: Cloud, new: Resource, one: Body, old: Body | None, path: str) -> None:
        part = one.setdefault("properties", {})
        if part.keys() - CONFIGURATION:
            raise not_implemented(f"{path}.{min(part.keys() - CONFIGURATION)}")
        subnet = refer(cloud, new, part.get("subnet"), "virtualNetworks/subnets", f"{path}.subnet")
        part["subnet"] = {"id": subnet.id}
        part.setdefault("privateIPAddressVersion", "IPv4")
        part.setdefault("privateIPAllocationMethod", "Dynamic")
        part.setdefault("primary", False)
        if part["privateIPAddressVersion"] != "IPv4":
            raise not_implemented("IPv6 on interfaces")
        where = f"{new.id}/ipConfigurations/{one['name']}"
        kept = old is not None and ids.key(old["subnet"]["id"]) == subnet.key and old["privateIPAddress"]
        if part["privateIPAllocationMethod"] == "Static" and part.get("privateIPAddress"):
            _check_address(cloud, part["privateIPAddress"], subnet, where)
        else:
            part["privateIPAddress"] = kept or free_address(cloud, subnet)
        if "publicIPAddress" in part:
            self._check_public(cloud, new, part, where, path)

    def _check_public(self, cloud: Cloud, new: Resource, part: Body, where: str, path: str) -> None:
        named: dict[str, Any] = part["publicIPAddress"]
        address = refer(cloud, new, named, "publicIPAddresses", f"{path}.publicIPAddress")
        option = named.get("properties", {}).get("deleteOption")  # [delete] may be given where the address is named
        others = [user for user in user_ids(cloud, address) if ids.key(user) != ids.key(where)]
        if others:
            raise in_network("PublicIPAddressInUse", f"Resource {where} is referencing public IP address {address.id} "
                             f"that is already allocated to resource {others[0]}.")  # fmt: skip
        if option is not None:
            address.properties["deleteOption"] = option
        part["publicIPAddress"] = {"id": address.id}

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        machine = machine_of(cloud, resource)
        if machine is None:
            return None
        return in_network("NicInUse", f"Network Interface {resource.id} is used by existing resource {machine.id}. In "
                          "order to delete the network interface, it must be dissociated from the resource. To learn "
                          "more, see aka.ms/deletenic.")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        machine, part = machine_of(cloud, resource), shown["properties"]
        part |= {"resourceGuid": resource.own["guid"], "hostedWorkloads": [], "tapConfigurations": [],
                 "nicType": "Standard", "vnetEncryptionSupported": False}  # fmt: skip
        for name, value in (("dnsSettings", {"dnsServers": [], "appliedDnsServers": []}),
                            ("enableIPForwarding", False), ("enableAcceleratedNetworking", False)):  # fmt: skip
            part.setdefault(name, value)
        for one in part["ipConfigurations"]:
            one |= {"id": f"{resource.id}/ipConfigurations/{one['name']}", "etag": shown["etag"],
                    "type": "Microsoft.Network/networkInterfaces/ipConfigurations"}  # fmt: skip
            one["properties"] = {"provisioningState": part["provisioningState"], **one["properties"]}
        if machine is not None:
            part |= {"virtualMachine": {"id": machine.id}, "macAddress": resource.own["mac"],
                     "primary": is_primary(machine, resource)}  # fmt: skip


def machine_of(cloud: Cloud, interface: Resource) -> Resource | None:
    """The machine that has the interface."""
    return next((one for one, _ in cloud.store.users(interface.key) if one.kind.types == ("virtualMachines",)), None)


def is_primary(machine: Resource, interface: Resource) -> bool:
    """The only interface of a machine is its first one."""
    named = machine.properties["networkProfile"]["networkInterfaces"]
    return len(named) == 1 or any(
        ids.key(one["id"]) == interface.key and one.get("properties", {}).get("primary") for one in named
    )


def taken(cloud: Cloud, subnet: Resource) -> dict[str, str]:
    """The addresses of a subnet that are in use, with who uses them."""
    return {
        one["properties"]["privateIPAddress"]: f"{nic.id}/ipConfigurations/{one['name']}"
        for nic in cloud.store.of(cloud.kind("networkInterfaces"))
        for one in nic.properties["ipConfigurations"]
        if ids.key(one["properties"]["subnet"]["id"]) == subnet.key
    }


def free_address(cloud: Cloud, subnet: Resource) -> str:
    """The first free one; the first four and the last are Azure's. [nic]"""
    used = taken(cloud, subnet)
    for net in rules_network.ranges(subnet):
        for one in net:
            if not cidr.is_reserved(one, net) and str(one) not in used:
                return str(one)
    raise in_network("SubnetIsFull", f"Subnet {subnet.name} with address prefix "
                     f"{', '.join(rules_network.prefixes(subnet))} does not have enough capacity for 1 IP "
                     "addresses.")  # fmt: skip


def _check_address(cloud: Cloud, text: str, subnet: Resource, where: str) -> None:
    one: ipaddress.IPv4Address = cidr.address(text, "InvalidIPAddressFormat", where)
    nets = [net for net in rules_network.ranges(subnet) if one in net]
    if not nets:
        raise in_network("PrivateIPAddressNotInSubnet", f"Private static IP address {text} does not belong to the "
                         f"range of subnet prefix {', '.join(rules_network.prefixes(subnet))}.")  # fmt: skip
    if cidr.is_reserved(one, nets[0]):
        raise in_network("PrivateIPAddressInReservedRange", f"Private static IP address {text} falls within reserved "
                         f"IP range of subnet prefix {nets[0]}.")  # fmt: skip
    user = taken(cloud, subnet).get(str(one))
    if user is not None and ids.key(user) != ids.key(where):
        raise in_network("PrivateIPAddressIsAllocated", f"IP configuration {where} is using the private IP address "
                         f"{text} which is already allocated to resource {user}.")  # fmt: skip
