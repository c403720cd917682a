# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Google's `gcloud`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sandbox.gcp.cloud import PROJECT
from tests.clients.client import NAME, NODES, Client, Machine
from tests.sandbox.conftest import Sandbox

REGION, ZONE = "europe-west3", "europe-west3-a"


class Gcloud(Client):
    cloud, region = "gcp", REGION
    site = {"cloud": "gcp", "region": REGION, "project": PROJECT}

    def __init__(self, command: list[str], sandbox: Sandbox, folder: Path) -> None:
        super().__init__(command, sandbox, folder)
        token = folder / "token"
        token.write_text("sandbox")
        self.env |= {
            "CLOUDSDK_CONFIG": str(folder), "CLOUDSDK_CORE_PROJECT": PROJECT, "CLOUDSDK_CORE_DISABLE_PROMPTS": "1",
            "CLOUDSDK_API_ENDPOINT_OVERRIDES_COMPUTE": f"{self.endpoint()}/compute/v1/",
            "CLOUDSDK_AUTH_ACCESS_TOKEN_FILE": str(token), "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
            "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
        }  # fmt: skip

    def compute(self, *words: str) -> Any:
        return self.call("compute", *words, "--format=json")

    def network_of(self, owner: str, site: str) -> str:
        return f"{owner}-{site}"

    def networks(self) -> set[str]:
        return {one["name"] for one in self.compute("networks", "list")}

    def subnets(self, network: str) -> list[str]:
        return [one["ipCidrRange"] for one in self.compute("networks", "subnets", "list", f"--network={network}")]

    def machines(self) -> set[str]:
        return {one["name"] for one in self.compute("instances", "list")}

    def machine(self, name: str) -> Machine:
        found = self._instance(name)
        address = found["networkInterfaces"][0]["networkIP"]
        return Machine(name, found["status"] == "RUNNING", address, found.get("labels", {}).get("pangaea-cluster"))

    def change(self, owner: str, site: str, machine: str) -> list[str]:
        rules = [one["name"] for one in self.compute("firewall-rules", "list") if _is_ssh(one)]
        assert len(rules) == 1
        self.compute("firewall-rules", "update", rules[0], "--source-ranges=0.0.0.0/0")
        zone = self._instance(machine)["zone"].rpartition("/")[2]
        self.compute("instances", "add-labels", machine, f"--zone={zone}", "--labels=pangaea-pool=x")
        return [f"update rule/{site}/nodes-in-tcp-22", f"update machine/{site}/{machine}"]

    def make(self) -> None:
        self.compute("networks", "create", NAME, "--subnet-mode=custom")
        self.compute("networks", "subnets", "create", NAME, f"--network={NAME}", f"--region={REGION}",
                     f"--range={NODES}")  # fmt: skip
        self.compute("instances", "create", NAME, f"--zone={ZONE}", "--machine-type=e2-small", f"--subnet={NAME}",
                     "--image-family=debian-13", "--image-project=debian-cloud")  # fmt: skip

    def own(self) -> dict[str, Any]:
        networks, machines = self.compute("networks", "list"), self.compute("instances", "list")
        found = [one for one in (*networks, *machines) if one["name"] == NAME]
        return {one["selfLink"].partition("/compute/v1/")[2]: one for one in found}

    def remove(self) -> None:
        self.compute("instances", "delete", NAME, f"--zone={ZONE}")
        self.compute("networks", "subnets", "delete", NAME, f"--region={REGION}")
        self.compute("networks", "delete", NAME)

    def _instance(self, name: str) -> dict[str, Any]:
        (listed,) = self.compute("instances", "list", f"--filter=name={name}")
        return dict(self.compute("instances", "describe", name, f"--zone={listed['zone'].rpartition('/')[2]}"))


def _is_ssh(rule: dict[str, Any]) -> bool:
    return {"IPProtocol": "tcp", "ports": ["22"]} in rule.get("allowed", [])
