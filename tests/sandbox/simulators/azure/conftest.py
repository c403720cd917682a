# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Azure behind HTTPS, asked by Microsoft's own SDKs with their own policies, and by plain requests."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from sandbox.azure.cloud import SUBSCRIPTION, Cloud
from sandbox.azure.login import CLIENT, SECRET, TENANT
from sandbox.azure.server import Server
from sandbox.journal import Journal
from tests.contract.watch import watched

PLACE = "germanywestcentral"
GROUP = "shop-azure-gwc"
NETWORK, COMPUTE = {"api_version": "2025-07-01"}, {"api_version": "2025-04-01"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"
DEBIAN = {"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "latest"}


class Answer:
    """What came back over the wire."""

    def __init__(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.status, self.headers = status, headers
        self.body: Any = json.loads(content) if content else None

    @property
    def error(self) -> str:
        """The code; where there are details, the code of the first of them too."""
        error = self.body["error"]
        return ": ".join([error["code"], *(one["code"] for one in error.get("details") or [])])

    @property
    def message(self) -> str:
        return str(self.body["error"]["message"])


class Azure:
    """One simulator, and ways to ask it."""

    def __init__(self, server: Server) -> None:
        self.server, self.cloud, self.ca = server, server.cloud, str(server.ca)
        self.host = server.url.removeprefix("https://")
        self.token = server.app.login.token()
        self.prefix = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"

    def credential(self, client: str = CLIENT, secret: str = SECRET) -> ClientSecretCredential:
        return ClientSecretCredential(TENANT, client, secret, authority=self.server.url, connection_verify=self.ca,
                                      disable_instance_discovery=True, retry_total=0)  # fmt: skip

    def client(self, kind: Any, **options: Any) -> Any:
        given = {"polling_interval": 0, "retry_backoff_factor": 0, "connection_verify": self.ca, **options}
        return kind(self.credential(), SUBSCRIPTION, base_url=self.server.url, **given)

    @property
    def network(self) -> NetworkManagementClient:
        return self.client(NetworkManagementClient)  # type: ignore[no-any-return]

    @property
    def compute(self) -> ComputeManagementClient:
        return self.client(ComputeManagementClient)  # type: ignore[no-any-return]

    @property
    def resource(self) -> ResourceManagementClient:
        return self.client(ResourceManagementClient)  # type: ignore[no-any-return]

    def ask(self, method: str, path: str, body: Any = None, *, token: str | None = "", **headers: str) -> Answer:
        """One request as it is. A path that does not begin with "/" is one of our group, with the version it needs."""
        if not path.startswith("/"):
            path = f"{self.prefix}/providers/{path}"
        if "api-version" not in path and not path.startswith("/_sandbox/"):
            version = "2025-07-01" if "microsoft.network" in path.lower() else "2025-04-01"
            version = "2026-03-02" if "/disks" in path else version
            path += ("&" if "?" in path else "?") + f"api-version={version}"
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            given.setdefault("Content-Type", "application/json")
        if token is not None:
            given["Authorization"] = f"Bearer {token or self.token}"
        connection = http.client.HTTPSConnection(
            self.host, timeout=20, context=ssl.create_default_context(cafile=self.ca)
        )
        try:
            connection.request(method, path, None if body is None else json.dumps(body), given)
            answer = connection.getresponse()
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def put(self, path: str, body: Any, **headers: str) -> Answer:
        return self.ask("PUT", path, body, **headers)

    def finish(self, answer: Answer) -> dict[str, Any]:
        """Follow an answer's operation to its end; return its last status."""
        assert answer.status < 400, answer.body
        url = answer.headers["azure-asyncoperation"].removeprefix(self.server.url)
        for _ in range(20):
            status = self.ask("GET", url).body
            if status["status"] != "InProgress":
                return dict(status)
        raise AssertionError("the operation does not end")

    def make(self, path: str, body: Any) -> dict[str, Any]:
        """PUT, wait, and read."""
        status = self.finish(self.put(path, body))
        assert status["status"] == "Succeeded", status
        return dict(self.ask("GET", path).body)

    def drop(self, path: str) -> None:
        """DELETE and wait."""
        answer = self.ask("DELETE", path)
        if answer.status == 202:
            status = self.finish(answer)
            assert status["status"] == "Succeeded", status
        else:
            assert answer.status in (200, 204), answer.body


def vnet(*prefixes: str, **subnets: str) -> dict[str, Any]:
    """A network's body."""
    parts = [{"name": name, "properties": {"addressPrefix": cidr}} for name, cidr in subnets.items()]
    space = {"addressPrefixes": list(prefixes or ["10.64.0.0/16"])}
    return {"location": PLACE, "properties": {"addressSpace": space, **({"subnets": parts} if parts else {})}}


def rule(priority: int = 100, **changes: Any) -> dict[str, Any]:
    """A security rule's body."""
    return {"properties": {
        "priority": priority, "direction": "Inbound", "access": "Allow", "protocol": "Tcp", "sourcePortRange": "*",
        "destinationPortRange": "22", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*", **changes,
    }}  # fmt: skip


def nic(azure: Azure, subnet: str = "nodes", **properties: Any) -> dict[str, Any]:
    """An interface's body."""
    where = f"{azure.prefix}/providers/Microsoft.Network/virtualNetworks/net/subnets/{subnet}"
    main = {"name": "main", "properties": {"subnet": {"id": where}, **properties.pop("main", {})}}
    return {"location": PLACE, "properties": {"ipConfigurations": [main], **properties}}


def vm(azure: Azure, name: str = "vm1", interface: str = "nic1", **root: Any) -> dict[str, Any]:
    """A machine's body; all that dies with it is marked so."""
    ssh = {"publicKeys": [{"path": "/home/ana/.ssh/authorized_keys", "keyData": KEY}]}
    where = f"{azure.prefix}/providers/Microsoft.Network/networkInterfaces/{interface}"
    return {"location": PLACE, **root, "properties": {
        "hardwareProfile": {"vmSize": "Standard_B2s"},
        "storageProfile": {"imageReference": dict(DEBIAN), "osDisk": {"createOption": "FromImage", "name": f"{name}-os",
                                                                     "deleteOption": "Delete"}},
        "osProfile": {"computerName": name, "adminUsername": "ana", "customData": "I2Nsb3VkLWNvbmZpZw==",
                      "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": ssh}},
        "networkProfile": {"networkInterfaces": [{"id": where, "properties": {"deleteOption": "Delete"}}]},
    }}  # fmt: skip


def code(error: HttpResponseError) -> str:
    """The code that an SDK's exception carries."""
    assert error.error is not None
    return str(error.error.code)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("azure-ca")


@pytest.fixture
def azure(certificates: Path) -> Iterator[Azure]:
    """A new cloud with one group; a test in which an answer broke its type fails."""
    cloud = Cloud()
    cloud.settings.set({"seconds": 0.0, "machine_seconds": 0.0})
    server = Server(cloud, Journal(None), certificates)
    server.start()
    try:
        with watched("azure", server.url, deliberate=True, folder=certificates) as server.url:
            one = Azure(server)
            made = one.ask("PUT", f"{one.prefix}?api-version=2025-04-01", {"location": PLACE, "tags": {"a": "b"}})
            assert made.status == 201
            yield one
        assert server.app.bugs == []
    finally:
        server.stop()


@pytest.fixture
def site(azure: Azure) -> Azure:
    """A network with two subnets, an address, and two interfaces."""
    azure.make("Microsoft.Network/virtualNetworks/net", vnet(nodes="10.64.0.0/24", other="10.64.1.0/28"))
    address = {"location": PLACE, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
    azure.make("Microsoft.Network/publicIPAddresses/ip1", address)
    azure.make("Microsoft.Network/networkInterfaces/nic1", nic(azure))
    azure.make("Microsoft.Network/networkInterfaces/nic2", nic(azure))
    return azure
