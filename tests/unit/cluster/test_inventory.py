"""The inventory as Ansible reads it, by Ansible's own commands."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
REPO = HERE.parents[2]
BASE = (HERE / "base.yml").read_text()

Run = subprocess.CompletedProcess[str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "inventory"
    found.mkdir()
    (found / "cluster.yml").write_text(BASE)
    return found


def ansible(command: str, *arguments: str | Path, config: Path = REPO / "ansible.cfg", **environ: str) -> Run:
    program = Path(sys.executable).with_name(command)
    environment = {**os.environ, "ANSIBLE_CONFIG": str(config), "ANSIBLE_NOCOLOR": "1", **environ}
    return subprocess.run([program, *arguments], env=environment, text=True, capture_output=True, check=False, cwd=REPO)


def listed(source: Path, **environ: str) -> dict[str, Any]:
    run = ansible("ansible-inventory", "-i", source, "--list", **environ)
    assert run.returncode == 0, run.stderr
    # What is no template is marked so in this output; the mark is for machines that read it back.
    found: dict[str, Any] = json.loads(run.stdout, object_hook=lambda item: item.get("__ansible_unsafe", item))
    return found


def playbook(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "play.yml"
    path.write_text(text)
    return path


def test_the_groups(folder: Path) -> None:
    found = listed(folder / "cluster.yml")
    assert found["sites"]["hosts"] == ["aws-fra", "aws-zrh", "gcp-fra"]
    assert found["cloud_aws"]["hosts"] == ["aws-fra", "aws-zrh"]
    assert sorted(found["nodes"]["children"]) == ["control_plane", "workers"]
    assert found["control_plane"]["hosts"] == ["shop-aws-fra-cp-1", "shop-aws-zrh-cp-1", "shop-gcp-fra-cp-1"]
    assert found["pool_batch"]["hosts"] == ["shop-gcp-fra-batch-1", "shop-gcp-fra-batch-3"]
    assert found["site_gcp_fra"]["hosts"] == ["shop-gcp-fra-cp-1", "shop-gcp-fra-batch-1", "shop-gcp-fra-batch-3"]


def test_a_folder_with_other_things_in_it_is_the_same_inventory(folder: Path) -> None:
    alone = listed(folder / "cluster.yml")
    (folder / ".ssh").mkdir()
    (folder / ".ssh" / "id_ed25519.pub").write_text("junk")
    (folder / "README.md").write_text("junk")
    (folder / "cluster.yml.bak").write_text("junk")
    (folder / ".cluster.yml.swp").write_text("junk")
    assert listed(folder) == alone


def test_two_readings_give_the_same_inventory(folder: Path) -> None:
    assert listed(folder) == listed(folder)


def test_an_address_is_known_only_when_a_run_has_left_it(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state" / "shop-k3v9q2ab"
    before = listed(folder, PANGAEA_STATE=str(tmp_path / "state"))["_meta"]["hostvars"]
    assert "ansible_host" not in before["shop-aws-fra-cp-1"]
    state.mkdir(parents=True)
    left = {"shop-aws-fra-cp-1": "198.18.1.5", "shop-aws-zrh-cp-1": None, "gone": "198.18.1.6"}
    (state / "addresses.json").write_text(json.dumps({name: {"public_address": a} for name, a in left.items()}))
    found = listed(folder, PANGAEA_STATE=str(tmp_path / "state"))["_meta"]["hostvars"]
    assert found["shop-aws-fra-cp-1"]["ansible_host"] == "198.18.1.5"
    assert "ansible_host" not in found["shop-aws-zrh-cp-1"]
    assert "gone" not in found


def test_addresses_that_cannot_be_read_are_a_warning(folder: Path, tmp_path: Path) -> None:
    state = tmp_path / "state" / "shop-k3v9q2ab"
    state.mkdir(parents=True)
    (state / "addresses.json").write_text('{"shop-aws-fra-cp-1": {"public_address": "-oProxyCommand=id"}}')
    run = ansible("ansible-inventory", "-i", folder, "--list", PANGAEA_STATE=str(tmp_path / "state"))
    assert run.returncode == 0
    assert "-oProxyCommand" not in run.stdout
    assert "addresses.json is not used" in " ".join(run.stderr.split())


def test_localhost_and_sites_see_the_cluster(folder: Path, tmp_path: Path) -> None:
    play = playbook(
        tmp_path,
        """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.assert:
        that:
          - pangaea.owner == 'shop-k3v9q2ab'
          - hostvars[groups['sites'][0]].pangaea.owner == pangaea.owner
- hosts: sites
  gather_facts: false
  tasks:
    - ansible.builtin.assert: {that: ansible_python_interpreter == ansible_playbook_python}
    - ansible.builtin.ping:
""",
    )
    run = ansible("ansible-playbook", "-i", folder, play)
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.count("ok=2") == 3


@pytest.mark.parametrize("source", [".", "cluster.yml"])
def test_a_bad_file_fails_every_playbook_and_tells_everything(folder: Path, tmp_path: Path, source: str) -> None:
    (folder / "cluster.yml").write_text(BASE.replace("id: k3v9q2ab\n", "").replace("aws-zrh: 2", "aws-zhr: 2"))
    run = ansible("ansible-playbook", "-i", folder / source, playbook(tmp_path, "- hosts: sites\n"))
    assert run.returncode != 0
    said = " ".join(run.stderr.split())
    assert "id: is missing; add this fresh one" in said
    assert "pools.general.machines.aws-zhr: is not a site of this file; did you mean aws-zrh?" in said
    assert "Traceback" not in run.stderr


def test_a_bad_file_leaves_no_cluster_under_a_config_of_the_users_own(folder: Path, tmp_path: Path) -> None:
    (folder / "cluster.yml").write_text(BASE.replace("id: k3v9q2ab\n", ""))
    config = tmp_path / "ansible.cfg"
    config.write_text(f"[defaults]\ncollections_path = {REPO / 'collections'}\n")
    task = "    - ansible.builtin.assert: {that: pangaea is defined}\n"
    play = playbook(tmp_path, f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{task}")
    assert ansible("ansible-playbook", "-i", folder, play, config=config).returncode != 0
    (folder / "cluster.yml").write_text(BASE)
    assert ansible("ansible-playbook", "-i", folder, play, config=config).returncode == 0


def test_a_misspelt_plugin_is_ours_to_tell(folder: Path) -> None:
    (folder / "cluster.yml").write_text(BASE.replace("multicloud.cluster", "multicloud.clutser"))
    run = ansible("ansible-inventory", "-i", folder, "--list")
    assert run.returncode != 0
    assert "did you mean pangaea.multicloud.cluster?" in " ".join(run.stderr.split())


def test_other_files_are_left_to_others(folder: Path) -> None:
    (folder / "cluster.yml").write_text("all:\n  hosts:\n    one:\n")
    assert listed(folder)["ungrouped"]["hosts"] == ["one"]


def test_three_hundred_nodes_are_read_in_a_second(tmp_path: Path) -> None:
    from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import Cluster
    from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.variables import node_variables

    text = BASE.replace("aws-fra: 2", "aws-fra: 150").replace("aws-zrh: 2", "aws-zrh: 145")
    start = time.perf_counter()
    cluster = Cluster.parse(text, tmp_path / "cluster.yml")
    variables = [node_variables(cluster, node, {}) for node in cluster.nodes]
    assert len(variables) == 300
    assert time.perf_counter() - start < 1
