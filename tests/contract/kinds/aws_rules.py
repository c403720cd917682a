# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules that hold in many requests to AWS, and where they are written down."""

from __future__ import annotations

from tests.contract.trial import Rule, rules

HOME = "https://docs.aws.amazon.com/"
API = HOME + "AWSEC2/latest/APIReference/API_{}.html"
PAGES = {
    "VPC CIDR blocks": HOME + "vpc/latest/userguide/vpc-cidr-blocks.html",
    "subnet sizing": HOME + "vpc/latest/userguide/subnet-sizing.html",
    "route tables": HOME + "vpc/latest/userguide/VPC_Route_Tables.html",
    "internet gateways": HOME + "vpc/latest/userguide/VPC_Internet_Gateway.html",
    "security group rules": HOME + "vpc/latest/userguide/security-group-rules.html",
    "VPC quotas": HOME + "vpc/latest/userguide/amazon-vpc-limits.html",
    "Elastic IP addresses": HOME + "AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html",
    "load balancers": HOME + "elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html",
    "tags": HOME + "AWSEC2/latest/UserGuide/Using_Tags.html",
    "user data": HOME + "AWSEC2/latest/UserGuide/user-data.html",
    "volume types": HOME + "ebs/latest/userguide/ebs-volume-types.html",
    "error codes": HOME + "AWSEC2/latest/APIReference/errors-overview.html",
    **{one: API.format(one) for one in (
        "CreateVpc", "CreateSubnet", "CreateRoute", "AssociateRouteTable", "CreateSecurityGroup",
        "AuthorizeSecurityGroupIngress", "ImportKeyPair", "AssociateAddress", "RunInstances", "CreateVolume",
        "ModifyVolume", "AttachVolume", "CreateNetworkInterface", "ModifyInstanceAttribute",
        "ModifyInstanceMetadataOptions",
        "ModifyNetworkInterfaceAttribute", "ModifySecurityGroupRules", "AttachInternetGateway",
    )},
}  # fmt: skip
INVALID, MISSING = "InvalidParameterValue", "MissingParameter"
COMBINED, LINKED = "InvalidParameterCombination", "Resource.AlreadyAssociated"
IDS = {  # prefix -> what AWS calls one that is malformed, and one that is not there
    "vpc": ("InvalidVpcId.Malformed", "InvalidVpcID.NotFound"),
    "subnet": ("InvalidSubnetId.Malformed", "InvalidSubnetID.NotFound"),
    "igw": ("InvalidInternetGatewayId.Malformed", "InvalidInternetGatewayID.NotFound"),
    "rtb": ("InvalidRouteTableId.Malformed", "InvalidRouteTableID.NotFound"),
    "sg": ("InvalidGroupId.Malformed", "InvalidGroup.NotFound"),
    "sgr": ("InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound"),
    "eipalloc": ("InvalidAllocationID.Malformed", "InvalidAllocationID.NotFound"),
    "i": ("InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"),
    "vol": ("InvalidVolumeID.Malformed", "InvalidVolume.NotFound"),
    "eni": ("InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound"),
    "ami": ("InvalidAMIID.Malformed", "InvalidAMIID.NotFound"),
}


def an_id(where: str, prefix: str) -> tuple[Rule, ...]:
    """Ids have a shape, and name something that is there."""
    malformed, missing = IDS[prefix]
    return (Rule(where, "malformed id", "banana", malformed, "error codes"),
            Rule(where, "id of nothing", f"{prefix}-{'0' * 17}", missing, "error codes"))  # fmt: skip


def its_tags(where: str, wrong_kind: str = "") -> tuple[Rule, ...]:
    """What holds for tags wherever they are given. `where` names their list."""
    first = f"{where}[0]"
    most = [{"Key": f"k{number}", "Value": "x"} for number in range(51)]
    found = rules(INVALID, "tags", (f"{first}.Key", "129 characters", "k" * 129), (f"{first}.Key", "empty", ""),
                  (f"{first}.Key", "begins with aws:", "aws:mine"), (f"{first}.Value", "257 characters", "v" * 257),
                  (f"{where}[1]", "key twice", {"Key": "Name", "Value": "other"}))  # fmt: skip
    found += rules("TagLimitExceeded", "tags", (where, "51", most))
    if wrong_kind:
        sort = f"{where.rsplit('.', 1)[0]}.ResourceType"
        found += rules(INVALID, "tags", (sort, "of another kind", wrong_kind))
    return found


PERMISSION, DISK = "IpPermissions[0]", "BlockDeviceMapping[0].Ebs"
SPECIFIED = its_tags("TagSpecification[0].Tag", "image")
CIDR = (("", "no range", "banana"), ("", "no prefix length", "10.66.0.0"), ("", "over 32", "10.66.0.0/33"))


def a_cidr(where: str, page: str) -> tuple[Rule, ...]:
    return rules(INVALID, page, *((where, why, value) for _, why, value in CIDR))
