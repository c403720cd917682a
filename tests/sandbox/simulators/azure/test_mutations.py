# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind's good body is taken; the same body with one thing wrong is refused, with the shape of the real error."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.sandbox.simulators.azure.conftest import KEY, PLACE, Azure, nic, rule, vm, vnet

GONE = object()
STATIC = "StandardSkuPublicIPAddressesMustBeStatic"
ELSEWHERE = "LocationNotAvailableForResourceType"
JSON, MISSING = "InvalidRequestFormat: InvalidJson", "InvalidRequestFormat: MissingJsonProperty"
REFERENCE = "InvalidRequestFormat: MissingJsonReferenceId"
PROPERTIES = ("properties",)
CONFIG = (*PROPERTIES, "ipConfigurations", 0, "properties")
OS = (*PROPERTIES, "osProfile")
DISK = (*PROPERTIES, "storageProfile", "osDisk")
RULES, ROUTES = "networkSecurityGroups/g/securityRules", "routeTables/t/routes"
FIRST_RULE = (*PROPERTIES, "securityRules", 0, "properties")
FIRST_SUBNET = (*PROPERTIES, "subnets", 0, "properties")
SPACE = (*PROPERTIES, "addressSpace", "addressPrefixes")
KEYS = (*OS, "linuxConfiguration", "ssh", "publicKeys")
NICS = (*PROPERTIES, "networkProfile", "networkInterfaces")


def body(azure: Azure, kind: str) -> dict[str, Any]:
    """A good body of each kind."""
    bodies: dict[str, dict[str, Any]] = {
        "virtualNetworks": vnet(a="10.64.0.0/24"),
        "virtualNetworks/net/subnets": {"properties": {"addressPrefix": "10.64.7.0/24"}},
        "networkSecurityGroups": {"location": PLACE, "properties": {"securityRules": [{"name": "ssh", **rule()}]}},
        "networkSecurityGroups/g/securityRules": rule(),
        "routeTables": {"location": PLACE, "properties": {"disableBgpRoutePropagation": True}},
        "routeTables/t/routes": {
            "properties": {
                "addressPrefix": "10.1.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.64.0.9",
            }
        },
        "publicIPAddresses": {
            "location": PLACE, "sku": {"name": "Standard"}, "zones": ["1"],
            "properties": {"publicIPAllocationMethod": "Static", "idleTimeoutInMinutes": 10},
        },
        "networkInterfaces": nic(azure, enableIPForwarding=True),
        "virtualMachines": vm(azure),
        "availabilitySets": {"location": PLACE, "properties": {"platformFaultDomainCount": 2}},
        "sshPublicKeys": {"location": PLACE, "properties": {"publicKey": KEY}},
    }  # fmt: skip
    return bodies[kind]


# kind, where, what is put there, the error that must come
MUTATIONS: list[tuple[str, tuple[Any, ...], Any, str]] = [
    ("virtualNetworks", ("location",), GONE, "LocationRequired"),
    ("virtualNetworks", ("location",), "atlantis", "LocationNotAvailableForResourceType"),
    ("virtualNetworks", ("locatoin",), PLACE, JSON),
    ("virtualNetworks", (*PROPERTIES, "adressSpace"), {}, JSON),
    ("virtualNetworks", (*PROPERTIES, "addressSpace"), "10.0.0.0/8", JSON),
    ("virtualNetworks", SPACE, ["banana"], "InvalidAddressPrefixFormat"),
    ("virtualNetworks", SPACE, ["10.64.0.1/16"], "InvalidCIDRNotation"),
    ("virtualNetworks", (*PROPERTIES, "enableDdosProtection"), "no", JSON),
    ("virtualNetworks", (*PROPERTIES, "subnets", 0, "name"), GONE, MISSING),
    ("virtualNetworks", (*FIRST_SUBNET, "addressPrefix"), "10.65.0.0/24", "NetcfgInvalidSubnet"),
    ("virtualNetworks", ("tags",), {"a": 1}, JSON),
    ("virtualNetworks", ("tags",), {f"t{n}": "" for n in range(51)}, "TooManyTags"),
    ("virtualNetworks", ("tags",), {"a/b": ""}, "InvalidTagNameCharacters"),
    ("virtualNetworks/net/subnets", (*PROPERTIES, "addressPrefix"), GONE, "SubnetAddressPrefixMissing"),
    ("virtualNetworks/net/subnets", (*PROPERTIES, "adressPrefix"), "10.64.7.0/24", JSON),
    ("virtualNetworks/net/subnets", (*PROPERTIES, "addressPrefix"), 7, JSON),
    ("virtualNetworks/net/subnets", (*PROPERTIES, "addressPrefix"), "10.64.7.0/30", "NetcfgInvalidSubnet"),
    ("virtualNetworks/net/subnets", (*PROPERTIES, "addressPrefix"), "10.64.0.0/25", "NetcfgSubnetRangesOverlap"),
    ("virtualNetworks/net/subnets", (*PROPERTIES, "routeTable"), {"id": "/nowhere"}, "LinkedInvalidPropertyId"),
    ("networkSecurityGroups", ("location",), GONE, "LocationRequired"),
    ("networkSecurityGroups", (*PROPERTIES, "securityRule"), [], JSON),
    ("networkSecurityGroups", (*PROPERTIES, "securityRules"), {}, JSON),
    ("networkSecurityGroups", (*FIRST_RULE, "access"), GONE, MISSING),
    ("networkSecurityGroups", (*FIRST_RULE, "access"), "Permit", JSON),
    ("networkSecurityGroups", (*FIRST_RULE, "priority"), 99, "SecurityRuleInvalidPriority"),
    (RULES, (*PROPERTIES, "direction"), GONE, MISSING),
    (RULES, (*PROPERTIES, "direction"), "Sideways", JSON),
    (RULES, (*PROPERTIES, "protocol"), "tcpp", JSON),
    (RULES, (*PROPERTIES, "priority"), "100", JSON),
    (RULES, (*PROPERTIES, "priority"), 4097, "SecurityRuleInvalidPriority"),
    (RULES, (*PROPERTIES, "destinationPortRange"), "70000", "SecurityRuleInvalidPortRange"),
    (RULES, (*PROPERTIES, "destinationPortRange"), "90-80", "SecurityRuleInvalidPortRange"),
    (RULES, (*PROPERTIES, "sourceAddressPrefix"), "10.0.0.1/8", "InvalidCIDRNotation"),
    (RULES, (*PROPERTIES, "sourceAddressPrefix"), GONE, "SecurityRuleParameterMissing"),
    (RULES, (*PROPERTIES, "sourceAdressPrefix"), "*", JSON),
    ("routeTables", ("location",), GONE, "LocationRequired"),
    ("routeTables", (*PROPERTIES, "disableBgpRoutePropagation"), "yes", JSON),
    ("routeTables", (*PROPERTIES, "route"), [], JSON),
    (ROUTES, (*PROPERTIES, "nextHopType"), GONE, MISSING),
    (ROUTES, (*PROPERTIES, "nextHopType"), "Appliance", JSON),
    (ROUTES, (*PROPERTIES, "nextHopType"), "Internet", "RouteNextHopIpAddressNotAllowed"),
    (ROUTES, (*PROPERTIES, "nextHopIpAddress"), GONE, "MissingNextHopIpAddress"),
    (ROUTES, (*PROPERTIES, "nextHopIpAddress"), "10.64.0", "RouteInvalidNextHopIpAddress"),
    (ROUTES, (*PROPERTIES, "addressPrefix"), "10.1.0.0", "InvalidAddressPrefixFormat"),
    (ROUTES, (*PROPERTIES, "adressPrefix"), "10.1.0.0/16", JSON),
    ("publicIPAddresses", ("location",), GONE, "LocationRequired"),
    ("publicIPAddresses", (*PROPERTIES, "publicIPAllocationMethod"), "Dynamic", STATIC),
    ("publicIPAddresses", (*PROPERTIES, "publicIPAllocationMethod"), "Fixed", JSON),
    ("publicIPAddresses", (*PROPERTIES, "idleTimeoutInMinutes"), "10", JSON),
    ("publicIPAddresses", (*PROPERTIES, "idleTimeoutInMinutes"), 31, "InvalidIdleTimeout"),
    ("publicIPAddresses", (*PROPERTIES, "allocation"), "Static", JSON),
    ("publicIPAddresses", ("sku",), {"name": "Basic"}, "IPv4BasicSkuPublicIpCountLimitReached"),
    ("publicIPAddresses", ("zones",), ["4"], "InvalidAvailabilityZone"),
    ("networkInterfaces", ("location",), GONE, "LocationRequired"),
    ("networkInterfaces", (*PROPERTIES, "ipConfigurations"), GONE, "NetworkInterfaceMustHaveAnIpConfiguration"),
    ("networkInterfaces", (*CONFIG, "subnet"), GONE, REFERENCE),
    ("networkInterfaces", (*CONFIG, "subnt"), {"id": "/x"}, JSON),
    ("networkInterfaces", (*CONFIG, "privateIPAllocationMethod"), "Sometimes", JSON),
    ("networkInterfaces", (*CONFIG, "privateIPAddressPrefixLength"), 129, JSON),
    ("networkInterfaces", (*PROPERTIES, "enableIPForwarding"), "true", JSON),
    ("networkInterfaces", (*PROPERTIES, "enableIpForwarding"), True, JSON),
    ("virtualMachines", ("location",), GONE, "LocationRequired"),
    ("virtualMachines", (*PROPERTIES, "hardwareProfile"), GONE, "InvalidParameter"),
    ("virtualMachines", (*PROPERTIES, "hardwareProfile", "vmSize"), "Standard_Huge", "InvalidParameter"),
    ("virtualMachines", (*PROPERTIES, "hardwareProfil"), {}, "BadRequest"),
    ("virtualMachines", (*DISK, "createOption"), GONE, "InvalidParameter"),
    ("virtualMachines", (*DISK, "createOption"), "FromNothing", "InvalidParameter"),
    ("virtualMachines", (*DISK, "caching"), "Sometimes", "InvalidParameter"),
    ("virtualMachines", (*DISK, "diskSizeGB"), "30", "BadRequest"),
    ("virtualMachines", (*DISK, "diskSizeGB"), 8, "InvalidParameter"),
    ("virtualMachines", (*DISK, "deleteOption"), "Burn", "InvalidParameter"),
    ("virtualMachines", (*PROPERTIES, "storageProfile", "imageReference", "sku"), "14", "PlatformImageNotFound"),
    ("virtualMachines", (*PROPERTIES, "storageProfile", "imageReference", "sku"), "13-arm64", "InvalidParameter"),
    ("virtualMachines", (*OS, "adminUsername"), "root", "InvalidParameter"),
    ("virtualMachines", (*OS, "computerName"), GONE, "InvalidParameter"),
    ("virtualMachines", (*OS, "computerName"), "a_b", "InvalidParameter"),
    ("virtualMachines", (*OS, "customData"), "not base64!", "InvalidParameter"),
    ("virtualMachines", (*OS, "customData"), "QUFB" * 22000, "InvalidParameter"),
    ("virtualMachines", KEYS, [], "InvalidParameter"),
    ("virtualMachines", (*KEYS, 0, "path"), "/root/.ssh/authorized_keys", "InvalidParameter"),
    ("virtualMachines", NICS, [], "InvalidParameter"),
    ("virtualMachines", (*NICS, 0, "properties", "deleteOption"), "Maybe", "InvalidParameter"),
    ("virtualMachines", ("zones",), ["1", "2"], "InvalidParameter"),
    ("virtualMachines", ("zones",), ["9"], "InvalidAvailabilityZone"),
    ("availabilitySets", ("location",), GONE, "LocationRequired"),
    ("availabilitySets", (*PROPERTIES, "platformFaultDomainCount"), 4, "InvalidParameter"),
    ("availabilitySets", (*PROPERTIES, "platformFaultDomainCount"), "2", "BadRequest"),
    ("availabilitySets", (*PROPERTIES, "faultDomains"), 2, "BadRequest"),
    ("sshPublicKeys", ("location",), GONE, "LocationRequired"),
    ("sshPublicKeys", (*PROPERTIES, "publicKey"), "no key", "InvalidParameter"),
    ("sshPublicKeys", (*PROPERTIES, "publicKey"), 5, "BadRequest"),
    ("sshPublicKeys", (*PROPERTIES, "public_key"), KEY, "BadRequest"),
]  # fmt: skip
KINDS = sorted({kind for kind, *_ in MUTATIONS})


def mutated(whole: dict[str, Any], where: tuple[Any, ...], what: Any) -> dict[str, Any]:
    """A copy with one thing changed."""
    whole = copy.deepcopy(whole)
    part: Any = whole
    for name in where[:-1]:
        part = part[name]
    if what is GONE:
        del part[where[-1]]
    else:
        part[where[-1]] = what
    return whole


def path(kind: str) -> str:
    compute = kind in ("virtualMachines", "availabilitySets", "sshPublicKeys")
    return f"Microsoft.{'Compute' if compute else 'Network'}/{kind}/new-one"


@pytest.fixture
def world(site: Azure) -> Azure:
    site.make("Microsoft.Network/networkSecurityGroups/g", {"location": PLACE})
    site.make("Microsoft.Network/routeTables/t", {"location": PLACE})
    return site


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_is_refused_and_what_is_right_is_taken(world: Azure, kind: str) -> None:
    whole, wrong = body(world, kind), []
    for _, where, what, code in (one for one in MUTATIONS if one[0] == kind):
        answer = world.put(path(kind), mutated(whole, where, what))
        found = answer.error if answer.status >= 400 else "taken"
        if found != code or not isinstance(answer.message, str) or answer.status not in (400, 404, 409):
            wrong.append(f"{'.'.join(map(str, where))}: {answer.status} {found} instead of {code}: {answer.message}")
        assert world.ask("GET", path(kind)).status == 404, f"{where}: refused, and stored"
    assert not wrong, "\n".join(wrong)
    answer = world.put(path(kind), whole)
    assert answer.status in (200, 201), answer.body


@pytest.mark.parametrize("where", ["location", "tags"])
def test_groups_are_judged_too(azure: Azure, where: str) -> None:
    group = "/subscriptions/5a4d0b0c-0000-4000-8000-73616e64626f/resourceGroups/other?api-version=2025-04-01"
    wrong = {"location": [({"tags": {}}, "LocationRequired"), ({"location": "atlantis"}, ELSEWHERE)],
             "tags": [({"location": PLACE, "tags": {"a": 1}}, "BadRequest"),
                      ({"location": PLACE, "tag": {}}, "BadRequest"),
                      ({"location": PLACE, "tags": {"A": "", "a": ""}}, "InvalidTagName")]}  # fmt: skip
    for given, code in wrong[where]:
        answer = azure.put(group, given)
        assert (answer.status, answer.error) == (400, code)
    assert azure.put(group, {"location": "Germany West Central"}).status == 201


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Network/virtualNetworks", "a"), ("Network/virtualNetworks", "a" * 65), ("Network/routeTables", "-a"),
        ("Network/networkInterfaces", "a" * 81), ("Network/publicIPAddresses", "a."),
        ("Compute/virtualMachines", "a" * 65),
        ("Compute/virtualMachines", "a."), ("Compute/virtualMachines", "a+b"),
    ],
)  # fmt: skip
def test_names_follow_the_rules_of_their_kind(site: Azure, kind: str, name: str) -> None:
    short = kind.split("/")[1]
    answer = site.put(f"Microsoft.{kind}/{name}", body(site, short))
    assert (answer.status, answer.error) == (400, "InvalidResourceName")


def test_what_has_no_meaning_here_is_501_and_not_stored(site: Azure) -> None:
    network = vnet()
    network["properties"]["encryption"] = {"enabled": True}
    machine = vm(site)
    machine["properties"]["priority"] = "Spot"
    for where, given in (("Microsoft.Network/virtualNetworks/n2", network),
                         ("Microsoft.Compute/virtualMachines/m", machine),
                         ("Microsoft.Compute/disks/d", {"location": PLACE, "properties": {
                             "diskSizeGB": 4, "creationData": {"createOption": "Copy"}}}),
                         ("Microsoft.Network/natGateways/n", {"location": PLACE})):  # fmt: skip
        answer = site.put(where, given)
        assert (answer.status, answer.error) == (501, "NotImplemented"), where
    assert site.ask("GET", "Microsoft.Network/virtualNetworks/net?api-version=2025-07-01&$expand=all").status == 501
