# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network security groups. Pages: [nsg] learn.microsoft.com/azure/virtual-network/network-security-groups-overview,
[rest] learn.microsoft.com/rest/api/virtualnetwork/security-rules/create-or-update."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sandbox.azure import cidr
from sandbox.azure.errors import ArmError, in_network, not_implemented
from sandbox.azure.kinds import Rules
from sandbox.azure.references import user_ids

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body, Resource

TAGS = {"*": "*", "virtualnetwork": "VirtualNetwork", "internet": "Internet", "azureloadbalancer": "AzureLoadBalancer"}
# name, priority, access, direction, source, destination: there in every group, and not removable. [nsg]
DEFAULTS = (
    ("AllowVnetInBound", 65000, "Allow", "Inbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowAzureLoadBalancerInBound", 65001, "Allow", "Inbound", "AzureLoadBalancer", "*"),
    ("DenyAllInBound", 65500, "Deny", "Inbound", "*", "*"),
    ("AllowVnetOutBound", 65000, "Allow", "Outbound", "VirtualNetwork", "VirtualNetwork"),
    ("AllowInternetOutBound", 65001, "Allow", "Outbound", "*", "Internet"),
    ("DenyAllOutBound", 65500, "Deny", "Outbound", "*", "*"),
)


class SecurityGroups(Rules):
    """A list of rules, and who uses it."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        new.own.setdefault("guid", str(uuid.uuid4()))
        if old is None:
            cloud.quota("NetworkSecurityGroups", new.location, "NetworkSecurityGroupCountLimitReached", "groups")

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        users = user_ids(cloud, resource)
        if not users:
            return None
        return in_network("InUseNetworkSecurityGroupCannotBeDeleted", f"Network security group {resource.id} cannot be "
                          f"deleted because it is in use by the following resources: {', '.join(users)}. In order to "
                          "delete the Network security group, remove the association with the "
                          "resource(s).")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        properties: dict[str, Any] = shown["properties"]
        properties["resourceGuid"] = resource.own["guid"]
        properties["securityRules"] = [cloud.view(one) for one in cloud.store.children(resource)]
        properties["defaultSecurityRules"] = [_default(resource, *one) for one in DEFAULTS]
        for name, part in (("subnets", "/subnets/"), ("networkInterfaces", "/networkinterfaces/")):
            users = [one.id for one, _ in cloud.store.users(resource.key) if part in one.key]
            if users:
                properties[name] = [{"id": one} for one in sorted(set(users))]


def _default(group: Resource, name: str, priority: int, access: str, way: str, source: str, target: str) -> Body:
    return {
        "name": name, "id": f"{group.id}/defaultSecurityRules/{name}", "etag": f'W/"{group.etag}"',
        "type": "Microsoft.Network/networkSecurityGroups/defaultSecurityRules",
        "properties": {
            "provisioningState": "Succeeded", "protocol": "*", "priority": priority, "access": access, "direction": way,
            "sourcePortRange": "*", "destinationPortRange": "*", "sourceAddressPrefix": source,
            "destinationAddressPrefix": target, "sourcePortRanges": [], "destinationPortRanges": [],
            "sourceAddressPrefixes": [], "destinationAddressPrefixes": [],
        },
    }  # fmt: skip


class SecurityRules(Rules):
    """One rule: who, where to, which ports, allow or deny."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        rule = new.properties
        priority = rule["priority"]
        if not 100 <= priority <= 4096:  # [rest] "The value can be between 100 and 4096"
            raise in_network("SecurityRuleInvalidPriority", f"Security rule has invalid Priority. Value provided: "
                             f"{priority} Allowed range 100-4096.")  # fmt: skip
        for other in siblings:
            same = other.properties["direction"] == rule["direction"] and other.properties["priority"] == priority
            if same:  # [rest] "must be unique for each rule in the collection", per direction [nsg]
                raise in_network("SecurityRuleConflict", f"Security rule {new.name} conflicts with rule {other.name}. "
                                 f"Rules cannot have the same Priority and Direction.")  # fmt: skip
        for side in ("source", "destination"):
            _check_ports(new, side)
            _check_peers(new, side)
        if len(siblings) + 1 > cloud.quotas.of("SecurityRulesPerNetworkSecurityGroup"):
            raise in_network("MaxSecurityRulesPerNetworkSecurityGroupLimitReached", "Cannot create more than "
                             f"{cloud.quotas.of('SecurityRulesPerNetworkSecurityGroup')} rules per group.")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        for name in ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes",
                     "destinationAddressPrefixes"):  # fmt: skip
            shown["properties"].setdefault(name, [])


def values(rule: Body, one: str, many: str) -> list[str]:
    """What stands in the single property or in the list."""
    return [rule[one]] if rule.get(one) else list(rule.get(many) or [])


def _check_ports(new: Resource, side: str) -> None:
    rule, one, many = new.properties, f"{side}PortRange", f"{side}PortRanges"
    found = _either(new, one, many)
    for text in found:
        low, _, high = text.partition("-")
        ok = text == "*" or (low.isdigit() and (not high or high.isdigit()) and "-" not in high)
        if not ok or (text != "*" and not 0 <= int(low) <= int(high or low) <= 65535) or text.endswith("-"):
            raise in_network("SecurityRuleInvalidPortRange", f"Security rule has invalid Port range. Value provided: "
                             f"{text}. Value should be an integer OR integer range with '-' delimiter. Valid range "
                             "0-65535.")  # fmt: skip
    if side == "source" and found != ["*"]:
        raise not_implemented("source ports in security rules")
    if rule["protocol"] in ("Icmp", "Esp", "Ah") and found != ["*"]:  # [nsg] no ports where there are none
        raise in_network("SecurityRuleInvalidPortRange", f"Security rule {new.name}: protocol {rule['protocol']} has no"
                         " ports; the port range must be '*'.")  # fmt: skip


def _check_peers(new: Resource, side: str) -> None:
    one, many = f"{side}AddressPrefix", f"{side}AddressPrefixes"
    found = _either(new, one, many)
    nets = []
    for text in found:
        if text.lower() in TAGS:
            if len(found) > 1 and text == "*":
                raise in_network("SecurityRuleParameterContainsUnsupportedValue", f"Security rule parameter {many} "
                                 "cannot contain '*' beside other values.")  # fmt: skip
        elif text[:1].isdigit():
            whole = text if "/" in text else f"{text}/32"
            nets.append(cidr.network(whole, new.id))
        else:
            raise not_implemented(f"the service tag {text!r} in security rules")
    for number, net in enumerate(nets):
        for other in nets[:number]:
            if net.overlaps(other):  # recorded traffic
                raise in_network("OverlappingSubnetsNotPermittedInSecurityRule", f"Security rule {new.name} contains "
                                 f"overlapping address prefixes {other} and {net} in {many}.")  # fmt: skip


def _either(new: Resource, one: str, many: str) -> list[str]:
    rule = new.properties
    found = values(rule, one, many)
    if not found:
        raise in_network("SecurityRuleParameterMissing", f"Required security rule parameters are missing for security "
                         f"rule with Id: {new.id}. Security rule must specify {one} or {many}.")  # fmt: skip
    if rule.get(one) and rule.get(many):
        raise in_network("SecurityRuleBothParametersSpecified", f"Security rule {new.name} must not specify both "
                         f"{one} and {many}.")  # fmt: skip
    return found
