# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole sandbox on this machine: what the cloud's API is told becomes real, and all of it goes."""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox import lifecycle
from sandbox.cli import main
from sandbox.places import AWS, Place, started
from tests.contract.watch import contract, watched_sandbox
from tests.sandbox.conftest import free_port

__all__ = ["contract"]
pytestmark = pytest.mark.hosts

REGION = "eu-central-1"
USER_DATA = "#cloud-config\nwrite_files: [{path: /etc/hello, content: from the cloud}]\n"
ASK = (
    "T=$(curl -sX PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 9' 169.254.169.254/latest/api/token); "
    'curl -sH "X-aws-ec2-metadata-token: $T" 169.254.169.254/latest/meta-data/instance-id; '
    "curl -so /dev/null -w ' %{http_code}' 169.254.169.254/latest/meta-data/"
)
PATIENCE = 120.0  # seconds for anything; a machine boots in four on an idle host


class Whole:
    """A running sandbox with machines, one network in it, and somebody in its internet who has ssh."""

    def __init__(self, place: Place, port: int, url: str, key: Path) -> None:
        self.place, self.port, self.url, self.key = place, port, url, key
        self.ec2 = self.client("ec2")
        ec2 = self.ec2
        vpc = ec2.create_vpc(CidrBlock="10.64.0.0/16")["Vpc"]["VpcId"]
        self.subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.64.0.0/20")["Subnet"]["SubnetId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        self.table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        ec2.create_route(RouteTableId=self.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
        ec2.associate_route_table(RouteTableId=self.table, SubnetId=self.subnet)
        self.group = ec2.create_security_group(GroupName="nodes", Description="of a test", VpcId=vpc)["GroupId"]
        ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[ssh])
        ec2.import_key_pair(KeyName="mine", PublicKeyMaterial=key.with_suffix(".pub").read_bytes())

    def client(self, service: str) -> Any:
        make: Any = boto3.client  # typed by the names of all services, of which this one is any
        return make(
            service, region_name=REGION, endpoint_url=self.url, aws_access_key_id="sandbox",
            aws_secret_access_key="sandbox", config=Config(proxies={}, retries={"total_max_attempts": 1}),
        )  # fmt: skip

    def launch(self, image: str) -> str:
        nic = {"DeviceIndex": 0, "SubnetId": self.subnet, "Groups": [self.group], "AssociatePublicIpAddress": True}
        tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "host-1"}]}]
        answer = self.ec2.run_instances(
            ImageId=image, InstanceType="t3.small", MinCount=1, MaxCount=1, KeyName="mine", NetworkInterfaces=[nic],
            TagSpecifications=tags, UserData=USER_DATA,
            MetadataOptions={"HttpTokens": "required", "HttpPutResponseHopLimit": 1},
        )  # fmt: skip
        return str(answer["Instances"][0]["InstanceId"])

    def machine(self, key: str) -> dict[str, Any]:
        return dict(self.ec2.describe_instances(InstanceIds=[key])["Reservations"][0]["Instances"][0])

    def until(self, key: str, state: str) -> None:
        wait(lambda: self.machine(key)["State"]["Name"] == state, f"{key} is {state}")

    def ssh(self, key: str, command: str, patience: float = PATIENCE) -> str:
        """What the command prints on the machine, over its public address. Fails the test when nobody answers."""
        address, limit = self.machine(key)["PublicIpAddress"], time.monotonic() + patience
        words = ["ip", "netns", "exec", f"pgs-{self.place.name}-internet", "ssh", "-i", str(self.key), "-F", "none",
                 "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
                 "-o", "ConnectTimeout=2", "-o", "BatchMode=yes", f"debian@{address}", command]  # fmt: skip
        while True:
            done = subprocess.run(words, capture_output=True, text=True, check=False)
            if done.returncode == 0:
                return done.stdout.strip()
            if time.monotonic() > limit:
                raise AssertionError(f"ssh {address} {command!r}: {done.returncode}: {done.stderr}")
            time.sleep(0.3)

    def silent(self, key: str) -> None:
        """Wait until nobody answers: the kernel follows the cloud within a moment."""
        wait(lambda: not self._answers(key), f"{key} is out of reach")

    def _answers(self, key: str) -> bool:
        try:
            return self.ssh(key, "echo here", patience=0) == "here"
        except AssertionError:
            return False

    def drill(self, *words: str) -> None:
        assert main(["drill", "--name", self.place.name, *words]) == 0


def wait(ready: Callable[[], bool], what: str) -> None:
    limit = time.monotonic() + PATIENCE
    while not ready():
        assert time.monotonic() < limit, f"not yet after {PATIENCE:.0f} s: {what}"
        time.sleep(0.2)


def left(name: str) -> list[str]:
    """What the kernel and the process table still have with this sandbox's name."""
    prefix = f"pgs-{name}-"
    spaces = subprocess.run(["ip", "netns"], capture_output=True, text=True, check=True).stdout.split("\n")
    mounts = Path("/proc/self/mounts").read_text().splitlines()
    processes = [path.read_bytes().decode(errors="replace") for path in Path("/proc").glob("[0-9]*/comm")]
    return [line for line in (*spaces, *mounts, *processes) if prefix in line or f"/{name}/fabric" in line]


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Whole]:
    """A sandbox of this test alone. `down` and its proof are part of the test."""
    monkeypatch.setenv("PANGAEA_SANDBOX", str(tmp_path))
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    place, port = Place("w" + secrets.token_hex(4)), free_port()
    try:
        lifecycle.up(place, port, clouds_only=False, say=print)
        with watched_sandbox(place, port) as urls:
            yield Whole(place, port, urls[AWS], key)
    finally:
        lifecycle.down(place, say=print)
    assert not left(place.name)


def test_what_the_api_is_told_becomes_real_and_drills_hurt(whole: Whole) -> None:
    name = "/aws/service/debian/release/13/latest/amd64"
    key = whole.launch(whole.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    whole.until(key, "running")
    assert whole.ssh(key, "cat /etc/hello") == "from the cloud"
    assert whole.ssh(key, ASK) == f"{key} 401"

    whole.drill("delete-rule", whole.group, "--port", "22")
    whole.silent(key)
    whole.drill("add-rule", whole.group, "--port", "22", "--cidr", "198.18.0.0/15")
    assert whole.ssh(key, "echo here", 10) == "here"
    whole.drill("delete-route", whole.table)
    whole.silent(key)
    gateway = whole.ec2.describe_internet_gateways()["InternetGateways"][0]["InternetGatewayId"]
    whole.ec2.create_route(RouteTableId=whole.table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    assert whole.ssh(key, "echo here", 10) == "here"

    whole.drill("kill-machine", "host-1")
    whole.silent(key)
    assert whole.machine(key)["State"]["Name"] == "running"  # the cloud does not know
    status = whole.ec2.describe_instance_status(InstanceIds=[key])["InstanceStatuses"][0]["InstanceStatus"]["Status"]
    assert status == "impaired"
    whole.ec2.stop_instances(InstanceIds=[key])
    whole.until(key, "stopped")
    whole.ec2.start_instances(InstanceIds=[key])
    whole.until(key, "running")
    assert whole.ssh(key, "cat /etc/hello") == "from the cloud"  # its disk has lived on

    address = whole.ec2.allocate_address(Domain="vpc")
    whole.ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=key)
    assert whole.machine(key)["PublicIpAddress"] == address["PublicIp"]
    assert whole.ssh(key, "echo here", 10) == "here"
    whole.ec2.terminate_instances(InstanceIds=[key])
    whole.until(key, "terminated")
    assert f"pgs-{whole.place.name}-m-{key}" not in "".join(left(whole.place.name))


def test_an_image_that_cannot_boot_ends_its_machine_with_a_reason(whole: Whole) -> None:
    name = "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"
    key = whole.launch(whole.client("ssm").get_parameter(Name=name)["Parameter"]["Value"])
    whole.until(key, "terminated")
    assert whole.machine(key)["StateReason"]["Code"] == "Server.InternalError"
    assert "cannot boot Ubuntu" in whole.place.log.read_text()


def test_after_a_kill_of_the_daemon_up_starts_afresh(whole: Whole) -> None:
    images = whole.ec2.describe_images(Owners=["self"])["Images"]
    whole.until(whole.launch(images[0]["ImageId"]), "running")
    about = json.loads(whole.place.daemon.read_text())
    os.kill(about["pid"], signal.SIGKILL)
    wait(lambda: started(about["pid"]) != about["ticks"], "the daemon is dead")
    assert any("-m-i-" in line for line in left(whole.place.name))  # the machine outlived it
    lifecycle.up(whole.place, whole.port, clouds_only=False, say=print)
    assert not any("-m-i-" in line for line in left(whole.place.name))
    assert not whole.ec2.describe_instances()["Reservations"]
