"""One run at a time, changes wait their turn, and a killed run is completed by the next."""

from __future__ import annotations

import os
import signal

from .lab import Lab, until

FRA_2 = "ct-aws-fra-general-2"


def is_locked(lab: Lab) -> bool:
    """By the holder that the lock file names while it is held."""
    return (lab.state / "lock").stat().st_size > 0


def test_a_change_that_comes_during_a_run_waits_is_named_and_is_applied_after(lab: Lab) -> None:
    lab.drill("slow", "--seconds", "5")
    first = lab.start("converge")
    try:
        until(lambda: is_locked(lab), "the first run holds the lock")
        refused = lab.runner("scale", "general", "aws-fra=2", "--no-wait", expect=75)
        assert "converge" in refused.out
        assert "aws-fra: 1" in lab.file.read_text()
        plain = lab.call(
            ".venv/bin/ansible-playbook", "pangaea.multicloud.converge", "-i", str(lab.inventory), expect=None
        )
        assert plain.code != 0
        assert "locked by" in plain.out
        second = lab.start("scale", "general", "aws-fra=2")
    finally:
        lab.drill("heal")
    said, _ = second.communicate(timeout=600)
    assert first.wait(timeout=600) == 0
    assert second.returncode == 0, said
    assert "queued" in said
    assert lab.ready().get(FRA_2) is True
    lab.runner("scale", "general", "aws-fra=1")


def test_a_run_that_is_killed_while_a_module_applies_is_completed_by_the_next(lab: Lab) -> None:
    since = lab.now()
    lab.drill("slow", "--seconds", "3")
    first = lab.start("scale", "general", "aws-fra=2")
    try:
        until(lambda: any(e["action"] == "RunInstances" for e in lab.requests(since)), "a machine is being made", 120)
        os.killpg(first.pid, signal.SIGKILL)
        first.wait()
    finally:
        lab.drill("heal")
    lab.converge()
    assert lab.plan() == []
    made = [e for e in lab.requests(since) if e["action"] == "RunInstances" and e["outcome"] == "ok"]
    assert len({e["token"] for e in made if "token" in e}) <= 1
    assert lab.ready().get(FRA_2) is True
    lab.runner("scale", "general", "aws-fra=1")
