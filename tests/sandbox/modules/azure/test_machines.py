# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How machines are made in the simulated Azure, and how they go."""

from __future__ import annotations

import base64
import json
import threading
import time
from typing import Any

import pytest

from tests.sandbox.modules.azure.lab import CONTROL, OWNER, SECOND, SITE, WORKER, Lab, machines
from tests.sandbox.simulators.azure.conftest import KEY


def test_a_machine_is_made_as_the_design_says(fresh: Lab) -> None:
    network = fresh.converge()
    row = fresh.get(f"Microsoft.Compute/virtualMachines/{WORKER}")
    card = fresh.get(f"Microsoft.Network/networkInterfaces/{WORKER}")
    address = fresh.get(f"Microsoft.Network/publicIPAddresses/{WORKER}")
    part = row["properties"]
    disk = part["storageProfile"]["osDisk"]
    assert (disk["deleteOption"], disk["diskSizeGB"]) == ("Delete", 30)
    assert disk["managedDisk"]["storageAccountType"] == "Premium_LRS"
    assert part["networkProfile"]["networkInterfaces"][0]["properties"]["deleteOption"] == "Delete"
    assert (address["sku"]["name"], address["properties"]["deleteOption"]) == ("Standard", "Delete")
    assert card["properties"]["networkSecurityGroup"]["id"] == network["groups"]["pool-general"]
    assert card["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"]["id"] == address["id"]
    assert part["storageProfile"]["imageReference"] == {
        **{"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "0.20261101.2290"},
        "exactVersion": "0.20261101.2290",
    }
    machine = fresh.cloud.store.find(row["id"])
    assert machine is not None
    config = _user_data(machine.properties["osProfile"]["customData"])
    assert config["ssh_keys"]["ecdsa_public"].strip() == row["tags"]["pangaea-first-host-key"]
    assert (config["users"][0]["name"], part["osProfile"]["adminUsername"]) == ("debian", "debian")
    assert config["users"][0]["ssh_authorized_keys"] == [KEY]
    assert config["hostname"] == part["osProfile"]["computerName"] == WORKER
    tags = row["tags"]
    assert (tags["pangaea-cluster"], tags["pangaea-site"]) == (OWNER, SITE)
    assert (tags["pangaea-pool"], tags["pangaea-pods"]) == ("general", "10.129.1.0/24")
    assert card["tags"] == address["tags"] == {"pangaea-cluster": OWNER, "pangaea-site": SITE}


def _user_data(text: str) -> dict[str, Any]:
    head, _, body = base64.b64decode(text).decode().partition("\n")
    assert head == "#cloud-config"
    return dict(json.loads(body))


def test_many_machines_are_made_beside_each_other(fresh: Lab) -> None:
    """None is ready before all of them were asked for: who waits for some before the others would wait for ever."""
    network = fresh.network()["network"]
    fresh.cloud.settings.set({"machine_seconds": 1800.0})
    since = fresh.journal.last

    def let_time_pass_once_all_were_asked_for() -> None:
        while sum(entry["action"] == "PUT virtualMachines" for entry in fresh.journal.since(since)) < 20:
            time.sleep(0.05)
        fresh.cloud.clock.step(1900)

    threading.Thread(target=let_time_pass_once_all_were_asked_for, daemon=True).start()
    made = fresh.machines(network=network, machines=machines(19))
    assert not made.failed, made["msg"]


def test_what_playbooks_are_told_of_a_machine(fresh: Lab) -> None:
    network = fresh.converge()
    said = fresh.machines(network=network)["machines"][WORKER]
    row = fresh.get(f"Microsoft.Compute/virtualMachines/{WORKER}")
    assert said == {
        "id": row["id"],
        "name": WORKER,
        "private_address": _private(fresh, WORKER),
        "public_address": fresh.get(f"Microsoft.Network/publicIPAddresses/{WORKER}")["properties"]["ipAddress"],
        "zone": "germanywestcentral-1",
        "region": "germanywestcentral",
        "type": "Standard_B2als_v2",
        "state": "running",
        "pods": "10.129.1.0/24",
        "host_key": None,
        "first_host_key": row["tags"]["pangaea-first-host-key"],
        "user": "debian",
        "provider_id": f"azure://{row['id']}",
        "pool": "general",
        "role": "worker",
    }
    assert network["marks"] == {}


def _private(lab: Lab, machine: str) -> str:
    card = lab.get(f"Microsoft.Network/networkInterfaces/{machine}")
    return str(card["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"])


def test_machines_take_turns_over_the_zones(fresh: Lab) -> None:
    network = fresh.converge(machines=machines(4))
    assert {zone: part["cidr"] for zone, part in network["zones"].items()} == {
        "1": "10.65.0.0/18",
        "2": "10.65.64.0/18",
        "3": "10.65.128.0/18",
    }
    said = fresh.machines(network=network, machines=machines(4))["machines"]
    zones = [said[f"shop-azure-fra-general-{n}"]["zone"] for n in range(1, 5)]
    assert zones == [f"germanywestcentral-{zone}" for zone in "1231"]


@pytest.mark.parametrize("size", ["small", "medium", "large", "Standard_D2ps_v5"])
@pytest.mark.parametrize(("image", "user"), [("debian-13", "debian"), ("ubuntu-24.04", "ubuntu")])
def test_each_size_and_image_makes_a_machine(lab: Lab, size: str, image: str, user: str) -> None:
    network = lab.network(sizes=[size])["network"]
    made = lab.machines(network=network, machines=machines(1, size=size, image=image))
    assert not made.failed, made["msg"]
    assert {machine["user"] for machine in made["machines"].values()} == {user}
    assert not lab.machines(network=network, state="absent").failed


def test_only_machines_named_for_removal_are_deleted(fresh: Lab) -> None:
    network = fresh.converge()
    fewer = machines(1)
    seen = fresh.machines(network=network, machines=fewer)
    assert (seen["changes"], seen["surplus"]) == ([], [SECOND])
    gone = fresh.machines(network=network, machines=fewer, remove=[SECOND])
    assert gone["changes"] == [f"delete machine/azure-fra/{SECOND}"]
    assert sorted(gone["machines"]) == [CONTROL, WORKER]
    assert fresh.plan(machines=fewer) == []
    held = fresh.snapshot()
    left = [name for rows in held.values() for name in rows if SECOND in name]
    assert left == []  # its disk, interface and address went with it


def test_the_static_address_outlives_its_machine(fresh: Lab) -> None:
    network = fresh.converge()
    before = network["addresses"][CONTROL]["address"]
    fresh.machines(network=network, remove=[CONTROL])
    again = fresh.machines(network=network)
    assert again["machines"][CONTROL]["public_address"] == before


def test_a_new_machine_gets_the_lowest_free_pod_range_and_the_others_keep_theirs(fresh: Lab) -> None:
    network = fresh.converge()
    fresh.machines(network=network, remove=[WORKER])
    again = fresh.machines(network=network, machines=machines(3))
    assert {name: machine["pods"] for name, machine in again["machines"].items()} == {
        CONTROL: "10.129.0.0/24",
        WORKER: "10.129.1.0/24",
        SECOND: "10.129.2.0/24",
        "shop-azure-fra-general-3": "10.129.3.0/24",
    }
