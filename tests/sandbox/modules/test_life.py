# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From nothing to a site, in each cloud: what is planned is what is done, and what is made is as the design says."""

from __future__ import annotations

import json

import pytest

from tests.sandbox.running import KEY, OWNER, well

from .lab import Lab
from .site import created


def test_in_check_mode_nothing_is_written_on_the_first_run(fresh: Lab) -> None:
    before = fresh.snapshot()
    fresh.asked()
    assert fresh.plan() == list(created(fresh.everything))
    assert fresh.writes() == []
    assert fresh.snapshot() == before


def test_what_was_planned_is_done_and_then_nothing_is_left_to_do(fresh: Lab) -> None:
    looked = well(fresh.network(check=True))
    seen = well(fresh.machines(check=True, network=looked["network"]))
    made = well(fresh.network(checksum=looked["plan"]["checksum"]))
    again = well(fresh.machines(check=True, network=made["network"]))
    assert again["plan"]["checksum"] == seen["plan"]["checksum"]  # also once what it stands on exists
    done = well(fresh.machines(network=made["network"], checksum=seen["plan"]["checksum"]))
    assert (made["changes"], done["changes"]) == (looked["changes"], seen["changes"])
    assert done["machines"][fresh.control]["public_address"] == made["network"]["addresses"][fresh.control]["address"]
    assert fresh.plan() == []
    fresh.asked()
    fresh.converge()
    assert fresh.writes() == []


def test_a_machine_is_made_as_the_design_says(lab: Lab) -> None:
    said = lab.machines(network=lab.converge())["machines"][lab.worker]
    facts = lab.facts(lab.worker)
    assert (facts.disk_gb, facts.disk_dies) == (30, True)
    common = {"pangaea-cluster": OWNER, "pangaea-site": lab.site}
    number = lab.pods.replace(".0.0/16", ".1.0/24")
    assert facts.tags.items() >= {**common, "pangaea-pool": "general", "pangaea-pods": number}.items()
    assert all(tags.items() >= common.items() for tags in facts.parts)
    config = facts.user_data
    assert config["ssh_keys"]["ecdsa_public"].strip() == facts.tags["pangaea-first-host-key"]
    assert (config["users"][0]["name"], config["users"][0]["ssh_authorized_keys"]) == ("debian", [KEY + " ana"])
    assert config["hostname"] == lab.worker
    assert said["first_host_key"] == facts.tags["pangaea-first-host-key"]


def test_what_playbooks_are_told_of_a_machine_has_the_same_words_in_every_cloud(lab: Lab) -> None:
    network = lab.converge()
    said = lab.machines(network=network)["machines"][lab.worker]
    assert set(said) == {
        "id", "name", "private_address", "public_address", "zone", "region", "type", "state", "pods", "host_key",
        "first_host_key", "user", "provider_id", "pool", "role",
    }  # fmt: skip
    assert (said["name"], said["zone"], said["region"]) == (lab.worker, lab.zones[0], lab.region)
    assert (said["type"], said["state"], said["user"]) == (lab.sizes["small"], "running", "debian")
    assert (said["pool"], said["role"]) == ("general", "worker")
    assert said["private_address"].startswith(lab.cidr.removesuffix("0.0/16"))
    assert said["public_address"].startswith("198.1")
    assert said["provider_id"].startswith({"gcp": "gce"}.get(lab.cloud, lab.cloud) + "://")
    assert network["marks"] == {}


def test_machines_of_a_group_take_turns_over_the_zones(fresh: Lab) -> None:
    done = well(fresh.machines(network=fresh.network()["network"], machines=fresh.wanted(4)))
    zones = [done["machines"][f"shop-{fresh.site}-general-{n}"]["zone"] for n in (1, 2, 3, 4)]
    assert zones == [*fresh.zones, fresh.zones[0]]


def test_each_size_and_image_makes_a_machine_on_both_kinds_of_processor(fresh: Lab) -> None:
    types = {**fresh.sizes, fresh.arm64: fresh.arm64}
    cases = [(size, image) for size in types for image in ("debian-13", "ubuntu-24.04")]
    wanted = [
        {**fresh.wanted()[1], "name": f"shop-{fresh.site}-general-{n}", "number": n, "size": size, "image": image}
        for n, (size, image) in enumerate(cases, 1)
    ]
    network = well(fresh.network(sizes=list(types)))["network"]
    done = well(fresh.machines(network=network, machines=wanted))["machines"]
    assert [(row["type"], row["user"]) for row in done.values()] == [
        (types[size], image.split("-")[0]) for size, image in cases
    ]


def test_only_machines_named_for_removal_are_deleted_with_all_their_parts(fresh: Lab) -> None:
    network, fewer = fresh.converge(), fresh.wanted(1)
    seen = well(fresh.machines(network=network, machines=fewer))
    assert (seen["changes"], seen["surplus"]) == ([], [fresh.second])
    gone = well(fresh.machines(network=network, machines=fewer, remove=[fresh.second]))
    assert gone["changes"] == [f"delete machine/{fresh.site}/{fresh.second}"]
    assert sorted(gone["machines"]) == [fresh.control, fresh.worker]
    assert fresh.plan(machines=fewer) == []
    left = fresh.ours()
    assert (left["machine"], left["disk"], left["network_interface"]) == (2, 2, min(2, left["network_interface"]))


def test_a_new_machine_gets_the_lowest_free_pod_range_and_the_others_keep_theirs(fresh: Lab) -> None:
    network = fresh.converge()
    well(fresh.machines(network=network, remove=[fresh.worker]))
    again = well(fresh.machines(network=network, machines=fresh.wanted(3)))
    third = f"shop-{fresh.site}-general-3"
    assert {name: machine["pods"] for name, machine in again["machines"].items()} == {
        name: fresh.pods.replace(".0.0/16", f".{number}.0/24")
        for number, name in enumerate((fresh.control, fresh.worker, fresh.second, third))
    }


def test_the_static_address_outlives_its_machine(fresh: Lab) -> None:
    network = fresh.converge()
    well(fresh.machines(network=network, remove=[fresh.control]))
    again = well(fresh.machines(network=network))
    assert again["machines"][fresh.control]["public_address"] == network["addresses"][fresh.control]["address"]


def test_a_stopped_machine_is_started_also_while_it_stops(fresh: Lab) -> None:
    fresh.converge()
    fresh.stop_machine(fresh.worker)
    assert fresh.plan() == [f"update machine/{fresh.site}/{fresh.worker}"]
    network = fresh.converge()
    assert fresh.plan() == []
    assert fresh.machines(network=network)["machines"][fresh.worker]["public_address"]


def test_a_snapshot_shows_whose_each_thing_is_and_no_secret(fresh: Lab) -> None:
    others = fresh.bystanders()
    fresh.converge()
    held = fresh.snapshot()
    assert fresh.ours() == fresh.holds
    assert others <= {name for rows in held.values() for name in rows}
    assert not any(rows[name]["owner"] == OWNER for rows in held.values() for name in others & rows.keys())
    assert "PRIVATE KEY" not in json.dumps(held)


@pytest.mark.parametrize("part", ["network", "machines"])
def test_no_part_says_a_private_key(fresh: Lab, part: str) -> None:
    network = well(fresh.network())["network"]
    assert "PRIVATE KEY" not in json.dumps(fresh.part(part, network))
