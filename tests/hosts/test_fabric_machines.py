# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lives of the fabric's machines: boot, stop, death, destruction, and a fabric that is killed itself."""

from __future__ import annotations

import dataclasses
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox import image
from sandbox.fabric import Fabric, FabricError, World, cgroup, spawn
from sandbox.fabric.system import namespaces
from tests.hosts.fabric_lab import BASE, IMAGE, A, B, C, D, Lab, replaced

pytestmark = [pytest.mark.hosts, pytest.mark.skipif(os.geteuid() != 0, reason="machines need root")]

NAME = "fabmach"
GROUP = f"pgs-{NAME}-m-b"
ROOT = pathlib.Path(__file__).parents[2]


def host_network() -> str:
    """Everything that the host's own network consists of."""
    looks = ["ip -o link", "ip -o address", "ip route show table all", "ip rule", "nft list ruleset"]
    return "\n".join(subprocess.run(look.split(), capture_output=True, text=True, check=True).stdout for look in looks)


@pytest.fixture(scope="module", autouse=True)
def images() -> None:
    for name in (IMAGE, A.image):
        image.ensure(name)


@pytest.fixture(scope="module")
def booted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(NAME, tmp_path_factory.mktemp("fabric"))
    try:
        lab.apply(BASE)
        yield lab
    finally:
        lab.fabric.destroy()


@pytest.fixture
def lab(booted: Lab) -> Iterator[Lab]:
    yield booted
    booted.apply(BASE)


def left(name: str) -> list[str]:
    """What a fabric still has on this machine."""
    prefix = f"pgs-{name}-"
    mounts = [line for line in pathlib.Path("/proc/mounts").read_text().splitlines() if prefix in line]
    overlays = [line for line in mounts if not line.startswith("nsfs")]
    return [*namespaces(prefix), *cgroup.groups(prefix), *overlays]


def test_three_machines_answer_within_seconds_and_the_host_keeps_its_network(tmp_path: pathlib.Path) -> None:
    before = host_network()
    start = time.monotonic()
    lab = Lab("fabspeed", tmp_path)
    try:
        lab.fabric.apply(dataclasses.replace(BASE, machines=(A, B, D)))
        lab.until_ssh(A, B, D, patience=60)
        took = time.monotonic() - start
        during = host_network()
    finally:
        lab.fabric.destroy()
    assert took < 20, f"3 to 6 s on two idle cores; it took {took:.1f} s"
    assert during == before
    assert host_network() == before
    assert left("fabspeed") == []
    assert not (tmp_path / "fabric/machines").exists()


def test_a_stopped_machine_comes_back_with_its_disk_and_not_with_its_memory(lab: Lab) -> None:
    lab.until_ssh(B)
    lab.run(B, "echo kept > /root/file; echo lost > /run/file; sync")
    identity = lab.run(B, "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub")
    lab.apply(replaced(BASE, "b", wanted="stopped"))
    assert lab.fabric.status("b") == "stopped"
    assert cgroup.processes(GROUP) == set()
    assert lab.ssh(B, "true").returncode != 0
    lab.apply(BASE)
    assert lab.fabric.status("b") == "running"
    lab.until_ssh(B)
    assert lab.run(B, "cat /root/file") == "kept"
    assert lab.ssh(B, "test -e /run/file").returncode != 0
    assert lab.run(B, "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub") == identity


def test_a_stop_that_a_start_follows_at_once_still_happens(lab: Lab) -> None:
    lab.until_ssh(B)
    lab.run(B, "touch /run/file")
    lab.fabric.apply(replaced(BASE, "b", wanted="stopped"))
    lab.apply(BASE)
    lab.until_ssh(B)
    assert lab.ssh(B, "test -e /run/file").returncode != 0


def test_a_killed_machine_dies_at_once_and_stays_dead_until_stopped_and_started(lab: Lab) -> None:
    lab.until_ssh(B)
    assert lab.reaches(str(B.public_address))
    start = time.monotonic()
    lab.fabric.kill("b")
    assert time.monotonic() - start < 3
    assert lab.fabric.status("b") == "failed"
    assert cgroup.processes(GROUP) == set()
    assert not lab.reaches(str(B.public_address))
    lab.apply(BASE)
    assert lab.fabric.status("b") == "failed", "the same world again does not raise the dead"
    lab.apply(replaced(BASE, "b", wanted="stopped"))
    lab.apply(BASE)
    lab.until_ssh(B)


def test_a_machine_may_reboot_or_power_off_by_itself(lab: Lab) -> None:
    lab.until_ssh(B)
    lab.run(B, "touch /run/file")
    lab.ssh(B, "systemctl reboot")
    time.sleep(3)
    lab.until_ssh(B)
    assert lab.ssh(B, "test -e /run/file").returncode != 0
    lab.ssh(B, "systemctl poweroff")
    end = time.monotonic() + 15
    while lab.fabric.status("b") != "stopped" and time.monotonic() < end:
        time.sleep(0.2)
    assert lab.fabric.status("b") == "stopped"
    lab.apply(replaced(BASE, "b", wanted="stopped"))
    lab.apply(BASE)
    lab.until_ssh(B)


def test_a_machine_that_leaves_the_world_takes_its_disk_along(lab: Lab) -> None:
    lab.until_ssh(B)
    lab.run(B, "touch /root/file")
    assert GROUP in cgroup.groups(f"pgs-{NAME}-")
    lab.apply(dataclasses.replace(BASE, machines=(A, C, D)))
    assert lab.fabric.status("b") == "absent"
    assert GROUP not in left(NAME)
    with pytest.raises(FabricError, match="no such machine; it has a, c, d"):
        lab.fabric.kill("b")
    lab.apply(BASE)
    lab.until_ssh(B)
    assert lab.ssh(B, "test -e /root/file").returncode != 0


def test_a_machine_without_an_image_fails_alone_and_says_why(lab: Lab) -> None:
    lab.apply(replaced(dataclasses.replace(BASE, machines=(A, C, D)), "a", public_address="198.18.1.1"))
    lab.apply(replaced(BASE, "b", image="no-such-image"))
    assert lab.fabric.status("b") == "failed"
    assert lab.fabric.status("d") == "running"
    assert any("host-b: boot: " in line and "no-such-image" in line for line in lab.said)
    lab.apply(dataclasses.replace(BASE, machines=(A, C, D)))


def test_the_last_world_wins_and_an_empty_one_leaves_only_the_internet(tmp_path: pathlib.Path) -> None:
    lab = Lab("fabempty", tmp_path)
    try:
        lab.fabric.apply(BASE)
        lab.fabric.apply(World())
        assert lab.fabric.wait(30), lab.said
        assert left("fabempty") == ["pgs-fabempty-internet", "pgs-fabempty-internet"], "namespace and control group"
        ways = lab.outside("ip", "route", "show", "root", "198.18.0.0/15").stdout.splitlines()
        assert [way.split()[0] for way in ways] == ["198.18.0.0/15"], "no way leads to a machine"
    finally:
        lab.fabric.destroy()
    assert left("fabempty") == []


def test_a_program_that_is_in_a_group_of_its_own_before_anybody_looks_has_started(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As systemd-nspawn puts itself into one; on a busy machine it has done so by the next look."""
    group, moved, popen = "pgs-fabmoved", tmp_path / "moved", subprocess.Popen
    below = cgroup.hierarchies()[-1] / group / "below"
    program = f"mkdir {below}; echo $$ > {below}/cgroup.procs; touch {moved}; exec sleep 60"

    def late(*words: Any, **more: Any) -> subprocess.Popen[bytes]:
        process = popen(*words, **more)
        while not moved.exists():
            time.sleep(0.01)
        return process

    monkeypatch.setattr(spawn.subprocess, "Popen", late)
    start = threading.Thread(target=spawn.start, args=(group, ["sh", "-c", program], tmp_path / "log"), daemon=True)
    try:
        start.start()
        start.join(10)
        assert not start.is_alive()
        assert len(cgroup.processes(group)) == 1
    finally:
        assert cgroup.kill(group)
        cgroup.remove(group)


CRASHING = """
import pathlib, sys, time
from tests.hosts.fabric_lab import BASE, Lab
lab = Lab("fabcrash", pathlib.Path(sys.argv[1]))
lab.fabric.apply(BASE)
print("up" if lab.fabric.wait(60) else lab.said, flush=True)
time.sleep(600)
"""


def test_what_a_killed_fabric_left_goes_by_its_name_alone(tmp_path: pathlib.Path, booted: Lab) -> None:
    before = host_network()
    crashing = subprocess.Popen([sys.executable, "-c", CRASHING, tmp_path], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert crashing.stdout is not None
        assert crashing.stdout.readline() == "up\n"
    finally:
        crashing.send_signal(signal.SIGKILL)
        crashing.wait()
    assert len(cgroup.processes("pgs-fabcrash-m-b")) > 5, "its machines live on"
    Fabric.cleanup("fabcrash")
    assert left("fabcrash") == []
    assert host_network() == before
    assert booted.fabric.status("a") == "running", "another sandbox is not touched"
    assert cgroup.processes(f"pgs-{NAME}-m-a")
