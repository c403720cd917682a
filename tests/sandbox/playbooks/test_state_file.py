"""Files of the state folder: whole, for this user alone, and left alone by a check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.unit.lock.conftest import ROOT

PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - pangaea.multicloud.state_file: {path: "{{ path }}", content: "{{ content }}"}
      register: done
      ignore_errors: true
    - ansible.builtin.debug: {msg: "SAID {{ done | to_json }} END"}
"""


def written(path: Path, content: str, *options: str) -> dict[str, Any]:
    """What the task said of one file. ``localhost`` is made known, so that it is as in the playbooks."""
    book = path.parents[1] / "play.yml"
    book.write_text(PLAY)
    given = json.dumps({"path": str(path), "content": content})
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", "localhost,", book, "-e", given, *options],
        cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env=os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_CALLBACK_RESULT_FORMAT": "json"},
    )  # fmt: skip
    assert "SAID" in done.stdout, done.stdout
    found: dict[str, Any] = json.loads(json.loads('"' + done.stdout.split("SAID ")[1].split(" END")[0] + '"'))
    return found


def test_a_file_is_made_with_its_folder_for_this_user_alone_and_then_left(tmp_path: Path) -> None:
    file = tmp_path / "state" / "addresses.json"
    assert written(file, '{"a": 1}\n')["changed"]
    assert file.read_text() == '{"a": 1}\n'
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    before = file.stat().st_ino
    assert not written(file, '{"a": 1}\n')["changed"]
    assert file.stat().st_ino == before
    assert list(file.parent.iterdir()) == [file]


def test_a_file_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    file = tmp_path / "state" / "known_hosts"
    file.parent.mkdir()
    file.write_text("a\n")
    file.chmod(0o644)
    assert written(file, "a\n")["changed"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_check_says_what_would_change_and_leaves_it(tmp_path: Path) -> None:
    file = tmp_path / "state" / "known_hosts"
    assert written(file, "a\n", "--check")["changed"]
    assert not file.parent.exists()


def test_a_folder_that_cannot_be_made_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, where a folder should be")
    said = written(tmp_path / "state" / "known_hosts", "a\n")
    assert said["failed"]
    assert f"write {tmp_path}/state/known_hosts: Not a directory; make the folder writable" in said["msg"]
