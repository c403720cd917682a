# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All kinds that are served."""

from __future__ import annotations

from sandbox.azure.kinds import (
    DEPLOYMENT_NAME,
    GROUP_NAME,
    MACHINE_NAME,
    NETWORK_NAME,
    PLAIN,
    Kind,
    Rules,
    table,
    words,
)
from sandbox.azure.rules_compute import AvailabilitySets, Disks, SshKeys
from sandbox.azure.rules_interfaces import Interfaces, PublicAddresses
from sandbox.azure.rules_machines import Machines
from sandbox.azure.rules_network import Subnets, VirtualNetworks
from sandbox.azure.rules_routes import Routes, RouteTables
from sandbox.azure.rules_security import SecurityGroups, SecurityRules

NETWORK, COMPUTE = ("Microsoft.Network", "2025-07-01"), ("Microsoft.Compute", "2025-04-01")


def _network(types: str, name: object, served: str, rules: Rules, parent: Kind | None = None, root: str = "") -> Kind:
    return Kind(NETWORK[0], tuple(types.split("/")), NETWORK[1], name, words(served), rules, parent,  # type: ignore[arg-type]
                root=words(f"tags {root}"))  # fmt: skip


VNET = _network(
    "virtualNetworks", NETWORK_NAME, "addressSpace subnets enableDdosProtection enableVmProtection", VirtualNetworks()
)
SUBNET = _network("virtualNetworks/subnets", PLAIN, "addressPrefix addressPrefixes networkSecurityGroup routeTable "
                  "privateEndpointNetworkPolicies privateLinkServiceNetworkPolicies defaultOutboundAccess",
                  Subnets(), VNET)  # fmt: skip
GROUP = _network("networkSecurityGroups", PLAIN, "securityRules", SecurityGroups())
RULE = _network("networkSecurityGroups/securityRules", PLAIN, "access description destinationAddressPrefix "
                "destinationAddressPrefixes destinationPortRange destinationPortRanges direction priority protocol "
                "sourceAddressPrefix sourceAddressPrefixes sourcePortRange sourcePortRanges",
                SecurityRules(), GROUP)  # fmt: skip
TABLE = _network("routeTables", PLAIN, "routes disableBgpRoutePropagation", RouteTables())
ROUTE = _network("routeTables/routes", PLAIN, "addressPrefix nextHopType nextHopIpAddress", Routes(), TABLE)
ADDRESS = _network("publicIPAddresses", PLAIN, "publicIPAllocationMethod publicIPAddressVersion ipAddress "
                   "idleTimeoutInMinutes deleteOption", PublicAddresses(), root="sku zones")  # fmt: skip
INTERFACE = _network("networkInterfaces", PLAIN, "ipConfigurations networkSecurityGroup enableIPForwarding "
                     "enableAcceleratedNetworking", Interfaces())  # fmt: skip
MACHINE = Kind(*COMPUTE[:1], ("virtualMachines",), COMPUTE[1], MACHINE_NAME,
               words("hardwareProfile storageProfile osProfile networkProfile availabilitySet"), Machines(),
               updating="Creating", root=words("tags zones"),
               actions=("start", "powerOff", "deallocate", "restart"))  # fmt: skip
DISK = Kind("Microsoft.Compute", ("disks",), "2026-03-02", PLAIN, words("creationData diskSizeGB"), Disks(),
            root=words("tags sku zones"), has_etag=False)  # fmt: skip
SET = Kind("Microsoft.Compute", ("availabilitySets",), COMPUTE[1], PLAIN,
           words("platformFaultDomainCount platformUpdateDomainCount"), AvailabilitySets(), asynchronous=False,
           root=words("tags sku"), has_etag=False, made=200)  # fmt: skip
KEY = Kind("Microsoft.Compute", ("sshPublicKeys",), COMPUTE[1], PLAIN, words("publicKey"), SshKeys(),
           asynchronous=False, has_etag=False)  # fmt: skip
RESOURCE_GROUP = Kind("Microsoft.Resources", ("resourceGroups",), "2025-04-01", GROUP_NAME, frozenset(), Rules(),
                      asynchronous=False, root=words("tags managedBy"), has_etag=False)  # fmt: skip
DEPLOYMENT = Kind("Microsoft.Resources", ("deployments",), "2025-04-01", DEPLOYMENT_NAME, frozenset(), Rules(),
                  has_etag=False)  # fmt: skip

ALL = (VNET, SUBNET, GROUP, RULE, TABLE, ROUTE, ADDRESS, INTERFACE, MACHINE, DISK, SET, KEY)
BY_TYPE = table(ALL)
BY_SHORT = {"/".join(kind.types): kind for kind in ALL}
