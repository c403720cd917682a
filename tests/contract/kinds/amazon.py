# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated AWS with a site in it, asked in the wire format of queries."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ElementTree
from typing import Any
from urllib.parse import urlencode

from botocore import serialize

from sandbox.aws import kinds as rows
from sandbox.aws import quotas
from sandbox.aws.app import App
from sandbox.aws.cloud import Cloud
from sandbox.journal import Journal
from sandbox.port import Port
from tests.contract.mutants import parsed, with_change
from tests.contract.official import operation
from tests.contract.trial import Answer, Kind, Wire

REGION = "eu-central-1"
VERSIONS = {"ec2": "2016-11-15", "elbv2": "2015-12-01", "elb": "2012-06-01"}
SIGNED_AS = {"ec2": "ec2", "elbv2": "elasticloadbalancing", "elb": "elasticloadbalancing"}
ACCOUNTS = itertools.count(300000000001)  # moto keeps the state of all of its process; an account is used once
Body = dict[str, Any]


class Amazon:
    """One account with a network, and one of everything that requests refer to, by short names in `ids`."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self._port = Port(App(self.cloud, Journal(None)))
        self._port.start()
        self._wires: dict[str, Wire] = {}
        self.reset()

    def reset(self) -> None:
        """A new account is as good as a new cloud."""
        self.account, self.ids = str(next(ACCOUNTS)), dict[str, str]()
        self.cloud.regions.clear()
        self._hang_up()
        self._wires = {service: self._wire(service) for service in VERSIONS}
        self._make_site()
        self.cloud.clock.step(30)
        self.left()

    def _hang_up(self) -> None:
        for wire in self._wires.values():
            wire.close()

    def _wire(self, service: str) -> Wire:
        scope = f"20261101/{REGION}/{SIGNED_AS[service]}/aws4_request"
        signature = f"AWS4-HMAC-SHA256 Credential=sandbox-{self.account}/{scope}, SignedHeaders=host, Signature=0"
        headers = {"Authorization": signature, "Content-Type": "application/x-www-form-urlencoded"}
        return Wire("127.0.0.1", self._port.number, headers)

    def send(self, kind: Kind, body: Any) -> Answer:
        service, action = kind.what.split(":")
        return self.ask(service, action, body)[0]

    def ask(self, service: str, action: str, body: Body) -> tuple[Answer, ElementTree.Element]:
        """One request, of a body as it is on the wire."""
        form = {"Action": action, "Version": VERSIONS[service], **flat(body, service)}
        status, headers, content = self._wires[service].ask("POST", "/", urlencode(form))
        tree = ElementTree.fromstring(content)
        if status < 300:
            return Answer(status), tree
        error = tree.find("Errors/Error" if service == "ec2" else "Error")
        if error is None:
            return Answer(status, flaw=f"the error is {content[:200]!r}"), tree
        code, message = error.findtext("Code") or "", error.findtext("Message") or ""
        return Answer(status, code, message, self._flaw(service, tree, error, headers)), tree

    def _flaw(self, service: str, tree: ElementTree.Element, error: ElementTree.Element, headers: Body) -> str:
        """EC2 has its own form; the query protocol of other services says whose fault it was."""
        of_ec2 = service == "ec2"
        wanted = ["Code", "Message"] if of_ec2 else ["Type", "Code", "Message"]
        if [one.tag for one in error] != wanted or not all(one.text for one in error):
            return f"the error has {[one.tag for one in error]}"
        if tree.tag != ("Response" if of_ec2 else "ErrorResponse"):
            return f"the answer is a {tree.tag}"
        if not tree.findtext("RequestID" if of_ec2 else "RequestId") or "text/xml" not in headers["content-type"]:
            return "the answer has no request id, or is not of type text/xml"
        return ""

    def do(self, action: str, find: str = "", service: str = "ec2", **params: Any) -> str:
        """A request of the site itself, by boto3's names; the text of the first element of that name."""
        answer, tree = self.ask(service, action, on_the_wire(service, action, params))
        assert answer.taken, answer
        return next((one.text or "" for one in tree.iter() if one.tag.split("}")[-1] == find), "")

    def finish(self) -> str:
        """What was accepted has happened."""
        return ""

    def left(self) -> Any:
        with self.cloud.lock:
            self.cloud.tick()
            region = self.cloud.region(self.account, REGION)
            there: dict[str, Any] = {kind.rows: region.rows(kind) for kind in rows.ALL if kind is not rows.IMAGE}
            there["tags"] = {key: dict(tags) for key, tags in region.backend.tags.items() if tags}
            for service in ("elbv2", "elb"):
                there[service] = sorted(self._balancers(service))
            return repr(there)

    def _balancers(self, service: str) -> list[str]:
        from moto.backends import get_backend

        backend: Any = get_backend(service)[self.account][REGION]  # type: ignore[call-overload]
        groups = list(getattr(backend, "target_groups", {}))
        listeners = [key for one in backend.load_balancers.values() for key in getattr(one, "listeners", {})]
        return [*backend.load_balancers, *groups, *map(str, listeners)]

    def close(self) -> None:
        self._hang_up()
        self._port.stop()

    def _make_site(self) -> None:
        ids = self.ids
        ids["vpc"] = self.do("CreateVpc", "vpcId", CidrBlock="10.64.0.0/16")
        ids["other_vpc"] = self.do("CreateVpc", "vpcId", CidrBlock="10.65.0.0/16")
        place = {"VpcId": ids["vpc"], "AvailabilityZone": f"{REGION}a"}
        ids["subnet"] = self.do("CreateSubnet", "subnetId", CidrBlock="10.64.0.0/24", **place)
        ids["bare_subnet"] = self.do("CreateSubnet", "subnetId", CidrBlock="10.64.1.0/24", **place)
        place = {"VpcId": ids["other_vpc"], "AvailabilityZone": f"{REGION}a"}
        ids["other_subnet"] = self.do("CreateSubnet", "subnetId", CidrBlock="10.65.0.0/24", **place)
        ids["gateway"] = self.do("CreateInternetGateway", "internetGatewayId")
        ids["bare_gateway"] = self.do("CreateInternetGateway", "internetGatewayId")
        self.do("AttachInternetGateway", InternetGatewayId=ids["gateway"], VpcId=ids["vpc"])
        ids["table"] = self.do("CreateRouteTable", "routeTableId", VpcId=ids["vpc"])
        ids["other_table"] = self.do("CreateRouteTable", "routeTableId", VpcId=ids["other_vpc"])
        for name, vpc in (("group", "vpc"), ("peer_group", "vpc"), ("other_group", "other_vpc")):
            ids[name] = self.do("CreateSecurityGroup", "groupId", GroupName=name, Description="of a test",
                                VpcId=ids[vpc])  # fmt: skip
        one = [{"IpProtocol": "udp", "FromPort": 51820, "ToPort": 51820, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.do("AuthorizeSecurityGroupIngress", GroupId=ids["group"], IpPermissions=one)
        ids["rule"] = next(
            row["SecurityGroupRuleId"] for row in self.cloud.region(self.account, REGION).rows(rows.RULE)
            if row["GroupId"] == ids["group"] and not row["IsEgress"]
        )  # fmt: skip
        ids["egress"] = next(
            row["SecurityGroupRuleId"] for row in self.cloud.region(self.account, REGION).rows(rows.RULE)
            if row["GroupId"] == ids["group"] and row["IsEgress"]
        )  # fmt: skip
        self.do("CreateTags", Resources=[ids["vpc"]], Tags=[{"Key": "Name", "Value": "there"}])
        ids["key"] = "there"
        self.do("CreateKeyPair", KeyName="there")
        self._make_roads()
        self._make_machine()

    def _make_roads(self) -> None:
        """A network with everything in it that can be taken off something."""
        ids = self.ids
        self.cloud.shared.quotas.set(quotas.VPCS.code, 10)
        ids["empty_vpc"] = self.do("CreateVpc", "vpcId", CidrBlock="10.67.0.0/16")
        ids["third_vpc"] = self.do("CreateVpc", "vpcId", CidrBlock="10.68.0.0/16")
        subnet = self.do("CreateSubnet", "subnetId", CidrBlock="10.68.0.0/24", VpcId=ids["third_vpc"])
        for name in ("third_table", "third_spare"):
            ids[name] = self.do("CreateRouteTable", "routeTableId", VpcId=ids["third_vpc"])
        ids["third_gateway"] = self.do("CreateInternetGateway", "internetGatewayId")
        self.do("AttachInternetGateway", InternetGatewayId=ids["third_gateway"], VpcId=ids["third_vpc"])
        self.do("CreateRoute", RouteTableId=ids["third_table"], DestinationCidrBlock="0.0.0.0/0",
                GatewayId=ids["third_gateway"])  # fmt: skip
        ids["association"] = self.do("AssociateRouteTable", "associationId", RouteTableId=ids["third_table"],
                                     SubnetId=subnet)  # fmt: skip

    def _make_machine(self) -> None:
        from sandbox.aws.images import IMAGES

        ids = self.ids
        ids["image"] = next(one.id(REGION) for one in IMAGES if one.name == "debian-13")
        ids["machine"] = self.do("RunInstances", "instanceId", ImageId=ids["image"], InstanceType="t3.small",
                                 MinCount=1, MaxCount=1, SubnetId=ids["subnet"])  # fmt: skip
        ids["volume"] = self.do("CreateVolume", "volumeId", Size=10, AvailabilityZone=f"{REGION}a")
        ids["far_volume"] = self.do("CreateVolume", "volumeId", Size=10, AvailabilityZone=f"{REGION}b")
        ids["interface"] = self.do("CreateNetworkInterface", "networkInterfaceId", SubnetId=ids["subnet"])
        ids["address"] = self.do("AllocateAddress", "allocationId", Domain="vpc")
        self._use()
        ids["balancer"] = self.do("CreateLoadBalancer", "LoadBalancerArn", "elbv2", Name="there", Type="network",
                                  Subnets=[ids["subnet"]])  # fmt: skip
        ids["targets"] = self.do("CreateTargetGroup", "TargetGroupArn", "elbv2", Name="there", Protocol="TCP", Port=80,
                                 VpcId=ids["vpc"])  # fmt: skip

    def _use(self) -> None:
        """A second machine, stopped; a volume and an address in use."""
        ids = self.ids
        ids["stopped"] = self.do("RunInstances", "instanceId", ImageId=ids["image"], InstanceType="t3.small",
                                 MinCount=1, MaxCount=1, SubnetId=ids["subnet"])  # fmt: skip
        ids["used_volume"] = self.do("CreateVolume", "volumeId", Size=10, AvailabilityZone=f"{REGION}a")
        self.cloud.clock.step(30)
        self.do("StopInstances", InstanceIds=[ids["stopped"]])
        self.do("AttachVolume", VolumeId=ids["used_volume"], InstanceId=ids["machine"], Device="/dev/sdg")
        nic = self.do("CreateNetworkInterface", "networkInterfaceId", SubnetId=ids["subnet"])
        address = self.do("AllocateAddress", "allocationId", Domain="vpc")
        ids["used_address"] = self.do("AssociateAddress", "associationId", AllocationId=address, NetworkInterfaceId=nic)


def on_the_wire(service: str, action: str, params: Body) -> Body:
    """A request by boto3's names as botocore's own serialiser would send it, with its structure back."""
    protocol = "ec2" if service == "ec2" else "query"
    serializer = serialize.create_serializer(protocol, include_validation=False)
    form = serializer.serialize_to_request(params, operation(service, action))["body"]
    body: Body = {}
    for key, value in form.items():
        if key not in ("Action", "Version"):
            path = tuple(part - 1 if isinstance(part, int) else part for part in parsed(key) if part != "member")
            body = with_change(body, path, value)
    return body


def flat(value: Any, service: str, prefix: str = "") -> dict[str, str]:
    """A body as the pairs of a query; lists of the query protocol are one word deeper."""
    if isinstance(value, dict):
        pairs = {f"{prefix}.{name}".strip("."): inner for name, inner in value.items()}
    elif isinstance(value, list):
        word = "" if service == "ec2" else ".member"
        pairs = {f"{prefix}{word}.{number}": inner for number, inner in enumerate(value, 1)}
    else:
        return {prefix: str(value).lower() if isinstance(value, bool) else str(value)}
    return {key: text for name, inner in pairs.items() for key, text in flat(inner, service, name).items()}
