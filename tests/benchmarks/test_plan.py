"""How long a run takes in which nothing is to do: what a user waits for every hour."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import pytest

from sandbox.places import CLOUDS
from service.scene import Scene
from tests import inventories
from tests.sandbox.conftest import Sandbox, daemon

__all__ = ["daemon"]

ROOT = Path(__file__).parents[2]
RUNS = 3
SECONDS = 10.0  # the goal, on two idle cores
# Whoever else works on the machine slows both down, so that their ratio is judged. It was 20 on idle cores before the
# state folder's files were written without modules, and should be about 12 since; beside other work both are lower.
RATIO = 18.0


@dataclass
class Cost:
    """What several runs of one command took, in seconds: each from start to end, and of all processors together."""

    walls: list[float] = field(default_factory=list)
    processors: float = 0.0

    def __str__(self) -> str:
        each = self.processors / len(self.walls)
        return f"{median(self.walls):.2f} s (fastest {min(self.walls):.2f}, of processors {each:.2f})"


class Ansible:
    """The commands of Ansible over one inventory."""

    def __init__(self, folder: Path, inventory: Path) -> None:
        self.inventory = inventory
        self.env = Scene.of(str(inventory)).environment | {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "PANGAEA_STATE": str(folder / "state"),
        }

    def __call__(self, command: str, *words: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name(command), "-i", self.inventory, *words], cwd=ROOT, env=self.env,
            text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout
        return done.stdout

    def measure(self, cost: Cost, command: str, *words: str) -> None:
        """One more run of a command."""
        before, start = used(), time.monotonic()
        self(command, *words)
        cost.walls.append(time.monotonic() - start)
        cost.processors += used() - before


def used() -> float:
    """Seconds of processors that commands which have ended took, and all that they started."""
    found = resource.getrusage(resource.RUSAGE_CHILDREN)
    return found.ru_utime + found.ru_stime


@pytest.fixture(scope="module")
def ansible(daemon: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """Three sites in three clouds, as their cluster file wants them. Nothing stands behind the machines."""
    folder = tmp_path_factory.mktemp("plan")
    inventory = folder / "inventory"
    urls = {cloud: daemon.place.url(cloud, daemon.port) for cloud in CLOUDS}  # a judge in front would take its time
    inventories.write(inventory, sandbox=daemon.place.name, urls=urls, name="trio")
    shutil.copy(daemon.place.ca, inventory / ".ssh/azure.pem")
    (inventory / ".ssh/mirror.asc").touch()  # named in the file; no machine reads it
    found = Ansible(folder, inventory)
    found("ansible-playbook", "pangaea.multicloud.converge", "--skip-tags", "nodes")
    return found


def test_a_plan_of_three_sites_in_which_nothing_is_to_do_takes_little_more_than_the_smallest_run_of_ansible(
    ansible: Ansible, capsys: pytest.CaptureFixture[str]
) -> None:
    said = ansible("ansible-playbook", "pangaea.multicloud.plan")
    assert "nothing to do in the clouds" in said and "aws-fra" in said and "azure-fra" in said and "gcp-fra" in said
    plan, ping = Cost(), Cost()
    for _ in range(RUNS):  # in turns: both have their share of what else the machine does
        ansible.measure(plan, "ansible-playbook", "pangaea.multicloud.plan")
        ansible.measure(ping, "ansible", "localhost", "-m", "ping")
    ratio = median(plan.walls) / median(ping.walls)
    with capsys.disabled():
        print(
            f"\nno-op plan of three sites: {plan}; goal {SECONDS:.0f} s"
            f"\nansible localhost -m ping: {ping}"
            f"\nratio {ratio:.1f}, at most {RATIO:.0f}; processors {os.cpu_count()}, load {os.getloadavg()[0]:.1f}"
        )
    assert ratio < RATIO
