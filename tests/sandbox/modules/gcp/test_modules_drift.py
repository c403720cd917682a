# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules: damage is named, exactly that and no more; then it is repaired; then nothing is left to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.simulators.gcp.conftest import REGION

from .modules import CONTROL, LABEL, OWNER, WORKER, Gcp

Damage = Callable[[Gcp, dict[str, Any]], None]
MESH, SSH, OUT = (f"/global/firewalls/{LABEL}-nodes-{rule}" for rule in ("in-udp-51820", "in-tcp-22", "out-all"))
ADDRESS = f"/regions/{REGION}/addresses/{CONTROL}"


def _patch(path: str, **fields: Any) -> Damage:
    return lambda gcp, _network: _none(gcp.google.do("PATCH", path, {"name": path.rsplit("/", 1)[1], **fields}))


def _delete(path: str) -> Damage:
    return lambda gcp, _network: _none(gcp.google.do("DELETE", path))


def _none(_answer: object) -> None:
    return None


def _delete_the_way_out(gcp: Gcp, _network: dict[str, Any]) -> None:
    routes = gcp.google.get("/global/routes")["items"]
    name = next(row["name"] for row in routes if row["destRange"] == "0.0.0.0/0" and row["network"].endswith(LABEL))
    gcp.google.do("DELETE", f"/global/routes/{name}")


def _add_a_route_of_ours(gcp: Gcp, _network: dict[str, Any]) -> None:
    said = json.dumps({"owner": OWNER, "site": "gcp-fra"})
    route = {"network": f"global/networks/{LABEL}", "destRange": "10.99.0.0/16", "nextHopIp": "10.66.0.9"}
    gcp.google.make("global/routes", {**route, "name": f"{LABEL}-old", "priority": 1000, "description": said})


def _add_a_firewall_of_ours(gcp: Gcp, _network: dict[str, Any]) -> None:
    said = json.dumps({"owner": OWNER, "site": "gcp-fra"})
    telnet = {"network": f"global/networks/{LABEL}", "allowed": [{"IPProtocol": "tcp", "ports": ["23"]}]}
    gcp.google.make("global/firewalls", {**telnet, "name": f"{LABEL}-nodes-in-tcp-23", "description": said})


def _turn_a_rule_into_a_denial(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.google.do(
        "PATCH", SSH, {"name": SSH.rsplit("/", 1)[1], "allowed": [], "denied": [{"IPProtocol": "tcp", "ports": ["22"]}]}
    )


def _move_a_rule_to_another_site(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.google.do(
        "PATCH", SSH, {"name": SSH.rsplit("/", 1)[1], "description": json.dumps({"owner": OWNER, "site": "moon"})}
    )


def _close_a_machine(gcp: Gcp, name: str) -> None:
    path = f"{gcp.path(name)}/deleteAccessConfig"
    gcp.google.do("POST", path, networkInterface="nic0", accessConfig="External NAT")


def _take_the_address_away(gcp: Gcp, _network: dict[str, Any]) -> None:
    _close_a_machine(gcp, CONTROL)


def _change_the_address_for_a_passing_one(gcp: Gcp, _network: dict[str, Any]) -> None:
    _close_a_machine(gcp, CONTROL)
    gcp.google.do("POST", f"{gcp.path(CONTROL)}/addAccessConfig", {"name": "other"}, networkInterface="nic0")


def _release_the_address(gcp: Gcp, _network: dict[str, Any]) -> None:
    _close_a_machine(gcp, CONTROL)
    gcp.google.do("DELETE", ADDRESS)


def _give_the_address_to_a_worker(gcp: Gcp, network: dict[str, Any]) -> None:
    _close_a_machine(gcp, CONTROL)
    _close_a_machine(gcp, WORKER)
    given = {"natIP": network["addresses"][CONTROL]["address"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/addAccessConfig", given, networkInterface="nic0")


def _take_the_public_address_of_a_worker(gcp: Gcp, _network: dict[str, Any]) -> None:
    _close_a_machine(gcp, WORKER)


def _delete_a_worker(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.google.do("DELETE", gcp.path(WORKER))


def _stop_a_worker(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.google.do("POST", f"{gcp.path(WORKER)}/stop")


def _let_the_disk_live(gcp: Gcp, _network: dict[str, Any]) -> None:
    path = f"{gcp.path(WORKER)}/setDiskAutoDelete"
    gcp.google.do("POST", path, deviceName="persistent-disk-0", autoDelete="false")


def _take_a_firewall_off(gcp: Gcp, _network: dict[str, Any]) -> None:
    seen = gcp.machine(WORKER)["tags"]
    body = {"items": ["theirs", "pangaea-nodes"], "fingerprint": seen["fingerprint"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/setTags", body)


def _put_a_worker_behind_the_control_plane_too(gcp: Gcp, _network: dict[str, Any]) -> None:
    seen = gcp.machine(WORKER)["tags"]
    body = {"items": [*seen["items"], "pangaea-control-plane"], "fingerprint": seen["fingerprint"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/setTags", body)


def _move_a_worker_to_another_pool(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.set_labels(gcp.path(WORKER), pangaea_pool="x")


def _move_a_worker_to_another_site(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.set_labels(gcp.path(WORKER), pangaea_site="moon")


def _move_the_address_to_another_site(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.set_labels(ADDRESS, pangaea_site="moon")


def _call_the_address_another_machines(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.set_labels(ADDRESS, pangaea_machine="x")


def _switch_os_login_on(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.set_metadata(gcp.path(WORKER), **{"enable-oslogin": "TRUE"})


def _let_the_keys_of_the_project_in(gcp: Gcp, _network: dict[str, Any]) -> None:
    gcp.set_metadata(gcp.path(WORKER), **{"block-project-ssh-keys": None})


def _delete_everything(gcp: Gcp, network: dict[str, Any]) -> None:
    assert not gcp.machines(network=network, state="absent").failed
    assert not gcp.network(state="absent").failed


def _delete_the_subnetwork(gcp: Gcp, network: dict[str, Any]) -> None:
    assert not gcp.machines(network=network, state="absent").failed
    gcp.google.do("DELETE", f"/regions/{REGION}/subnetworks/{LABEL}")


RULES = [
    "rule/gcp-fra/control_plane-in-tcp-6443", "rule/gcp-fra/nodes-in-all", "rule/gcp-fra/nodes-in-tcp-22",
    "rule/gcp-fra/nodes-in-udp-51820", "rule/gcp-fra/nodes-out-all", "rule/gcp-fra/pool-general-in-tcp-443",
    "rule/gcp-fra/pool-general-in-tcp-80",
]  # fmt: skip
ALL = [
    "network/gcp-fra", f"address/gcp-fra/{CONTROL}", "subnet/gcp-fra", "route/gcp-fra/default", *RULES,
    f"machine/gcp-fra/{CONTROL}", f"machine/gcp-fra/{WORKER}", "machine/gcp-fra/shop-gcp-fra-general-2",
    f"attachment/gcp-fra/{CONTROL}",
]  # fmt: skip
DAMAGES: dict[str, tuple[Damage, list[str]]] = {
    "everything is deleted": (_delete_everything, [f"create {key}" for key in ALL]),
    "the subnetwork is deleted": (
        _delete_the_subnetwork,
        ["create subnet/gcp-fra", *(f"create {key}" for key in ALL if key.startswith(("machine", "attachment")))],
    ),
    "routes reach everywhere": (
        _patch(f"/global/networks/{LABEL}", routingConfig={"routingMode": "GLOBAL"}),
        ["update network/gcp-fra"],
    ),
    "the way out is deleted": (_delete_the_way_out, ["create route/gcp-fra/default"]),
    "a route of ours is too many": (_add_a_route_of_ours, ["delete route/gcp-fra/old"]),
    "ssh is closed": (_delete(SSH), ["create rule/gcp-fra/nodes-in-tcp-22"]),
    "a firewall of ours is too many": (_add_a_firewall_of_ours, ["delete rule/gcp-fra/nodes-in-tcp-23"]),
    "ssh is open to all": (_patch(SSH, sourceRanges=["0.0.0.0/0"]), ["update rule/gcp-fra/nodes-in-tcp-22"]),
    "ssh is open to a tag": (_patch(SSH, sourceTags=["theirs"]), ["update rule/gcp-fra/nodes-in-tcp-22"]),
    "ssh is a denial": (_turn_a_rule_into_a_denial, ["update rule/gcp-fra/nodes-in-tcp-22"]),
    "ssh has another site": (_move_a_rule_to_another_site, ["update rule/gcp-fra/nodes-in-tcp-22"]),
    "a rule is switched off": (_patch(MESH, disabled=True), ["update rule/gcp-fra/nodes-in-udp-51820"]),
    "a rule comes last": (_patch(MESH, priority=65000), ["update rule/gcp-fra/nodes-in-udp-51820"]),
    "a rule is for others": (_patch(MESH, targetTags=["theirs"]), ["update rule/gcp-fra/nodes-in-udp-51820"]),
    "a rule is for another port": (
        _patch(MESH, allowed=[{"IPProtocol": "udp", "ports": ["51820", "53"]}]),
        ["update rule/gcp-fra/nodes-in-udp-51820"],
    ),
    "less may leave": (_patch(OUT, destinationRanges=["10.0.0.0/8"]), ["update rule/gcp-fra/nodes-out-all"]),
    "the address is taken away": (_take_the_address_away, [f"create attachment/gcp-fra/{CONTROL}"]),
    "the address is a passing one": (_change_the_address_for_a_passing_one, [f"create attachment/gcp-fra/{CONTROL}"]),
    "the address is released": (
        _release_the_address,
        [f"create address/gcp-fra/{CONTROL}", f"create attachment/gcp-fra/{CONTROL}"],
    ),
    "the address has another site": (_move_the_address_to_another_site, [f"update address/gcp-fra/{CONTROL}"]),
    "the address is for another machine": (_call_the_address_another_machines, [f"update address/gcp-fra/{CONTROL}"]),
    "a worker has no address": (_take_the_public_address_of_a_worker, [f"update machine/gcp-fra/{WORKER}"]),
    "a worker is deleted": (_delete_a_worker, [f"create machine/gcp-fra/{WORKER}"]),
    "a worker is stopped": (_stop_a_worker, [f"update machine/gcp-fra/{WORKER}"]),
    "a disk would stay": (_let_the_disk_live, [f"update machine/gcp-fra/{WORKER}"]),
    "a firewall is off a worker": (_take_a_firewall_off, [f"update machine/gcp-fra/{WORKER}"]),
    "a firewall is put on a worker": (
        _put_a_worker_behind_the_control_plane_too,
        [f"update machine/gcp-fra/{WORKER}"],
    ),
    "a worker has another pool": (_move_a_worker_to_another_pool, [f"update machine/gcp-fra/{WORKER}"]),
    "a worker has another site": (_move_a_worker_to_another_site, [f"update machine/gcp-fra/{WORKER}"]),
    "OS Login opens a worker": (_switch_os_login_on, [f"update machine/gcp-fra/{WORKER}"]),
    "keys of the project open a worker": (_let_the_keys_of_the_project_in, [f"update machine/gcp-fra/{WORKER}"]),
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.replace(" ", "_"))
def test_damage_is_named_then_repaired_then_silent(lab: Gcp, damage: str) -> None:
    gcp, network = lab, lab.converge()  # the site that the damage before left repaired
    assert gcp.plan() == []
    hurt, changes = DAMAGES[damage]
    hurt(gcp, network)
    assert gcp.plan() == changes
    again = gcp.converge()
    assert gcp.plan() == []
    assert again["id"] == network["id"] or changes[0] == "create network/gcp-fra"


def test_the_same_damage_within_the_hour_is_repaired_each_time(gcp: Gcp) -> None:
    gcp.converge()
    for _ in range(3):
        gcp.google.do("PATCH", SSH, {"name": SSH.rsplit("/", 1)[1], "sourceRanges": ["0.0.0.0/0"]})
        gcp.google.do("DELETE", MESH)
        assert len(gcp.plan()) == 2
        gcp.converge()
        assert gcp.plan() == []


def test_tags_of_others_stay_on_a_machine(gcp: Gcp) -> None:
    network = gcp.converge()
    _take_a_firewall_off(gcp, network)
    gcp.converge()
    assert gcp.machine(WORKER)["tags"]["items"] == ["pangaea-nodes", "pangaea-pool-general", "theirs"]


def test_an_address_taken_by_a_worker_of_ours_is_taken_back(gcp: Gcp) -> None:
    network = gcp.converge()
    _give_the_address_to_a_worker(gcp, network)
    assert gcp.plan() == [f"create attachment/gcp-fra/{CONTROL}"]
    gcp.converge()
    assert gcp.plan() == [f"update machine/gcp-fra/{WORKER}"]  # it gets one of its own again
    gcp.converge()
    assert gcp.plan() == []
