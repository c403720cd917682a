# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules: what is refused, and that nothing is touched then."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.gcp.cloud import PROJECT
from tests.sandbox.simulators.gcp.conftest import REGION, Google, firewall, instance, network, route, subnet

from .modules import CONTROL, IDENTITY, LABEL, OWNER, SITE, WORKER, Gcp, machines

SSH = f"/global/firewalls/{LABEL}-nodes-in-tcp-22"
ADDRESS = f"/regions/{REGION}/addresses/{CONTROL}"
Site = tuple[Gcp, dict[str, Any]]


@pytest.fixture
def converged(lab: Gcp) -> Site:
    found = lab.converge()
    lab.log()
    return lab, found


def test_another_project_is_refused_before_any_other_call(lab: Gcp) -> None:
    lab.log()
    refused = lab.network(project="another-project")
    assert refused["kind"] == "Refused" and "another-project" in refused["msg"]
    assert lab.asked() == [IDENTITY]


def test_real_credentials_do_not_go_to_a_simulator(lab: Gcp, tmp_path: Path) -> None:
    lab.log()
    real = tmp_path / "key.json"
    real.write_text(json.dumps({**lab.google.key, "universe_domain": "googleapis.com"}))
    refused = lab.network(service_account_file=str(real))
    assert refused["kind"] == "Refused" and "pangaea@pangaea-sandbox" in refused["msg"]
    assert "PRIVATE KEY" not in json.dumps(refused)
    token = lab.network(access_token="ya29.a0AfH6SMBexample")
    assert token["kind"] == "Refused" and "ya29" not in token["msg"]
    assert lab.log() == []


def test_credentials_of_the_sandbox_do_not_go_to_google(lab: Gcp) -> None:
    refused = lab.network(endpoint_url="https://compute.googleapis.com")
    assert refused["kind"] == "Refused" and "those of the sandbox" in refused["msg"]


def test_the_open_token_of_the_sandbox_is_enough(lab: Gcp) -> None:
    assert not lab.network(check=True, access_token="sandbox").failed


def test_credentials_come_from_the_environment_as_awx_sets_it(
    lab: Gcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key.json"
    key.write_text(json.dumps(lab.google.key))
    monkeypatch.setenv("GCE_CREDENTIALS_FILE_PATH", str(key))
    monkeypatch.setenv("GCP_AUTH_KIND", "serviceaccount")
    monkeypatch.setenv("GCE_PROJECT", PROJECT)
    said = lab.network(check=True, project=None, service_account_contents=None)
    assert not said.failed, said["msg"]
    monkeypatch.setenv("GCE_CREDENTIALS_FILE_PATH", str(tmp_path / "nowhere.json"))
    said = lab.network(check=True, service_account_contents=None)
    assert said["kind"] == "Denied" and "nowhere.json" in said["msg"]


def test_without_credentials_nobody_is_asked_for_some(
    lab: Gcp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "GCE_CREDENTIALS_FILE_PATH", "GCP_SERVICE_ACCOUNT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setattr("google.auth.compute_engine._metadata.ping", lambda *_args, **_more: asked.append("ping"))
    said = lab.network(check=True, service_account_contents=None)
    assert said["kind"] == "Denied" and "GOOGLE_APPLICATION_CREDENTIALS" in said["msg"]
    assert asked == []


@pytest.mark.parametrize("lost", ["rule", "address", "machine"])
def test_a_thing_that_lost_its_owner_is_named_and_not_made_twice(converged: Site, lost: str) -> None:
    gcp, found = converged
    worker = gcp.path(WORKER)
    if lost == "rule":
        gcp.google.do("PATCH", SSH, {"name": SSH.rsplit("/", 1)[1], "description": "ours once"})
    else:
        gcp.set_labels(ADDRESS if lost == "address" else worker, pangaea_cluster=None)
    gcp.log()
    said = gcp.machines(network=found) if lost == "machine" else gcp.network()
    assert said["kind"] == "NotOurs", said["msg"]
    back = '{"owner": "shop-k3v9q2ab", "site": "gcp-fra"}' if lost == "rule" else f"pangaea-cluster={OWNER}"
    assert back in said["msg"]
    assert gcp.wrote() == []
    if lost == "rule":
        gcp.google.do("PATCH", SSH, {"name": SSH.rsplit("/", 1)[1], "description": back})
    else:
        gcp.set_labels(ADDRESS if lost == "address" else worker, pangaea_cluster=OWNER)
    assert gcp.plan() == []


def test_a_machine_that_lost_all_labels_is_named_and_not_made_twice(converged: Site) -> None:
    gcp, found = converged
    path = gcp.path(WORKER)
    labels = gcp.google.get(path)["labels"]
    gcp.set_labels(path, **dict.fromkeys(labels))
    gcp.log()
    said = gcp.machines(network=found)
    assert said["kind"] == "NotOurs" and WORKER in said["msg"]
    assert gcp.wrote() == []
    gcp.set_labels(path, **labels)
    assert gcp.plan() == []


@pytest.mark.parametrize("said", ["", json.dumps({"owner": "shop-eu-k3v9q2ab", "site": SITE})])
def test_a_network_of_others_that_has_our_name_is_theirs(gcp: Gcp, said: str) -> None:
    gcp.google.make("global/networks", network(name=LABEL, description=said))
    gcp.google.make(f"regions/{REGION}/subnetworks", subnet(name=LABEL, network=f"global/networks/{LABEL}"))
    gcp.log()
    refused = gcp.network()
    assert refused["kind"] == "NotOurs" and "shop-k3v9q2ab" in refused["msg"]
    closed = gcp.network(state="absent")
    assert closed["kind"] == "NotOurs"
    assert gcp.wrote() == []


def test_a_cluster_never_takes_what_is_anothers_whose_name_begins_like_it(gcp: Gcp) -> None:
    """Site ``x`` of ``shop-eu`` and site ``eu-x`` of ``shop`` would be one name without the owners in it."""
    theirs: dict[str, Any] = {"cluster": "shop-eu-b0000000", "name": "shop-eu", "site": "x", "addresses": []}
    made = gcp.network(**theirs)
    assert not made.failed, made["msg"]
    worker = {**machines()[1], "name": "shop-eu-x-general-1"}
    done = gcp.machines(network=made["network"], machines=[worker], **theirs | {"addresses": None})
    assert not done.failed, done["msg"]
    before = gcp.snapshot()
    ours = {"site": "eu-x", "addresses": []}
    mine = gcp.network(**ours)
    assert not mine.failed, mine["msg"]
    seen = gcp.machines(network=mine["network"], machines=[], site="eu-x", check=True)
    assert (seen["machines"], seen["surplus"]) == ({}, [])
    assert not gcp.machines(network=mine["network"], machines=[], site="eu-x", state="absent").failed
    assert not gcp.network(state="absent", **ours).failed
    assert gcp.snapshot() == before


def test_a_thing_that_takes_the_name_meanwhile_is_not_adopted(gcp: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import api_network

    insert = api_network.insert_firewall

    def slow(client: Any, body: dict[str, Any]) -> dict[str, Any]:
        if body["name"] == SSH.rsplit("/", 1)[1]:
            gcp.google.make("global/firewalls", {**body, "description": "theirs"})
        return dict(insert(client, body))

    monkeypatch.setattr(api_network, "insert_firewall", slow)
    refused = gcp.network()
    assert refused["kind"] == "NotOurs" and "nodes-in-tcp-22" in refused["msg"], refused["msg"]
    assert gcp.google.get(SSH)["description"] == "theirs"


def test_what_others_have_in_our_network_is_told_and_left_alone(gcp: Gcp) -> None:
    gcp.converge()
    gcp.google.make("global/firewalls", firewall(name="audit", network=f"global/networks/{LABEL}"))
    gcp.google.make("global/routes", route(name="theirs", network=f"global/networks/{LABEL}", destRange="10.9.0.0/16"))
    seen = gcp.network()
    assert (seen["changes"], seen["network"]["others"]) == ([], ["firewall audit", "route theirs"])


def test_a_machine_of_ours_that_says_another_site_goes_with_the_site_that_it_is_in(gcp: Gcp) -> None:
    found = gcp.converge()
    gcp.set_labels(gcp.path(WORKER), pangaea_site="moon")
    gone = gcp.machines(network=found, machines=[], state="absent")
    assert len(gone["changes"]) == 3, gone.get("msg")


def test_another_size_of_a_machine_is_refused_with_the_way_out(converged: Site) -> None:
    gcp, found = converged
    wanted = machines()
    wanted[1]["size"] = "large"
    refused = gcp.machines(network=found, machines=wanted)
    assert refused["kind"] == "Refused"
    for word in ("'e2-small'", "'e2-standard-4'", "replace NODE", WORKER):
        assert word in refused["msg"]
    assert gcp.wrote() == []


def test_another_range_of_the_network_is_refused(converged: Site) -> None:
    gcp, _found = converged
    refused = gcp.network(cidr="10.70.0.0/16")
    assert refused["kind"] == "Refused" and "10.66.0.0/16" in refused["msg"] and "10.70.0.0/16" in refused["msg"]
    assert gcp.wrote() == []


def test_another_image_disk_or_zone_changes_nothing_for_machines_that_exist(converged: Site) -> None:
    gcp, found = converged
    wanted = [{**machine, "image": "ubuntu-24.04", "disk_gb": 99} for machine in machines()]
    elsewhere = {**found, "zones": ["europe-west3-c"]}
    assert gcp.machines(check=True, network=elsewhere, machines=wanted)["changes"] == []


def test_an_image_that_does_not_exist_is_refused_in_the_plan(converged: Site) -> None:
    gcp, found = converged
    for image in ("debian-99", "projects/debian-cloud/global/images/debian-99"):
        extra = {**machines()[1], "name": "shop-gcp-fra-general-9", "number": 9, "image": image}
        refused = gcp.machines(check=True, network=found, machines=[*machines(), extra])
        assert refused["kind"] == "Refused" and "debian-99" in refused["msg"]


def test_a_plan_that_moved_is_refused(converged: Site) -> None:
    gcp, found = converged
    refused = gcp.machines(network=found, machines=machines(3), checksum="deadbeef")
    assert refused["kind"] == "Refused" and "deadbeef" in refused["msg"]
    assert gcp.wrote() == []


def test_a_caller_outside_of_admin_is_told_before_any_call(lab: Gcp) -> None:
    lab.log()
    refused = lab.network(caller_address="203.0.113.9")
    assert refused["kind"] == "Refused" and "203.0.113.9" in refused["msg"]
    assert lab.log() == []


def test_a_name_that_is_there_in_two_zones_is_told_with_both(gcp: Gcp) -> None:
    found = gcp.converge()
    body = {**instance(WORKER), "labels": {"pangaea-cluster": OWNER, "pangaea-site": SITE}}
    nic = {"subnetwork": f"regions/{REGION}/subnetworks/{LABEL}"}
    kind = {"machineType": "zones/europe-west3-c/machineTypes/e2-small", "networkInterfaces": [nic]}
    gcp.google.make("zones/europe-west3-c/instances", {**body, **kind})
    refused = gcp.machines(check=True, network=found)
    assert refused["kind"] == "Refused" and "europe-west3-a" in refused["msg"] and "europe-west3-c" in refused["msg"]


@pytest.mark.parametrize(
    ("metric", "limit", "part"),
    [
        ("NETWORKS", 0, "network"), ("FIREWALLS", 6, "network"), ("STATIC_ADDRESSES", 0, "network"),
        ("CPUS", 5, "machines"), ("CPUS_ALL_REGIONS", 5, "machines"), ("IN_USE_ADDRESSES", 2, "machines"),
        ("SSD_TOTAL_GB", 80, "machines"), ("INSTANCES", 2, "machines"),
    ],
)  # fmt: skip
def test_a_quota_that_does_not_fit_is_told_in_the_plan(gcp: Gcp, metric: str, limit: int, part: str) -> None:
    gcp.google.cloud.quotas.set(metric, limit)
    refused = gcp.network(check=True)
    if part == "machines":
        refused = gcp.machines(check=True, network=refused["network"])
    assert refused["kind"] == "OverQuota" and metric in refused["msg"] and f"is {limit}, 0 are used" in refused["msg"]
    assert gcp.wrote() == []


def test_a_type_that_the_region_lacks_is_told_with_the_nearest(gcp: Gcp) -> None:
    refused = gcp.network(check=True, sizes=["t2a-standard-2"])
    assert refused["kind"] == "Refused"
    assert "europe-west3 does not offer t2a-standard-2" in refused["msg"] and "c4a-standard-2" in refused["msg"]
    wanted = [{**machines()[1], "size": "e2-standrad-4"}]
    unknown = gcp.machines(check=True, network=gcp.network()["network"], machines=wanted)
    assert unknown["kind"] == "Refused" and "nearest that it has is e2-standard-4" in unknown["msg"]


def test_a_named_zone_that_lacks_the_type_is_told(gcp: Gcp) -> None:
    refused = gcp.network(check=True, zones=["europe-west3-x"])
    assert refused["kind"] == "Refused" and "europe-west3-x" in refused["msg"] and "europe-west3-b" in refused["msg"]


def test_deleting_refuses_while_others_have_something_in_the_network(gcp: Gcp) -> None:
    found, google = gcp.converge(), gcp.google
    _foreign(google)
    before = gcp.snapshot()
    gone = gcp.machines(network=found, state="absent")
    closed = gcp.network(state="absent")
    assert gone["kind"] == closed["kind"] == "NotOurs"
    assert "theirs-1" in gone["msg"]
    for name in ("theirs-1", "firewall audit", "route theirs", "us-east4/theirs"):
        assert name in closed["msg"]
    assert gcp.snapshot() == before


def _foreign(google: Google) -> None:
    place = f"global/networks/{LABEL}"
    google.make("regions/us-east4/subnetworks", subnet(name="theirs", network=place, ipCidrRange="10.200.0.0/24"))
    google.make("global/firewalls", firewall(name="audit", network=place))
    google.make("global/routes", route(name="theirs", network=place, destRange="10.9.0.0/16"))
    nic = {"subnetwork": f"regions/{REGION}/subnetworks/{LABEL}"}
    google.make("zones/europe-west3-a/instances", {**instance("theirs-1", labels={}), "networkInterfaces": [nic]})
