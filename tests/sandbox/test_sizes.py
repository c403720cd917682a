# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sizes and images are found in every cloud, and what a region does not offer is refused with the nearest that it does.

The clouds refuse a machine whose image is of another architecture than its type, so one that is made has the right one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.constants import IMAGES, SIZES
from ansible_collections.pangaea.multicloud.plugins.modules import (
    aws_machines,
    aws_network,
    azure_machines,
    azure_network,
    gcp_machines,
    gcp_network,
)
from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.azure.login import CLIENT, SECRET, TENANT
from sandbox.gcp.cloud import PROJECT
from tests.sandbox.conftest import ACCOUNT, Sandbox
from tests.sandbox.running import run_module

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0 ana"
AWS, AZURE, GCP = "aws", "azure", "gcp"
REGIONS = {AWS: "eu-central-1", AZURE: "germanywestcentral", GCP: "europe-west3"}
MODULES = {
    AWS: (aws_network, aws_machines),
    AZURE: (azure_network, azure_machines),
    GCP: (gcp_network, gcp_machines),
}
ARM = {AWS: "t4g.small", AZURE: "Standard_B2pls_v2", GCP: "c4a-highcpu-2"}
# A type that the region does not have, and the nearest that it has; of those that exist nowhere, too.
MISSING = [
    (AWS, "eu-central-1", "c7gn.large", "c7g.large"),
    (AWS, "eu-central-2", "m4.xlarge", "m5.xlarge"),
    (AWS, "eu-central-1", "t3.mediun", "t3.medium"),
    (AZURE, "germanynorth", "Standard_D4ps_v5", "Standard_D4s_v5"),
    (AZURE, "germanywestcentral", "Standard_D2pds_v6", "Standard_D2ps_v5"),
    (AZURE, "germanywestcentral", "Standard_D2s_v99", "Standard_D2s_v5"),
    (GCP, "europe-west3", "t2a-standard-2", "c4a-standard-2"),
    (GCP, "europe-west3", "e2-standard-44", "e2-standard-4"),
]


@dataclass(frozen=True)
class Site:
    """One site in one cloud of the sandbox, and its modules in this process."""

    cloud: str
    sandbox: Sandbox
    region: str

    def _login(self) -> dict[str, Any]:
        url = self.sandbox.urls[self.cloud]
        if self.cloud == AWS:
            keys = {"access_key": "sandbox", "secret_key": "sandbox"}
            return {"account": ACCOUNT, "endpoint_url": url, **keys}
        if self.cloud == GCP:
            return {"project": PROJECT, "endpoint_url": url, "access_token": "sandbox"}
        keys = {"tenant": TENANT, "client_id": CLIENT, "secret": SECRET, "ca_file": str(self.sandbox.place.ca)}
        return {"subscription": SUBSCRIPTION, "endpoint_url": url, **keys}

    def _run(self, module: Any, check: bool, options: dict[str, Any]) -> dict[str, Any]:
        about = {"region": self.region, "cluster": "sizes-k3v9q2ab", "name": "sizes", "site": self.cloud}
        return run_module(module, {**about, **self._login(), **options, "_ansible_check_mode": check})

    def network(self, sizes: list[str], *, check: bool = False, **options: Any) -> dict[str, Any]:
        given = {"cidr": "10.64.0.0/16", "inside": ["10.64.0.0/15"], "admin": ["198.51.100.0/24"], "sizes": sizes}
        keys = {"ssh_public_keys": [KEY], "addresses": [], "public": []}
        return self._run(MODULES[self.cloud][0], check, {**given, **keys, **options})

    def machines(
        self, network: dict[str, Any], wanted: list[tuple[str, str]], *, check: bool = False, **options: Any
    ) -> dict[str, Any]:
        """``wanted``: size and image of each machine."""
        machines = [
            {"name": f"sizes-{number}", "role": "worker", "pool": "all", "number": number, "size": size, "image": image}
            for number, (size, image) in enumerate(wanted, 1)
        ]
        return self._run(
            MODULES[self.cloud][1],
            check,
            {"network": network, "machines": machines, "pods": "10.65.0.0/16", **options},
        )


@pytest.mark.parametrize("cloud", REGIONS)
def test_each_size_and_an_arm_type_is_made_from_each_image(cloud: str, daemon: Sandbox) -> None:
    site = Site(cloud, daemon, REGIONS[cloud])
    wanted = [(size, image) for size in (*SIZES, ARM[cloud]) for image in IMAGES]
    network = site.network([*SIZES, ARM[cloud]])
    assert "network" in network, network["msg"]
    try:
        done = site.machines(network["network"], wanted)
        assert "machines" in done, done["msg"]
        found = [done["machines"][f"sizes-{number}"] for number in range(1, len(wanted) + 1)]
        assert [machine["user"] for machine in found] == [IMAGES[image] for _size, image in wanted]
        assert found[-1]["type"] == ARM[cloud]
        again = site.machines(network["network"], wanted, check=True)
        assert again["changes"] == []
    finally:
        site.machines(network["network"], [], state="absent")
        site.network([], state="absent")


@pytest.mark.parametrize(("cloud", "region", "missing", "near"), MISSING)
def test_a_type_that_the_region_does_not_offer_is_refused_in_the_plan_with_the_nearest(
    cloud: str, region: str, missing: str, near: str, daemon: Sandbox
) -> None:
    site = Site(cloud, daemon, region)
    of_new_site = site.network([missing], check=True)
    planned = site.network(["small"], check=True)
    assert "network" in planned, planned["msg"]
    of_later_edit = site.machines(planned["network"], [("small", "debian-13"), (missing, "debian-13")], check=True)
    for said in (of_new_site, of_later_edit):
        assert said["kind"] == "Refused"
        assert f"{region} does not offer {missing}" in said["msg"]
        assert f" is {near}" in said["msg"], said["msg"]
