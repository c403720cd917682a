"""A cluster file of a test's own, and runner.py as a real process over playbooks that stand in for the real ones."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]

CLUSTER = """\
# a comment that must survive an edit
plugin: pangaea.multicloud.cluster
name: shop
id: k3v9q2ab
kubernetes: {version: "1.34.4"}
sites:
  aws-fra: {cloud: aws, region: eu-central-1, account: "123456789012", cidr: 10.64.0.0/16, pods: 10.128.0.0/16}
  aws-zrh: {cloud: aws, region: eu-central-2, account: "123456789012", cidr: 10.65.0.0/16, pods: 10.129.0.0/16}
control_plane: {size: medium, machines: {aws-fra: 3}}
pools:
  general: {size: medium, machines: {aws-fra: 1, aws-zrh: 1}} # and this one
access:
  admin: [198.51.100.0/24]
  ssh_public_keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1bhNgyv0RCcJFVSUm93lhvUUkwtBcQH4XU0LqC9jJq me]
"""

# Takes the lock as the real ones do; waits if it is told to; leaves the report that the test wrote, if it wrote one.
PLAYBOOK = """
- import_playbook: pangaea.multicloud.lock
  vars: {pangaea_reads_only: true}
- hosts: localhost
  connection: local
  gather_facts: false
  vars:
    ansible_python_interpreter: "{{ ansible_playbook_python }}"
    test: "{{ lookup('env', 'TEST_FOLDER') }}"
    machines: "{{ groups['nodes'] | sort | join(' ') }}"
  tasks:
    - name: Say what is seen
      ansible.builtin.shell: echo VERB {{ pangaea_what }} {{ machines }} >> {{ test }}/seen
    - name: Wait as long as the test wants
      ansible.builtin.wait_for: {path: "{{ test }}/go", sleep: 1, timeout: 60}
      when: WAITS and not ansible_check_mode and (test ~ '/wait') is exists
    - name: Leave a report
      check_mode: false
      ansible.builtin.copy: {src: "{{ test }}/report.json", dest: "{{ pangaea_report }}", mode: "0600"}
      when: (test ~ '/report.json') is exists
    - name: Fail if the test wants it
      ansible.builtin.fail: {msg: "as the test wants, key={{ lookup('env', 'AWS_ACCESS_KEY_ID') }}"}
      when: (test ~ '/fail') is exists
"""


SHOW = """
- name: Show the nodes
  hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.debug: {msg: ["NAME STATUS", "shop-aws-fra-cp-1 Ready"]}
"""


class House:
    """A checkout's runner.py, in a world of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.inventory = folder, folder / "inventory"
        self.state = folder / "state" / "shop-k3v9q2ab"
        self.file = self.inventory / "cluster.yml"
        self.inventory.mkdir()
        self.file.write_text(CLUSTER)
        self.started: list[subprocess.Popen[str]] = []
        collection = folder / "collections" / "ansible_collections" / "pangaea" / "multicloud"
        (collection / "playbooks").mkdir(parents=True)
        for name in ("plugins", "meta", "galaxy.yml"):
            (collection / name).symlink_to(ROOT / name)
        (collection / "playbooks" / "lock.yml").symlink_to(ROOT / "playbooks" / "lock.yml")
        for verb in ("converge", "plan", "status", "delete"):
            reads = verb in ("plan", "status")
            text = PLAYBOOK.replace("VERB", verb).replace("WAITS", str(not reads))
            if not reads:
                text = text.replace("  vars: {pangaea_reads_only: true}\n", "")
            if verb == "status":
                text += SHOW
            (collection / "playbooks" / f"{verb}.yml").write_text(text)

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "PANGAEA_STATE": str(self.folder / "state"),
            "ANSIBLE_COLLECTIONS_PATH": str(self.folder / "collections"),
            "TEST_FOLDER": str(self.folder),
        }
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("PANGAEA_", "ANSIBLE_", "AWS_"))}
        return kept | own

    def start(self, *words: str, **environment: str) -> subprocess.Popen[str]:
        """Start runner.py; `-i` is added after the verb."""
        command = [sys.executable, str(ROOT / "runner.py"), words[0], "-i", str(self.inventory), *words[1:]]
        process = subprocess.Popen(
            command,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run it to its end."""
        process = self.start(*words, **environment)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def leaves(self, **report: Any) -> None:
        """Runs shall leave this report."""
        (self.folder / "report.json").write_text(json.dumps({"owner": "shop-k3v9q2ab", **report}))

    def seen(self) -> list[str]:
        """What runs have seen: verb, what, machines; one line each."""
        path = self.folder / "seen"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house; what still runs after the test is ended."""
    found = House(tmp_path)
    yield found
    (tmp_path / "go").touch()
    for process in found.started:
        process.kill()
        process.communicate()


def within(seconds: float, predicate: Callable[[], bool]) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while not predicate():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
