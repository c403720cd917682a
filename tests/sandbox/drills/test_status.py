# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cloud says of a machine and what is true of it, in a sandbox whose fabric only keeps book."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from sandbox.cli import main
from sandbox.daemon import Supervisor
from sandbox.fabric.world import World
from sandbox.places import CLOUDS, Place
from sandbox.serving import Clouds
from tests.sandbox.conftest import Sandbox, free_port

from .conftest import GROUNDS
from .ground import Ground


class Fabric:
    """Every machine runs that is wanted, until it is killed."""

    def __init__(self) -> None:
        self.world = World()
        self.dead: set[str] = set()

    def start(self) -> None: ...
    def stop(self) -> None: ...
    def reboot(self, key: str) -> None: ...

    def apply(self, world: World) -> None:
        self.world = world

    def status(self, key: str) -> str:
        wanted = {one.key: one.wanted for one in self.world.machines}
        return "failed" if key in self.dead else wanted.get(key, "absent")

    def kill(self, key: str) -> None:
        self.dead.add(key)

    def problems(self) -> list[str]:
        return []


@pytest.fixture(scope="module")
def fabric() -> Fabric:
    return Fabric()


@pytest.fixture(scope="module")
def real(daemon: Sandbox, fabric: Fabric) -> Iterator[Sandbox]:
    """Beside the sandbox of all tests, whose folder it shares."""
    place, port = Place("r" + secrets.token_hex(4)), free_port()
    place.folder.mkdir(parents=True)
    supervisor = Supervisor(place, port, clouds_only=False)
    clouds = Clouds(supervisor, port)
    supervisor.host = clouds.machines.host = fabric
    supervisor._announce()
    clouds.start()
    clouds.worlds.begin(fabric.apply)
    supervisor.steps.ready.set()
    try:
        yield Sandbox(place, port, {cloud: place.url(cloud, port) for cloud in CLOUDS})
    finally:
        clouds.stop()
        place.daemon.unlink()


@pytest.mark.parametrize("cloud", CLOUDS)
def test_a_killed_machine_goes_on_to_run_for_its_cloud_and_is_dead_in_the_fabric(
    real: Sandbox, fabric: Fabric, cloud: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ground: Ground = GROUNDS[cloud](real)
    name = ["--name", real.place.name]
    assert ground.state() == "running"
    assert main(["drill", *name, "kill-machine", ground.machine, "--cloud", cloud]) == 0
    assert "the cloud does not know" in capsys.readouterr().out
    ground.pass_time()
    assert ground.state() == "running"
    (machine,) = [one for one in fabric.world.machines if one.key in fabric.dead]
    assert machine.private_address.startswith("10.64.")
    assert main(["status", *name]) == 0
    said = capsys.readouterr().out
    row = [line.split() for line in said.splitlines() if line.startswith("  shop ") and " running " in line]
    assert [one[2:4] for one in row] == [["running", "failed"]]
    fabric.dead.clear()
    assert main(["drill", *name, "delete-machine", ground.machine, "--cloud", cloud]) == 0
