# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site in AWS."""

from __future__ import annotations

from typing import Any

from sandbox.places import AWS
from tests.sandbox.conftest import Sandbox

from .ground import Ground


class AwsGround(Ground):
    cloud, region = AWS, "eu-north-1"
    listing, making = "DescribeVpcs", "CreateVpc"

    def __init__(self, daemon: Sandbox) -> None:
        super().__init__(daemon)
        daemon.ask("POST", "quotas", {"code": "L-F678F1CE", "value": 50})
        self.ec2 = daemon.client(region=self.region)
        self.site()
        self.spares()

    def site(self) -> None:
        vpc = self.ec2.create_vpc(CidrBlock="10.64.0.0/16", TagSpecifications=tags("vpc", "shop"))["Vpc"]["VpcId"]
        self.subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.64.0.0/20")["Subnet"]["SubnetId"]
        gateway = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        named = tags("security-group", "shop")
        self.group = self.ec2.create_security_group(
            GroupName="nodes", Description="of a test", VpcId=vpc, TagSpecifications=named
        )["GroupId"]
        rule = {"IpProtocol": "udp", "FromPort": 51820, "ToPort": 51820, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[rule])
        table = self.ec2.create_route_table(VpcId=vpc, TagSpecifications=tags("route-table", "shop"))["RouteTable"]
        self.routing = table["RouteTableId"]
        self.ec2.create_route(RouteTableId=self.routing, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        image = self.ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
        nic = {"DeviceIndex": 0, "SubnetId": self.subnet, "Groups": [self.group]}
        self.machine = self.ec2.run_instances(
            ImageId=image, InstanceType="t3.nano", MinCount=1, MaxCount=1, NetworkInterfaces=[nic],
            TagSpecifications=[*tags("instance", "shop"), *tags("volume", "shop"), *tags("network-interface", "shop")],
        )["Instances"][0]["InstanceId"]  # fmt: skip
        self.pass_time()
        address = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        self.ec2.associate_address(InstanceId=self.machine, AllocationId=address)

    def spares(self) -> None:
        """One of each that nothing needs."""
        zone = self.ec2.describe_subnets(SubnetIds=[self.subnet])["Subnets"][0]["AvailabilityZone"]
        self.ec2.create_volume(AvailabilityZone=zone, Size=4, TagSpecifications=tags("volume", "spare"))
        self.ec2.create_key_pair(KeyName="spare", KeyType="ed25519")
        vpc = self.ec2.create_vpc(CidrBlock="10.70.0.0/16", TagSpecifications=tags("vpc", "spare"))["Vpc"]["VpcId"]
        named = tags("subnet", "spare")
        subnet = self.ec2.create_subnet(VpcId=vpc, CidrBlock="10.70.0.0/20", TagSpecifications=named)["Subnet"]
        self.ec2.create_security_group(GroupName="spare", Description="spare", VpcId=vpc)
        self.ec2.create_route_table(VpcId=vpc, TagSpecifications=tags("route-table", "spare"))
        named = tags("network-interface", "spare")
        self.ec2.create_network_interface(SubnetId=subnet["SubnetId"], TagSpecifications=named)
        gateway = self.ec2.create_internet_gateway(TagSpecifications=tags("internet-gateway", "spare"))
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway["InternetGateway"]["InternetGatewayId"], VpcId=vpc)

    def peers(self, port: int) -> list[str]:
        rules = self.ec2.describe_security_groups(GroupIds=[self.group])["SecurityGroups"][0]["IpPermissions"]
        return [one["CidrIp"] for rule in rules if rule.get("FromPort") == port for one in rule["IpRanges"]]

    def routes(self) -> list[str]:
        rows = self.ec2.describe_route_tables(RouteTableIds=[self.routing])["RouteTables"][0]["Routes"]
        return [row["DestinationCidrBlock"] for row in rows if row["GatewayId"] != "local"]

    def row(self) -> dict[str, Any]:
        """Of the machine."""
        return dict(self.ec2.describe_instances(InstanceIds=[self.machine])["Reservations"][0]["Instances"][0])

    def tags(self) -> dict[str, str]:
        return {tag["Key"]: tag["Value"] for tag in self.row().get("Tags", [])}

    def state(self) -> str:
        word = str(self.row()["State"]["Name"])
        return "gone" if word == "terminated" else word

    def addresses(self) -> int:
        return len(self.ec2.describe_addresses()["Addresses"])

    def networks(self) -> list[str]:
        return [row["VpcId"] for row in self.ec2.describe_vpcs()["Vpcs"]]

    def make_network(self, name: str) -> Any:
        return self.ec2.create_vpc(CidrBlock="10.71.0.0/16", TagSpecifications=tags("vpc", name))["Vpc"]["State"]

    def touch(self, network: str) -> None:
        self.ec2.delete_vpc(VpcId=network)

    def change(self, network: str) -> None:
        self.ec2.create_tags(Resources=[network], Tags=[{"Key": "team", "Value": "us"}])


def tags(kind: str, name: str) -> list[dict[str, Any]]:
    """TagSpecifications of one kind."""
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]
