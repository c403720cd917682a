"""Waits and retries, in no time."""

from __future__ import annotations

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import TimedOut
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.wait import clock, retries, wait_for


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.at = 0.0

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def test_a_clock_ticks_at_once_then_every_step_and_never_past_its_limit() -> None:
    time = Time()
    assert list(clock(10, 4, now=time.now, sleep=time.sleep)) == [0, 4, 8]


def test_a_limit_of_zero_looks_once() -> None:
    time = Time()
    assert list(clock(0, 1, now=time.now, sleep=time.sleep)) == [0]


def link_up(link: dict[str, str]) -> bool:
    return link["status"] == "up"


def test_a_wait_returns_what_it_saw() -> None:
    looks = iter([{"status": "down"}, {"status": "up"}])
    time = Time()
    seen = wait_for(link_up, lambda: next(looks), what="link a--b", ticks=clock(9, 1, now=time.now, sleep=time.sleep))
    assert seen == {"status": "up"} and time.at == 1


def test_a_wait_in_vain_tells_what_it_saw_last() -> None:
    time = Time()
    with pytest.raises(TimedOut, match="link a--b is not link up after 600 s; last seen: status=down"):
        wait_for(
            link_up, lambda: {"status": "down"}, what="link a--b", ticks=clock(600, 10, now=time.now, sleep=time.sleep)
        )


def test_what_passes_by_waiting_is_called_again_within_its_budget() -> None:
    time, tries = Time(), []

    @retries(lambda error: isinstance(error, ConnectionError), within=30, now=time.now, sleep=time.sleep)
    def flaky() -> str:
        tries.append(time.at)
        if len(tries) < 4:
            raise ConnectionError
        return "done"

    assert flaky() == "done" and len(tries) == 4 and 0 < time.at < 30


def test_what_does_not_pass_by_waiting_goes_up_at_once() -> None:
    time = Time()

    @retries(lambda error: isinstance(error, ConnectionError), within=30, now=time.now, sleep=time.sleep)
    def wrong() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        wrong()
    assert time.at == 0


def test_a_budget_ends() -> None:
    time = Time()

    @retries(lambda error: True, within=30, now=time.now, sleep=time.sleep)
    def dead() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        dead()
    assert time.at <= 30
