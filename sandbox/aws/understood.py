# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parameters that have an effect here, per action. A known one that has none would be a silent lie: it is 501."""

from __future__ import annotations

from sandbox.aws.errors import not_implemented
from sandbox.aws.model import Params

PERMISSIONS = (
    "IpProtocol FromPort ToPort CidrIp TagSpecifications IpPermissions.IpProtocol IpPermissions.FromPort "
    "IpPermissions.ToPort IpPermissions.IpRanges IpPermissions.Ipv6Ranges IpPermissions.UserIdGroupPairs.GroupId "
    "IpPermissions.UserIdGroupPairs.UserId IpPermissions.UserIdGroupPairs.Description"
)
UNDERSTOOD: dict[str, str] = {
    "CreateVpc": "CidrBlock InstanceTenancy TagSpecifications",
    "ModifyVpcAttribute": "VpcId EnableDnsHostnames EnableDnsSupport",
    "CreateSubnet": "VpcId CidrBlock AvailabilityZone TagSpecifications",
    "ModifySubnetAttribute": "SubnetId MapPublicIpOnLaunch",
    "CreateRoute": "RouteTableId DestinationCidrBlock GatewayId InstanceId NetworkInterfaceId",
    "ReplaceRoute": "RouteTableId DestinationCidrBlock GatewayId InstanceId NetworkInterfaceId",
    "DeleteRoute": "RouteTableId DestinationCidrBlock",
    "AssociateRouteTable": "RouteTableId SubnetId",
    "CreateSecurityGroup": "GroupName Description VpcId TagSpecifications",
    "AuthorizeSecurityGroupIngress": f"GroupId GroupName {PERMISSIONS}",
    "AuthorizeSecurityGroupEgress": f"GroupId {PERMISSIONS}",
    "ImportKeyPair": "KeyName PublicKeyMaterial TagSpecifications",
    "CreateKeyPair": "KeyName KeyType TagSpecifications",
    "AllocateAddress": "Domain TagSpecifications",
    "AssociateAddress": "AllocationId PublicIp InstanceId NetworkInterfaceId AllowReassociation",
    "RunInstances": "ImageId InstanceType MinCount MaxCount KeyName SecurityGroupIds SecurityGroups SubnetId UserData "
                    "Placement.AvailabilityZone Placement.Tenancy BlockDeviceMappings.DeviceName "
                    "BlockDeviceMappings.Ebs.DeleteOnTermination BlockDeviceMappings.Ebs.VolumeSize "
                    "BlockDeviceMappings.Ebs.VolumeType BlockDeviceMappings.Ebs.Encrypted "
                    "NetworkInterfaces.DeviceIndex NetworkInterfaces.SubnetId "
                    "NetworkInterfaces.Groups NetworkInterfaces.AssociatePublicIpAddress "
                    "NetworkInterfaces.PrivateIpAddress NetworkInterfaces.DeleteOnTermination "
                    "NetworkInterfaces.Description TagSpecifications MetadataOptions.HttpTokens "
                    "MetadataOptions.HttpPutResponseHopLimit MetadataOptions.HttpEndpoint "
                    "MetadataOptions.InstanceMetadataTags ClientToken PrivateIpAddress "
                    "InstanceMarketOptions.MarketType EbsOptimized Monitoring.Enabled "
                    "InstanceInitiatedShutdownBehavior DisableApiTermination DisableApiStop "
                    "CreditSpecification.CpuCredits",
    "ModifyInstanceMetadataOptions": "InstanceId HttpTokens HttpPutResponseHopLimit HttpEndpoint InstanceMetadataTags",
    "CreateVolume": "AvailabilityZone Size VolumeType Encrypted TagSpecifications ClientToken",
    "ModifyVolume": "VolumeId Size VolumeType",
    "AttachVolume": "VolumeId InstanceId Device",
    "CreateNetworkInterface": "SubnetId Groups Description PrivateIpAddress TagSpecifications ClientToken",
    "ModifyNetworkInterfaceAttribute": "NetworkInterfaceId SourceDestCheck Groups Description",
    "elbv2:CreateLoadBalancer": "Name Type Scheme Subnets SubnetMappings.SubnetId SecurityGroups Tags",
    "elbv2:CreateTargetGroup": "Name Protocol Port VpcId TargetType Tags",
    "elbv2:CreateListener": "LoadBalancerArn Protocol Port DefaultActions.Type DefaultActions.TargetGroupArn Tags",
    "elb:CreateLoadBalancer": "LoadBalancerName Listeners.Protocol Listeners.LoadBalancerPort Listeners.InstancePort "
                              "Listeners.InstanceProtocol Subnets SecurityGroups Scheme Tags",
}  # fmt: skip
_NAMES = {action: frozenset(text.split()) for action, text in UNDERSTOOD.items()}


def check_understood(action: str, params: Params) -> None:
    """Refuse what has no effect here, by its whole path. Raises AwsError."""
    if action in _NAMES:
        for path in _others(params, "", _NAMES[action]):
            raise not_implemented(f"{action} with {path}")


def _others(value: object, path: str, known: frozenset[str]) -> list[str]:
    if path in known:
        return []
    if isinstance(value, dict) and (value or not path):
        return [one for name, inner in value.items() for one in _others(inner, f"{path}.{name}".strip("."), known)]
    if isinstance(value, list) and value:
        return [one for inner in value for one in _others(inner, path, known)]
    return [] if any(one.startswith(path + ".") for one in known) else [path]
