# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules against a plain, unmodified moto_server, started here on a free port of the loopback interface."""

from __future__ import annotations

import base64
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.client import Login
from ansible_collections.pangaea.multicloud.plugins.modules import account_snapshot_info, aws_machines, aws_network
from tests.contract.watch import watched

ACCOUNT = "123456789012"  # moto's own
REGION = "eu-central-1"
OWNER, NAME, SITE = "shop-k3v9q2ab", "shop", "aws-fra"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0"


class Outcome(dict[str, Any]):
    """What a module said, and whether it failed."""

    failed = False


class Aws:
    """One simulator, and the modules pointed at it."""

    def __init__(self, url: str, account: str = ACCOUNT, key: str = "testing", image: str = "") -> None:
        self.url, self.account, self.key, self.image = url, account, key, image

    def reset(self) -> None:
        self._control("reset")
        self._control("recorder/reset-recording")
        self._control("recorder/start-recording")
        self.image = self.image or self.ec2().describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
        self.requests()

    def _control(self, path: str) -> bytes:
        headers = {"Content-Type": "application/json"}  # else moto reads the body as a form, and finds nothing
        request = urllib.request.Request(f"{self.url}/moto-api/{path}", data=b"{}", headers=headers, method="POST")
        return bytes(urllib.request.urlopen(request, timeout=10).read())

    def ec2(self, region: str = REGION, service: str = "ec2") -> Any:
        """A client of our own, beside the modules."""
        keys = {"aws_access_key_id": self.key, "aws_secret_access_key": "secret"}
        return boto3.client(service, region_name=region, endpoint_url=self.url, **keys)

    def requests(self) -> list[str]:
        """What was asked of the simulator since the last look, by moto's own record: names of operations."""
        url = f"{self.url}/moto-api/recorder/download-recording"
        lines = urllib.request.urlopen(url, timeout=10).read().decode().splitlines()
        self._control("recorder/reset-recording")
        bodies = [base64.b64decode(json.loads(line)["body"]).decode() for line in lines if json.loads(line)["body"]]
        return [part[7:] for body in bodies for part in body.split("&") if part.startswith("Action=")]

    def run(self, module: Any, options: dict[str, Any], *, check: bool = False) -> Outcome:
        """A module in this process: its real ``main``, with options as Ansible hands them over."""
        common = {"region": REGION, "account": self.account, "cluster": OWNER, "name": NAME, "site": SITE}
        keys = {"endpoint_url": self.url, "access_key": self.key, "secret_key": "secret"}
        ansible = {"_ansible_check_mode": check, "_ansible_diff": True}
        return _run(module, {**common, **keys, **options, **ansible})

    def network(self, *, check: bool = False, **options: Any) -> Outcome:
        return self.run(aws_network, {**NETWORK, **options}, check=check)

    def machines(self, *, check: bool = False, **options: Any) -> Outcome:
        options.setdefault("machines", machines(self.image))
        return self.run(aws_machines, {"pods": "10.128.0.0/16", **options}, check=check)

    def snapshot(self) -> dict[str, Any]:
        return dict(self.run(account_snapshot_info, {})["snapshot"])

    def converge(self, **options: Any) -> dict[str, Any]:
        """Network and machines as they should be; the network as the machines need it."""
        made = self.network()
        assert not made.failed, made["msg"]
        done = self.machines(network=made["network"], **options)
        assert not done.failed, done["msg"]
        return dict(made["network"])

    def plan(self, **options: Any) -> list[str]:
        """Changes of network and machines, as sentences."""
        looked = self.network(check=True)
        assert not looked.failed, looked["msg"]
        seen = self.machines(check=True, network=looked["network"], **options)
        assert not seen.failed, seen["msg"]
        return [*looked["changes"], *seen["changes"]]

    def machine(self, name: str) -> dict[str, Any]:
        """The living instance of a name, as EC2 lists it."""
        filters = [
            {"Name": "tag:Name", "Values": [name]},
            {"Name": "instance-state-name", "Values": ["running", "stopped"]},
        ]
        found = self.ec2().describe_instances(Filters=filters)["Reservations"]
        assert len(found) == 1, f"{name} is there {len(found)} times"
        return dict(found[0]["Instances"][0])


def machines(image: str, workers: int = 2) -> list[dict[str, Any]]:
    """One of the control plane, and some workers."""
    common = {"size": "small", "image": image, "user": "debian"}
    first = {"name": "shop-aws-fra-cp-1", "role": "control_plane", "number": 1, "public": "static", **common}
    rest = {"role": "worker", "pool": "general", **common}
    return [first, *({"name": f"shop-aws-fra-general-{n}", "number": n, **rest} for n in range(1, workers + 1))]


def is_read(operation: str) -> bool:
    return operation.startswith(("Describe", "Get", "List"))


NETWORK: dict[str, Any] = {
    "cidr": "10.64.0.0/16",
    "sizes": ["small"],
    "inside": ["10.64.0.0/16", "10.128.0.0/16", "10.65.0.0/16", "10.129.0.0/16"],
    "admin": ["198.51.100.0/24"],
    "public": [{"pools": ["general"], "ports": [80, 443], "cidrs": ["0.0.0.0/0"]}],
    "addresses": ["shop-aws-fra-cp-1"],
    "ssh_public_keys": [KEY + " ana"],
}


def _run(module: Any, options: dict[str, Any]) -> Outcome:
    said: list[dict[str, Any]] = []

    class Done(BaseException):
        pass

    def exit_json(_self: Any, **result: Any) -> None:
        said.append(result)
        raise Done

    def fail_json(_self: Any, msg: str, **result: Any) -> None:
        said.append({"msg": msg, "failed": True, **result})
        raise Done

    with patch_module_args(options), pytest.MonkeyPatch.context() as patch:
        patch.setattr("ansible.module_utils.basic.AnsibleModule.exit_json", exit_json)
        patch.setattr("ansible.module_utils.basic.AnsibleModule.fail_json", fail_json)
        with pytest.raises(Done):
            module.main()
    outcome = Outcome(json.loads(json.dumps(said[0])))  # as it would leave the process
    outcome.failed = bool(outcome.get("failed"))
    return outcome


@pytest.fixture(scope="session", autouse=True)
def one_session() -> Iterator[None]:
    """One boto3 session for all module runs: it reads EC2's description, half a second each time, once."""
    sessions = functools.cache(Login.session)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Login, "session", lambda login, region: sessions(login, region))
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (tmp_path_factory.mktemp("moto") / "log").open("wb")
    command = [str(Path(sys.executable).with_name("moto_server")), "-H", "127.0.0.1", "-p", str(port)]
    record = {"MOTO_RECORDER_FILEPATH": str(tmp_path_factory.mktemp("moto") / "recording")}
    # A plain one: the settings that our overlay makes for moto, in this process, are not for it.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("MOTO_")}
    process = subprocess.Popen(command, stdout=log, stderr=log, env={**plain, **record})
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        with watched("aws", f"http://127.0.0.1:{port}", foreign=True) as url:
            yield Aws(url)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


@pytest.fixture
def aws(server: Aws) -> Aws:
    server.reset()
    return server


@pytest.fixture(scope="module")
def lab(server: Aws) -> Aws:
    """One simulator for all tests of a file that ask for it: each leaves its site converged."""
    server.reset()
    return server
