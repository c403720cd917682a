# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The site in GCP."""

from __future__ import annotations

import json
from typing import Any

from sandbox.drills.somebody import Somebody
from sandbox.gcp.cloud import PROJECT
from sandbox.places import GCP
from tests.sandbox.conftest import Sandbox
from tests.sandbox.running import KEY

from .ground import Ground


class GcpGround(Ground):
    cloud, region = GCP, "europe-west3"
    absent = ("delete-gateway", "delete-group", "delete-table", "delete-key", "delete-interface")
    listing, making = "networks.list", "networks.insert"

    def __init__(self, daemon: Sandbox) -> None:
        super().__init__(daemon)
        self.client = Somebody(daemon.place, GCP, lambda _him: "sandbox")
        zone = f"zones/{self.region}-a"
        for name, cidr in (("shop", "10.64"), ("spare", "10.70")):
            self.make("global/networks", {"name": name, "autoCreateSubnetworks": False})
            where = {"network": f"global/networks/{name}", "ipCidrRange": f"{cidr}.0.0/24"}
            self.make(f"regions/{self.region}/subnetworks", {"name": f"{name}-a", **where})
        mesh = [{"IPProtocol": "udp", "ports": ["51820"]}]
        self.make("global/firewalls", {"name": "shop-mesh", "network": "global/networks/shop", "allowed": mesh,
                                       "sourceRanges": ["0.0.0.0/0"]})  # fmt: skip
        self.make(f"regions/{self.region}/addresses", {"name": "shop"})
        address = self.get(f"regions/{self.region}/addresses/shop")["address"]
        image = "projects/debian-cloud/global/images/family/debian-13"
        self.make(f"{zone}/instances", {
            "name": "shop", "machineType": f"{zone}/machineTypes/e2-micro", "labels": {"name": "shop"},
            "disks": [{"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": image}}],
            "metadata": {"items": [{"key": "ssh-keys", "value": f"ana:{KEY}"}]},
            "networkInterfaces": [{"subnetwork": f"regions/{self.region}/subnetworks/shop-a",
                                   "accessConfigs": [{"type": "ONE_TO_ONE_NAT", "natIP": address}]}]})  # fmt: skip
        self.make(f"{zone}/disks", {"name": "spare", "sizeGb": "10", "type": f"{zone}/diskTypes/pd-balanced"})
        self.instance, self.subnet = f"{zone}/instances/shop", "shop-a"
        self.machine = f"projects/{PROJECT}/{self.instance}"  # its boot disk has its name

    def do(self, method: str, path: str, body: Any = None) -> Any:
        whole = path if path.startswith("projects/") else f"projects/{PROJECT}/{path}"
        return self.client.do(method, f"/compute/v1/{whole}", body)

    def make(self, collection: str, body: dict[str, Any]) -> None:
        self.do("POST", collection, body)

    def get(self, path: str) -> dict[str, Any]:
        return dict(self.do("GET", path))

    def peers(self, port: int) -> list[str]:
        rows = self.get("global/firewalls").get("items", [])
        return [peer for row in rows for one in row["allowed"] if one.get("ports") == [str(port)]
                and row["network"].endswith("/shop") for peer in row["sourceRanges"]]  # fmt: skip

    def routes(self) -> list[str]:
        rows = self.get("global/routes").get("items", [])
        return [row["destRange"] for row in rows if row["network"].endswith("/shop") and "nextHopGateway" in row]

    def tags(self) -> dict[str, str]:
        return dict(self.get(self.instance).get("labels", {}))

    def state(self) -> str:
        rows = self.get(f"zones/{self.region}-a/instances").get("items", [])
        word = next((row["status"] for row in rows if row["name"] == "shop"), "gone")
        return {"RUNNING": "running", "TERMINATED": "stopped"}.get(word, word)

    def addresses(self) -> int:
        return len(self.get(f"regions/{self.region}/addresses").get("items", []))

    def networks(self) -> list[str]:
        return [row["name"] for row in self.get("global/networks").get("items", [])]

    def make_network(self, name: str) -> Any:
        body = json.dumps({"name": name, "autoCreateSubnetworks": False}).encode()
        begun = self.client.send("POST", f"/compute/v1/projects/{PROJECT}/global/networks", body)[0]
        for _ in range(5):
            begun = self.get(f"global/operations/{begun['name']}")
        return begun["status"]

    def end_network(self, name: str) -> None:
        self.make("global/networks", {"name": name, "autoCreateSubnetworks": False})

    def touch(self, network: str) -> None:
        self.do("DELETE", network)

    def change(self, network: str) -> None:
        name = network.rsplit("/", 1)[-1]
        self.do("PATCH", f"global/firewalls/{name}", {"name": name, "sourceRanges": ["192.0.2.0/24"]})
