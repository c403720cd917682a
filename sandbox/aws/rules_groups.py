# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Security groups: ports, duplicates, the number of rules, and who still uses a group.

Sources: Amazon EC2 API Reference (CreateSecurityGroup, AuthorizeSecurityGroupIngress, DeleteSecurityGroup),
Amazon VPC quotas (60 rules per direction).

Pages, below docs.aws.amazon.com/: AWSEC2/latest/APIReference/API_CreateSecurityGroup.html,
AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html,
AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html, vpc/latest/userguide/security-group-rules.html,
vpc/latest/userguide/amazon-vpc-limits.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.aws import kinds, quotas
from sandbox.aws.calls import Call, rule
from sandbox.aws.errors import AwsError, in_use, invalid, not_implemented
from sandbox.aws.lists import Row
from sandbox.aws.model import Params
from sandbox.aws.rules_network import canonical

NAME = re.compile(r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}")
PORTS_TO = 65535
# Protocols by name or number as one name; others keep their number.
PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}
Key = tuple[Any, ...]


@rule("CreateSecurityGroup")
def create_group(call: Call) -> Params:
    name, description = call.params["GroupName"], call.params["Description"]
    if name.startswith("sg-"):
        raise invalid(f"Invalid group name '{name}': it must not start with 'sg-'")
    if not NAME.fullmatch(name):
        raise invalid(f"Invalid group name '{name}': up to 255 of a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{{}}!$*")
    if not NAME.fullmatch(description):
        raise invalid(
            f"Value ({description[:80]}) for parameter GroupDescription is invalid. "
            "Character sets beyond ASCII are not supported."
        )
    made = call.do()
    tags = call.region.row(kinds.GROUP, made["GroupId"]).get("Tags")
    return {**made, **({"Tags": tags} if tags else {})}


@rule("DeleteSecurityGroup")
def delete_group(call: Call) -> Params:
    row = named_group(call)
    group = row["GroupId"]
    if row["GroupName"] == "default":
        raise AwsError("CannotDelete", f'the specified group: "{group}" name: "default" cannot be deleted by a user')
    worn = any(group == one["GroupId"] for nic in call.region.rows(kinds.INTERFACE) for one in nic["Groups"])
    named = any(
        one.get("ReferencedGroupInfo", {}).get("GroupId") == group and one["GroupId"] != group
        for one in call.region.rows(kinds.RULE)
    )
    if worn or named:
        raise in_use(f"resource {group} has a dependent object")
    call.do({"GroupId": group})
    return {"Return": True, "GroupId": group}


@rule("AuthorizeSecurityGroupIngress", "AuthorizeSecurityGroupEgress")
def authorize(call: Call) -> Params:
    row, egress = named_group(call), call.action.endswith("Egress")
    asked = [_checked(one) for one in permissions(call.params)]
    if any(peer.get("UserId", call.region.account) != call.region.account
           for one in asked for peer in one.get("UserIdGroupPairs", [])):  # fmt: skip
        raise not_implemented("security groups of other accounts")
    if not asked:
        raise AwsError("MissingParameter", "The request must contain the parameter ipPermissions")
    before = [
        one for one in call.region.rows(kinds.RULE) if one["GroupId"] == row["GroupId"] and one["IsEgress"] == egress
    ]
    wanted = [key for one in asked for key in keys(one)]
    known = {key for one in before for key in keys_of_rule(one)}
    for key in wanted:
        if key in known or wanted.count(key) > 1:
            rule_text = f"peer: {key[3]}, {key[0]}, from port: {key[1]}, to port: {key[2]}, ALLOW"
            raise AwsError("InvalidPermission.Duplicate", f'the specified rule "{rule_text}" already exists')
    if len(before) + len(wanted) > call.region.shared.quotas.of(quotas.RULES):
        raise AwsError(
            "RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."
        )
    call.do({"GroupId": row["GroupId"], "IpPermissions": asked, **_tags(call.params)})
    old = {one["SecurityGroupRuleId"] for one in before}
    made = [
        one
        for one in call.region.rows(kinds.RULE)
        if one["GroupId"] == row["GroupId"] and one["IsEgress"] == egress and one["SecurityGroupRuleId"] not in old
    ]
    return {"Return": True, "SecurityGroupRules": made}


@rule("RevokeSecurityGroupIngress", "RevokeSecurityGroupEgress")
def revoke(call: Call) -> Params:
    row, egress = named_group(call), call.action.endswith("Egress")
    there = [
        one for one in call.region.rows(kinds.RULE) if one["GroupId"] == row["GroupId"] and one["IsEgress"] == egress
    ]
    by_id = {one["SecurityGroupRuleId"]: one for one in there}
    ids = list(call.params.get("SecurityGroupRuleIds", []))
    for one in ids:
        if one not in by_id:
            raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"The security group rule ID '{one}' does not exist")
    if not ids:
        by_key = {key: number for number, one in by_id.items() for key in keys_of_rule(one)}
        asked = [key for one in permissions(call.params) for key in keys(_checked(one))]
        if not asked or any(key not in by_key for key in asked):
            raise AwsError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.")
        ids = [by_key[key] for key in asked]
    call.do({"GroupId": row["GroupId"], "SecurityGroupRuleIds": ids})
    for one in ids:
        call.region.backend.tags.pop(one, None)
    return {"Return": True}


@rule("ModifySecurityGroupRules")
def modify_rules(call: Call) -> Params:
    group = call.region.row(kinds.GROUP, call.params["GroupId"])["GroupId"]
    for update in call.params["SecurityGroupRules"]:
        new = update.get("SecurityGroupRule", {})
        old = call.region.row(kinds.RULE, update["SecurityGroupRuleId"])
        if old["GroupId"] != group:
            raise AwsError("InvalidSecurityGroupRuleId.NotFound", f"{old['SecurityGroupRuleId']} is not in {group}")
        if "CidrIpv4" in new:
            new["CidrIpv4"] = canonical(new["CidrIpv4"], "cidrIpv4")
        _check_ports(new)
    return call.do()


def named_group(call: Call) -> Row:
    """The group that GroupId or GroupName means. Raises AwsError."""
    if {"GroupId", "GroupName"} <= set(call.params):
        text = "The parameter groupName cannot be used with the parameter groupId"
        raise AwsError("InvalidParameterCombination", text)
    if "GroupId" in call.params:
        return call.region.row(kinds.GROUP, call.params["GroupId"])
    name = call.params.get("GroupName")
    if not name:
        raise AwsError("MissingParameter", "The request must contain the parameter groupName or groupId")
    default = [row["VpcId"] for row in call.region.rows(kinds.VPC) if row["IsDefault"]]
    for row in call.region.rows(kinds.GROUP):
        if row["GroupName"] == name and row.get("VpcId") in default:
            return row
    raise AwsError("InvalidGroup.NotFound", f"The security group '{name}' does not exist in the default VPC")


def permissions(params: Params) -> list[Params]:
    """The rules of a request, whichever of EC2's two forms it uses."""
    plain = sorted({"IpProtocol", "FromPort", "ToPort", "CidrIp"} & set(params))
    if "IpPermissions" in params and plain:
        text = f"The parameter '{plain[0]}' may not be used in combination with 'ipPermissions'"
        raise AwsError("InvalidParameterCombination", text)
    if "IpPermissions" in params:
        return list(params["IpPermissions"])
    if "IpProtocol" not in params:
        return []
    one: Params = {name: params[name] for name in ("IpProtocol", "FromPort", "ToPort") if name in params}
    return [{**one, "IpRanges": [{"CidrIp": params["CidrIp"]}] if "CidrIp" in params else []}]


def keys(permission: Params) -> Iterator[Key]:
    """What makes each rule of a permission the same as another: protocol, ports, peer."""
    ports = (permission["IpProtocol"], permission.get("FromPort"), permission.get("ToPort"))
    for peer in permission.get("IpRanges", []):
        yield (*ports, peer["CidrIp"])
    for peer in permission.get("Ipv6Ranges", []):
        yield (*ports, peer["CidrIpv6"])
    for peer in permission.get("UserIdGroupPairs", []):
        yield (*ports, peer["GroupId"])


def keys_of_rule(row: Row) -> Iterator[Key]:
    """The same for a rule as it is listed."""
    peer = row.get("CidrIpv4") or row.get("CidrIpv6") or row.get("ReferencedGroupInfo", {}).get("GroupId")
    everything = row["IpProtocol"] == "-1"
    yield (row["IpProtocol"], *((None, None) if everything else (row.get("FromPort"), row.get("ToPort"))), peer)


def _checked(permission: Params) -> Params:
    """The permission in its canonical form. Raises AwsError for ports, protocols and peers that AWS refuses."""
    one = {key: value for key, value in permission.items() if value != []}
    if "IpProtocol" not in one:
        raise AwsError("MissingParameter", "The request must contain the parameter ipProtocol")
    one["IpProtocol"] = PROTOCOLS.get(one["IpProtocol"].lower(), one["IpProtocol"].lower())
    if one["IpProtocol"] == "-1":
        one.pop("FromPort", None)
        one.pop("ToPort", None)
    _check_ports(one)
    one["IpRanges"] = [{**peer, "CidrIp": canonical(peer["CidrIp"], "cidrIp")} for peer in one.get("IpRanges", [])]
    if one.get("PrefixListIds"):
        raise not_implemented("prefix lists")
    if any("GroupId" not in peer for peer in one.get("UserIdGroupPairs", [])):
        raise AwsError("MissingParameter", "The request must contain the parameter groupId of each source group")
    if not list(keys(one)):
        raise AwsError("MissingParameter", "The request must contain a source: ipRanges, ipv6Ranges or groups")
    return one


def _check_ports(one: Params) -> None:
    protocol = one.get("IpProtocol", "-1")
    by_number = protocol.isdigit() and int(protocol) <= 255
    if protocol not in ("-1", "tcp", "udp", "icmp", "icmpv6") and not by_number:
        raise invalid(f"Invalid value '{protocol}' for IP protocol. Unknown protocol.")
    if protocol not in ("tcp", "udp"):
        return
    low, high = one.get("FromPort"), one.get("ToPort")
    if low is None or high is None:
        raise invalid(f"Invalid value for portRange. Must specify both from and to ports with TCP/UDP ({low}, {high}).")
    for port in (low, high):
        if not 0 <= port <= PORTS_TO:
            raise invalid(f"Invalid value '{port}' for portRange. Must be between 0 and {PORTS_TO}.")
    if low > high:
        raise invalid(f"Invalid TCP/UDP port range ({low} to {high}).")


def _tags(params: Params) -> Params:
    return {name: params[name] for name in ("TagSpecifications",) if name in params}
