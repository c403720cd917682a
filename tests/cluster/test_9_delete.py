"""Everything that was made goes, nothing else does, and it is proved."""

from __future__ import annotations

import json

from .lab import ZRH, Lab, until


def test_delete_asks_for_the_name_and_touches_nothing_without_it(lab: Lab) -> None:
    since = lab.now()
    lab.runner("delete", expect=64, input="wrong\n")
    assert [e for e in lab.requests(since) if e["mutating"]] == []


def test_delete_leaves_nothing_of_ours_and_others_things_as_they_were(lab: Lab) -> None:
    lab.drill("bystander", "--remove", "--region", ZRH)
    since = lab.now()
    lab.drill("slow", "--seconds", "1")
    running = lab.start("delete", "--yes")
    try:
        until(lambda: any(e["mutating"] for e in lab.requests(since)), "the delete has begun", 120)
        lab.drill("bystander", "--region", ZRH, "--no-machine")  # somebody who comes while we delete
    finally:
        lab.drill("heal")
    said, _ = running.communicate(timeout=600)
    assert running.returncode == 0, said
    assert said.count("nothing of ours is left") == 2
    assert "came meanwhile, by others" in said
    lab.drill("bystander", "--check")
    assert len(lab.held()) > 10
    assert [thing for thing in lab.held() if "ct-d3m0c1us" in json.dumps(thing)] == []


def test_a_second_delete_finds_nothing(lab: Lab) -> None:
    since = lab.now()
    lab.runner("delete", "--yes")
    assert [e for e in lab.requests(since) if e["mutating"]] == []
