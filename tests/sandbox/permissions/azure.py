# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Azure: a service principal with a role, in a subscription of its own.

The region has no zones, so that machines are in availability sets and all permissions are needed.
"""

from __future__ import annotations

import ssl
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.modules import azure_machines, azure_network
from sandbox.azure.cloud import Cloud
from sandbox.azure.login import SECRET, TENANT
from sandbox.azure.server import Server
from sandbox.journal import Journal
from tests.contract.watch import watched
from tests.sandbox.permissions.lab import Exempt, Lab, request
from tests.sandbox.running import KEY, OWNER, azure_polls_at_once

LEAST, REGION = "1ea57000-0000-4000-8000-73616e64626f", "germanynorth"
NETWORK, COMPUTE = "2025-07-01", "2025-04-01"
QUOTAS = "a quota that cannot be read is not compared before; creating would tell"


class Azure(Lab):
    """As a service principal with a role; damage by the sandbox's own, which may do everything."""

    cloud, document = "azure", "azure-role.json"
    refused = ("AuthorizationFailed", "LinkedAuthorizationFailed")
    network_module, machines_module = azure_network, azure_machines
    account = "Microsoft.Resources/subscriptions/read"
    cidr, pods = "10.65.0.0/16", "10.129.0.0/16"
    exempt = Exempt(
        goes_on={
            "Microsoft.Compute/locations/usages/read": QUOTAS,
            "Microsoft.Network/locations/usages/read": QUOTAS,
        },
        not_shown={
            "Microsoft.Network/locations/operationResults/read": "where an operation tells no other place to look; the "
            "simulator, as recorded traffic, always tells one",
            "Microsoft.Network/loadBalancers/delete": "what Kubernetes leaves; the simulator has no load balancers",
        },
    )

    def __init__(self, server: Server) -> None:
        self.server = server
        super().__init__(server.cloud, server.journal, LEAST)

    @classmethod
    def permissions(cls) -> list[str]:
        return list(cls.written()["Actions"])

    def fresh(self) -> None:
        self.subscription = str(uuid.uuid4())
        self.simulator.subscriptions.add(self.subscription)
        self.allow(self.permissions())

    def allow(self, permissions: Iterable[str]) -> None:
        wanted, scope = set(permissions), f"/subscriptions/{self.subscription}"
        role = self.written()
        role |= {"Actions": [one for one in role["Actions"] if one in wanted], "AssignableScopes": [scope]}
        self.simulator.principals.bind(self.principal, [{"role": role, "scope": scope}])

    def whole(self, params: dict[str, Any]) -> Any:
        return params["path"]

    def login(self) -> dict[str, Any]:
        keys = {"tenant": TENANT, "client_id": LEAST, "secret": SECRET, "ca_file": str(self.server.ca)}
        where = {"endpoint_url": self.server.url, "authority": self.server.url}
        return {**keys, **where, "region": REGION, "subscription": self.subscription}

    def ask(self, method: str, path: str, body: Any = None, version: str = NETWORK) -> Any:
        """A request of somebody else to what is in the group of the site, and the end of what it began."""
        group = f"/subscriptions/{self.subscription}/resourceGroups/{OWNER}-{self.site}/providers/"
        url, token = f"{self.server.url}{group}{path}?api-version={version}", self.server.app.login.token()
        return request(self, method, url, body, token, ssl.create_default_context(cafile=str(self.server.ca)))

    def damages(self) -> dict[str, Callable[[], None]]:
        network, label = "Microsoft.Network", f"shop-{self.site}"
        rules = f"{network}/networkSecurityGroups/{label}-nodes/securityRules"
        telnet = {"priority": 4000, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
                  "sourcePortRange": "*", "destinationPortRange": "23", "sourceAddressPrefix": "*",
                  "destinationAddressPrefix": "*"}  # fmt: skip
        route = {"addressPrefix": "8.8.8.0/24", "nextHopType": "Internet"}
        return {
            "a port is open": lambda: self.ask("PUT", f"{rules}/telnet", {"properties": telnet}),
            "a rule is gone": lambda: self.ask("DELETE", f"{rules}/{self._a_rule(rules)}"),
            "a route was added": lambda: self.ask(
                "PUT", f"{network}/routeTables/{label}-public/routes/mine", {"properties": route}),
            "a subnet has no table": lambda: self._loosen(f"{network}/virtualNetworks/{label}"),
            "a worker is stopped": lambda: self.ask(
                "POST", f"Microsoft.Compute/virtualMachines/{self.worker}/powerOff", version=COMPUTE),
        }  # fmt: skip

    def leave(self) -> None:
        """Disk and interface of a machine that somebody made with our tags, and deleted. Kubernetes' look the same."""
        common = {"location": REGION, "tags": {"pangaea-cluster": OWNER, "pangaea-site": self.site}}
        subnet = {"id": next(one["subnet_id"] for one in self.made["zones"].values())}
        card = {"name": "main", "properties": {"subnet": subnet}}
        made = self.ask("PUT", "Microsoft.Network/networkInterfaces/left",
                        {**common, "properties": {"ipConfigurations": [card]}})  # fmt: skip
        image = {"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "latest"}
        ssh = {"publicKeys": [{"path": "/home/ana/.ssh/authorized_keys", "keyData": f"{KEY} ana"}]}
        machine = {
            "hardwareProfile": {"vmSize": "Standard_B2s"},
            "storageProfile": {"imageReference": image, "osDisk": {"createOption": "FromImage", "name": "left"}},
            "osProfile": {"computerName": "left", "adminUsername": "ana",
                          "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": ssh}},
            "networkProfile": {"networkInterfaces": [{"id": made["id"]}]},
        }  # fmt: skip
        where = "Microsoft.Compute/virtualMachines/left"
        self.ask("PUT", where, {**common, "properties": machine}, COMPUTE)
        self.ask("DELETE", where, version=COMPUTE)

    def _a_rule(self, rules: str) -> str:
        return str(next(one["name"] for one in self.ask("GET", rules)["value"] if "tcp" in one["name"].lower()))

    def _loosen(self, network: str) -> None:
        subnet = self.ask("GET", network)["properties"]["subnets"][0]
        body = {"properties": {"addressPrefix": subnet["properties"]["addressPrefix"]}}
        self.ask("PUT", f"{network}/subnets/{subnet['name']}", body)


@contextmanager
def serving(folder: Path) -> Iterator[Azure]:
    """The simulator behind TLS on a free port of loopback; an answer that broke its type fails the test."""
    cloud = Cloud()
    cloud.settings.set({"seconds": 0.0, "machine_seconds": 0.0, "throttled": False})
    cloud.clock.hurry(100)
    server = Server(cloud, Journal(None), folder)
    server.start()
    with azure_polls_at_once():
        try:
            with watched("azure", server.url, folder=folder) as server.url:
                yield Azure(server)
            assert server.app.bugs == []
        finally:
            server.stop()
