# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Invalid
from ansible_collections.pangaea.multicloud.plugins.module_utils._node import facts
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.checks import Look, differences
from ansible_collections.pangaea.multicloud.plugins.module_utils._node.tunnel import Seen

BARE = Seen(None, None, "", {}, {}, {})
RUNS = {"ActiveState": "active", "LoadState": "loaded", "UnitFileState": "enabled"}


def said(
    expect: dict[str, Any], packages: dict[str, str] | None = None, units: dict[str, dict[str, str]] | None = None
) -> list[str]:
    return differences({"base": expect}, Look(packages or {}, units or {}, BARE))["base"]


def test_every_area_is_answered_also_when_nothing_differs() -> None:
    assert differences({"base": {}, "mesh": {"tunnel": False}}, Look({}, {}, BARE)) == {"base": [], "mesh": []}


def test_an_unknown_check_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(Invalid, match=r"expect\.base\.package: .*packages"):
        said({"package": ["x"]})


@pytest.mark.parametrize("there", ["1.34.4", "1.34.4-1.1", "1:1.34.4-1.1", "1.34.4+deb13u1"])
def test_the_version_of_a_package_is_that_of_its_program(there: str) -> None:
    assert said({"packages": {"kubelet": "1.34.4"}}, {"kubelet": there}) == []


def test_a_package_is_missing_or_of_another_version() -> None:
    assert said({"packages": ["nftables"]}) == ["package nftables is not installed"]
    assert said({"packages": {"kubelet": "1.34.4"}}, {"kubelet": "1.34.40-1"}) == [
        "package kubelet is 1.34.40-1, not 1.34.4"
    ]


def test_a_unit_runs_and_starts_at_boot() -> None:
    wanted = {"units": ["a.service"]}
    assert said(wanted, units={"a.service": RUNS}) == []
    assert said(wanted, units={"a.service": {**RUNS, "ActiveState": "failed"}}) == ["unit a.service is failed"]
    assert said(wanted, units={"a.service": {**RUNS, "UnitFileState": "disabled"}}) == [
        "unit a.service does not start at boot"
    ]
    assert said(wanted, units={"a.service": {"ActiveState": "inactive", "LoadState": "not-found"}}) == [
        "unit a.service is not there"
    ]


def test_files_are_compared_by_digest(tmp_path: Path) -> None:
    path = tmp_path / "a"
    digest = hashlib.sha256(b"text").hexdigest()
    assert said({"files": {str(path): digest}}) == [f"file {path} is missing"]
    assert said({"files": {str(path): None}}) == []
    path.write_text("text")
    assert said({"files": {str(path): digest}}) == []
    assert said({"files": {str(path): None}}) == [f"file {path} should not be there"]
    path.write_text("Text")
    assert said({"files": {str(path): digest}}) == [f"file {path} has another text"]


def test_a_record_has_the_wanted_keys_and_may_have_more(tmp_path: Path) -> None:
    path = tmp_path / "node.json"
    wanted = {"records": {str(path): {"pods": "10.128.1.0/24"}}}
    assert said(wanted) == [f"file {path} is missing or not JSON"]
    path.write_text(json.dumps({"pods": "10.128.2.0/24", "name": "a"}))
    assert said(wanted) == [f"pods in {path} is 10.128.2.0/24, not 10.128.1.0/24"]
    path.write_text(json.dumps({"pods": "10.128.1.0/24", "name": "a"}))
    assert said(wanted) == []


def test_a_file_that_its_service_has_not_read_yet_is_named(tmp_path: Path) -> None:
    path, sign = tmp_path / "file", tmp_path / "sign"
    wanted = {"read": {str(path): str(sign)}}
    path.touch()
    assert said(wanted) == [f"file {path} is newer than what runs"]
    sign.touch()
    os.utime(path, (1, 1))
    assert said(wanted) == []


def test_servers_are_compared_by_name_and_kept_ones_may_stay(tmp_path: Path) -> None:
    path = tmp_path / "cfg"
    path.write_text("backend x\n    default-server check\n    server a 10.0.0.1:6443\n    server b 10.0.0.2:6443\n")
    assert facts.servers(str(path)) == {"a": "10.0.0.1", "b": "10.0.0.2"}

    def servers(wanted: dict[str, str], keep: list[str] | None = None) -> list[str]:
        return said({"servers": {"file": str(path), "servers": wanted, "keep": keep or []}})

    assert servers({"a": "10.0.0.1", "b": "10.0.0.2"}) == servers({"a": "10.0.0.1"}, ["b"]) == []
    assert servers({"a": "10.0.0.9", "c": "10.0.0.3"}) == [
        "server a is 10.0.0.1, not 10.0.0.9",
        "server c is missing, not 10.0.0.3",
        "server b is not wanted",
    ]


def test_a_sysctl_is_compared_as_text() -> None:
    assert said({"sysctls": {"kernel.ostype": "Linux"}}) == []
    assert said({"sysctls": {"kernel.ostype": "Hurd"}}) == ["sysctl kernel.ostype is Linux, not Hurd"]
    assert said({"sysctls": {"net.nothing": "1"}}) == ["sysctl net.nothing is not there, not 1"]


def test_a_node_without_a_tunnel_says_so() -> None:
    assert said({"tunnel": True}) == ["the node has no tunnel yet"]
