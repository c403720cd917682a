"""The lock play under a real ansible-playbook."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import lock
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.process import Process
from tests.unit.lock.conftest import ROOT, within

PLAY = """
- import_playbook: pangaea.multicloud.lock
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.wait_for: {path: "{{ proceed }}", sleep: 1, timeout: 60}
      when: proceed is defined
"""
Play = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def inventory(tmp_path: Path, folder: Path) -> Path:
    """An inventory that says of a cluster file what the lock play needs."""
    file = tmp_path / "cluster.yml"
    file.write_text("name: demo\n")
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    values = {"state_dir": str(folder), "file": str(file), "file_checksum": checksum}
    path = tmp_path / "hosts.yml"
    path.write_text(json.dumps({"all": {"vars": {"pangaea": values}}}))
    return path


@pytest.fixture
def play(tmp_path: Path, inventory: Path) -> Iterator[Play]:
    """Start ansible-playbook; what still runs after the test is ended."""
    book = tmp_path / "play.yml"
    book.write_text(PLAY)
    started = []

    def start(*options: str, source: Path = inventory, **environment: str) -> subprocess.Popen[str]:
        started.append(
            subprocess.Popen(
                [Path(sys.executable).with_name("ansible-playbook"), "-i", source, book, *options],
                cwd=ROOT,
                env=os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")} | environment,
                text=True,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def locked(folder: Path) -> bool:
    return lock.holder_of(folder)[0]


def test_a_second_playbook_fails_and_names_the_holder_and_a_killed_one_frees_the_lock(
    folder: Path, tmp_path: Path, play: Play
) -> None:
    first = play("-e", f"proceed={tmp_path / 'go'}")
    assert within(20, lambda: locked(folder))
    _, holder = lock.holder_of(folder)
    assert holder is not None
    assert [process.pid for process in holder.watch] == [first.pid], "not the main ansible-playbook is watched"
    second, looking = play(), play("--check")
    said = second.communicate()[0]
    assert second.returncode != 0
    assert f"locked by {holder.who}@{holder.host} since" in said
    said = looking.communicate()[0]
    assert looking.returncode == 0, said
    assert "The cluster is being changed now: locked by" in said
    first.send_signal(signal.SIGKILL)
    assert within(2, lambda: not locked(folder))


def test_a_playbook_frees_the_lock_at_its_end(folder: Path, play: Play) -> None:
    run = play()
    said = run.communicate()[0]
    assert run.returncode == 0, said
    assert (folder / "lock").exists()
    assert within(2, lambda: not locked(folder))


def test_a_playbook_shares_the_lock_of_its_runner(folder: Path, tmp_path: Path, play: Play) -> None:
    holder = lock.take(folder, lock.Claim.of("converge"), Process.own())
    try:
        run = play("-e", f"proceed={tmp_path / 'go'}", **{lock.TOKEN: holder.token})
        assert within(20, lambda: len((lock.holder_of(folder)[1] or holder).watch) == 2)
        lock.release(folder, holder.token)
        assert locked(folder), "the playbook still runs"
        (tmp_path / "go").touch()
        said = run.communicate()[0]
        assert run.returncode == 0, said
    finally:
        lock.free(folder, holder.token)


def test_a_playbook_whose_runner_lost_the_lock_stops(folder: Path, play: Play) -> None:
    run = play(**{lock.TOKEN: "0" * 32})
    said = run.communicate()[0]
    assert run.returncode != 0
    assert "has ended" in said


def test_a_cluster_file_changed_since_it_was_read_is_not_applied(folder: Path, tmp_path: Path, play: Play) -> None:
    (tmp_path / "cluster.yml").write_text("name: other\n")
    run = play()
    said = run.communicate()[0]
    assert run.returncode != 0
    assert "was changed after this run had read it" in said
    assert not locked(folder)


def test_a_cluster_file_that_did_not_parse_is_no_success(tmp_path: Path, play: Play) -> None:
    empty = tmp_path / "empty.yml"
    empty.write_text("all: {}\n")
    run = play(source=empty)
    said = run.communicate()[0]
    assert run.returncode != 0
    assert "The cluster file did not parse" in said
