# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated AWS: an access key with a policy, in an account of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config

from ansible_collections.pangaea.multicloud.plugins.modules import aws_machines, aws_network
from sandbox.aws.app import App
from sandbox.aws.cloud import Cloud
from sandbox.aws.control import Control
from sandbox.journal import Journal
from sandbox.port import Port
from tests.contract.watch import watched
from tests.sandbox.permissions.lab import Exempt, Lab
from tests.sandbox.running import OWNER

LEAST, REGION = "sandbox-least", "eu-central-1"
KUBERNETES = {"Key": f"kubernetes.io/cluster/{OWNER}", "Value": "owned"}
EVERYTHING = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
TELNET = {"IpProtocol": "tcp", "FromPort": 23, "ToPort": 23, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


class Aws(Lab):
    """As user ``sandbox-least``; damage by the account's own key, which may do everything."""

    cloud, document = "aws", "aws-policy.json"
    refused = ("UnauthorizedOperation", "AccessDenied", "AccessDeniedException")
    network_module, machines_module = aws_network, aws_machines
    cidr, pods = "10.64.0.0/16", "10.128.0.0/16"
    exempt = Exempt(
        goes_on={
            "servicequotas:GetServiceQuota": "a quota that cannot be read is not compared before; creating would tell",
        },
    )

    def __init__(self, url: str, cloud: Cloud, journal: Journal) -> None:
        self.url = url
        super().__init__(cloud, journal, LEAST)

    @classmethod
    def permissions(cls) -> list[str]:
        return [one for statement in cls.written()["Statement"] for one in statement["Action"]]

    def fresh(self) -> None:
        self.account = "".join(secrets.choice("123456789") for _ in range(12))
        self.allow(self.permissions())

    def allow(self, permissions: Iterable[str]) -> None:
        """The document, without the actions that are not named here."""
        policy, wanted = self.written(), set(permissions)
        for statement in policy["Statement"]:
            statement["Action"] = [one for one in statement["Action"] if one in wanted]
        policy["Statement"] = [one for one in policy["Statement"] if one["Action"]]
        self.bind(policy)

    def bind(self, *policies: Any) -> None:
        self.simulator.principals.bind(self.principal, list(policies), self.account)

    def login(self) -> dict[str, Any]:
        keys = {"access_key": LEAST, "secret_key": "secret", "endpoint_url": self.url}
        return {**keys, "region": REGION, "account": self.account}

    def client(self, service: str = "ec2", key: str = "") -> Any:
        """A client of our own, beside the modules."""
        make: Any = boto3.client
        return make(service, region_name=REGION, endpoint_url=self.url, aws_secret_access_key="secret",
                    aws_access_key_id=key or f"sandbox-{self.account}",
                    config=Config(retries={"total_max_attempts": 1}))  # fmt: skip

    def damages(self) -> dict[str, Callable[[], None]]:
        return {
            "a port is open": lambda: self._rules("authorize", "ingress", TELNET),
            "nothing may leave": lambda: self._rules("revoke", "egress", EVERYTHING),
            "a port out is open": lambda: self._rules("authorize", "egress", TELNET),
            "the way out leads elsewhere": self._turn_the_route,
            "a route was added": self._add_a_route,
            "a subnet has another table": self._swap_the_table,
            "a worker is stopped": lambda: self.client().stop_instances(InstanceIds=[self._instance()["InstanceId"]]),
            "the control plane is in a pool": lambda: self.client().create_tags(
                Resources=[self._instance(self.control)["InstanceId"]],
                Tags=[{"Key": "pangaea-pool", "Value": "general"}]),
            "metadata answers hop": lambda: self.client().modify_instance_metadata_options(
                InstanceId=self._instance()["InstanceId"], HttpTokens="optional", HttpPutResponseHopLimit=2),
            "a firewall is off": lambda: self.client().modify_network_interface_attribute(
                NetworkInterfaceId=self._instance()["NetworkInterfaces"][0]["NetworkInterfaceId"],
                Groups=[self.made["groups"]["nodes"]]),
        }  # fmt: skip

    def leave(self) -> None:
        """Disk, interface, address in use, load balancer and target group of Kubernetes."""
        ec2, balancing = self.client(), self.client("elbv2")
        zone, subnet = next((name, one["subnet_id"]) for name, one in self.made["zones"].items())
        ec2.create_volume(AvailabilityZone=zone, Size=1, TagSpecifications=_tagged("volume"))
        nics = [ec2.create_network_interface(SubnetId=subnet, TagSpecifications=_tagged("network-interface"))
                for _ in range(2)]  # fmt: skip
        address = ec2.allocate_address(Domain="vpc", TagSpecifications=_tagged("elastic-ip"))["AllocationId"]
        used = nics[0]["NetworkInterface"]["NetworkInterfaceId"]
        ec2.associate_address(AllocationId=address, NetworkInterfaceId=used)
        name, tags = secrets.token_hex(4), {"Tags": [KUBERNETES]}
        balancing.create_load_balancer(Name=name, Type="network", Subnets=[subnet], **tags)
        balancing.create_target_group(Name=name, Protocol="TCP", Port=80, VpcId=self.made["id"], **tags)
        self.simulator.clock.step(10)

    def _rules(self, verb: str, way: str, rule: dict[str, Any]) -> None:
        call = getattr(self.client(), f"{verb}_security_group_{way}")
        call(GroupId=self.made["groups"]["nodes"], IpPermissions=[rule])

    def _table(self) -> dict[str, Any]:
        filters = [{"Name": "vpc-id", "Values": [self.made["id"]]}, {"Name": "tag:pangaea-cluster", "Values": [OWNER]}]
        return dict(self.client().describe_route_tables(Filters=filters)["RouteTables"][0])

    def _instance(self, name: str = "") -> dict[str, Any]:
        wanted = {"tag:Name": [name or self.worker], "instance-state-name": ["running"]}
        filters = [{"Name": name, "Values": values} for name, values in wanted.items()]
        return dict(self.client().describe_instances(Filters=filters)["Reservations"][0]["Instances"][0])

    def _turn_the_route(self) -> None:
        nic = self._instance()["NetworkInterfaces"][0]["NetworkInterfaceId"]
        table = self._table()["RouteTableId"]
        self.client().replace_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", NetworkInterfaceId=nic)

    def _add_a_route(self) -> None:
        table = self._table()
        gateway = next(one["GatewayId"] for one in table["Routes"] if one["GatewayId"] != "local")
        self.client().create_route(
            RouteTableId=table["RouteTableId"], DestinationCidrBlock="8.8.8.0/24", GatewayId=gateway
        )

    def _swap_the_table(self) -> None:
        main = self.client().describe_route_tables(
            Filters=[{"Name": "vpc-id", "Values": [self.made["id"]]}, {"Name": "association.main", "Values": ["true"]}]
        )["RouteTables"][0]["RouteTableId"]
        association = self._table()["Associations"][0]["RouteTableAssociationId"]
        self.client().replace_route_table_association(AssociationId=association, RouteTableId=main)


def _tagged(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [KUBERNETES]}]


@contextmanager
def serving() -> Iterator[Aws]:
    """The simulator on a free port of loopback; a bug of it fails the test."""
    cloud, journal = Cloud(), Journal(None)
    cloud.clock.hurry(100)
    app = App(cloud, journal)
    port = Port(Control(app))
    port.start()
    try:
        with watched("aws", port.url) as url:
            yield Aws(url, cloud, journal)
        assert app.bugs == []
    finally:
        port.stop()
