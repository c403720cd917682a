# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site in Azure."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.azure.login import AUDIENCES, CLIENT, SECRET, TENANT
from sandbox.drills.somebody import Somebody
from sandbox.places import AZURE
from tests.sandbox.conftest import Sandbox
from tests.sandbox.running import KEY

from .ground import Ground

ANOTHER = {"addressSpace": {"addressPrefixes": ["10.71.0.0/16"]}}
VERSIONS = {"Microsoft.Network": "2025-07-01", "": "2025-04-01"}


class AzureGround(Ground):
    cloud, region = AZURE, "germanywestcentral"
    absent = ("delete-gateway",)
    listing, making = "GET virtualNetworks", "PUT virtualNetworks"

    def __init__(self, daemon: Sandbox) -> None:
        super().__init__(daemon)
        self.client = Somebody(daemon.place, AZURE, _azure_client)
        self.group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/shop"
        self.do("PUT", self.group, {"location": self.region})
        rule = {"name": "mesh", "properties": {
            "protocol": "Udp", "access": "Allow", "direction": "Inbound", "priority": 100, "sourcePortRange": "*",
            "destinationPortRange": "51820", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}}  # fmt: skip
        self.make("Network/networkSecurityGroups/shop", {"securityRules": [rule]})
        out = {"name": "out", "properties": {"addressPrefix": "0.0.0.0/0", "nextHopType": "Internet"}}
        self.make("Network/routeTables/shop", {"routes": [out]})
        for name, cidr in (("shop", "10.64"), ("spare", "10.70")):
            inside = [{"name": f"{name}-a", "properties": {"addressPrefix": f"{cidr}.0.0/24"}}]
            space = {"addressPrefixes": [f"{cidr}.0.0/16"]}
            self.make(f"Network/virtualNetworks/{name}", {"addressSpace": space, "subnets": inside})
        self.make("Network/publicIPAddresses/shop", {"publicIPAllocationMethod": "Static"}, sku={"name": "Standard"})
        address = {"id": f"{self.group}/providers/Microsoft.Network/publicIPAddresses/shop"}
        self.make("Network/networkInterfaces/shop", self.interface("shop", publicIPAddress=address))
        self.make("Compute/virtualMachines/shop", self.vm(), tags={"Name": "shop"})
        self.make("Network/networkInterfaces/spare", self.interface("spare"))
        self.make("Network/networkSecurityGroups/spare", {})
        self.make("Network/routeTables/spare", {})
        self.make("Compute/sshPublicKeys/spare", {"publicKey": KEY})
        self.make("Compute/disks/spare", {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4})
        self.subnet = "shop-a"

    def do(self, method: str, path: str, body: Any = None) -> Any:
        whole = path if path.startswith("/") else f"{self.group}/providers/Microsoft.{path}"
        namespace = "Microsoft.Network" if "Microsoft.Network" in whole else ""
        version = "2026-03-02" if "/disks" in whole else VERSIONS[namespace]
        return self.client.do(method, f"{whole}?api-version={version}", body)

    def make(self, path: str, properties: Any, **root: Any) -> Any:
        return self.do("PUT", path, {"location": self.region, **root, "properties": properties})

    def interface(self, network: str, **more: Any) -> dict[str, Any]:
        where = f"{self.group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/{network}-a"
        return {"ipConfigurations": [{"name": "main", "properties": {"subnet": {"id": where}, **more}}]}

    def vm(self) -> dict[str, Any]:
        ssh = {"publicKeys": [{"path": "/home/ana/.ssh/authorized_keys", "keyData": KEY}]}
        nic = f"{self.group}/providers/Microsoft.Network/networkInterfaces/shop"
        image = {"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "latest"}
        disk = {"createOption": "FromImage", "name": "shop-os", "deleteOption": "Delete"}
        return {
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "storageProfile": {"imageReference": image, "osDisk": disk},
            "osProfile": {"computerName": "shop", "adminUsername": "ana",
                          "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": ssh}},
            "networkProfile": {"networkInterfaces": [{"id": nic, "properties": {"deleteOption": "Delete"}}]},
        }  # fmt: skip

    def list(self, path: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.do("GET", path)["value"]
        return found

    def peers(self, port: int) -> list[str]:
        rules = [row["properties"] for row in self.list("Network/networkSecurityGroups/shop/securityRules")]
        peers = [one["sourceAddressPrefix"] for one in rules if one["destinationPortRange"] == str(port)]
        return ["0.0.0.0/0" if one == "*" else one for one in peers]

    def routes(self) -> list[str]:
        return [row["properties"]["addressPrefix"] for row in self.list("Network/routeTables/shop/routes")]

    def tags(self) -> dict[str, str]:
        return dict(self.do("GET", "Compute/virtualMachines/shop")["tags"])

    def state(self) -> str:
        if not self.list("Compute/virtualMachines"):
            return "gone"
        view = self.do("GET", "Compute/virtualMachines/shop/instanceView")["statuses"][-1]["code"]
        return {"PowerState/running": "running", "PowerState/deallocated": "stopped"}.get(view, view)

    def addresses(self) -> int:
        return len(self.list("Network/publicIPAddresses"))

    def networks(self) -> list[str]:
        return [row["name"] for row in self.list("Network/virtualNetworks")]

    def make_network(self, name: str) -> Any:
        body = {"location": self.region, "properties": ANOTHER}
        path = f"{self.group}/providers/Microsoft.Network/virtualNetworks/{name}?api-version=2025-07-01"
        self.client.send("PUT", path, json.dumps(body).encode())
        return self.do("GET", f"Network/virtualNetworks/{name}")["properties"]["provisioningState"]

    def end_network(self, name: str) -> None:
        self.make(f"Network/virtualNetworks/{name}", ANOTHER)

    def touch(self, network: str) -> None:
        self.do("DELETE", network)

    def change(self, network: str) -> None:
        self.do("PATCH", network, {"tags": {"team": "us"}})


def _azure_client(him: Somebody) -> str:
    form = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    asked = urlencode({**form, "scope": f"{AUDIENCES[0]}/.default"}).encode()
    return str(him.send("POST", f"/{TENANT}/oauth2/v2.0/token", asked, headers={})[0]["access_token"])
