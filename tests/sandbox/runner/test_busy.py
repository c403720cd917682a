"""What others are told while a converge holds the lock. All share that one, which waits no longer than a minute."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.unit.service.conftest import ROOT, House


def test_check_takes_no_lock_and_names_who_holds_it(busy: House) -> None:
    for look in [busy.start("plan"), busy.start("converge", "--check")]:
        said = look.communicate(timeout=60)[1]
        assert look.returncode == 2, said
        assert re.search(r"^locked by \S+ since \d\d:\d\d \(\d+ s ago\), converge", said, re.MULTILINE)


def test_who_waits_is_told_when_it_should_be_done(busy: House) -> None:
    refused = busy.run("converge", "--no-wait")
    assert refused.returncode == 75
    assert re.search(r"it should (be|have been) done (about|by) \d\d:\d\d; not waiting for it", refused.stderr)


def test_a_plain_playbook_fails_and_names_the_runner(busy: House) -> None:
    plain = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "pangaea.multicloud.converge", "-i", busy.inventory],
        env=busy.environment | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")},
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert plain.returncode != 0
    assert re.search(r"locked by \S+ since .*, converge.*let ./runner.py queue the change", plain.stdout)
