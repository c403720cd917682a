# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules: from nothing to a site and back."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from tests.sandbox.simulators.gcp.conftest import REGION, instance, network, subnet

from .modules import CONTROL, IDENTITY, KEY, OWNER, SITE, WORKER, Gcp, machines

LISTS = ("networks.list", "subnetworks.list", "firewalls.list", "routes.list", "addresses.list")


def test_in_check_mode_nothing_is_written_on_the_first_run(gcp: Gcp) -> None:
    before = gcp.snapshot()
    gcp.log()
    plan = gcp.plan()
    assert "create network/gcp-fra" in plan
    assert "create machine/gcp-fra/shop-gcp-fra-general-2" in plan
    assert gcp.wrote() == []
    assert gcp.snapshot() == before


def test_what_was_planned_is_done_and_then_nothing_is_left_to_do(gcp: Gcp) -> None:
    looked = gcp.network(check=True)
    seen = gcp.machines(check=True, network=looked["network"])
    made = gcp.network(checksum=looked["plan"]["checksum"])
    assert not made.failed, made["msg"]
    done = gcp.machines(network=made["network"], checksum=seen["plan"]["checksum"])
    assert not done.failed, done["msg"]
    assert (made["changes"], done["changes"]) == (looked["changes"], seen["changes"])
    assert done["machines"][CONTROL]["public_address"] == made["network"]["addresses"][CONTROL]["address"]
    assert gcp.plan() == []
    gcp.log()
    gcp.converge()
    assert gcp.wrote() == []


def test_a_plan_has_the_same_checksum_before_and_after_its_parents_exist(gcp: Gcp) -> None:
    first = gcp.machines(check=True, network=gcp.network(check=True)["network"])
    second = gcp.machines(check=True, network=gcp.network()["network"])
    assert first["plan"]["checksum"] == second["plan"]["checksum"]


def test_a_quiet_hour_costs_six_lists_at_any_size(gcp: Gcp) -> None:
    for workers in (2, 99):
        wanted = machines(workers)
        gcp.converge(machines=wanted)
        gcp.log()
        assert gcp.plan(machines=wanted) == []
        asked = Counter(gcp.asked())
        assert asked.pop(IDENTITY) == 2
        assert asked == dict.fromkeys((*LISTS, "instances.aggregatedList"), 1)
    gcp.google.cloud.page = 30
    assert gcp.machines(check=True, network=gcp.network()["network"], machines=wanted)["api_calls"] == {
        IDENTITY: 1,
        "instances.aggregatedList": 1,
    }


def test_making_and_recording_costs_two_writes_a_machine_and_few_besides(gcp: Gcp) -> None:
    wanted = machines(29)
    gcp.log()
    network = gcp.converge(machines=wanted)
    record = {machine["name"]: {"host_key": f"ssh-ed25519 {machine['name']}"} for machine in wanted}
    gcp.machines(network=network, machines=wanted, record=record)
    writes = Counter(gcp.wrote())
    assert (writes.pop("instances.insert"), writes.pop("instances.setMetadata")) == (30, 30)
    assert writes == {"networks.insert": 1, "subnetworks.insert": 1, "firewalls.insert": 7, "addresses.insert": 1}


def test_a_machine_is_made_as_the_design_says(gcp: Gcp) -> None:
    done = gcp.machines(network=gcp.network()["network"])
    row = gcp.machine(WORKER)
    disk = gcp.google.get(row["disks"][0]["source"].split("pangaea-sandbox")[1])
    assert (disk["sizeGb"], disk["type"].rsplit("/", 1)[1], row["disks"][0]["autoDelete"]) == (
        "30",
        "pd-balanced",
        True,
    )
    assert disk["labels"] == {"pangaea-cluster": OWNER, "pangaea-site": SITE}
    assert (row["canIpForward"], "serviceAccounts" in row) == (False, False)
    assert row["labels"] == {"pangaea-cluster": OWNER, "pangaea-site": SITE, "pangaea-pool": "general"}
    assert row["tags"]["items"] == ["pangaea-nodes", "pangaea-pool-general"]
    said = {item["key"]: item["value"] for item in row["metadata"]["items"]}
    assert (said["enable-oslogin"], said["block-project-ssh-keys"]) == ("FALSE", "TRUE")
    assert (said["ssh-keys"], said["pangaea-pods"]) == (f"debian:{KEY} ana", "10.130.1.0/24")
    config = _user_data(said)
    assert config["ssh_keys"]["ecdsa_public"].strip() == said["pangaea-first-host-key"]
    assert (config["users"][0]["ssh_authorized_keys"], config["hostname"]) == ([KEY + " ana"], WORKER)
    shown = done["machines"][WORKER]
    assert shown["first_host_key"] == said["pangaea-first-host-key"]
    assert shown["provider_id"] == f"gce://pangaea-sandbox/{shown['zone']}/{WORKER}"
    assert (shown["state"], shown["role"], shown["user"]) == ("running", "worker", "debian")


def _user_data(said: dict[str, str]) -> dict[str, Any]:
    head, _, body = said["user-data"].partition("\n")
    assert head == "#cloud-config"
    return dict(json.loads(body))


def test_machines_of_a_group_take_turns_over_the_zones(gcp: Gcp) -> None:
    done = gcp.machines(network=gcp.network()["network"], machines=machines(4))
    zones = {name: machine["zone"] for name, machine in done["machines"].items()}
    assert [zones[f"shop-gcp-fra-general-{n}"][-1] for n in (1, 2, 3, 4)] == ["a", "b", "c", "a"]
    named = gcp.network(zones=["europe-west3-c"])["network"]
    more = gcp.machines(network=named, machines=machines(5))
    assert more["machines"]["shop-gcp-fra-general-5"]["zone"] == "europe-west3-c"
    assert more["changes"] == ["create machine/gcp-fra/shop-gcp-fra-general-5"]


def test_sizes_and_images_are_found_for_both_kinds_of_processor(gcp: Gcp) -> None:
    wanted = [
        {**machines()[1], "name": f"shop-gcp-fra-general-{n}", "number": n, "size": size, "image": image}
        for n, (size, image) in enumerate(
            [(s, i) for s in ("small", "medium", "large", "c4a-standard-2") for i in ("debian-13", "ubuntu-24.04")], 1
        )
    ]
    done = gcp.machines(network=gcp.network(public=[])["network"], machines=wanted)
    assert not done.failed, done["msg"]
    kinds = [machine["type"] for machine in done["machines"].values()]
    assert sorted(set(kinds)) == ["c4a-standard-2", "e2-medium", "e2-small", "e2-standard-4"]
    arm = gcp.machine("shop-gcp-fra-general-8")
    disk = gcp.google.get(arm["disks"][0]["source"].split("pangaea-sandbox")[1])
    assert "ubuntu-2404-noble-arm64" in disk["sourceImage"]
    assert {m["user"] for m in done["machines"].values()} == {"debian", "ubuntu"}


def test_spot_is_bought_as_spot_and_stays_so(gcp: Gcp) -> None:
    wanted = [{**machines()[1], "spot": True}]
    gcp.converge(machines=wanted)
    scheduling = gcp.machine(WORKER)["scheduling"]
    assert (scheduling["provisioningModel"], scheduling["instanceTerminationAction"]) == ("SPOT", "STOP")
    assert (scheduling["automaticRestart"], scheduling["onHostMaintenance"]) == (False, "TERMINATE")
    assert gcp.plan(machines=wanted) == []


def test_a_snapshot_shows_no_secret(gcp: Gcp) -> None:
    gcp.converge()
    row = gcp.snapshot()["machine"][gcp.path(WORKER)[1:]]["row"]
    said = {item["key"]: item["value"] for item in row["metadata"]["items"]}
    assert said["user-data"] == said["startup-script"] == "(not shown)"
    assert said["pangaea-pods"] == "10.130.1.0/24"
    assert "PRIVATE KEY" not in json.dumps(gcp.machines(network=gcp.network()["network"], state="absent", check=True))


def test_only_machines_named_for_removal_are_deleted(gcp: Gcp) -> None:
    network = gcp.converge()
    fewer = machines(1)
    seen = gcp.machines(network=network, machines=fewer)
    assert (seen["changes"], seen["surplus"]) == ([], ["shop-gcp-fra-general-2"])
    gone = gcp.machines(network=network, machines=fewer, remove=["shop-gcp-fra-general-2"])
    assert gone["changes"] == ["delete machine/gcp-fra/shop-gcp-fra-general-2"]
    assert sorted(gone["machines"]) == [CONTROL, WORKER]
    assert gcp.plan(machines=fewer) == []
    again = gcp.machines(network=network, machines=machines(3))
    assert {name: machine["pods"] for name, machine in again["machines"].items()} == {
        CONTROL: "10.130.0.0/24",
        WORKER: "10.130.1.0/24",
        "shop-gcp-fra-general-2": "10.130.2.0/24",
        "shop-gcp-fra-general-3": "10.130.3.0/24",
    }


def test_deleting_leaves_nothing_of_ours_and_others_as_they_were(gcp: Gcp) -> None:
    _bystanders(gcp)
    before = gcp.snapshot()
    network = gcp.converge()
    disk = {"name": "pvc-1", "sizeGb": "10", "labels": {f"kubernetes-io-cluster-{OWNER}": "owned"}}
    gcp.google.make("zones/europe-west3-a/disks", disk)
    gone = gcp.machines(network=network, state="absent")
    assert not gone.failed, gone["msg"]
    closed = gcp.network(state="absent")
    assert not closed.failed, closed["msg"]
    assert gcp.snapshot() == before
    assert gcp.network(state="absent")["changes"] == []


def _bystanders(gcp: Gcp) -> None:
    """Somebody else's site, who even named some things as we would."""
    google = gcp.google
    theirs = json.dumps({"owner": "shop-b0000000", "site": SITE})
    google.make("global/networks", network(description=theirs))
    google.make(f"regions/{REGION}/subnetworks", subnet(description=theirs))
    body = instance("shop-gcp-fra-general-9", labels={"pangaea-cluster": "shop-b0000000", "pangaea-site": SITE})
    google.make("zones/europe-west3-a/instances", body)
    google.make(f"regions/{REGION}/addresses", {"name": "shop-gcp-fra-cp-2"})
    google.make("zones/europe-west3-a/disks", {"name": "shop-gcp-fra", "sizeGb": "10"})
    firewall = {"name": "shop-eu-k3v9q2ab-gcp-fra-nodes-in-tcp-22", "network": "global/networks/shop"}
    google.make("global/firewalls", {**firewall, "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]})
