# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody may do to a site in GCP, and what a plan must say then."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.sandbox.modules.site import Damage, Marks, created, delete_everything, machines_of, site_of
from tests.sandbox.running import OWNER
from tests.sandbox.simulators.gcp.conftest import REGION

if TYPE_CHECKING:
    from .lab import Gcp

Act = Callable[["Gcp"], object]
SITE = site_of("gcp")
LABEL = f"{OWNER}-{SITE}"
CONTROL, WORKER, SECOND = machines_of(SITE)
HOLDS = {"network": 1, "subnet": 1, "firewall": 7, "address": 1, "machine": 3, "disk": 3}
OF_RULES = tuple(f"rule/{SITE}/{name}" for name in (
    "control_plane-in-tcp-6443", "nodes-in-all", "nodes-in-tcp-22", "nodes-in-udp-51820", "nodes-out-all",
    "pool-general-in-tcp-443", "pool-general-in-tcp-80",
))  # fmt: skip
OF_MACHINES = (*(f"machine/{SITE}/{name}" for name in (CONTROL, WORKER, SECOND)), f"attachment/{SITE}/{CONTROL}")
EVERYTHING = (
    f"network/{SITE}", f"address/{SITE}/{CONTROL}", f"subnet/{SITE}", f"route/{SITE}/default", *OF_RULES, *OF_MACHINES,
)  # fmt: skip
MESH, SSH, OUT = (f"/global/firewalls/{LABEL}-nodes-{rule}" for rule in ("in-udp-51820", "in-tcp-22", "out-all"))
ADDRESS = f"/regions/{REGION}/addresses/{CONTROL}"


def _patch(path: str, **fields: Any) -> Act:
    return lambda gcp: gcp.patch(path, **fields)


def _delete(path: str) -> Act:
    return lambda gcp: gcp.google.do("DELETE", path)


def _delete_the_way_out(gcp: Gcp) -> None:
    routes = gcp.google.get("/global/routes")["items"]
    name = next(row["name"] for row in routes if row["destRange"] == "0.0.0.0/0" and row["network"].endswith(LABEL))
    gcp.google.do("DELETE", f"/global/routes/{name}")


def _add_a_route_of_ours(gcp: Gcp) -> None:
    said = json.dumps({"owner": OWNER, "site": "gcp-fra"})
    route = {"network": f"global/networks/{LABEL}", "destRange": "10.99.0.0/16", "nextHopIp": "10.66.0.9"}
    gcp.google.make("global/routes", {**route, "name": f"{LABEL}-old", "priority": 1000, "description": said})


def _add_a_firewall_of_ours(gcp: Gcp) -> None:
    said = json.dumps({"owner": OWNER, "site": "gcp-fra"})
    telnet = {"network": f"global/networks/{LABEL}", "allowed": [{"IPProtocol": "tcp", "ports": ["23"]}]}
    gcp.google.make("global/firewalls", {**telnet, "name": f"{LABEL}-nodes-in-tcp-23", "description": said})


def _close_a_machine(gcp: Gcp, name: str) -> None:
    path = f"{gcp.path(name)}/deleteAccessConfig"
    gcp.google.do("POST", path, networkInterface="nic0", accessConfig="External NAT")


def _take_the_address_away(gcp: Gcp) -> None:
    _close_a_machine(gcp, CONTROL)


def _change_the_address_for_a_passing_one(gcp: Gcp) -> None:
    _close_a_machine(gcp, CONTROL)
    gcp.google.do("POST", f"{gcp.path(CONTROL)}/addAccessConfig", {"name": "other"}, networkInterface="nic0")


def _release_the_address(gcp: Gcp) -> None:
    _close_a_machine(gcp, CONTROL)
    gcp.google.do("DELETE", ADDRESS)


def give_the_address_to_a_worker(gcp: Gcp) -> None:
    _close_a_machine(gcp, CONTROL)
    _close_a_machine(gcp, WORKER)
    given = {"natIP": gcp.google.get(ADDRESS)["address"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/addAccessConfig", given, networkInterface="nic0")


def _take_the_public_address_of_a_worker(gcp: Gcp) -> None:
    _close_a_machine(gcp, WORKER)


def _delete_a_worker(gcp: Gcp) -> None:
    gcp.google.do("DELETE", gcp.path(WORKER))


def _stop_a_worker(gcp: Gcp) -> None:
    gcp.google.do("POST", f"{gcp.path(WORKER)}/stop")


def _let_the_disk_live(gcp: Gcp) -> None:
    path = f"{gcp.path(WORKER)}/setDiskAutoDelete"
    gcp.google.do("POST", path, deviceName="persistent-disk-0", autoDelete="false")


def _take_a_firewall_off(gcp: Gcp) -> None:
    seen = gcp.machine(WORKER)["tags"]
    body = {"items": ["theirs", "pangaea-nodes"], "fingerprint": seen["fingerprint"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/setTags", body)


def _put_a_worker_behind_the_control_plane_too(gcp: Gcp) -> None:
    seen = gcp.machine(WORKER)["tags"]
    body = {"items": [*seen["items"], "pangaea-control-plane"], "fingerprint": seen["fingerprint"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/setTags", body)


def _move_a_worker_to_another_pool(gcp: Gcp) -> None:
    gcp.set_labels(gcp.path(WORKER), pangaea_pool="x")


def _put_the_control_plane_into_a_pool(gcp: Gcp) -> None:
    gcp.set_labels(gcp.path(CONTROL), pangaea_pool="general")


def _move_a_worker_to_another_site(gcp: Gcp) -> None:
    gcp.set_labels(gcp.path(WORKER), pangaea_site="moon")


def _move_the_address_to_another_site(gcp: Gcp) -> None:
    gcp.set_labels(ADDRESS, pangaea_site="moon")


def _call_the_address_another_machines(gcp: Gcp) -> None:
    gcp.set_labels(ADDRESS, pangaea_machine="x")


def _switch_os_login_on(gcp: Gcp) -> None:
    gcp.set_metadata(gcp.path(WORKER), **{"enable-oslogin": "TRUE"})


def _let_the_keys_of_the_project_in(gcp: Gcp) -> None:
    gcp.set_metadata(gcp.path(WORKER), **{"block-project-ssh-keys": None})


def _delete_the_subnetwork(gcp: Gcp) -> None:
    assert not gcp.machines(network=gcp.network()["network"], state="absent").failed
    gcp.google.do("DELETE", f"/regions/{REGION}/subnetworks/{LABEL}")


DAMAGES: dict[str, Damage] = {
    "everything is deleted": Damage(delete_everything, created(EVERYTHING), anew=True),
    "the subnetwork is deleted": Damage(
        _delete_the_subnetwork,
        created((f"subnet/{SITE}", *OF_MACHINES)),
    ),
    "routes reach everywhere": Damage(
        _patch(f"/global/networks/{LABEL}", routingConfig={"routingMode": "GLOBAL"}),
        (f"update network/{SITE}",),
    ),
    "the default route is deleted": Damage(_delete_the_way_out, (f"create route/{SITE}/default",)),
    "a route of ours is too many": Damage(_add_a_route_of_ours, (f"delete route/{SITE}/old",)),
    "ssh is closed": Damage(_delete(SSH), (f"create rule/{SITE}/nodes-in-tcp-22",)),
    "a firewall of ours is too many": Damage(_add_a_firewall_of_ours, (f"delete rule/{SITE}/nodes-in-tcp-23",)),
    "ssh is open to all": Damage(_patch(SSH, sourceRanges=["0.0.0.0/0"]), (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "ssh is open to a tag": Damage(_patch(SSH, sourceTags=["theirs"]), (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "ssh is a denial": Damage(
        _patch(SSH, allowed=[], denied=[{"IPProtocol": "tcp", "ports": ["22"]}]),
        (f"update rule/{SITE}/nodes-in-tcp-22",),
    ),
    "ssh has another site": Damage(
        _patch(SSH, description=json.dumps({"owner": OWNER, "site": "moon"})),
        (f"update rule/{SITE}/nodes-in-tcp-22",),
    ),
    "a rule is switched off": Damage(_patch(MESH, disabled=True), (f"update rule/{SITE}/nodes-in-udp-51820",)),
    "a rule comes last": Damage(_patch(MESH, priority=65000), (f"update rule/{SITE}/nodes-in-udp-51820",)),
    "a rule is for others": Damage(_patch(MESH, targetTags=["theirs"]), (f"update rule/{SITE}/nodes-in-udp-51820",)),
    "a rule is for another port": Damage(
        _patch(MESH, allowed=[{"IPProtocol": "udp", "ports": ["51820", "53"]}]),
        (f"update rule/{SITE}/nodes-in-udp-51820",),
    ),
    "less may leave": Damage(_patch(OUT, destinationRanges=["10.0.0.0/8"]), (f"update rule/{SITE}/nodes-out-all",)),
    "the address is taken away": Damage(_take_the_address_away, (f"create attachment/{SITE}/{CONTROL}",)),
    "the address is a passing one": Damage(
        _change_the_address_for_a_passing_one, (f"create attachment/{SITE}/{CONTROL}",)
    ),
    "the address is released": Damage(
        _release_the_address,
        (
            f"create address/{SITE}/{CONTROL}",
            f"create attachment/{SITE}/{CONTROL}",
        ),
    ),
    "the address has another site": Damage(_move_the_address_to_another_site, (f"update address/{SITE}/{CONTROL}",)),
    "the address is for another machine": Damage(
        _call_the_address_another_machines, (f"update address/{SITE}/{CONTROL}",)
    ),
    "a worker has no address": Damage(_take_the_public_address_of_a_worker, (f"update machine/{SITE}/{WORKER}",)),
    "a worker is deleted": Damage(_delete_a_worker, (f"create machine/{SITE}/{WORKER}",)),
    "a worker is stopped": Damage(_stop_a_worker, (f"update machine/{SITE}/{WORKER}",)),
    "a disk would stay": Damage(_let_the_disk_live, (f"update machine/{SITE}/{WORKER}",)),
    "a firewall is off a worker": Damage(_take_a_firewall_off, (f"update machine/{SITE}/{WORKER}",)),
    "a firewall is put on a worker": Damage(
        _put_a_worker_behind_the_control_plane_too,
        (f"update machine/{SITE}/{WORKER}",),
    ),
    "a worker has another pool": Damage(_move_a_worker_to_another_pool, (f"update machine/{SITE}/{WORKER}",)),
    "a worker has another site": Damage(_move_a_worker_to_another_site, (f"update machine/{SITE}/{WORKER}",)),
    "the control plane has a pool": Damage(_put_the_control_plane_into_a_pool, (f"update machine/{SITE}/{CONTROL}",)),
    "OS Login opens a worker": Damage(_switch_os_login_on, (f"update machine/{SITE}/{WORKER}",)),
    "keys of the project open a worker": Damage(_let_the_keys_of_the_project_in, (f"update machine/{SITE}/{WORKER}",)),
}
MARKS = {  # a firewall has them in its description, where none of the others are looked for
    "rule": Marks(f"update rule/{SITE}/nodes-in-tcp-22", ("pangaea-site",)),
    "address": Marks(f"update address/{SITE}/{CONTROL}", ("pangaea-site", "pangaea-machine"), ("pangaea-pool",)),
    "machine": Marks(f"update machine/{SITE}/{WORKER}", ("pangaea-site", "pangaea-pool"), ("pangaea-machine",)),
}
REPAIRS = {
    "routes.insert": "the default route is deleted",
    "firewalls.patch": "ssh is open to all",
    "networks.patch": "routes reach everywhere",
    "addresses.setLabels": "the address has another site",
    "instances.setLabels": "a worker has another pool",
    "instances.setTags": "a firewall is off a worker",
    "instances.setMetadata": "OS Login opens a worker",
    "instances.setDiskAutoDelete": "a disk would stay",
    "instances.start": "a worker is stopped",
    "instances.addAccessConfig": "the address is taken away",
    "instances.deleteAccessConfig": "the address is a passing one",
}
