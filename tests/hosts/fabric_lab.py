# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fabric with a small cloud in front of it: two networks, four machines, a metadata service as AWS has it."""

from __future__ import annotations

import dataclasses
import pathlib
import shlex
import subprocess
import time
from collections.abc import Mapping
from typing import Any

from sandbox import image
from sandbox.fabric import Fabric, Firewall, Machine, Network, Route, Rule, Subnet, World

ANYWHERE = ("0.0.0.0/0",)
SSH = Rule("tcp", (22, 22), ANYWHERE)
ALL_OUT = Rule("all", None, ANYWHERE)
IMAGE = "debian-13-bare"

# Two networks: fra with machines a, b and (without a public address) c, dub with d.
FRA = Network(
    "vpc-fra",
    ("10.64.0.0/16",),
    (
        Subnet("fra-1", "10.64.0.0/20", (Route("10.64.0.0/16", "local"), Route("0.0.0.0/0", "internet"))),
        Subnet("fra-2", "10.64.16.0/20", (Route("10.64.0.0/16", "local"), Route("0.0.0.0/0", "internet"))),
    ),
)
DUB = Network(
    "vpc-dub",
    ("10.65.0.0/16",),
    (Subnet("dub-1", "10.65.0.0/20", (Route("10.65.0.0/16", "local"), Route("0.0.0.0/0", "internet"))),),
)
OPEN = Firewall("open", (SSH,), (ALL_OUT,))


def machine(key: str, subnet: str, private: str, public: str | None, **more: Any) -> Machine:
    network = {"fra": "vpc-fra", "dub": "vpc-dub"}[subnet.partition("-")[0]]
    fields: dict[str, Any] = {"firewalls": ("open",), "image": IMAGE, "platform_uuid": f"ec2{key}"}
    return Machine(key, f"host-{key}", network, subnet, private, public, **(fields | more))


A = machine("a", "fra-1", "10.64.0.5", "198.18.1.1", image="debian-13")  # it has nft, for the test with a pod
B = machine("b", "fra-1", "10.64.0.6", "198.18.1.2")
C = machine("c", "fra-2", "10.64.16.7", None)
D = machine("d", "dub-1", "10.65.0.5", "198.18.1.4")
BASE = World((FRA, DUB), (OPEN,), (A, B, C, D))

# Says to whoever connects where it sees him come from, then repeats what he says.
_ECHO = """
import socketserver
class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write((self.client_address[0] + "\\n").encode())
        for line in self.rfile:
            self.wfile.write(line)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
Server(("", 8080), Echo).serve_forever()
"""
_CONNECT = "import socket, sys; print(socket.create_connection((sys.argv[1], 8080), 2).makefile().readline().strip())"


def replaced(world: World, key: str, **fields: Any) -> World:
    """The world with one machine, firewall or subnet changed."""

    def change(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(dataclasses.replace(value, **fields) if value.key == key else value for value in values)

    networks = tuple(dataclasses.replace(network, subnets=change(network.subnets)) for network in world.networks)
    return World(networks, change(world.firewalls), change(world.machines))


def guarded(world: World, firewall: Firewall, *machines: str) -> World:
    """The world with one more firewall, which is the only one of these machines beside ssh from outside."""
    ssh = Firewall("ssh", (SSH,), ())
    kept = tuple(old for old in world.firewalls if old.key not in ("ssh", firewall.key))
    world = dataclasses.replace(world, firewalls=(*kept, ssh, firewall))
    for key in machines:
        world = replaced(world, key, firewalls=("ssh", firewall.key))
    return world


class Cloud:
    """The metadata service: session tokens first, as IMDSv2 has it."""

    def __init__(self, public_key: str) -> None:
        self._user_data = f"#cloud-config\nssh_genkeytypes: [ed25519]\nssh_authorized_keys: ['{public_key.strip()}']\n"

    def answer(
        self, key: str, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, Mapping[str, str], bytes]:
        given = {name.lower(): value for name, value in headers.items()}
        token = f"token-of-{key}"
        if method == "PUT":
            return 200, {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, token.encode()
        if given.get("x-aws-ec2-metadata-token") != token:
            return 401, {}, b""
        values = {
            "meta-data": "instance-id\nlocal-hostname\n",
            "meta-data/instance-id": f"i-{key}",
            "meta-data/local-hostname": f"name-{key}",
            "dynamic/instance-identity": "document\n",
            "dynamic/instance-identity/document": '{"region": "eu-central-1"}',
            "user-data": self._user_data,
        }
        text = values.get(path.strip("/").partition("/")[2])
        return (404, {}, b"") if text is None else (200, {"Content-Type": "text/plain"}, text.encode())


class Lab:
    """A running fabric and the means to act in its machines, as a user with ssh would."""

    def __init__(self, name: str, folder: pathlib.Path) -> None:
        self.said: list[str] = []
        self.key = folder / "id"
        if not self.key.exists():
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        cloud = Cloud(self.key.with_suffix(".pub").read_text())
        self.fabric = Fabric(name, folder / "fabric", image.ensure, cloud.answer, self.said.append)

    def apply(self, world: World, patience: float = 60) -> None:
        self.fabric.apply(world)
        assert self.fabric.wait(patience), f"the world was not reached in {patience} s: {self.said}"

    def outside(self, *argv: str, text: str = "", patience: float = 20) -> subprocess.CompletedProcess[str]:
        """Run a command as somebody on the internet."""
        space = ["ip", "netns", "exec", self.fabric.internet_netns]
        return subprocess.run(
            [*space, *argv], input=text, capture_output=True, text=True, timeout=patience, check=False
        )

    def reaches(self, address: str, port: int = 22) -> bool:
        """Does somebody on the internet get a TCP connection within a second? Refused is no as well."""
        return self.outside("socat", "-u", "/dev/null", f"TCP:{address}:{port},connect-timeout=1").returncode == 0

    def ssh(
        self, target: Machine, command: str, text: str = "", patience: float = 20
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command as root in a machine, through c's neighbour b when it has no public address."""
        options = ["-q", "-i", str(self.key), "-o", "BatchMode=yes", "-o", "ConnectTimeout=3"]
        options += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
        if target.public_address is None:
            hop = " ".join(["ssh", *options, "-W", "%h:%p", f"debian@{B.public_address}"])
            options += ["-o", f"ProxyCommand={hop}"]
        address = target.public_address or target.private_address
        return self.outside("ssh", *options, f"debian@{address}", f"sudo bash -c {shlex.quote(command)}", text=text,
                            patience=patience)  # fmt: skip

    def run(self, target: Machine, command: str, text: str = "", patience: float = 20) -> str:
        done = self.ssh(target, command, text, patience)
        assert done.returncode == 0, f"{target.key}: {command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def until_ssh(self, *targets: Machine, patience: float = 30) -> float:
        """Wait until a login works in all; returns the seconds it took."""
        start = time.monotonic()
        for target in targets:
            while self.ssh(target, "true").returncode != 0:
                assert time.monotonic() - start < patience, f"{target.key}: no ssh:\n{self.fabric.console(target.key)}"
                time.sleep(0.1)
        return time.monotonic() - start

    def serve(self, *targets: Machine) -> None:
        """Start the echo service on port 8080 of machines, and wait until it listens."""
        for target in targets:
            self.run(target, "cat > /run/echo.py", _ECHO)
            self.run(target, "cat > /run/connect.py", _CONNECT)
            self.run(
                target, "systemd-run -q --unit=echo python3 /run/echo.py; until ss -ltn | grep -q :8080; do :; done"
            )

    def seen(self, source: Machine, address: str) -> str | None:
        """The source address that port 8080 of `address` sees, None when there is no connection within 2 s."""
        done = self.ssh(source, f"python3 /run/connect.py {address}")
        return done.stdout.strip() if done.returncode == 0 else None

    def pings(self, source: Machine, address: str, *more: str) -> bool:
        return self.ssh(source, f"ping -q -c1 -W1 {' '.join(more)} {address}").returncode == 0
