"""Everything that was made goes, nothing else does, and it is proved."""

from __future__ import annotations

import json

from .lab import Lab


def test_delete_asks_for_the_name_and_touches_nothing_without_it(lab: Lab) -> None:
    since = lab.now()
    lab.runner("delete", expect=64, input="wrong\n")
    assert [e for e in lab.requests(since) if e["mutating"]] == []


def test_delete_leaves_nothing_of_ours_and_others_things_as_they_were(lab: Lab) -> None:
    run = lab.runner("delete", "--yes")
    assert "nothing of ours is left" in run.out
    lab.drill("bystander", "--check")
    assert len(lab.held()) > 10
    assert [thing for thing in lab.held() if "ct-d3m0c1us" in json.dumps(thing)] == []


def test_a_second_delete_finds_nothing(lab: Lab) -> None:
    since = lab.now()
    lab.runner("delete", "--yes")
    assert [e for e in lab.requests(since) if e["mutating"]] == []
