# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pure parts: names, descriptions, rules, zones, sizes, quotas, the first start."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import OverQuota, Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import labels
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.launch import first_start
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.quotas import cpu_metric, refuse_over
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.rules import (
    body_of,
    fields_of,
    gcp_rules,
    state_of,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.sizes import (
    SIZES,
    architecture_of,
    disk_of,
    nearest,
    type_of,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.zones import refuse_zones_without, wanted_zones
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.rules import Rule, wanted_rules
from ansible_collections.pangaea.multicloud.plugins.module_utils._site.user_data import HostKey

OPTIONS: dict[str, Any] = {
    "mesh_port": 51820, "api_port": 6443, "admin": ["198.51.100.0/24"], "inside": ["10.64.0.0/16"],
    "public": [{"pools": ["general"], "ports": ["80", "30000-32767"], "cidrs": ["0.0.0.0/0"]}],
}  # fmt: skip


def test_names_that_would_be_too_long_are_cut_and_stay_different() -> None:
    assert labels.name_for("shop-k3v9q2ab", "gcp-fra", "control_plane-in-all") == (
        "shop-k3v9q2ab-gcp-fra-control-plane-in-all"
    )
    long = [labels.name_for("shop-k3v9q2ab", "x" * 50, f"nodes-in-tcp-{port}") for port in (22, 23)]
    assert all(len(name) <= 63 for name in long) and long[0] != long[1]


@pytest.mark.parametrize("text", [None, "", "ours", "[]", '"x"', "{"])
def test_a_description_of_somebody_elses_says_nothing(text: str | None) -> None:
    assert labels.described({"description": text}) == {}


def test_a_description_reads_back_as_it_was_written() -> None:
    said = labels.description({"owner": "shop-k3v9q2ab", "site": "gcp-fra", "mark_initialised": 'ca="1"', "peers": []})
    row = {"id": 1, "description": said}
    assert labels.described_state(row) == {"id": "1", "owner": "shop-k3v9q2ab", "site": "gcp-fra"}
    assert labels.marks_of(row) == {"mark_initialised": 'ca="1"'}


def test_links_are_compared_from_projects_on() -> None:
    for host in ("https://www.googleapis.com", "https://compute.googleapis.com", "http://127.0.0.1:1"):
        assert labels.path_of(f"{host}/compute/v1/projects/p/global/networks/n") == "projects/p/global/networks/n"


def test_every_machine_is_a_node_so_what_may_leave_is_said_once() -> None:
    names = {rule.name for rule in gcp_rules(wanted_rules(OPTIONS))}
    assert names == {
        "nodes-in-udp-51820", "nodes-in-tcp-22", "nodes-in-all", "nodes-out-all", "control_plane-in-tcp-6443",
        "pool-general-in-tcp-80", "pool-general-in-tcp-30000-32767",
    }  # fmt: skip


def test_a_rule_reads_back_as_it_was_written() -> None:
    for rule, peers in gcp_rules(wanted_rules(OPTIONS)).items():
        wanted = {**fields_of(rule), "peers": peers}
        row = {**body_of(wanted), "direction": "INGRESS" if rule.direction == "in" else "EGRESS", "network": "n"}
        assert {**state_of(row), **wanted} == state_of(row)


def test_whatever_else_a_firewall_opens_is_a_difference() -> None:
    rule = Rule("nodes", "in", "tcp", (22, 22))
    body = {**body_of({**fields_of(rule), "peers": ["192.0.2.0/24"]}), "direction": "INGRESS", "network": "n"}
    as_it_is = state_of(body)
    for other in (
        {"sourceTags": ["x"]}, {"sourceServiceAccounts": ["x"]}, {"targetTags": []}, {"targetServiceAccounts": ["x"]},
        {"allowed": [{"IPProtocol": "tcp"}]}, {"allowed": [{"IPProtocol": "tcp", "ports": ["22", "23"]}]},
        {"allowed": [], "denied": body["allowed"]}, {"disabled": True}, {"priority": 1}, {"direction": "EGRESS"},
    ):  # fmt: skip
        assert state_of({**body, **other}) != as_it_is


OFFERS = {f"x1-{letter}": {"a", "b"} for letter in "abcd"} | {"x1-b": {"a"}}


def test_the_first_three_zones_that_offer_everything_are_taken_and_used_ones_stay() -> None:
    assert wanted_zones([], [], OFFERS) == ["x1-a", "x1-c", "x1-d"]
    assert wanted_zones([], ["x1-d"], OFFERS) == ["x1-a", "x1-c", "x1-d"]
    assert wanted_zones([], ["x1-b", "x1-c", "x1-d", "x1-e"], OFFERS) == ["x1-b", "x1-c", "x1-d", "x1-e"]
    assert wanted_zones(["x1-c"], ["x1-a"], OFFERS) == ["x1-c"]
    with pytest.raises(Refused, match=r"zone x1-b does not offer b; .*x1-a, x1-c, x1-d"):
        refuse_zones_without({"a", "b"}, ["x1-b"], OFFERS)


def test_kinds_of_processor_and_disk_are_read_from_the_type() -> None:
    kinds = {name: (architecture_of(name), disk_of(name)) for name in ("e2-small", "t2a-standard-1", "c4a-standard-1")}
    assert kinds == {
        "e2-small": ("amd64", "pd-balanced"),
        "t2a-standard-1": ("arm64", "pd-balanced"),
        "c4a-standard-1": ("arm64", "hyperdisk-balanced"),
    }
    assert (type_of("small"), type_of("n2-standard-8")) == ("e2-small", "n2-standard-8")


def test_sizes_are_what_the_sandbox_knows_of_them() -> None:
    from sandbox.gcp.catalog import MACHINES

    known = {machine.name: (machine.cpus, machine.memory_mb // 1024) for machine in MACHINES}
    assert {size.type: (size.vcpus, size.memory_gb) for size in SIZES.values()}.items() <= known.items()


def test_the_nearest_type_has_the_same_kind_of_processor_and_about_the_same_size() -> None:
    offered = [
        {"name": "e2-standard-4", "guestCpus": 4, "memoryMb": 16384},
        {"name": "e2-standard-8", "guestCpus": 8, "memoryMb": 32768},
        {"name": "c4a-standard-4", "guestCpus": 4, "memoryMb": 16384},
    ]
    assert nearest("t2a-standard-8", {"guestCpus": 8, "memoryMb": 32768}, offered) == "c4a-standard-4"
    assert nearest("n2-standard-8", {"guestCpus": 8, "memoryMb": 32768}, offered) == "e2-standard-8"
    assert nearest("e2-standard-9", None, offered) in ("e2-standard-4", "e2-standard-8")
    assert nearest("zzz", None, offered) is None


def test_processors_count_on_the_quota_of_their_series() -> None:
    row = {"quotas": [{"metric": name, "limit": 8.0, "usage": 0.0} for name in ("CPUS", "N2_CPUS", "C4A_CPUS")]}
    assert [cpu_metric(row, kind, spot=False) for kind in ("e2-small", "n2-standard-2", "c3-standard-4")] == [
        "CPUS", "N2_CPUS", "CPUS",
    ]  # fmt: skip
    assert cpu_metric(row, "e2-small", spot=True) == "CPUS"
    row["quotas"].append({"metric": "PREEMPTIBLE_CPUS", "limit": 8.0, "usage": 0.0})
    assert cpu_metric(row, "e2-small", spot=True) == "PREEMPTIBLE_CPUS"


def test_a_quota_says_what_is_used_and_needed() -> None:
    row = {"quotas": [{"metric": "CPUS", "limit": 8.0, "usage": 6.0}]}
    refuse_over(row, {"CPUS": 2, "OTHER": 99}, "p", "create")
    with pytest.raises(OverQuota, match=r"create: the quota CPUS of p is 8, 6 are used and 4 more are needed"):
        refuse_over(row, {"CPUS": 4}, "p", "create")


@pytest.mark.parametrize("cloud_init", [True, False])
def test_the_first_start_lays_the_host_key_where_nobody_else_does(tmp_path: Path, cloud_init: bool) -> None:
    """The script as it is, on folders of its own."""
    key = HostKey("-----BEGIN it's a key-----\n", "ecdsa-sha2-nistp256 AAAA")
    for folder in ("bin", "etc/ssh", "var/lib"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ["systemctl", *(["cloud-init"] if cloud_init else [])]:
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\necho {name} $* >> {tmp_path}/log\n")
        (tmp_path / "bin" / name).chmod(0o755)
    script = first_start(key).replace("/etc/ssh", f"{tmp_path}/etc/ssh").replace("/var/lib", f"{tmp_path}/var/lib")
    command = ["/bin/sh", "-c", script]
    for _ in range(2):
        subprocess.run(command, check=True, env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"})
    laid = tmp_path / "etc/ssh/ssh_host_ecdsa_key"
    assert laid.exists() is not cloud_init
    if not cloud_init:
        assert (laid.read_text(), laid.stat().st_mode & 0o777) == (key.private, 0o600)
        assert laid.with_suffix(".pub").read_text() == key.public + "\n"
        assert (tmp_path / "log").read_text() == "systemctl try-restart ssh.service\n"  # once


def test_no_sdk_is_imported_before_a_call_is_made() -> None:
    modules = "ansible_collections.pangaea.multicloud.plugins.modules"
    asked = f"import sys; import {modules}.gcp_network, {modules}.gcp_machines; print([m for m in sys.modules if "
    asked += "m.split('.')[0] in ('google', 'requests', 'urllib3', 'cryptography')])"
    path = os.pathsep.join(entry for entry in sys.path if entry)
    said = subprocess.run(
        [sys.executable, "-c", asked],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert json.loads(said.stdout.replace("'", '"')) == []


def test_a_stray_label_goes_and_those_of_others_stay() -> None:
    present = {"team": "a", "pangaea-pool": "general", "pangaea-later": "x", "pangaea-site": "moon"}
    assert labels.relabelled(present, {"pangaea-site": "gcp-fra"}, ["pool"]) == {
        "team": "a", "pangaea-later": "x", "pangaea-site": "gcp-fra",
    }  # fmt: skip
