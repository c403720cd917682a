# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated Google gives the fabric, and what its machines read from their metadata server."""

from __future__ import annotations

import ipaddress
import json
import random
from typing import Any

import pytest
import requests

from sandbox.fabric.world import Rule
from sandbox.gcp import effective
from sandbox.gcp.metadata import answer
from sandbox.gcp.world import gaps, world_of

from .conftest import PROJECT, REGION, ZONE, Google, firewall, instance, route

FLAVOR = {"Metadata-Flavor": "Google"}
MACHINES = f"/zones/{ZONE}/instances"


def key(google: Google, name: str = "shop-cp-1") -> str:
    return f"gce-{google.get(f'{MACHINES}/{name}')['id']}"


def test_a_site_is_a_world(google: Google) -> None:
    google.site()
    google.make(MACHINES[1:], instance())
    google.make("global/firewalls", firewall())
    made = google.get(f"{MACHINES}/shop-cp-1")
    world = world_of(google.cloud)
    assert [network.cidrs for network in world.networks] == [("10.66.0.0/24",)]
    routes = {one.cidr: one.target for one in world.networks[0].subnets[0].routes}
    assert routes == {"10.66.0.0/24": "local", "0.0.0.0/0": "internet"}
    machine = world.machines[0]
    assert (machine.private_address, machine.image, machine.forwards) == ("10.66.0.2", "debian-13", True)
    assert machine.public_address == made["networkInterfaces"][0]["accessConfigs"][0]["natIP"]
    assert machine.user_data == b"#cloud-config" and machine.disk_gb == 30 and machine.hop_limit == 64
    assert world.firewalls[0].ingress == (Rule("tcp", (22, 22), ("198.51.100.0/24",)),)
    assert world.firewalls[0].egress == (Rule("all", None, ("0.0.0.0/0",)),)
    assert gaps(google.cloud) == []


def test_the_best_route_that_can_be_used_decides(google: Google) -> None:
    google.site()
    for name in ("shop-cp-1", "shop-cp-2"):
        google.make(MACHINES[1:], instance(name))
    for number, hop in ((100, "10.66.0.2"), (200, "10.66.0.3")):
        google.make("global/routes", route(name=f"r{number}", priority=number, nextHopIp=hop))

    def target() -> str | None:
        routes = world_of(google.cloud).networks[0].subnets[0].routes
        return next((one.target for one in routes if one.cidr == "10.128.1.0/24"), None)

    first, second = f"machine:{key(google)}", f"machine:{key(google, 'shop-cp-2')}"
    assert target() == first
    google.do("POST", f"{MACHINES}/shop-cp-1/stop")
    assert target() == second
    google.do("DELETE", f"{MACHINES}/shop-cp-2")
    assert target() is None
    google.make("global/routes", route(name="tagged", tags=["shop"]))
    assert gaps(google.cloud) == ["route tagged: routes for network tags do not reach the fabric"]


def test_tags_name_sources_and_targets(google: Google) -> None:
    google.site()
    google.make(MACHINES[1:], instance("a", tags={"items": ["web"]}))
    google.make(MACHINES[1:], instance("b", tags={"items": ["db"]}))
    rule = firewall(sourceTags=["web"], targetTags=["db"])
    del rule["sourceRanges"]
    google.make("global/firewalls", rule)
    world = world_of(google.cloud)
    of = {machine.name: next(fw for fw in world.firewalls if fw.key in machine.firewalls) for machine in world.machines}
    assert of["a"].ingress == ()
    assert of["b"].ingress == (Rule("tcp", (22, 22), ("10.66.0.2/32",)),)


def row(**more: Any) -> dict[str, Any]:
    base = {"direction": "INGRESS", "disabled": False, "priority": 1000, "sourceRanges": ["0.0.0.0/0"]}
    return {**base, **more}


def test_a_denial_before_an_allowance_cuts_it() -> None:
    denial = row(priority=900, denied=[{"IPProtocol": "tcp", "ports": ["80"]}], sourceRanges=["10.0.0.0/8"])
    rules = [row(allowed=[{"IPProtocol": "tcp"}]), denial]
    found = effective.rules(rules, "INGRESS", set(), lambda tag: [])
    assert Rule("tcp", (0, 79), ("10.0.0.0/8",)) in found and Rule("tcp", (81, 65535), ("10.0.0.0/8",)) in found
    assert effective.rules([row(allowed=[{"IPProtocol": "all"}]), row(denied=[{"IPProtocol": "all"}])], "INGRESS",
                           set(), lambda tag: []) == []  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_what_is_left_is_what_the_first_rule_that_fits_says(seed: int) -> None:
    """Random rules, random packets: the allow-only rules agree with going down the list of priorities."""
    dice = random.Random(seed)
    rules = [_random(dice) for _ in range(8)]
    found = effective.rules(rules, "INGRESS", {"t"}, lambda tag: [])
    for _ in range(300):
        packet = (dice.choice(["tcp", "udp", "icmp"]), dice.choice([0, 22, 79, 80, 81, 443, 65535]),
                  ipaddress.IPv4Address(dice.choice(["10.0.0.1", "10.1.0.1", "10.1.1.9", "192.0.2.1"])))  # fmt: skip
        assert _passes(found, *packet) == _first(rules, *packet), (rules, packet)


def _random(dice: random.Random) -> dict[str, Any]:
    protocol = dice.choice(["tcp", "udp", "icmp", "all"])
    traffic: dict[str, Any] = {"IPProtocol": protocol}
    if protocol in ("tcp", "udp") and dice.random() < 0.7:
        traffic["ports"] = dice.sample(["22", "80", "20-90", "443-65535", "0-79"], 2)
    sources = dice.sample(["0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.1.1.0/24", "10.0.0.1/32"], 2)
    targets = {"targetTags": dice.choice([["t"], ["u"]])} if dice.random() < 0.4 else {}
    return row(priority=dice.choice([100, 200, 300]), sourceRanges=sources, disabled=dice.random() < 0.1,
               **{dice.choice(["allowed", "denied"]): [traffic]}, **targets)  # fmt: skip


def _first(rules: list[dict[str, Any]], protocol: str, port: int, source: ipaddress.IPv4Address) -> bool:
    for one in sorted(rules, key=lambda one: (one["priority"], "denied" not in one)):
        if one["disabled"] or "t" not in one.get("targetTags", ["t"]):
            continue
        if not any(source in ipaddress.IPv4Network(cidr) for cidr in one["sourceRanges"]):
            continue
        for traffic in one.get("denied", one.get("allowed", [])):
            spans = [tuple(map(int, (text.split("-") * 2)[:2])) for text in traffic.get("ports", ["0-65535"])]
            if traffic["IPProtocol"] in (protocol, "all") and any(low <= port <= high for low, high in spans):
                return "allowed" in one
    return False


def _passes(rules: list[Rule], protocol: str, port: int, source: ipaddress.IPv4Address) -> bool:
    return any(
        rule.protocol in (protocol, "all")
        and (rule.ports is None or rule.ports[0] <= port <= rule.ports[1])
        and any(source in ipaddress.IPv4Network(peer) for peer in rule.peers)
        for rule in rules
    )


def test_with_real_machines_an_instance_runs_when_its_machine_is_on(google: Google) -> None:
    class Machines:
        state, rebooted = "absent", ""

        def status(self, key: str) -> str:
            return self.state

        def reboot(self, key: str) -> None:
            self.rebooted = key

    google.site()
    google.cloud.machines = fabric = Machines()
    made = google.ask("POST", MACHINES, instance())
    look = made["selfLink"].split(PROJECT)[1]
    assert [google.get(look)["status"] for _ in range(5)] == ["RUNNING"] * 5
    fabric.state = "booting"
    assert google.end(made)["status"] == "DONE"
    google.do("POST", f"{MACHINES}/shop-cp-1/reset")
    assert fabric.rebooted == key(google)


@pytest.fixture
def machine(google: Google) -> Google:
    google.site()
    keys = [{"key": "user-data", "value": "#cloud-config"}, {"key": "ssh-keys", "value": "ana:ssh-ed25519 AAAA ana"},
            {"key": "enable-guest-attributes", "value": "TRUE"}]  # fmt: skip
    account = {"email": f"pangaea@{PROJECT}.iam.gserviceaccount.com",
               "scopes": ["https://www.googleapis.com/auth/cloud-platform"]}  # fmt: skip
    google.make(MACHINES[1:], instance(metadata={"items": keys}, serviceAccounts=[account]))
    return google


def read(google: Google, path: str, headers: dict[str, str] = FLAVOR, method: str = "GET", body: bytes = b"") -> Any:
    return answer(google.cloud, key(google), method, f"/computeMetadata/v1/{path}", headers, body)


def test_metadata_are_read_with_the_flavour_only(machine: Google) -> None:
    assert read(machine, "instance/attributes/user-data", {})[0] == 403
    assert read(machine, "instance/attributes/user-data", {**FLAVOR, "X-Forwarded-For": "1.2.3.4"})[0] == 403
    status, headers, body = read(machine, "instance/attributes/user-data")
    assert (status, headers["Metadata-Flavor"], body) == (200, "Google", b"#cloud-config")
    assert answer(machine.cloud, key(machine), "GET", "/", {})[1]["Metadata-Flavor"] == "Google"
    assert answer(machine.cloud, "gce-1", "GET", "/", {})[0] == 404


def test_metadata_are_folders_and_values(machine: Google) -> None:
    assert read(machine, "instance/attributes/ssh-keys")[2] == b"ana:ssh-ed25519 AAAA ana"
    assert read(machine, "project/project-id")[2] == PROJECT.encode()
    assert read(machine, "instance/network-interfaces/0/ip")[2] == b"10.66.0.2"
    assert read(machine, "instance/zone")[2].endswith(f"/zones/{ZONE}".encode())
    assert b"network-interfaces/\n" in read(machine, "instance/")[2]
    status, headers, _ = read(machine, "instance")
    assert status == 301 and headers["Location"] == "/computeMetadata/v1/instance/"
    assert read(machine, "instance/tags")[2] == b'["shop"]'
    assert read(machine, "instance/attributes/no")[0] == 404
    assert read(machine, "instance/?wait_for_change=true")[0] == 501


def test_recursive_metadata_are_as_cloud_init_reads_them(machine: Google) -> None:
    whole = json.loads(read(machine, "instance/?recursive=True")[2])
    assert whole["attributes"]["user-data"] == "#cloud-config" and whole["id"] == int(key(machine)[4:])
    nic = whole["networkInterfaces"][0]
    external = machine.get(f"{MACHINES}/shop-cp-1")["networkInterfaces"][0]["accessConfigs"][0]["natIP"]
    assert nic["ip"] == "10.66.0.2" and nic["accessConfigs"][0]["externalIp"] == external and nic["mtu"] == 1460
    assert json.loads(read(machine, "project/?recursive=True")[2])["projectId"] == PROJECT


def test_a_machine_gets_a_token_that_the_api_takes(machine: Google) -> None:
    token = json.loads(read(machine, "instance/service-accounts/default/token")[2])
    head = {"Authorization": f"Bearer {token['access_token']}"}
    assert requests.get(f"{machine.base}/regions/{REGION}", headers=head, timeout=10).status_code == 200


def test_a_machine_tells_its_host_keys(machine: Google) -> None:
    assert machine.refused("GET", f"{MACHINES}/shop-cp-1/getGuestAttributes", queryPath="hostkeys/").status == 404
    path = "instance/guest-attributes/hostkeys/ssh-ed25519"
    assert read(machine, path, FLAVOR, "PUT", b"AAAAC3")[0] == 200
    told = machine.get(f"{MACHINES}/shop-cp-1/getGuestAttributes", queryPath="hostkeys/")
    assert told["queryValue"]["items"] == [{"namespace": "hostkeys", "key": "ssh-ed25519", "value": "AAAAC3"}]
    shown = machine.get(f"{MACHINES}/shop-cp-1")
    machine.do("POST", f"{MACHINES}/shop-cp-1/setMetadata", {"fingerprint": shown["metadata"]["fingerprint"]})
    assert read(machine, path, FLAVOR, "PUT", b"AAAAC3")[0] == 403
