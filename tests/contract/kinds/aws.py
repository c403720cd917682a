# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Good requests to AWS, and what else than the model decides over them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from tests.contract.kinds.amazon import REGION, Amazon, on_the_wire
from tests.contract.kinds.aws_rules import (
    COMBINED,
    DISK,
    HOME,
    INVALID,
    LINKED,
    MISSING,
    PAGES,
    PERMISSION,
    SPECIFIED,
    a_cidr,
    an_id,
    its_tags,
)  # fmt: skip
from tests.contract.mutants import DROPPED, GONE, MISSPELT, TYPE
from tests.contract.official import of_amazon
from tests.contract.trial import SERVED, Cloud, Kind, Rule, rules


def kind(name: str, action: str, good: Callable[[dict[str, str]], dict[str, Any]], *rules: Rule, service: str = "ec2",
         taken: dict[str, str] | None = None) -> Kind:  # fmt: skip
    """A kind; `good` makes boto3's parameters of the site's ids."""

    def body(world: Amazon) -> dict[str, Any]:
        return on_the_wire(service, action, good(world.ids))

    return Kind(name, f"{service}:{action}", partial(of_amazon, service, action), body, rules, taken or {})


def tags(sort: str) -> list[dict[str, Any]]:
    return [{"ResourceType": sort, "Tags": [{"Key": "Name", "Value": "shop"}]}]


def its(name: str) -> Callable[[Amazon], str]:
    """The id of a thing of the site."""
    return lambda world: world.ids[name]


KINDS = (
    kind("VPC", "CreateVpc", lambda ids: {"CidrBlock": "10.66.0.0/16", "InstanceTenancy": "default",
                                          "TagSpecifications": tags("vpc")},
         *a_cidr("CidrBlock", "VPC CIDR blocks"), *SPECIFIED,
         *rules(MISSING, "CreateVpc", ("CidrBlock", "missing", GONE)),
         *rules("InvalidVpc.Range", "VPC CIDR blocks", ("CidrBlock", "/15", "10.66.0.0/15"),
                ("CidrBlock", "/29", "10.66.0.0/29"))),
    kind("VPC's attributes", "ModifyVpcAttribute", lambda ids: {
        "VpcId": ids["vpc"], "EnableDnsHostnames": {"Value": True}},
         *an_id("VpcId", "vpc"), taken={"EnableDnsSupport": SERVED}),
    kind("subnet", "CreateSubnet", lambda ids: {
        "VpcId": ids["vpc"], "CidrBlock": "10.64.16.0/20", "AvailabilityZone": f"{REGION}a",
        "TagSpecifications": tags("subnet")},
         *an_id("VpcId", "vpc"), *a_cidr("CidrBlock", "subnet sizing"), *SPECIFIED,
         *rules(MISSING, "CreateSubnet", ("CidrBlock", "missing", GONE)),
         *rules("InvalidSubnet.Range", "subnet sizing", ("CidrBlock", "/29", "10.64.16.0/29"),
                ("CidrBlock", "outside the VPC", "10.99.0.0/20"), ("CidrBlock", "/15", "10.64.0.0/15")),
         *rules("InvalidSubnet.Conflict", "subnet sizing", ("CidrBlock", "overlaps", "10.64.0.0/23")),
         *rules(INVALID, "CreateSubnet", ("AvailabilityZone", "not there", "eu-central-1z"))),
    kind("subnet's attributes", "ModifySubnetAttribute", lambda ids: {
        "SubnetId": ids["subnet"], "MapPublicIpOnLaunch": {"Value": True}},
         *an_id("SubnetId", "subnet")),
    kind("internet gateway", "CreateInternetGateway", lambda ids: {"TagSpecifications": tags("internet-gateway")},
         *SPECIFIED),
    kind("gateway's attachment", "AttachInternetGateway", lambda ids: {
        "InternetGatewayId": ids["bare_gateway"], "VpcId": ids["other_vpc"]},
         *an_id("InternetGatewayId", "igw"), *an_id("VpcId", "vpc"),
         *rules(LINKED, "AttachInternetGateway", ("InternetGatewayId", "attached already", its("gateway"))),
         *rules(INVALID, "internet gateways", ("VpcId", "has one already", its("vpc")))),
    kind("route table", "CreateRouteTable", lambda ids: {
        "VpcId": ids["vpc"], "TagSpecifications": tags("route-table"), "ClientToken": "one"},
         *an_id("VpcId", "vpc"), *SPECIFIED),
    kind("route", "CreateRoute", lambda ids: {
        "RouteTableId": ids["table"], "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": ids["gateway"]},
         *an_id("RouteTableId", "rtb"), *a_cidr("DestinationCidrBlock", "CreateRoute"),
         *rules(MISSING, "CreateRoute", ("DestinationCidrBlock", "missing", GONE)),
         *rules(COMBINED, "CreateRoute", ("GatewayId", "no target", GONE), ("InstanceId", "two targets",
                its("machine"))),
         *rules(INVALID, "route tables", ("DestinationCidrBlock", "the local route", "10.64.0.0/16"),
                ("GatewayId", "of another network", its("bare_gateway"))),
         *rules("InvalidGatewayID.NotFound", "error codes", ("GatewayId", "id of nothing", f"igw-{'0' * 17}"))),
    kind("table's association", "AssociateRouteTable", lambda ids: {
        "RouteTableId": ids["table"], "SubnetId": ids["subnet"]},
         *an_id("RouteTableId", "rtb"), *an_id("SubnetId", "subnet"),
         *rules(MISSING, "AssociateRouteTable", ("SubnetId", "missing", GONE)),
         *rules(INVALID, "route tables", ("SubnetId", "of another network", its("other_subnet")))),
    kind("security group", "CreateSecurityGroup", lambda ids: {
        "GroupName": "nodes", "Description": "of a test", "VpcId": ids["vpc"],
        "TagSpecifications": tags("security-group")},
         *an_id("VpcId", "vpc"), *SPECIFIED,
         *rules(INVALID, "CreateSecurityGroup", ("GroupName", "begins with sg-", "sg-nodes"),
                ("GroupName", "256 characters", "n" * 256), ("GroupDescription", "not ASCII", "für Knoten"),
                ("GroupDescription", "256 characters", "n" * 256)),
         *rules("InvalidGroup.Duplicate", "CreateSecurityGroup", ("GroupName", "there already", "group"))),
    kind("security group rule", "AuthorizeSecurityGroupIngress", lambda ids: {
        "GroupId": ids["group"], "TagSpecifications": tags("security-group-rule"), "IpPermissions": [{
            "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22,
            "IpRanges": [{"CidrIp": "198.51.100.0/24", "Description": "admin"}],
            "UserIdGroupPairs": [{"GroupId": ids["peer_group"], "Description": "nodes"}]}]},
         *an_id("GroupId", "sg"), *SPECIFIED, *a_cidr(f"{PERMISSION}.IpRanges[0].CidrIp", "security group rules"),
         *an_id(f"{PERMISSION}.Groups[0].GroupId", "sg"),
         *rules(INVALID, "AuthorizeSecurityGroupIngress", (f"{PERMISSION}.FromPort", "-1", -1),
                (f"{PERMISSION}.ToPort", "70000", 70000), (f"{PERMISSION}.FromPort", "over ToPort", 80),
                (f"{PERMISSION}.FromPort", "missing", GONE), (f"{PERMISSION}.IpProtocol", "unknown", "tcpp"),
                (f"{PERMISSION}.IpProtocol", "over 255", "256")),
         *rules(MISSING, "AuthorizeSecurityGroupIngress", (f"{PERMISSION}.IpProtocol", "missing", GONE),
                ("IpPermissions", "missing", GONE)),
         *rules(COMBINED, "AuthorizeSecurityGroupIngress", ("CidrIp", "beside IpPermissions", "10.0.0.0/8"),
                ("GroupName", "beside GroupId", "group")),
         Rule("IpPermissions", "there already", [{"IpProtocol": "udp", "FromPort": 51820, "ToPort": 51820,
              "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "InvalidPermission.Duplicate", "AuthorizeSecurityGroupIngress"),
         Rule("IpPermissions", "61 in one group", [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port,
              "IpRanges": [{"CidrIp": "0.0.0.0/0"}]} for port in range(60)], "RulesPerSecurityGroupLimitExceeded",
              "VPC quotas")),
    kind("rule's change", "ModifySecurityGroupRules", lambda ids: {
        "GroupId": ids["group"], "SecurityGroupRules": [{"SecurityGroupRuleId": ids["rule"], "SecurityGroupRule": {
            "IpProtocol": "udp", "FromPort": 51820, "ToPort": 51820, "CidrIpv4": "10.0.0.0/8",
            "Description": "mesh"}}]},
         *an_id("GroupId", "sg"), *an_id("SecurityGroupRule[0].SecurityGroupRuleId", "sgr"),
         *a_cidr("SecurityGroupRule[0].SecurityGroupRule.CidrIpv4", "security group rules"),
         *rules(INVALID, "ModifySecurityGroupRules",
                ("SecurityGroupRule[0].SecurityGroupRule.ToPort", "70000", 70000),
                ("SecurityGroupRule[0].SecurityGroupRule.FromPort", "over ToPort", 51821),
                ("SecurityGroupRule[0].SecurityGroupRule.IpProtocol", "unknown", "tcpp"))),
    kind("key pair", "ImportKeyPair", lambda ids: {
        "KeyName": "shop", "PublicKeyMaterial":
            b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana",
        "TagSpecifications": tags("key-pair")},
         *SPECIFIED,
         *rules(INVALID, "ImportKeyPair", ("KeyName", "256 characters", "k" * 256),
                ("KeyName", "not ASCII", "Schlüssel")),
         *rules("InvalidKeyPair.Duplicate", "ImportKeyPair", ("KeyName", "there already", "there")),
         *rules("InvalidKeyPair.Format", "ImportKeyPair", ("PublicKeyMaterial", "no key", "aGVsbG8="))),
    kind("static address", "AllocateAddress", lambda ids: {
        "Domain": "vpc", "TagSpecifications": tags("elastic-ip")},
         *SPECIFIED, *rules(INVALID, "Elastic IP addresses", ("Domain", "standard", "standard"))),
    kind("address's association", "AssociateAddress", lambda ids: {
        "AllocationId": ids["address"], "NetworkInterfaceId": ids["interface"], "AllowReassociation": False},
         *an_id("AllocationId", "eipalloc"), *an_id("NetworkInterfaceId", "eni"),
         *rules(COMBINED, "AssociateAddress", ("PublicIp", "beside AllocationId", "198.51.100.1")),
         *rules(MISSING, "AssociateAddress", ("NetworkInterfaceId", "missing", GONE))),
    kind("instance", "RunInstances", lambda ids: {
        "ImageId": ids["image"], "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1, "KeyName": ids["key"],
        "UserData": "I2Nsb3VkLWNvbmZpZw==", "ClientToken": "one", "EbsOptimized": False,
        "Placement": {"AvailabilityZone": f"{REGION}a", "Tenancy": "default"}, "MetadataOptions": {
            "HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled",
            "InstanceMetadataTags": "enabled"},
        "InstanceMarketOptions": {"MarketType": "spot"}, "DisableApiTermination": False, "DisableApiStop": False,
        "InstanceInitiatedShutdownBehavior": "stop", "CreditSpecification": {"CpuCredits": "standard"},
        "Monitoring": {"Enabled": False},
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {
            "VolumeSize": 20, "VolumeType": "gp3", "DeleteOnTermination": True, "Encrypted": True}}],
        "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": ids["subnet"], "Groups": [ids["group"]],
                               "AssociatePublicIpAddress": True, "PrivateIpAddress": "10.64.0.77",
                               "DeleteOnTermination": True, "Description": "of a test"}],
        "TagSpecifications": tags("instance") + tags("volume") + tags("network-interface")},
         *an_id("ImageId", "ami"), *its_tags("TagSpecification[0].Tag", "vpc"),
         *an_id("NetworkInterface[0].SubnetId", "subnet"),
         *an_id("NetworkInterface[0].SecurityGroupId[0]", "sg"),
         *rules("InvalidAMIID.NotFound", "RunInstances", ("ImageId", "missing", GONE)),
         *rules(INVALID, "RunInstances", ("MinCount", "0", 0), ("MaxCount", "under MinCount", 0),
                ("InstanceType", "another architecture", "t4g.small"),
                ("Placement.AvailabilityZone", "not that of the subnet", f"{REGION}b"),
                ("UserData", "no base64", "not base64!"),
                ("MetadataOptions.HttpPutResponseHopLimit", "65", 65)),
         *rules(INVALID, "user data", ("UserData", "over 16 KB", "QUFB" * 5462)),
         *rules(INVALID, "volume types", (f"{DISK}.VolumeSize", "over 16384", 16385)),
         *rules("InvalidBlockDeviceMapping", "RunInstances", (f"{DISK}.VolumeSize", "under the image's", 4)),
         *rules("InvalidKeyPair.NotFound", "error codes", ("KeyName", "not there", "nobody")),
         *rules(INVALID, "subnet sizing", ("NetworkInterface[0].PrivateIpAddress", "reserved", "10.64.0.1"),
                ("NetworkInterface[0].PrivateIpAddress", "outside the subnet", "10.64.9.9"),
                ("NetworkInterface[0].PrivateIpAddress", "no address", "banana")),
         *rules(COMBINED, "RunInstances", ("SubnetId", "beside interfaces", its("subnet")),
                ("SecurityGroupId[0]", "beside interfaces", its("group"))),
         *rules("InvalidParameter", "RunInstances", ("NetworkInterface[0].SecurityGroupId[0]",
                "of another network", its("other_group")))),
    kind("instance's attributes", "ModifyInstanceAttribute", lambda ids: {
        "InstanceId": ids["machine"], "SourceDestCheck": {"Value": False}},
         *an_id("InstanceId", "i"), *rules(COMBINED, "ModifyInstanceAttribute",
                ("SourceDestCheck", "no attribute", GONE), ("DisableApiStop.Value", "two attributes", "true"))),
    kind("instance's metadata options", "ModifyInstanceMetadataOptions", lambda ids: {
        "InstanceId": ids["machine"], "HttpTokens": "required", "HttpPutResponseHopLimit": 2,
        "HttpEndpoint": "enabled", "InstanceMetadataTags": "enabled"},
         *an_id("InstanceId", "i"),
         *rules(INVALID, "ModifyInstanceMetadataOptions", ("HttpPutResponseHopLimit", "0", 0),
                ("HttpPutResponseHopLimit", "65", 65))),
    kind("volume", "CreateVolume", lambda ids: {
        "AvailabilityZone": f"{REGION}a", "Size": 10, "VolumeType": "gp3", "Encrypted": True,
        "TagSpecifications": tags("volume"), "ClientToken": "one"},
         *SPECIFIED, *rules(INVALID, "volume types", ("Size", "0", 0), ("Size", "over 16384", 16385)),
         *rules(MISSING, "CreateVolume", ("Size", "missing", GONE), ("AvailabilityZone", "missing", GONE)),
         *rules("InvalidZone.NotFound", "CreateVolume", ("AvailabilityZone", "not there", "eu-central-1z"))),
    kind("volume's change", "ModifyVolume", lambda ids: {"VolumeId": ids["volume"], "Size": 20, "VolumeType": "gp3"},
         *an_id("VolumeId", "vol"), *rules(INVALID, "ModifyVolume", ("Size", "smaller", 5),
         ("Size", "over 16384", 16385))),
    kind("volume's attachment", "AttachVolume", lambda ids: {
        "VolumeId": ids["volume"], "InstanceId": ids["machine"], "Device": "/dev/sdf"},
         *an_id("VolumeId", "vol"), *an_id("InstanceId", "i"),
         *rules("InvalidVolume.ZoneMismatch", "AttachVolume", ("VolumeId", "in another zone", its("far_volume")))),
    kind("interface", "CreateNetworkInterface", lambda ids: {
        "SubnetId": ids["subnet"], "Groups": [ids["group"]], "Description": "of a test",
        "PrivateIpAddress": "10.64.0.78", "TagSpecifications": tags("network-interface"), "ClientToken": "one"},
         *an_id("SubnetId", "subnet"), *an_id("SecurityGroupId[0]", "sg"), *SPECIFIED,
         *rules(INVALID, "subnet sizing", ("PrivateIpAddress", "reserved", "10.64.0.255"),
                ("PrivateIpAddress", "outside the subnet", "10.64.9.9")),
         *rules("InvalidParameter", "CreateNetworkInterface", ("SecurityGroupId[0]", "of another network",
                its("other_group")))),
    kind("interface's attributes", "ModifyNetworkInterfaceAttribute", lambda ids: {
        "NetworkInterfaceId": ids["interface"], "SourceDestCheck": {"Value": False}, "Groups": [ids["group"]],
        "Description": {"Value": "of a test"}},
         *an_id("NetworkInterfaceId", "eni"), *an_id("SecurityGroupId[0]", "sg"),
         *rules("InvalidGroup.NotFound", "ModifyNetworkInterfaceAttribute", ("SecurityGroupId[0]",
                "of another network", its("other_group")))),
    kind("tags", "CreateTags", lambda ids: {
        "Resources": [ids["vpc"]], "Tags": [{"Key": "Name", "Value": "shop"}]},
         *an_id("ResourceId[0]", "vpc")[1:], *its_tags("Tag"),
         *rules("InvalidID", "error codes", ("ResourceId[0]", "malformed id", "banana"))),
    kind("load balancer (network, application)", "CreateLoadBalancer", lambda ids: {
        "Name": "shop", "Type": "network", "Scheme": "internal", "Subnets": [ids["subnet"]],
        "SecurityGroups": [ids["group"]], "Tags": [{"Key": "Name", "Value": "shop"}]},
         *rules("SubnetNotFound", "load balancers", ("Subnets[0]", "not there", "banana")),
         *rules("DuplicateLoadBalancerName", "load balancers", ("Name", "there already", "there")), service="elbv2"),
    kind("target group", "CreateTargetGroup", lambda ids: {
        "Name": "shop", "Protocol": "TCP", "Port": 80, "VpcId": ids["vpc"],
        "TargetType": "instance", "Tags": [{"Key": "Name", "Value": "shop"}]}, service="elbv2"),
    kind("listener", "CreateListener", lambda ids: {
        "LoadBalancerArn": ids["balancer"], "Protocol": "TCP", "Port": 80,
        "DefaultActions": [{"Type": "forward", "TargetGroupArn": ids["targets"]}],
        "Tags": [{"Key": "Name", "Value": "shop"}]}, service="elbv2"),
    kind("load balancer (classic)", "CreateLoadBalancer", lambda ids: {
        "LoadBalancerName": "shop", "Listeners": [{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80,
                                                    "InstanceProtocol": "TCP"}],
        "Subnets": [ids["subnet"]], "SecurityGroups": [ids["group"]], "Scheme": "internal",
        "Tags": [{"Key": "Name", "Value": "shop"}]},
         *rules("SubnetNotFound", "load balancers", ("Subnets[0]", "not there", "banana")), service="elb"),
)  # fmt: skip


def codes(kind: Kind, wrong: str) -> tuple[str, ...]:
    """What EC2 says of each sort of mistake."""
    if not kind.what.startswith("ec2:"):
        return ("ValidationError", INVALID, "UnknownParameter")
    return {DROPPED: (MISSING,), MISSPELT: ("UnknownParameter",), TYPE: (INVALID, "UnknownParameter")}.get(
        wrong, (INVALID,))  # fmt: skip


CLOUD = Cloud("AWS", KINDS, Amazon, codes, PAGES, HOME, query=True, common=("tags", "error codes"))
