# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Azure behind HTTPS in this process, a new one for each site."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from ansible_collections.pangaea.multicloud.plugins.modules import azure_machines, azure_network
from sandbox.azure.cloud import SUBSCRIPTION, Cloud
from sandbox.azure.login import CLIENT, SECRET, TENANT
from sandbox.azure.server import Server
from sandbox.journal import Journal
from tests.contract.watch import watched
from tests.sandbox.modules.lab import OTHER_OWNER, Lab
from tests.sandbox.modules.site import Facts, Limit
from tests.sandbox.running import OWNER, azure_polls_at_once
from tests.sandbox.simulators.azure.conftest import PLACE, nic, vm, vnet
from tests.sandbox.simulators.azure.conftest import Azure as Client

from .damages import DAMAGES, EVERYTHING, HOLDS, MARKS, REPAIRS

OURS = f"{OWNER}-azure-fra"  # the resource group
NETWORK, COMPUTE = "Microsoft.Network", "Microsoft.Compute"
GROUP_VERSION = "?api-version=2025-04-01"
STATIC = {"location": PLACE, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
THINGS = {
    "group": "",
    "network": f"{NETWORK}/virtualNetworks/shop-azure-fra",
    "firewall": f"{NETWORK}/networkSecurityGroups/shop-azure-fra-nodes",
    "table": f"{NETWORK}/routeTables/shop-azure-fra-public",
    "address": f"{NETWORK}/publicIPAddresses/shop-azure-fra-cp-1-static",
    "key": f"{COMPUTE}/sshPublicKeys/{OURS}",
    "machine": f"{COMPUTE}/virtualMachines/shop-azure-fra-general-1",
    "interface": f"{NETWORK}/networkInterfaces/shop-azure-fra-general-1",
    "automatic address": f"{NETWORK}/publicIPAddresses/shop-azure-fra-general-1",
}


class Azure(Lab):
    """One subscription with a bystander's group in it. ``arm`` is a client of our own, beside the modules."""

    cloud: ClassVar = "azure"
    cidr: ClassVar = "10.65.0.0/16"
    pods: ClassVar = "10.129.0.0/16"
    modules: ClassVar = (azure_network, azure_machines)
    region = PLACE
    zones: ClassVar = tuple(f"{PLACE}-{number}" for number in "123")
    identity: ClassVar = "GET subscriptions"
    lists: ClassVar = {
        "network": tuple(f"GET {kind}" for kind in (
            "resourceGroups", "virtualNetworks", "routeTables", "networkSecurityGroups", "publicIPAddresses",
            "sshPublicKeys",
        )),
        # what machines are, and how they run
        "machines": ("GET virtualMachines", "GET virtualMachines", "GET networkInterfaces", "GET publicIPAddresses"),
    }  # fmt: skip
    creates: ClassVar = tuple(f"PUT {kind}" for kind in (
        "resourceGroups", "virtualNetworks", "networkSecurityGroups", "routeTables", "publicIPAddresses",
        "sshPublicKeys", "networkInterfaces", "virtualMachines",
    ))  # fmt: skip
    at_once: ClassVar = ("PUT resourceGroups", "PUT sshPublicKeys")
    machine_create: ClassVar = "PUT virtualMachines"
    deletes: ClassVar = tuple(f"DELETE {kind}" for kind in (
        "virtualMachines", "virtualNetworks", "networkSecurityGroups", "routeTables", "publicIPAddresses",
        "sshPublicKeys", "resourceGroups",
    ))  # fmt: skip
    budget: ClassVar = (7, 4)  # address, interface, machine, host key; the control plane's address is the network's
    kept_on_machine: ClassVar = "PATCH virtualMachines"
    disk_create: ClassVar = "PUT disks"
    holds: ClassVar = HOLDS
    everything: ClassVar = EVERYTHING
    damages: ClassVar = DAMAGES
    marks: ClassVar = MARKS
    repairs: ClassVar = REPAIRS
    things: ClassVar = {
        **dict.fromkeys(THINGS, "network"), **dict.fromkeys(("machine", "interface", "automatic address"), "machines"),
    }  # fmt: skip
    limits: ClassVar = (
        Limit("VirtualNetworks", 0, "network"), Limit("StandardSkuPublicIpAddresses", 0, "network"),
        Limit("cores", 5, "machines"), Limit("standardBasv2Family", 5, "machines"),
    )  # fmt: skip
    faults: ClassVar = {
        "lost": {"kind": "drop_after"},
        "cut": {"kind": "drop_before"},
        "denied": {"kind": "error", "code": "AuthorizationFailed", "status": 403, "message": "The client may not"},
        "broken": {"kind": "error", "code": "InternalServerError", "status": 500},
        "throttled": {"kind": "throttle", "rate": 20.0, "burst": 4.0},
        "fails later": {"kind": "fail", "code": "InternalServerError", "message": "a disk broke"},
        "full": {"kind": "fail", "code": "OverconstrainedZonalAllocationRequest"},
        "over quota": {"kind": "fail", "code": "QuotaExceeded"},
        "stuck": {"kind": "stuck"},
    }
    other_account: ClassVar = {"subscription": "0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"}
    wrong_machines: ClassVar = {
        "an image that is not there": ({"image": "windows-95"}, ("windows-95", "debian-13")),
        "a user that Azure refuses": ({"user": "admin"}, ("admin", "shop-azure-fra-general-9")),
        "a type that is not there": ({"size": "Standard_D2s_v99"}, ("Standard_D2s_v99", "nearest", "Standard_D2s_v5")),
    }
    wrong_types: ClassVar = ("Standard_D4s_v99", (PLACE, "Standard_D4s_v99", "nearest", "Standard_D4s_v5"))
    sizes: ClassVar = {"small": "Standard_B2als_v2", "medium": "Standard_B2as_v2", "large": "Standard_B4as_v2"}
    arm64: ClassVar = "Standard_D2ps_v5"

    def __init__(self, arm: Client) -> None:
        super().__init__(arm.cloud, arm.server.journal)
        self.arm = arm

    @classmethod
    @contextmanager
    def opened(cls, ground: Path) -> Iterator[Self]:
        """A new cloud; an answer that broke its type fails the test."""
        cloud = Cloud()
        cloud.settings.set({"seconds": 0.0, "machine_seconds": 0.0, "throttled": False})
        server = Server(cloud, Journal(None), ground)
        server.start()
        try:
            with watched("azure", server.url, folder=ground) as server.url:
                found = cls(Client(server))
                body = {"location": PLACE, "tags": {"a": "b"}}
                assert found.arm.ask("PUT", f"{found.arm.prefix}{GROUP_VERSION}", body).status == 201
                found.asked()
                yield found
            assert server.app.bugs == []
        finally:
            server.stop()

    def options(self) -> dict[str, Any]:
        url, ca = self.arm.server.url, self.arm.ca
        keys = {"tenant": TENANT, "client_id": CLIENT, "secret": SECRET, "authority": url, "ca_file": ca}
        return {"subscription": SUBSCRIPTION, "endpoint_url": url, **keys}

    @contextmanager
    def time_flies(self) -> Iterator[None]:
        """The SDK waits, too."""
        with super().time_flies(), azure_polls_at_once(), pytest.MonkeyPatch.context() as patch:
            patch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda _self, time: self.step(time))
            yield

    # --- the simulator

    def goes_on(self, entry: dict[str, Any]) -> bool:
        """Nor is a login a call."""
        is_page = bool({"$skiptoken", "$skipToken"} & entry["params"].keys())
        return is_page or entry["service"] == "login" or str(entry["action"]).endswith(" operations")

    def pages(self, rows: int) -> None:
        self.simulator.settings.set({"page": rows})

    # --- things: a path below our group's providers, "" for the group

    def path(self, where: str) -> str:
        """The path of a thing in our group."""
        return f"{self.arm.prefix.rsplit('/', 1)[0]}/{OURS}{'/providers/' if where else ''}{where}"

    def get(self, where: str) -> dict[str, Any]:
        answer = self.arm.ask("GET", self.path(where) if where else self.path("") + GROUP_VERSION)
        assert answer.status == 200, answer.body
        return dict(answer.body)

    def put(self, where: str, body: dict[str, Any]) -> None:
        self.arm.make(self.path(where), body)

    def drop(self, where: str) -> None:
        self.arm.drop(self.path(where))

    def power(self, action: str, machine: str) -> None:
        answer = self.arm.ask("POST", self.path(f"{COMPUTE}/virtualMachines/{machine}/{action}"))
        assert self.arm.finish(answer)["status"] == "Succeeded"

    def write_tags(self, where: str, **changes: str | None) -> None:
        """Change some tags of a thing in our group; None takes one away. ``pangaea_pool`` means ``pangaea-pool``."""
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        tags = {name: value for name, value in {**self.get(where)["tags"], **named}.items() if value is not None}
        path = self.path(where) if where else self.path("") + GROUP_VERSION
        answer = self.arm.ask("PATCH", path, {"tags": tags})
        assert answer.status == 200, answer.body
        if "azure-asyncoperation" in answer.headers:
            assert self.arm.finish(answer)["status"] == "Succeeded"

    def id_of(self, thing: str) -> str:
        return THINGS[thing] or OURS

    def tags(self, thing: str) -> dict[str, str]:
        return dict(self.get(THINGS[thing])["tags"])

    def retag(self, thing: str, changes: Mapping[str, str | None]) -> None:
        self.write_tags(THINGS[thing], **changes)

    # --- machines and others

    def facts(self, machine: str) -> Facts:
        row, card = self.get(f"{COMPUTE}/virtualMachines/{machine}"), self.get(f"{NETWORK}/networkInterfaces/{machine}")
        address = self.get(f"{NETWORK}/publicIPAddresses/{machine}")
        part, kept = row["properties"], self.simulator.store.find(row["id"])
        assert kept is not None
        head, _, body = base64.b64decode(kept.properties["osProfile"]["customData"]).decode().partition("\n")
        assert head == "#cloud-config"
        disk, parts = part["storageProfile"]["osDisk"], part["networkProfile"]["networkInterfaces"][0]
        dies = {disk["deleteOption"], parts["properties"]["deleteOption"], address["properties"]["deleteOption"]}
        return Facts(disk["diskSizeGB"], dies == {"Delete"}, row["tags"], [card["tags"], address["tags"]],
                     json.loads(body))  # fmt: skip

    def delete_machine(self, machine: str) -> None:
        self.drop(f"{COMPUTE}/virtualMachines/{machine}")

    def stop_machine(self, machine: str) -> None:
        self.arm.ask("POST", self.path(f"{COMPUTE}/virtualMachines/{machine}/powerOff"))

    def forget_mark(self, network: dict[str, Any]) -> str:
        self.write_tags("", pangaea_initialised=None)
        return "update group/azure-fra"

    def bystanders(self) -> set[str]:
        """In a group whose name begins like ours, and in one with other names."""
        group = self.path("") + "-2"
        tags = {"pangaea-cluster": OTHER_OWNER, "pangaea-site": self.site}
        assert self.arm.ask("PUT", f"{group}{GROUP_VERSION}", {"location": PLACE, "tags": tags}).status == 201
        self.arm.make(f"{NETWORK}/virtualNetworks/net", vnet(nodes="10.64.0.0/24"))
        self.arm.make(f"{NETWORK}/networkInterfaces/nic1", nic(self.arm))
        self.arm.make(f"{COMPUTE}/virtualMachines/{self.worker}", vm(self.arm))
        self.arm.make(f"{group}/providers/{NETWORK}/publicIPAddresses/{self.worker}", {**STATIC, "tags": tags})
        return {group, f"{self.arm.prefix}/providers/{COMPUTE}/virtualMachines/{self.worker}"}

    def intruders(self, network: dict[str, Any]) -> tuple[list[str], list[str]]:
        theirs, card, body = f"{COMPUTE}/virtualMachines/{self.worker}-x", nic(self.arm), vm(self.arm)
        card["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = network["zones"]["1"]["subnet_id"]
        self.put(f"{NETWORK}/networkInterfaces/theirs", card)
        where = self.path(f"{NETWORK}/networkInterfaces/theirs")
        body["properties"]["networkProfile"]["networkInterfaces"][0]["id"] = where
        self.put(theirs, body)
        return [theirs], [theirs, "networkInterfaces/theirs"]

    def by_kubernetes(self, network: dict[str, Any]) -> None:
        tags = {"k8s-azure-cluster-name": OWNER, "k8s-azure-service": "web/web"}
        self.put(f"{NETWORK}/publicIPAddresses/kubernetes-a1", {**STATIC, "tags": tags})
        self.disk_by_kubernetes()
        self.step(60)

    def disk_by_kubernetes(self) -> str:
        made = {"creationData": {"createOption": "Empty"}, "diskSizeGB": 1}
        body = {"location": PLACE, "tags": {"kubernetes.io-created-for-pv-name": "data"}, "properties": made}
        answer = self.arm.put(self.path(f"{COMPUTE}/disks/pvc-1"), body)
        assert answer.status in (200, 201, 202), answer.body
        return "pvc-1"
