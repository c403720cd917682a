# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Microsoft's `az`, its cloud registered against the sandbox."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.azure.login import CLIENT, SECRET, TENANT
from sandbox.client import ask_cloud
from sandbox.places import AZURE
from tests.clients.client import NAME, NODES, RANGE, Client, Machine
from tests.sandbox.conftest import Sandbox

REGION = "germanywestcentral"


class Az(Client):
    cloud, region = "azure", REGION
    site = {"cloud": "azure", "region": REGION, "subscription": SUBSCRIPTION}

    def __init__(self, command: list[str], sandbox: Sandbox, folder: Path) -> None:
        super().__init__(command, sandbox, folder)
        self.env |= {
            "AZURE_CONFIG_DIR": str(folder), "REQUESTS_CA_BUNDLE": str(sandbox.place.ca),
            "AZURE_CORE_INSTANCE_DISCOVERY": "false",  # it would ask Microsoft about this login host
            "AZURE_CORE_COLLECT_TELEMETRY": "false", "AZURE_CORE_OUTPUT": "json",
            "AZURE_CORE_DISPLAY_REGION_IDENTIFIED": "false",
        }  # fmt: skip

    def login(self) -> None:
        ask_cloud(self.sandbox.place, AZURE, "POST", "settings", {"retry_after": 1})  # else az looks every 30 s
        self.call("cloud", "register", "--name", "Sandbox", "--endpoint-resource-manager", self.endpoint())
        self.call("cloud", "set", "--name", "Sandbox")
        self.call("login", "--service-principal", "--username", CLIENT, "--password", SECRET, "--tenant", TENANT)

    def networks(self) -> set[str]:
        return {one["name"] for one in self.call("network", "vnet", "list")}

    def subnets(self, network: str) -> list[str]:
        group = next(one["resourceGroup"] for one in self.call("network", "vnet", "list") if one["name"] == network)
        found = self.call("network", "vnet", "subnet", "list", "--resource-group", group, "--vnet-name", network)
        return [one["addressPrefix"] for one in found]

    def machines(self) -> set[str]:
        return {one["name"] for one in self.call("vm", "list")}

    def machine(self, name: str) -> Machine:
        found = self._shown(name)
        owner = (found["tags"] or {}).get("pangaea-cluster")
        return Machine(name, found["powerState"] == "VM running", found["privateIps"], owner)

    def change(self, owner: str, site: str, machine: str) -> list[str]:
        group = f"{owner}-{site}"
        firewall = next(one for one in self.call("network", "nsg", "list", "--resource-group", group)
                        if one["name"].endswith("nodes"))  # fmt: skip
        ssh = next(one for one in firewall["securityRules"] if one["destinationPortRange"] == "22")
        self.call("network", "nsg", "rule", "update", "--resource-group", group, "--nsg-name", firewall["name"],
                  "--name", ssh["name"], "--source-address-prefixes", "0.0.0.0/0")  # fmt: skip
        self.call("vm", "update", "--resource-group", group, "--name", machine, "--set", "tags.pangaea-pool=x")
        return [f"update rule/{site}/nodes-in-tcp-22", f"update machine/{site}/{machine}"]

    def make(self) -> None:
        key = self.folder / "key"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
        self.call("group", "create", "--name", NAME, "--location", REGION)
        self.call("network", "vnet", "create", "--resource-group", NAME, "--name", NAME, "--address-prefixes", RANGE,
                  "--subnet-name", "nodes", "--subnet-prefixes", NODES)  # fmt: skip
        self.call("vm", "create", "--resource-group", NAME, "--name", NAME, "--image",
                  "Debian:debian-13:13-gen2:latest", "--size", "Standard_B2s", "--admin-username", "ana",
                  "--ssh-key-values", f"{key}.pub", "--vnet-name", NAME, "--subnet", "nodes")  # fmt: skip

    def own(self) -> dict[str, Any]:
        found = [*self.call("network", "vnet", "list"), *self.call("vm", "list")]
        return {one["id"]: one for one in found if one["name"] == NAME}

    def remove(self) -> None:
        self.call("vm", "delete", "--resource-group", NAME, "--name", NAME, "--yes")
        self.call("group", "delete", "--name", NAME, "--yes")

    def _shown(self, name: str) -> dict[str, Any]:
        (listed,) = (one for one in self.call("vm", "list") if one["name"] == name)
        words = ("--resource-group", listed["resourceGroup"], "--name", name, "--show-details")
        return dict(self.call("vm", "show", *words))
