"""One run at a time, changes wait their turn, and a killed run is completed by the next."""

from __future__ import annotations

import json
import os
import signal
from collections import Counter

from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.lock import holder_of

from .lab import SITES, Lab, until
from .test_1_build import MAKES

SECOND = [f"ct-{site}-general-2" for site in SITES]


def is_held(lab: Lab, by: str) -> bool:
    """Whether a run of that verb holds the lock now. The file alone may speak of a holder of the past."""
    held, holder = holder_of(lab.state)
    return held and holder is not None and holder.what == by


def test_a_change_that_comes_during_a_run_waits_is_named_and_is_applied_after(lab: Lab) -> None:
    lab.drill("slow", "--seconds", "5")
    first = lab.start("converge")
    try:
        until(lambda: is_held(lab, "converge"), "the first run holds the lock")
        refused = lab.runner("scale", "general", "gcp-fra=2", "--no-wait", expect=75)
        assert "converge" in refused.out
        assert "gcp-fra: 2" not in lab.file.read_text()
        plain = lab.call(
            ".venv/bin/ansible-playbook", "pangaea.multicloud.converge", "-i", str(lab.inventory), expect=None
        )
        assert plain.code != 0
        assert "locked by" in plain.out
        second = lab.start("scale", "general", "gcp-fra=2")
    finally:
        lab.drill("heal")
    said, _ = second.communicate(timeout=600)
    assert first.wait(timeout=600) == 0
    assert second.returncode == 0, said
    assert "queued" in said
    assert lab.ready().get(SECOND[2]) is True


def test_a_run_that_is_killed_while_modules_apply_is_completed_by_the_next_and_makes_nothing_twice(lab: Lab) -> None:
    since = lab.now()
    lab.drill("slow", "--seconds", "2")
    first = lab.start("scale", "general", *(f"{site}=2" for site in SITES))
    try:
        until(lambda: made(lab, since).total() > 0, "a machine is being made", 120)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    finally:
        lab.drill("heal")
    lab.converge()
    assert lab.plan() == []
    assert all(lab.ready()[node] for node in SECOND)
    # By name: EC2 answers a repeated request with the machine that the first one made.
    names = Counter(name for one in lab.held() for name in SECOND if f'"{name}"' in one and is_machine(one))
    assert names == dict.fromkeys(SECOND, 1)


def made(lab: Lab, since: dict[str, int]) -> Counter[str]:
    """How many machines each cloud was asked to make."""
    return Counter(e["cloud"] for e in lab.requests(since) if e["action"] == MAKES[e["cloud"]])


def is_machine(one: str) -> bool:
    """Whether this is an instance of EC2, a machine of Azure or an instance of GCP; not its disk or interface."""
    row = json.loads(one)
    return "InstanceType" in row or "hardwareProfile" in row.get("properties", {}) or "machineType" in row
