# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to AWS about what is there: to take it away, off, up or down."""

from __future__ import annotations

from tests.contract.kinds.aws_rules import COMBINED, INVALID, MISSING, SPECIFIED, a_cidr, an_id, its, kind, tags
from tests.contract.mutants import GONE
from tests.contract.trial import Kind, rules

NONE = f"rtbassoc-{'0' * 17}"
RULE_ID = "SecurityGroupRuleId[0]"


def deleting(action: str, member: str, thing: str, prefix: str) -> Kind:
    """A request that has only an id."""
    return kind(action, action, lambda ids: {member: ids[thing]}, *an_id(member, prefix))


def of_machines(action: str, thing: str) -> Kind:
    return kind(action, action, lambda ids: {"InstanceIds": [ids[thing]]}, *an_id("InstanceId[0]", "i"))


KINDS = (
    deleting("DeleteVpc", "VpcId", "empty_vpc", "vpc"),
    deleting("DeleteSubnet", "SubnetId", "bare_subnet", "subnet"),
    deleting("DeleteInternetGateway", "InternetGatewayId", "bare_gateway", "igw"),
    deleting("DeleteRouteTable", "RouteTableId", "other_table", "rtb"),
    deleting("DeleteSecurityGroup", "GroupId", "other_group", "sg"),
    deleting("DeleteNetworkInterface", "NetworkInterfaceId", "interface", "eni"),
    deleting("DeleteVolume", "VolumeId", "far_volume", "vol"),
    kind("CreateKeyPair", "CreateKeyPair", lambda ids: {
        "KeyName": "new", "KeyType": "ed25519", "TagSpecifications": tags("key-pair")}, *SPECIFIED,
         *rules(INVALID, "CreateKeyPair", ("KeyName", "256 characters", "k" * 256)),
         *rules("InvalidKeyPair.Duplicate", "CreateKeyPair", ("KeyName", "there already", "there"))),
    kind("DeleteKeyPair", "DeleteKeyPair", lambda ids: {"KeyName": ids["key"]},
         *rules(MISSING, "DeleteKeyPair", ("KeyName", "missing", GONE))),
    deleting("ReleaseAddress", "AllocationId", "address", "eipalloc"),
    kind("DisassociateAddress", "DisassociateAddress", lambda ids: {"AssociationId": ids["used_address"]},
         *rules("InvalidAssociationID.NotFound", "error codes", ("AssociationId", "id of nothing", "eipassoc-0"),
                ("AssociationId", "missing", GONE))),
    kind("DetachInternetGateway", "DetachInternetGateway", lambda ids: {
        "InternetGatewayId": ids["third_gateway"], "VpcId": ids["third_vpc"]},
         *an_id("InternetGatewayId", "igw"), *an_id("VpcId", "vpc"),
         *rules("Gateway.NotAttached", "error codes", ("VpcId", "another than its own", its("vpc")))),
    kind("ReplaceRoute", "ReplaceRoute", lambda ids: {
        "RouteTableId": ids["third_table"], "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": ids["third_gateway"]},
         *an_id("RouteTableId", "rtb"), *a_cidr("DestinationCidrBlock", "CreateRoute"),
         *rules(COMBINED, "CreateRoute", ("GatewayId", "no target", GONE)),
         *rules(INVALID, "route tables", ("GatewayId", "of another network", its("gateway"))),
         *rules(INVALID, "CreateRoute", ("DestinationCidrBlock", "not there", "10.9.0.0/16"))),
    kind("DeleteRoute", "DeleteRoute", lambda ids: {
        "RouteTableId": ids["third_table"], "DestinationCidrBlock": "0.0.0.0/0"},
         *an_id("RouteTableId", "rtb"), *a_cidr("DestinationCidrBlock", "CreateRoute"),
         *rules("InvalidRoute.NotFound", "error codes", ("DestinationCidrBlock", "not there", "10.9.0.0/16")),
         *rules(MISSING, "CreateRoute", ("DestinationCidrBlock", "missing", GONE))),
    kind("ReplaceRouteTableAssociation", "ReplaceRouteTableAssociation", lambda ids: {
        "AssociationId": ids["association"], "RouteTableId": ids["third_spare"]}, *an_id("RouteTableId", "rtb"),
         *rules(INVALID, "route tables", ("RouteTableId", "of another network", its("table"))),
         *rules("InvalidAssociationID.NotFound", "error codes", ("AssociationId", "id of nothing", NONE))),
    kind("DisassociateRouteTable", "DisassociateRouteTable", lambda ids: {"AssociationId": ids["association"]},
         *rules("InvalidAssociationID.NotFound", "error codes", ("AssociationId", "id of nothing", NONE))),
    kind("AuthorizeSecurityGroupEgress", "AuthorizeSecurityGroupEgress", lambda ids: {
        "GroupId": ids["group"], "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443,
                                                    "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "web"}]}]},
         *an_id("GroupId", "sg"), *a_cidr("IpPermissions[0].IpRanges[0].CidrIp", "security group rules"),
         *rules(INVALID, "AuthorizeSecurityGroupIngress", ("IpPermissions[0].ToPort", "70000", 70000))),
    kind("RevokeSecurityGroupIngress", "RevokeSecurityGroupIngress", lambda ids: {
        "GroupId": ids["group"], "SecurityGroupRuleIds": [ids["rule"]]},
         *an_id("GroupId", "sg"), *an_id(RULE_ID, "sgr")),
    kind("RevokeSecurityGroupEgress", "RevokeSecurityGroupEgress", lambda ids: {
        "GroupId": ids["group"], "SecurityGroupRuleIds": [ids["egress"]]},
         *an_id("GroupId", "sg"), *an_id(RULE_ID, "sgr")),
    *(kind(action, action, lambda ids, rule=rule: {
        "GroupId": ids["group"], "SecurityGroupRuleDescriptions": [
            {"SecurityGroupRuleId": ids[rule], "Description": "of a test"}]},
           *an_id("GroupId", "sg"), *an_id("SecurityGroupRuleDescription[0].SecurityGroupRuleId", "sgr"))
      for action, rule in (("UpdateSecurityGroupRuleDescriptionsIngress", "rule"),
                           ("UpdateSecurityGroupRuleDescriptionsEgress", "egress"))),
    kind("DetachVolume", "DetachVolume", lambda ids: {
        "VolumeId": ids["used_volume"], "InstanceId": ids["machine"], "Device": "/dev/sdg"},
         *an_id("VolumeId", "vol"), *an_id("InstanceId", "i"),
         *rules("IncorrectState", "AttachVolume", ("VolumeId", "not attached", its("volume")))),
    kind("DeleteTags", "DeleteTags", lambda ids: {
        "Resources": [ids["vpc"]], "Tags": [{"Key": "Name", "Value": "there"}]},
         *rules("InvalidID", "error codes", ("ResourceId[0]", "malformed id", "banana")),
         *rules(INVALID, "tags", ("Tag[0].Key", "begins with aws:", "aws:mine"))),
    of_machines("StopInstances", "machine"), of_machines("StartInstances", "stopped"),
    of_machines("RebootInstances", "machine"), of_machines("TerminateInstances", "machine"),
)  # fmt: skip
