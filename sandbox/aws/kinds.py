# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of EC2 things the sandbox knows: how they are listed, called and filtered.

A filter is a path into one row of the list: "Placement.AvailabilityZone"; "[]" takes every element.
A filter that is not here is refused (501): a filter that is ignored would hand out others' things.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Kind:
    """One kind. `describe` is the action, `rows` the list in its answer, `key` a row's id, `asked` a request's ids."""

    describe: str
    rows: str
    key: str
    asked: str
    filters: dict[str, str] = field(default_factory=dict)
    prefix: str = ""
    missing: str = ""
    malformed: str = ""
    taggable: str = ""
    pages: bool = True


def _permissions(prefix: str, path: str) -> dict[str, str]:
    return {
        f"{prefix}ip-permission.cidr": f"{path}[].IpRanges[].CidrIp",
        f"{prefix}ip-permission.from-port": f"{path}[].FromPort",
        f"{prefix}ip-permission.to-port": f"{path}[].ToPort",
        f"{prefix}ip-permission.protocol": f"{path}[].IpProtocol",
        f"{prefix}ip-permission.group-id": f"{path}[].UserIdGroupPairs[].GroupId",
        f"{prefix}ip-permission.user-id": f"{path}[].UserIdGroupPairs[].UserId",
    }


VPC = Kind(
    "DescribeVpcs", "Vpcs", "VpcId", "VpcIds",
    {
        "vpc-id": "VpcId", "cidr": "CidrBlock", "cidr-block": "CidrBlock", "state": "State", "owner-id": "OwnerId",
        "is-default": "IsDefault", "isDefault": "IsDefault", "dhcp-options-id": "DhcpOptionsId",
        "cidr-block-association.cidr-block": "CidrBlockAssociationSet[].CidrBlock",
        "cidr-block-association.association-id": "CidrBlockAssociationSet[].AssociationId",
        "cidr-block-association.state": "CidrBlockAssociationSet[].CidrBlockState.State",
    },
    "vpc", "InvalidVpcID.NotFound", "InvalidVpcId.Malformed", "vpc",
)  # fmt: skip
SUBNET = Kind(
    "DescribeSubnets", "Subnets", "SubnetId", "SubnetIds",
    {
        "subnet-id": "SubnetId", "vpc-id": "VpcId", "cidr": "CidrBlock", "cidr-block": "CidrBlock",
        "cidrBlock": "CidrBlock", "state": "State", "owner-id": "OwnerId", "availability-zone": "AvailabilityZone",
        "availabilityZone": "AvailabilityZone", "availability-zone-id": "AvailabilityZoneId",
        "available-ip-address-count": "AvailableIpAddressCount", "default-for-az": "DefaultForAz",
        "map-public-ip-on-launch": "MapPublicIpOnLaunch", "subnet-arn": "SubnetArn",
    },
    "subnet", "InvalidSubnetID.NotFound", "InvalidSubnetId.Malformed", "subnet",
)  # fmt: skip
GATEWAY = Kind(
    "DescribeInternetGateways", "InternetGateways", "InternetGatewayId", "InternetGatewayIds",
    {
        "internet-gateway-id": "InternetGatewayId", "owner-id": "OwnerId",
        "attachment.vpc-id": "Attachments[].VpcId", "attachment.state": "Attachments[].State",
    },
    "igw", "InvalidInternetGatewayID.NotFound", "InvalidInternetGatewayId.Malformed", "internet-gateway",
)  # fmt: skip
ROUTES = Kind(
    "DescribeRouteTables", "RouteTables", "RouteTableId", "RouteTableIds",
    {
        "route-table-id": "RouteTableId", "vpc-id": "VpcId", "owner-id": "OwnerId",
        "association.main": "Associations[].Main", "association.subnet-id": "Associations[].SubnetId",
        "association.gateway-id": "Associations[].GatewayId",
        "association.route-table-id": "Associations[].RouteTableId",
        "association.route-table-association-id": "Associations[].RouteTableAssociationId",
        "route.destination-cidr-block": "Routes[].DestinationCidrBlock", "route.gateway-id": "Routes[].GatewayId",
        "route.instance-id": "Routes[].InstanceId", "route.state": "Routes[].State", "route.origin": "Routes[].Origin",
        "route.nat-gateway-id": "Routes[].NatGatewayId",
    },
    "rtb", "InvalidRouteTableID.NotFound", "InvalidRouteTableId.Malformed", "route-table",
)  # fmt: skip
GROUP = Kind(
    "DescribeSecurityGroups", "SecurityGroups", "GroupId", "GroupIds",
    {
        "group-id": "GroupId", "group-name": "GroupName", "vpc-id": "VpcId", "owner-id": "OwnerId",
        "description": "Description",
        **_permissions("", "IpPermissions"), **_permissions("egress.", "IpPermissionsEgress"),
    },
    "sg", "InvalidGroup.NotFound", "InvalidGroupId.Malformed", "security-group",
)  # fmt: skip
RULE = Kind(
    "DescribeSecurityGroupRules", "SecurityGroupRules", "SecurityGroupRuleId", "SecurityGroupRuleIds",
    {"group-id": "GroupId", "security-group-rule-id": "SecurityGroupRuleId"},
    "sgr", "InvalidSecurityGroupRuleId.NotFound", "InvalidSecurityGroupRuleId.Malformed", "security-group-rule",
)  # fmt: skip
KEY_PAIR = Kind(
    "DescribeKeyPairs", "KeyPairs", "KeyPairId", "KeyPairIds",
    {"key-name": "KeyName", "key-pair-id": "KeyPairId", "fingerprint": "KeyFingerprint"},
    "key", "InvalidKeyPair.NotFound", "InvalidKeyPair.Format", "key-pair", pages=False,
)  # fmt: skip
ADDRESS = Kind(
    "DescribeAddresses", "Addresses", "AllocationId", "AllocationIds",
    {
        "allocation-id": "AllocationId", "association-id": "AssociationId", "public-ip": "PublicIp",
        "instance-id": "InstanceId", "domain": "Domain", "network-interface-id": "NetworkInterfaceId",
        "network-interface-owner-id": "NetworkInterfaceOwnerId", "private-ip-address": "PrivateIpAddress",
        "network-border-group": "NetworkBorderGroup",
    },
    "eipalloc", "InvalidAllocationID.NotFound", "InvalidAllocationID.Malformed", "elastic-ip", pages=False,
)  # fmt: skip
INSTANCE = Kind(
    "DescribeInstances", "Instances", "InstanceId", "InstanceIds",
    {
        "instance-id": "InstanceId", "instance-state-name": "State.Name", "instance-state-code": "State.Code",
        "vpc-id": "VpcId", "subnet-id": "SubnetId", "availability-zone": "Placement.AvailabilityZone",
        "instance-type": "InstanceType", "image-id": "ImageId", "key-name": "KeyName", "client-token": "ClientToken",
        "private-ip-address": "PrivateIpAddress", "ip-address": "PublicIpAddress", "dns-name": "PublicDnsName",
        "private-dns-name": "PrivateDnsName", "root-device-name": "RootDeviceName",
        "root-device-type": "RootDeviceType", "source-dest-check": "SourceDestCheck", "architecture": "Architecture",
        "instance-lifecycle": "InstanceLifecycle", "tenancy": "Placement.Tenancy",
        "placement-group-name": "Placement.GroupName", "hypervisor": "Hypervisor", "launch-time": "LaunchTime",
        "instance.group-id": "SecurityGroups[].GroupId", "instance.group-name": "SecurityGroups[].GroupName",
        "reservation-id": "ReservationId", "owner-id": "OwnerId", "iam-instance-profile.arn": "IamInstanceProfile.Arn",
        "block-device-mapping.volume-id": "BlockDeviceMappings[].Ebs.VolumeId",
        "block-device-mapping.device-name": "BlockDeviceMappings[].DeviceName",
        "network-interface.network-interface-id": "NetworkInterfaces[].NetworkInterfaceId",
        "network-interface.subnet-id": "NetworkInterfaces[].SubnetId",
        "network-interface.vpc-id": "NetworkInterfaces[].VpcId",
        "network-interface.group-id": "NetworkInterfaces[].Groups[].GroupId",
        "network-interface.source-dest-check": "NetworkInterfaces[].SourceDestCheck",
        "network-interface.addresses.private-ip-address": "NetworkInterfaces[].PrivateIpAddresses[].PrivateIpAddress",
        "metadata-options.http-tokens": "MetadataOptions.HttpTokens",
        "metadata-options.http-put-response-hop-limit": "MetadataOptions.HttpPutResponseHopLimit",
    },
    "i", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed", "instance",
)  # fmt: skip
VOLUME = Kind(
    "DescribeVolumes", "Volumes", "VolumeId", "VolumeIds",
    {
        "volume-id": "VolumeId", "status": "State", "size": "Size", "encrypted": "Encrypted",
        "volume-type": "VolumeType", "availability-zone": "AvailabilityZone", "snapshot-id": "SnapshotId",
        "create-time": "CreateTime", "attachment.instance-id": "Attachments[].InstanceId",
        "attachment.device": "Attachments[].Device", "attachment.status": "Attachments[].State",
        "attachment.delete-on-termination": "Attachments[].DeleteOnTermination",
    },
    "vol", "InvalidVolume.NotFound", "InvalidVolumeID.Malformed", "volume",
)  # fmt: skip
INTERFACE = Kind(
    "DescribeNetworkInterfaces", "NetworkInterfaces", "NetworkInterfaceId", "NetworkInterfaceIds",
    {
        "network-interface-id": "NetworkInterfaceId", "vpc-id": "VpcId", "subnet-id": "SubnetId", "status": "Status",
        "group-id": "Groups[].GroupId", "group-name": "Groups[].GroupName", "availability-zone": "AvailabilityZone",
        "owner-id": "OwnerId", "description": "Description", "mac-address": "MacAddress",
        "private-ip-address": "PrivateIpAddress", "interface-type": "InterfaceType",
        "addresses.private-ip-address": "PrivateIpAddresses[].PrivateIpAddress",
        "addresses.association.public-ip": "PrivateIpAddresses[].Association.PublicIp",
        "association.public-ip": "Association.PublicIp", "association.allocation-id": "Association.AllocationId",
        "attachment.instance-id": "Attachment.InstanceId", "attachment.status": "Attachment.Status",
        "attachment.device-index": "Attachment.DeviceIndex", "attachment.attachment-id": "Attachment.AttachmentId",
        "attachment.delete-on-termination": "Attachment.DeleteOnTermination",
        "source-dest-check": "SourceDestCheck", "requester-managed": "RequesterManaged",
    },
    "eni", "InvalidNetworkInterfaceID.NotFound", "InvalidNetworkInterfaceId.Malformed", "network-interface",
)  # fmt: skip
IMAGE = Kind(
    "DescribeImages", "Images", "ImageId", "ImageIds",
    {
        "image-id": "ImageId", "name": "Name", "state": "State", "owner-id": "OwnerId",
        "owner-alias": "ImageOwnerAlias",
        "architecture": "Architecture", "root-device-type": "RootDeviceType", "root-device-name": "RootDeviceName",
        "virtualization-type": "VirtualizationType", "image-type": "ImageType", "is-public": "Public",
        "hypervisor": "Hypervisor", "description": "Description",
    },
    "ami", "InvalidAMIID.NotFound", "InvalidAMIID.Malformed", "image",
)  # fmt: skip

# Kinds that the sandbox cannot make: their lists are truly empty, or hold what a VPC brings with it.
_IN_VPC = {"vpc-id": "VpcId", "state": "State", "owner-id": "OwnerId"}
ACL = Kind(
    "DescribeNetworkAcls", "NetworkAcls", "NetworkAclId", "NetworkAclIds",
    {
        "network-acl-id": "NetworkAclId", "vpc-id": "VpcId", "default": "IsDefault", "owner-id": "OwnerId",
        "association.subnet-id": "Associations[].SubnetId",
    },
    "acl", "InvalidNetworkAclID.NotFound", "InvalidNetworkAclId.Malformed",
)  # fmt: skip
NAT = Kind(
    "DescribeNatGateways", "NatGateways", "NatGatewayId", "NatGatewayIds",
    {"nat-gateway-id": "NatGatewayId", "subnet-id": "SubnetId", **_IN_VPC},
    "nat", "NatGatewayNotFound", "NatGatewayMalformed",
)  # fmt: skip
ENDPOINT = Kind(
    "DescribeVpcEndpoints", "VpcEndpoints", "VpcEndpointId", "VpcEndpointIds",
    {"vpc-endpoint-id": "VpcEndpointId", "service-name": "ServiceName", "vpc-id": "VpcId"},
    "vpce", "InvalidVpcEndpointId.NotFound", "InvalidVpcEndpointId.Malformed",
)  # fmt: skip
PEERING = Kind(
    "DescribeVpcPeeringConnections", "VpcPeeringConnections", "VpcPeeringConnectionId", "VpcPeeringConnectionIds",
    {
        "vpc-peering-connection-id": "VpcPeeringConnectionId", "requester-vpc-info.vpc-id": "RequesterVpcInfo.VpcId",
        "accepter-vpc-info.vpc-id": "AccepterVpcInfo.VpcId", "status-code": "Status.Code",
    },
    "pcx", "InvalidVpcPeeringConnectionID.NotFound", "InvalidVpcPeeringConnectionId.Malformed",
)  # fmt: skip

ALL = (
    VPC, SUBNET, GATEWAY, ROUTES, GROUP, RULE, KEY_PAIR, ADDRESS, INSTANCE, VOLUME, INTERFACE, IMAGE, ACL, NAT,
    ENDPOINT, PEERING,
)  # fmt: skip
BY_ACTION = {kind.describe: kind for kind in ALL}
BY_PREFIX = {kind.prefix: kind for kind in ALL}

# Members of requests that name a thing, wherever they stand in the request.
REFERENCES = {
    "VpcId": VPC, "SubnetId": SUBNET, "SubnetIds": SUBNET, "InternetGatewayId": GATEWAY, "RouteTableId": ROUTES,
    "GroupId": GROUP, "GroupIds": GROUP, "SecurityGroupIds": GROUP, "Groups": GROUP, "SecurityGroupRuleId": RULE,
    "SecurityGroupRuleIds": RULE, "ReferencedGroupId": GROUP, "KeyPairId": KEY_PAIR, "AllocationId": ADDRESS,
    "InstanceId": INSTANCE, "InstanceIds": INSTANCE, "VolumeId": VOLUME, "VolumeIds": VOLUME,
    "NetworkInterfaceId": INTERFACE, "ImageId": IMAGE,
}  # fmt: skip
