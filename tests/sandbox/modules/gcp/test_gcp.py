# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What only GCP has: credentials, names, descriptions, labels, metadata, zones as a part of a machine's path."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.gcp.cloud import PROJECT
from tests.sandbox.modules.lab import OTHER_OWNER
from tests.sandbox.running import KEY, OWNER, well
from tests.sandbox.simulators.gcp.conftest import REGION, firewall, instance, network, route, subnet

from .damages import LABEL, OUT, SSH, give_the_address_to_a_worker
from .lab import Gcp


def test_real_credentials_do_not_go_to_a_simulator(lab: Gcp, tmp_path: Path) -> None:
    lab.log()
    real = tmp_path / "key.json"
    real.write_text(json.dumps({**lab.google.key, "universe_domain": "googleapis.com"}))
    refused = lab.network(service_account_file=str(real), service_account_contents=None)
    assert refused["kind"] == "Refused" and "pangaea@pangaea-sandbox" in refused["msg"]
    assert "PRIVATE KEY" not in json.dumps(refused)
    token = lab.network(access_token="ya29.a0AfH6SMBexample", service_account_contents=None)
    assert token["kind"] == "Refused" and "ya29" not in token["msg"]
    assert lab.log() == []


def test_credentials_of_the_sandbox_do_not_go_to_google(lab: Gcp) -> None:
    refused = lab.network(endpoint_url="https://compute.googleapis.com")
    assert refused["kind"] == "Refused" and "those of the sandbox" in refused["msg"]


def test_the_open_token_of_the_sandbox_is_enough(lab: Gcp) -> None:
    well(lab.network(check=True, access_token="sandbox", service_account_contents=None))


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


@pytest.mark.parametrize("said", ["", json.dumps({"owner": OTHER_OWNER, "site": "gcp-fra"})])
def test_a_network_of_others_that_has_our_name_is_theirs(fresh: Gcp, said: str) -> None:
    fresh.google.make("global/networks", network(name=LABEL, description=said))
    fresh.google.make(f"regions/{REGION}/subnetworks", subnet(name=LABEL, network=f"global/networks/{LABEL}"))
    fresh.log()
    refused = fresh.network()
    assert refused["kind"] == "NotOurs" and "shop-k3v9q2ab" in refused["msg"]
    closed = fresh.network(state="absent")
    assert closed["kind"] == "NotOurs"
    assert fresh.writes() == []


def test_a_thing_that_takes_the_name_meanwhile_is_not_adopted(fresh: Gcp, monkeypatch: pytest.MonkeyPatch) -> None:
    from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import api_network

    insert = api_network.insert_firewall

    def slow(client: Any, body: dict[str, Any]) -> dict[str, Any]:
        if body["name"] == SSH.rsplit("/", 1)[1]:
            fresh.google.make("global/firewalls", {**body, "description": "theirs"})
        return dict(insert(client, body))

    monkeypatch.setattr(api_network, "insert_firewall", slow)
    refused = fresh.network()
    assert refused["kind"] == "NotOurs" and "nodes-in-tcp-22" in refused["msg"], refused["msg"]
    assert fresh.google.get(SSH)["description"] == "theirs"


def test_what_others_have_in_our_network_is_told_and_left_alone(fresh: Gcp) -> None:
    fresh.converge()
    place = f"global/networks/{LABEL}"
    fresh.google.make("global/firewalls", firewall(name="audit", network=place))
    fresh.google.make("global/routes", route(name="theirs", network=place, destRange="10.9.0.0/16"))
    seen = fresh.network()
    assert (seen["changes"], seen["network"]["others"]) == ([], ["firewall audit", "route theirs"])


def test_a_machine_of_ours_that_says_another_site_goes_with_the_site_that_it_is_in(fresh: Gcp) -> None:
    found = fresh.converge()
    fresh.set_labels(fresh.path(fresh.worker), pangaea_site="moon")
    gone = fresh.machines(network=found, machines=[], state="absent")
    assert len(gone["changes"]) == 3, gone.get("msg")


def test_another_zone_changes_nothing_for_machines_that_exist(lab: Gcp) -> None:
    elsewhere = {**lab.converge(), "zones": ["europe-west3-c"]}
    assert lab.machines(check=True, network=elsewhere)["changes"] == []


def test_a_name_that_is_there_in_two_zones_is_told_with_both(fresh: Gcp) -> None:
    found = fresh.converge()
    body = {**instance(fresh.worker), "labels": {"pangaea-cluster": OWNER, "pangaea-site": fresh.site}}
    nic = {"subnetwork": f"regions/{REGION}/subnetworks/{LABEL}"}
    kind = {"machineType": "zones/europe-west3-c/machineTypes/e2-small", "networkInterfaces": [nic]}
    fresh.google.make("zones/europe-west3-c/instances", {**body, **kind})
    refused = fresh.machines(check=True, network=found)
    assert refused["kind"] == "Refused" and "europe-west3-a" in refused["msg"] and "europe-west3-c" in refused["msg"]


def test_a_named_zone_that_lacks_the_type_is_told(fresh: Gcp) -> None:
    refused = fresh.network(check=True, zones=["europe-west3-x"])
    assert refused["kind"] == "Refused" and "europe-west3-x" in refused["msg"] and "europe-west3-b" in refused["msg"]


def test_the_parts_of_a_machine_are_googles_own(lab: Gcp) -> None:
    network = lab.converge()
    row = lab.machine(lab.worker)
    disk = lab.google.get(row["disks"][0]["source"].split(PROJECT)[1])
    assert disk["type"].endswith("/pd-balanced")
    assert disk["labels"] == {"pangaea-cluster": OWNER, "pangaea-site": lab.site}
    assert (row["canIpForward"], "serviceAccounts" in row) == (False, False)
    assert row["labels"] == {"pangaea-cluster": OWNER, "pangaea-site": lab.site, "pangaea-pool": "general"}
    assert row["tags"]["items"] == ["pangaea-nodes", "pangaea-pool-general"]
    said = {item["key"]: item["value"] for item in row["metadata"]["items"]}
    assert (said["enable-oslogin"], said["block-project-ssh-keys"]) == ("FALSE", "TRUE")
    assert said["ssh-keys"] == f"debian:{KEY} ana"
    shown = lab.machines(network=network)["machines"][lab.worker]
    assert shown["provider_id"] == f"gce://{PROJECT}/{shown['zone']}/{lab.worker}"


def test_only_new_machines_follow_a_change_of_the_zones(fresh: Gcp) -> None:
    fresh.converge(machines=fresh.wanted(1))
    named = well(fresh.network(zones=["europe-west3-c"]))["network"]
    more = well(fresh.machines(network=named, machines=fresh.wanted(2)))
    assert more["machines"][fresh.second]["zone"] == "europe-west3-c"
    assert more["changes"] == [f"create machine/gcp-fra/{fresh.second}"]


def test_an_arm_type_gets_an_arm_image(fresh: Gcp) -> None:
    wanted = [{**fresh.wanted()[1], "size": fresh.arm64, "image": "ubuntu-24.04"}]
    well(fresh.machines(network=fresh.network(public=[])["network"], machines=wanted))
    disk = fresh.google.get(fresh.machine(fresh.worker)["disks"][0]["source"].split(PROJECT)[1])
    assert "ubuntu-2404-noble-arm64" in disk["sourceImage"]


def test_spot_is_bought_as_spot_and_stays_so(fresh: Gcp) -> None:
    wanted = [{**fresh.wanted()[1], "spot": True}]
    fresh.converge(machines=wanted)
    scheduling = fresh.machine(fresh.worker)["scheduling"]
    assert (scheduling["provisioningModel"], scheduling["instanceTerminationAction"]) == ("SPOT", "STOP")
    assert (scheduling["automaticRestart"], scheduling["onHostMaintenance"]) == (False, "TERMINATE")
    assert fresh.plan(machines=wanted) == []


def test_a_snapshot_shows_no_metadata_but_ours(lab: Gcp) -> None:
    lab.converge()
    row = lab.snapshot()["machine"][lab.path(lab.worker)[1:]]["row"]
    said = {item["key"]: item["value"] for item in row["metadata"]["items"]}
    assert said["user-data"] == said["startup-script"] == "(not shown)"
    assert said["pangaea-pods"] == "10.130.1.0/24"


def test_a_firewall_of_a_pool_goes_with_its_opening(fresh: Gcp) -> None:
    fresh.converge()
    closed = fresh.network(public=[])
    assert closed["changes"] == [f"delete rule/gcp-fra/pool-general-in-tcp-{port}" for port in (80, 443)]
    assert fresh.machines(network=closed["network"])["changes"] == [
        f"update machine/gcp-fra/{machine['name']}" for machine in fresh.wanted()[1:]
    ]


def test_an_address_taken_by_a_worker_of_ours_is_taken_back(fresh: Gcp) -> None:
    fresh.converge()
    give_the_address_to_a_worker(fresh)
    assert fresh.plan() == [f"create attachment/gcp-fra/{fresh.control}"]
    fresh.converge()
    assert fresh.plan() == [f"update machine/gcp-fra/{fresh.worker}"]  # it gets one of its own again
    fresh.converge()
    assert fresh.plan() == []


def test_network_tags_of_others_stay_on_a_machine(lab: Gcp) -> None:
    lab.converge()
    lab.damages["a firewall is off a worker"].do(lab)  # it leaves one of theirs
    lab.converge()
    assert lab.machine(lab.worker)["tags"]["items"] == ["pangaea-nodes", "pangaea-pool-general", "theirs"]


def test_what_a_mark_stands_beside_is_kept(fresh: Gcp) -> None:
    marks, ours = {"initialised": "ca=1;size=small"}, {"owner": OWNER, "site": fresh.site}
    well(fresh.network(marks=marks))
    assert json.loads(fresh.google.get(OUT)["description"]) == {**ours, **marks}
    fresh.patch(OUT, destinationRanges=["10.0.0.0/8"])
    assert fresh.network()["network"]["marks"] == marks
    fresh.patch(OUT, description=json.dumps({**ours, "other": "2"}))
    assert well(fresh.network(marks=marks))["network"]["marks"] == {**marks, "other": "2"}


def test_an_address_that_lost_all_labels_is_known_by_its_description_and_gets_them_back(lab: Gcp) -> None:
    lab.converge()
    labels = lab.tags("address")
    lab.retag("address", dict.fromkeys(labels))
    assert lab.plan() == [f"update address/gcp-fra/{lab.control}"]
    lab.converge()
    assert lab.tags("address") == labels
