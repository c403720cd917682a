# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good requests to Azure, and what else than their types decides over them."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.contract.kinds.microsoft import GROUP, PLACE, PREFIX, Microsoft, network
from tests.contract.mutants import DROPPED, MISSPELT, TYPE
from tests.contract.official import of_microsoft
from tests.contract.trial import SERVED, Cloud, Kind, Rule

LEARN = "https://learn.microsoft.com/"
PAGES: dict[str, str] = {}
ONLY_TRUE = "true is the default and without effect; false is 501"
ONLY_NAME = "of a set's sku only the name counts, as the REST reference says"
IN_URL = "an id that is sent back is ignored: the URL names the thing"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"
AT = {"location": PLACE, "tags": {"pangaea-site": "azure-fra"}}
SUBNET = {"id": network("virtualNetworks/net/subnets/nodes")}
NSG, TABLE = {"id": network("networkSecurityGroups/group")}, {"id": network("routeTables/table")}
RULE = {"access": "Allow", "direction": "Inbound", "priority": 100, "protocol": "Tcp",
        "sourcePortRange": "*", "destinationPortRange": "22", "sourceAddressPrefix": "198.51.100.0/24",
        "destinationAddressPrefix": "*"}  # fmt: skip
ROUTE = {"addressPrefix": "10.1.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.64.0.9"}
JSON = "InvalidRequestFormat: InvalidJson"
MISSING = "InvalidRequestFormat: MissingJsonProperty"
REFERENCE = "InvalidRequestFormat: MissingJsonReferenceId"


def kind(name: str, path: str, type_name: str, good: dict[str, Any], *rules: Rule,
         taken: dict[str, str] | None = None) -> Kind:  # fmt: skip
    """A kind; `path`: of a new one, in the site's group or from the root; `type_name`: with its version."""
    version = type_name.split("@")[1]
    return Kind(name, f"{path}@{version}", partial(of_microsoft, type_name), lambda world: good, rules, taken or {})


def of_network(name: str, types: str, path: str, good: dict[str, Any], *rules: Rule, taken: Any = None) -> Kind:
    return kind(name, f"Microsoft.Network/{path}", f"Microsoft.Network/{types}@2025-07-01", good, *rules, taken=taken)


def of_compute(name: str, types: str, good: dict[str, Any], *rules: Rule, taken: Any = None) -> Kind:
    return kind(name, f"Microsoft.Compute/{types}/new-one", f"Microsoft.Compute/{types}@2025-04-01", good, *rules,
                taken=taken)  # fmt: skip


KINDS = (
    kind("resource group", f"{PREFIX.replace(GROUP, 'other')}", "Microsoft.Resources/resourceGroups@2025-04-01", AT,
         taken={"managedBy": SERVED}),
    of_network("virtual network", "virtualNetworks", "virtualNetworks/new-one", {**AT, "properties": {
        "addressSpace": {"addressPrefixes": ["10.65.0.0/16"]}, "enableDdosProtection": False, "subnets": [
            {"name": "nodes", "properties": {
                "addressPrefix": "10.65.0.0/24", "networkSecurityGroup": NSG, "routeTable": TABLE,
                "defaultOutboundAccess": False, "privateEndpointNetworkPolicies": "Disabled",
                "privateLinkServiceNetworkPolicies": "Enabled"}}]}},
        taken={"properties.subnets.id": IN_URL}),
    of_network("subnet", "virtualNetworks/subnets", "virtualNetworks/net/subnets/new-one", {"properties": {
        "addressPrefix": "10.64.7.0/24", "networkSecurityGroup": NSG, "routeTable": TABLE,
        "defaultOutboundAccess": False, "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled"}}),
    of_network("security group", "networkSecurityGroups", "networkSecurityGroups/new-one", {**AT, "properties": {
        "securityRules": [{"name": "ssh", "properties": RULE}]}}, taken={"properties.securityRules.id": IN_URL}),
    of_network("security rule", "networkSecurityGroups/securityRules",
               "networkSecurityGroups/group/securityRules/new-one", {"properties": RULE}),
    of_network("route table", "routeTables", "routeTables/new-one", {**AT, "properties": {
        "disableBgpRoutePropagation": True, "routes": [{"name": "pods", "properties": ROUTE}]}},
        taken={"properties.routes.id": IN_URL}),
    of_network("route", "routeTables/routes", "routeTables/table/routes/new-one", {"properties": ROUTE}),
    of_network("public address", "publicIPAddresses", "publicIPAddresses/new-one", {
        **AT, "sku": {"name": "Standard", "tier": "Regional"}, "zones": ["1"], "properties": {
            "publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 10,
            "deleteOption": "Delete"}},
        taken={"properties.ipAddress": "clients send it back; Azure chooses it"}),
    of_network("interface", "networkInterfaces", "networkInterfaces/new-one", {**AT, "properties": {
        "enableIPForwarding": True, "enableAcceleratedNetworking": False, "networkSecurityGroup": NSG,
        "ipConfigurations": [{"name": "main", "properties": {
            "primary": True, "privateIPAddress": "10.64.0.77", "privateIPAllocationMethod": "Static",
            "privateIPAddressVersion": "IPv4", "subnet": SUBNET, "publicIPAddress": {
                "id": network("publicIPAddresses/address")}}}]}},
        taken={"properties.ipConfigurations.id": IN_URL}),
    of_compute("virtual machine", "virtualMachines", {**AT, "zones": ["1"], "properties": {
        "hardwareProfile": {"vmSize": "Standard_B2s"},
        "storageProfile": {
            "imageReference": {"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "latest"},
            "osDisk": {"createOption": "FromImage", "name": "new-one-os", "deleteOption": "Delete", "diskSizeGB": 40,
                       "caching": "ReadWrite", "osType": "Linux", "managedDisk": {
                           "storageAccountType": "Premium_LRS"}}},
        "osProfile": {"computerName": "new-one", "adminUsername": "ana", "customData": "I2Nsb3VkLWNvbmZpZw==",
                      "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": {"publicKeys": [
                          {"path": "/home/ana/.ssh/authorized_keys", "keyData": KEY}]}}},
        "networkProfile": {"networkInterfaces": [
            {"id": network("networkInterfaces/nic"), "properties": {"deleteOption": "Delete", "primary": True}}]}}},
        taken={"properties.osProfile.adminPassword": "kept secret; no machine here lets anybody in by it",
               "properties.osProfile.allowExtensionOperations": ONLY_TRUE,
               "properties.osProfile.requireGuestProvisionSignal": ONLY_TRUE,
               "properties.osProfile.linuxConfiguration.provisionVMAgent": ONLY_TRUE}),
    of_compute("availability set", "availabilitySets", {**AT, "sku": {"name": "Aligned"}, "properties": {
        "platformFaultDomainCount": 2, "platformUpdateDomainCount": 5}},
        taken={"sku.tier": ONLY_NAME, "sku.capacity": ONLY_NAME}),
    of_compute("SSH key", "sshPublicKeys", {**AT, "properties": {"publicKey": KEY}}),
)  # fmt: skip


def codes(kind: Kind, wrong: str) -> tuple[str, ...]:
    """The network's provider names what its parser met; the others have a code for a mistake of form and of value."""
    if wrong == DROPPED:
        return ("LocationRequired", MISSING, REFERENCE, "InvalidParameter")
    late = ("LocationRequired",) if wrong == MISSPELT else ()
    if "Microsoft.Network" in kind.what:
        return (JSON, *late)
    return ("BadRequest", *late) if wrong in (MISSPELT, TYPE) else ("InvalidParameter",)


CLOUD = Cloud("Azure", KINDS, Microsoft, codes, PAGES)
