# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good requests to Azure, and what else than their types decides over them."""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.contract.kinds.microsoft import GROUP, PLACE, PREFIX, Microsoft, network, resource
from tests.contract.mutants import DROPPED, GONE, MISSPELT, TYPE
from tests.contract.official import of_microsoft
from tests.contract.trial import NEW, SERVED, Cloud, Kind, Rule, rules

LEARN = "https://learn.microsoft.com/"
PAGES = {
    "naming rules": LEARN + "azure/azure-resource-manager/management/resource-name-rules",
    "tags": LEARN + "azure/azure-resource-manager/management/tag-resources",
    "locations": LEARN + "azure/azure-resource-manager/troubleshooting/error-sku-not-available",
    "availability zones": LEARN + "azure/reliability/availability-zones-overview",
    "virtual networks FAQ": LEARN + "azure/virtual-network/virtual-networks-faq",
    "virtual networks": LEARN + "azure/virtual-network/manage-virtual-network",
    "subnets": LEARN + "azure/virtual-network/virtual-network-manage-subnet",
    "network security groups": LEARN + "azure/virtual-network/network-security-groups-overview",
    "security rules": LEARN + "rest/api/virtualnetwork/security-rules/create-or-update",
    "user-defined routes": LEARN + "azure/virtual-network/virtual-networks-udr-overview",
    "routes": LEARN + "rest/api/virtualnetwork/routes/create-or-update",
    "public addresses": LEARN + "azure/virtual-network/ip-services/public-ip-addresses",
    "network interfaces": LEARN + "azure/virtual-network/virtual-network-network-interface",
    "virtual machines": LEARN + "rest/api/compute/virtual-machines/create-or-update",
    "custom data": LEARN + "azure/virtual-machines/custom-data",
    "Linux FAQ": LEARN + "azure/virtual-machines/linux/faq",
    "SSH keys": LEARN + "azure/virtual-machines/linux/mac-create-ssh-keys",
    "availability sets": LEARN + "rest/api/compute/availability-sets/create-or-update",
    "REST reference": LEARN + "rest/api/azure",
    "disks": LEARN + "rest/api/compute/disks/create-or-update",
    "common errors": LEARN + "azure/azure-resource-manager/troubleshooting/common-deployment-errors",
}
ONLY_TRUE = "true is the default and without effect; false is 501"
ONLY_NAME = "of a set's sku only the name counts, as the REST reference says"
SPACE, IN_NET = "properties.addressSpace.addressPrefixes", "properties.subnets[0].properties"
CONFIG, OS_DISK = "properties.ipConfigurations[0].properties", "properties.storageProfile.osDisk"
NICS, SSH = "properties.networkProfile.networkInterfaces", "properties.osProfile.linuxConfiguration.ssh"
VALUE = "InvalidParameter"
IN_URL = "an id that is sent back is ignored: the URL names the thing"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"
AT = {"location": PLACE, "tags": {"pangaea-site": "azure-fra"}}
SUBNET = {"id": network("virtualNetworks/net/subnets/nodes")}
NSG, TABLE = {"id": network("networkSecurityGroups/group")}, {"id": network("routeTables/table")}
RULE = {"access": "Allow", "description": "admin", "direction": "Inbound", "priority": 100, "protocol": "Tcp",
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


def names(*wrong: str) -> tuple[Rule, ...]:
    """Names that the kind cannot have."""
    return tuple(Rule("name", f"{len(one)} characters" if len(one) > 9 else f"“{one}”", None, "InvalidResourceName",
                      "naming rules", name=one) for one in wrong)  # fmt: skip


def a_range(where: str, page: str) -> tuple[Rule, ...]:
    return (*rules("InvalidAddressPrefixFormat", page, (where, "no range", "banana"),
                   (where, "no prefix length", "10.64.7.0")),
            *rules("InvalidCIDRNotation", page, (where, "host bits", "10.64.7.1/24")))  # fmt: skip


def a_reference(where: str) -> tuple[Rule, ...]:
    """An id has a form, and names something that is there."""
    return (*rules("LinkedInvalidPropertyId", "common errors", (f"{where}.id", "malformed id", "/nowhere")),
            *rules("InvalidResourceReference", "common errors", (f"{where}.id", "id of nothing",
                   lambda world: GOOD_IDS[where.rsplit(".", 1)[-1].split("[")[0]])))  # fmt: skip


GOOD_IDS = {
    "subnet": network("virtualNetworks/net/subnets/nothing"),
    "networkSecurityGroup": network("networkSecurityGroups/nothing"), "routeTable": network("routeTables/nothing"),
    "publicIPAddress": network("publicIPAddresses/nothing"), "networkInterfaces": network("networkInterfaces/nothing"),
    "availabilitySet": resource("Microsoft.Compute/availabilitySets/nothing"),
}  # fmt: skip
TRACKED = (
    *rules("LocationRequired", "locations", ("location", "missing", GONE)),  # the network's types do not mark it
    *rules("LocationNotAvailableForResourceType", "locations", ("location", "not there", "atlantis")),
    *rules("TooManyTags", "tags", ("tags", "51", {f"t{number}": "" for number in range(51)})),
    *rules("InvalidTagNameCharacters", "tags", ("tags", "513 characters", {"t" * 513: ""}),
           ("tags", "a slash in a name", {"a/b": ""})),
    *rules("InvalidTagName", "tags", ("tags", "names alike but for case", {"A": "", "a": ""})),
    *rules("InvalidTagValueLength", "tags", ("tags", "value of 257", {"a": "v" * 257})),
)  # fmt: skip
ZONES = rules("InvalidAvailabilityZone", "availability zones", ("zones", "4", ["4"]))


def security_rule(at: str) -> tuple[Rule, ...]:
    """The rules of one rule, whose properties stand at `at`."""
    ports, source = f"{at}.destinationPortRange", f"{at}.sourceAddressPrefix"
    return (
        *rules("SecurityRuleInvalidPriority", "security rules", (f"{at}.priority", "99", 99),
               (f"{at}.priority", "4097", 4097)),
        *rules("SecurityRuleInvalidPortRange", "security rules", (ports, "70000", "70000"), (ports, "90-80", "90-80"),
               (ports, "no number", "ssh"), (ports, "-1", "-1")),
        *rules("InvalidCIDRNotation", "security rules", (source, "host bits", "198.51.100.1/24")),
        *rules("SecurityRuleParameterMissing", "security rules", (source, "missing", GONE), (ports, "missing", GONE)),
    )  # fmt: skip


def of_compute(name: str, types: str, good: dict[str, Any], *rules: Rule, taken: Any = None) -> Kind:
    return kind(name, f"Microsoft.Compute/{types}/new-one", f"Microsoft.Compute/{types}@2025-04-01", good, *rules,
                taken=taken)  # fmt: skip


DISK = kind(
    "disk (its type is written by us)", f"Microsoft.Compute/disks/{NEW}", "Microsoft.Compute/disks@2026-03-02", {
    **AT, "sku": {"name": "Standard_LRS"}, "zones": ["1"], "properties": {
        "creationData": {"createOption": "Empty"}, "diskSizeGB": 10}},
    *TRACKED, *names("a" * 81, "-a"), *ZONES,
    *rules(VALUE, "disks", ("properties.diskSizeGB", "missing", GONE), ("properties.diskSizeGB", "0", 0),
           ("properties.diskSizeGB", "32768", 32768)))  # fmt: skip
KINDS = (
    kind("resource group (its type is written by us)", f"{PREFIX.removesuffix(GROUP)}{NEW}",
         "Microsoft.Resources/resourceGroups@2025-04-01", AT,
         *TRACKED, *names("a.", "a" * 91),
        taken={"managedBy": SERVED}),
    of_network("virtual network", "virtualNetworks", "virtualNetworks/new-one", {**AT, "properties": {
        "addressSpace": {"addressPrefixes": ["10.65.0.0/16"]}, "enableDdosProtection": False, "subnets": [
            {"name": "nodes", "properties": {
                "addressPrefix": "10.65.0.0/24", "networkSecurityGroup": NSG, "routeTable": TABLE,
                "defaultOutboundAccess": False, "privateEndpointNetworkPolicies": "Disabled",
                "privateLinkServiceNetworkPolicies": "Enabled"}}]}},
         *TRACKED, *names("a", "a" * 65, "-ab"), *a_range(f"{SPACE}[0]", "virtual networks"),
         *rules("InvalidRequestFormat", "virtual networks", (SPACE, "empty", [])),
         *rules("VnetAddressSpaceOverlapsWithItself", "virtual networks", (f"{SPACE}[1]", "overlaps", "10.65.8.0/24")),
         *rules("NetcfgInvalidSubnet", "virtual networks FAQ", (f"{IN_NET}.addressPrefix", "/30", "10.65.0.0/30")),
         *rules("NetcfgInvalidSubnet", "subnets", (f"{IN_NET}.addressPrefix", "outside the space", "10.99.0.0/24")),
         *rules("NetcfgSubnetRangesOverlap", "subnets", ("properties.subnets[1]", "overlaps", {"name": "more",
                "properties": {"addressPrefix": "10.65.0.128/25"}})),
         *a_reference(f"{IN_NET}.networkSecurityGroup"), *a_reference(f"{IN_NET}.routeTable"),
        taken={"properties.subnets.id": IN_URL}),
    of_network("subnet", "virtualNetworks/subnets", "virtualNetworks/net/subnets/new-one", {"properties": {
        "addressPrefix": "10.64.7.0/24", "networkSecurityGroup": NSG, "routeTable": TABLE,
        "defaultOutboundAccess": False, "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled"}},
         *names("a" * 81, "-a"), *a_range("properties.addressPrefix", "subnets"),
         *a_reference("properties.networkSecurityGroup"), *a_reference("properties.routeTable"),
         *rules("SubnetAddressPrefixMissing", "subnets", ("properties.addressPrefix", "missing", GONE)),
         *rules("NetcfgInvalidSubnet", "virtual networks FAQ", ("properties.addressPrefix", "/30", "10.64.7.0/30")),
         *rules("NetcfgInvalidSubnet", "subnets", ("properties.addressPrefix", "outside the space", "10.99.0.0/24")),
         *rules("NetcfgSubnetRangesOverlap", "subnets", ("properties.addressPrefix", "overlaps", "10.64.0.0/25"))),
    of_network("security group", "networkSecurityGroups", "networkSecurityGroups/new-one", {**AT, "properties": {
        "securityRules": [{"name": "ssh", "properties": RULE}]}},
         *TRACKED, *names("a" * 81, "a."), *security_rule("properties.securityRules[0].properties"),
         *rules("SecurityRuleConflict", "network security groups", ("properties.securityRules[1]",
                "priority twice in a direction", {"name": "other", "properties": RULE})),
        taken={"properties.securityRules.id": IN_URL}),
    of_network("security rule", "networkSecurityGroups/securityRules",
               "networkSecurityGroups/group/securityRules/new-one", {"properties": RULE},
         *names("a" * 81, "-a"), *security_rule("properties"),
         *rules("SecurityRuleConflict", "network security groups", ("properties.priority",
                "twice in a direction", 200))),
    of_network("route table", "routeTables", "routeTables/new-one", {**AT, "properties": {
        "disableBgpRoutePropagation": True, "routes": [{"name": "pods", "properties": ROUTE}]}},
         *TRACKED, *names("a" * 81, "-a"),
        taken={"properties.routes.id": IN_URL}),
    of_network("route", "routeTables/routes", "routeTables/table/routes/new-one", {"properties": ROUTE},
         *names("a" * 81, "-a"), *a_range("properties.addressPrefix", "user-defined routes")[1:],
         *rules("RouteAddressPrefixMissing", "routes", ("properties.addressPrefix", "missing", GONE)),
         *rules("RouteConflict", "user-defined routes", ("properties.addressPrefix", "there already", "10.99.0.0/16")),
         *rules("MissingNextHopIpAddress", "user-defined routes", ("properties.nextHopIpAddress", "missing for an "
                "appliance", GONE)),
         *rules("RouteInvalidNextHopIpAddress", "routes", ("properties.nextHopIpAddress", "no address", "10.64.0")),
         *rules("RouteNextHopIpAddressNotAllowed", "routes", ("properties.nextHopType", "with an address",
                "Internet"))),
    of_network("public address", "publicIPAddresses", "publicIPAddresses/new-one", {
        **AT, "sku": {"name": "Standard", "tier": "Regional"}, "zones": ["1"], "properties": {
            "publicIPAllocationMethod": "Static", "publicIPAddressVersion": "IPv4", "idleTimeoutInMinutes": 10,
            "deleteOption": "Delete"}},
         *TRACKED, *names("a" * 81, "a."), *ZONES,
         *rules("StandardSkuPublicIPAddressesMustBeStatic", "public addresses",
                ("properties.publicIPAllocationMethod", "Dynamic", "Dynamic")),
         *rules("IPv4BasicSkuPublicIpCountLimitReached", "public addresses", ("sku.name", "Basic", "Basic")),
         *rules("InvalidIdleTimeout", "public addresses", ("properties.idleTimeoutInMinutes", "3", 3),
                ("properties.idleTimeoutInMinutes", "31", 31)),
        taken={"properties.ipAddress": "clients send it back; Azure chooses it"}),
    of_network("interface", "networkInterfaces", "networkInterfaces/new-one", {**AT, "properties": {
        "enableIPForwarding": True, "enableAcceleratedNetworking": False, "networkSecurityGroup": NSG,
        "ipConfigurations": [{"name": "main", "properties": {
            "primary": True, "privateIPAddress": "10.64.0.77", "privateIPAllocationMethod": "Static",
            "privateIPAddressVersion": "IPv4", "subnet": SUBNET, "publicIPAddress": {
                "id": network("publicIPAddresses/address")}}}]}},
         *TRACKED, *names("a" * 81, "a."), *a_reference(f"{CONFIG}.subnet"), *a_reference(f"{CONFIG}.publicIPAddress"),
         *a_reference("properties.networkSecurityGroup"),
         *rules("NetworkInterfaceMustHaveAnIpConfiguration", "network interfaces",
                ("properties.ipConfigurations", "missing", GONE), ("properties.ipConfigurations", "empty", [])),
         *rules(REFERENCE, "network interfaces", (f"{CONFIG}.subnet", "missing", GONE)),
         *rules("PrivateIPAddressNotInSubnet", "network interfaces", (f"{CONFIG}.privateIPAddress", "outside the "
                "subnet", "10.64.9.9")),
         *rules("PrivateIPAddressInReservedRange", "network interfaces", (f"{CONFIG}.privateIPAddress", "reserved",
                "10.64.0.1")),
         *rules("PrivateIPAddressIsAllocated", "network interfaces", (f"{CONFIG}.privateIPAddress", "in use",
                "10.64.0.4")),
         *rules("PublicIPAddressInUse", "network interfaces", (f"{CONFIG}.publicIPAddress.id", "in use",
                network("publicIPAddresses/used-address"))),
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
         *TRACKED, *names("a" * 65, "a.", "a+b"), *ZONES, *a_reference(f"{NICS}[0]"),
         *rules(VALUE, "virtual machines", *((f"properties.{part}", "missing", GONE) for part in (
                    "hardwareProfile", "storageProfile", "networkProfile", "osProfile", "osProfile.computerName",
                    "osProfile.adminUsername", "storageProfile.imageReference")),
                ("properties.hardwareProfile.vmSize", "not there", "Standard_Huge"),
                ("properties.hardwareProfile.vmSize", "another architecture", "Standard_B2pls_v2"),
                (f"{OS_DISK}.diskSizeGB", "under the image's", 8), (NICS, "empty", []),
                ("properties.osProfile.computerName", "an underscore", "a_b"), ("zones", "two", ["1", "2"])),
         *rules("PlatformImageNotFound", "virtual machines", ("properties.storageProfile.imageReference.sku",
                "not there", "14")),
         *rules(VALUE, "Linux FAQ", ("properties.osProfile.adminUsername", "root", "root")),
         *rules(VALUE, "custom data", ("properties.osProfile.customData", "no base64", "not base64!"),
                ("properties.osProfile.customData", "over 64 KB", "QUFB" * 22000)),
         *rules(VALUE, "SSH keys", (f"{SSH}.publicKeys", "empty", []), (f"{SSH}.publicKeys[0].keyData", "no key", "x"),
                (f"{SSH}.publicKeys[0].path", "of another user", "/home/bob/.ssh/authorized_keys")),
         *rules("BadRequest", "virtual machines", ("properties.availabilitySet", "beside a zone", {
                "id": resource("Microsoft.Compute/availabilitySets/set")})),
        taken={"properties.osProfile.adminPassword": "kept secret; no machine here lets anybody in by it",
               "properties.osProfile.allowExtensionOperations": ONLY_TRUE,
               "properties.osProfile.requireGuestProvisionSignal": ONLY_TRUE,
               "properties.osProfile.linuxConfiguration.provisionVMAgent": ONLY_TRUE}),
    DISK,
    of_compute("availability set", "availabilitySets", {**AT, "sku": {"name": "Aligned"}, "properties": {
        "platformFaultDomainCount": 2, "platformUpdateDomainCount": 5}},
         *TRACKED, *names("a" * 81, "-a"), *rules(VALUE, "availability sets",
         ("properties.platformFaultDomainCount", "0", 0), ("properties.platformFaultDomainCount", "4", 4),
         ("properties.platformUpdateDomainCount", "0", 0), ("properties.platformUpdateDomainCount", "21", 21)),
        taken={"sku.tier": ONLY_NAME, "sku.capacity": ONLY_NAME}),
    of_compute("SSH key", "sshPublicKeys", {**AT, "properties": {"publicKey": KEY}},
         *TRACKED, *names("a" * 81, "-a"),
         *rules(VALUE, "SSH keys", ("properties.publicKey", "no key", "no key"))),
)  # fmt: skip


def codes(kind: Kind, wrong: str) -> tuple[str, ...]:
    """The network's provider names what its parser met; the others have a code for a mistake of form and of value."""
    if wrong == DROPPED:
        return ("LocationRequired", MISSING, REFERENCE, "InvalidParameter")
    late = ("LocationRequired",) if wrong == MISSPELT else ()
    if "Microsoft.Network" in kind.what:
        return (JSON, *late)
    return ("BadRequest", *late) if wrong in (MISSPELT, TYPE) else ("InvalidParameter",)


CLOUD = Cloud(
    "Azure",
    KINDS,
    Microsoft,
    codes,
    PAGES,
    LEARN,
    closed_page="REST reference",
    common=("tags", "locations", "naming rules", "common errors"),
)
