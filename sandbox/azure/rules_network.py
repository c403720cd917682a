# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Virtual networks and subnets. Pages: [faq] learn.microsoft.com/azure/virtual-network/virtual-networks-faq, [manage]
learn.microsoft.com/azure/virtual-network/manage-virtual-network, [subnet]
learn.microsoft.com/azure/virtual-network/virtual-network-manage-subnet."""

from __future__ import annotations

import itertools
import uuid
from typing import TYPE_CHECKING, Any

from sandbox.azure import cidr
from sandbox.azure.errors import ArmError, in_network, not_implemented
from sandbox.azure.kinds import Rules
from sandbox.azure.references import refer, user_ids

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body, Resource


def prefixes(subnet: Resource) -> list[str]:
    """A subnet's ranges; there are two ways to say them."""
    one, many = subnet.properties.get("addressPrefix"), subnet.properties.get("addressPrefixes")
    return list(many) if many else [one] if one else []


def ranges(subnet: Resource) -> list[cidr.Net]:
    """The same, as networks."""
    return [cidr.Net(text) for text in prefixes(subnet)]


def space(network: Resource) -> list[str]:
    """A network's ranges."""
    return list(network.properties.get("addressSpace", {}).get("addressPrefixes", []))


class VirtualNetworks(Rules):
    """A space of ranges and the subnets in it."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        if new.properties.get("enableVmProtection"):  # az sends false
            raise not_implemented("enableVmProtection of Microsoft.Network/virtualNetworks")
        named = space(new)
        if new.properties.get("addressSpace", {}).keys() - {"addressPrefixes"}:
            raise not_implemented("an address space from a pool")
        if not named:
            raise in_network("InvalidRequestFormat", f"Virtual network {new.id} has no address space.")
        inside = [cidr.network(text, new.id) for text in named]
        for one, other in itertools.combinations(inside, 2):
            if one.overlaps(other):  # [manage] "address ranges cannot overlap"
                raise in_network("VnetAddressSpaceOverlapsWithItself", f"Address prefixes {one} and {other} of virtual "
                                 f"network {new.name} overlap.")  # fmt: skip
        new.own.setdefault("guid", str(uuid.uuid4()))
        if old is None:
            cloud.quota("VirtualNetworks", new.location, "VnetCountLimitReached", "virtual networks")

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        for subnet in cloud.store.children(resource):
            error = subnet.kind.rules.in_use(cloud, subnet)
            if error is not None:
                return error
        return None

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        properties = shown["properties"]
        properties |= {"resourceGuid": resource.own["guid"], "virtualNetworkPeerings": []}
        properties.setdefault("enableDdosProtection", False)
        properties["subnets"] = [cloud.view(one) for one in cloud.store.children(resource)]


class Subnets(Rules):
    """A part of the network's space."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        named = prefixes(new)
        if not named:
            raise in_network("SubnetAddressPrefixMissing", f"Subnet {new.name} has no address prefix.")
        inside = [cidr.network(text, new.id) for text in named]
        for one in inside:
            if one.prefixlen > cidr.SMALLEST:  # [faq]
                raise in_network("NetcfgInvalidSubnet", f"Subnet '{new.name}' is not valid: the smallest supported "
                                 f"IPv4 subnet is /29, not {one}.")  # fmt: skip
            for sibling in siblings:
                if any(one.overlaps(other) for other in ranges(sibling)):  # [subnet]
                    raise in_network("NetcfgSubnetRangesOverlap", f"Subnet '{new.name}' is not valid because its IP "
                                     f"address range overlaps with that of an existing subnet in virtual network "
                                     f"'{new.id.split('/')[8]}'.")  # fmt: skip
        self._check_parts(cloud, new)
        users = user_ids(cloud, new)
        if old is not None and prefixes(old) != named and users:
            raise in_network("InUsePrefixCannotBeDeleted", f"IpPrefixes {', '.join(prefixes(old))} on Subnet "
                             f"{new.name} has active allocations and cannot be deleted: {users[0]}.")  # fmt: skip
        new.properties.setdefault("privateEndpointNetworkPolicies", "Disabled")
        new.properties.setdefault("privateLinkServiceNetworkPolicies", "Enabled")

    def check_inside(self, subnet: Resource, network: Resource) -> None:
        """The subnet lies in the space of its network. [subnet]"""
        for one in ranges(subnet):
            if not any(one.subnet_of(outer) for outer in map(cidr.Net, space(network))):
                raise in_network("NetcfgInvalidSubnet", f"Subnet '{subnet.name}' is not valid in virtual network "
                                 f"'{network.name}'.")  # fmt: skip

    def _check_parts(self, cloud: Cloud, new: Resource) -> None:
        for name, short in (("networkSecurityGroup", "networkSecurityGroups"), ("routeTable", "routeTables")):
            if name in new.properties:
                found = refer(cloud, new, new.properties[name], short, f"properties.{name}")
                network = cloud.store.parent(new)
                if network is not None and found.location != network.location:
                    raise in_network("InvalidResourceReference", f"Resource {found.id} referenced by resource "
                                     f"{new.id} was not found. Please make sure that the referenced resource exists, "
                                     "and that both resources are in the same region.")  # fmt: skip
                new.properties[name] = {"id": found.id}

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        users = user_ids(cloud, resource)
        if not users:
            return None
        return in_network("InUseSubnetCannotBeDeleted", f"Subnet {resource.name} is in use by {users[0]} and cannot be "
                          "deleted. In order to delete the subnet, delete all the resources within the subnet. See "
                          "aka.ms/deletesubnet.")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        properties: dict[str, Any] = shown["properties"]
        users = user_ids(cloud, resource)
        if users:
            properties["ipConfigurations"] = [{"id": one} for one in users]
        properties.setdefault("delegations", [])
