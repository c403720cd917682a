# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""States of a machine that the simulator does not have."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.client import Client
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.labels import as_labels
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.launch import Launch
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.machine_listings import MachineListings
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.machine_resources import Machine

from .conftest import DONE, Session

NETWORK: dict[str, Any] = {"name": "shop-k3v9q2ab-gcp-fra", "groups": {}, "addresses": {}}
PLACE = "https://www.googleapis.com/compute/v1/projects/shop-prod"
NAME = "shop-gcp-fra-general-1"


def row(status: str) -> dict[str, Any]:
    zone = f"{PLACE}/zones/europe-west3-a"
    nic = {"network": f"{PLACE}/global/networks/shop-k3v9q2ab-gcp-fra", "networkIP": "10.66.0.2"}
    return {
        "id": "1", "name": NAME, "status": status, "zone": zone, "machineType": f"{zone}/machineTypes/e2-small",
        "selfLink": f"{zone}/instances/{NAME}", "networkInterfaces": [nic], "disks": [], "tags": {"fingerprint": "x"},
        "metadata": {"fingerprint": "x"}, "labels": as_labels({"owner": "shop-k3v9q2ab", "site": "gcp-fra"}),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "asked"),
    [("SUSPENDED", "resume"), ("TERMINATED", "start"), ("STOPPING", "start"), ("STOPPED", "start"),
     ("RUNNING", None), ("REPAIRING", None), ("STAGING", None)],
)  # fmt: skip
def test_a_machine_that_does_not_run_is_brought_back_as_its_state_wants(
    client: Client, api: Session, status: str, asked: str | None
) -> None:
    api.expect("GET /aggregated/instances", {"items": {"zones/europe-west3-a": {"instances": [row(status)]}}})
    listings = MachineListings(client, NETWORK, [NAME])
    launch = Launch(client, NETWORK, {})
    wanted = {"power": "running"}
    machine = Machine(client, NAME, wanted, launch=launch, listings=listings, listing=listings.machines)
    change = machine.inspect()
    assert (change is not None) is (asked is not None)
    assert machine.settled() is (status == "RUNNING")
    if change is not None:
        api.expect(f"POST /zones/europe-west3-a/instances/{NAME}/{asked}", DONE)
        machine.do(change)
    assert not api.script
