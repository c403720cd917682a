"""Everything that was made goes, nothing else does, and it is proved in each cloud."""

from __future__ import annotations

from .lab import OWNER, REGION, SITES, Lab, until


def test_delete_asks_for_the_name_and_touches_nothing_without_it(lab: Lab) -> None:
    since = lab.now()
    lab.runner("delete", expect=64, input="wrong\n")
    assert lab.wrote(since) == []


def test_delete_leaves_nothing_of_ours_and_others_things_as_they_were(lab: Lab) -> None:
    lab.drill("bystander", "--remove", "--region", REGION["gcp-fra"])
    since = lab.now()
    lab.drill("slow", "--seconds", "1")
    running = lab.start("delete", "--yes")
    try:
        until(lambda: bool(lab.wrote(since)), "the delete has begun", 120)
        lab.drill("bystander", "--region", REGION["gcp-fra"], "--no-machine")  # somebody who comes while we delete
    finally:
        lab.drill("heal")
    said, _ = running.communicate(timeout=600)
    assert running.returncode == 0, said
    assert all(f"{site}: " in said for site in SITES)
    assert said.count("nothing of ours is left") == 3
    assert "came meanwhile, by others" in said
    lab.drill("bystander", "--check")
    assert len(lab.held()) > 10
    assert [thing for thing in lab.held() if OWNER in thing] == []


def test_a_second_delete_finds_nothing(lab: Lab) -> None:
    since = lab.now()
    lab.runner("delete", "--yes")
    assert lab.wrote(since) == []
