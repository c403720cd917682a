# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One living machine per name, whatever answers get lost."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.tokens import make_once, token_of
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Invalid, TimedOut

OWNER, NAME = "shop-k3v9q2ab", "shop-aws-fra-general-1"
MISMATCH = Invalid("other parameters", code="IdempotentParameterMismatch")
Row = dict[str, Any]


def row(state: str, name: str = "i-1") -> Row:
    return {"InstanceId": name, "State": {"Name": state}}


class Cloud:
    """Answers by generation: what RunInstances says, and what a list by the token shows, look by look."""

    def __init__(self, answers: dict[int, Row | Exception], shows: dict[int, list[list[Row]]]) -> None:
        self.generation = {token_of(OWNER, NAME, number): number for number in range(1, 70)}
        self.answers, self.shows, self.ran = answers, shows, list[int]()

    def run(self, token: str) -> Row:
        number = self.generation[token]
        self.ran.append(number)
        answer = self.answers[number]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def listed(self, token: str) -> list[Row]:
        looks = self.shows[self.generation[token]]
        return looks.pop(0) if len(looks) > 1 else looks[0]

    def make(self) -> Row:
        return make_once(OWNER, NAME, self.run, self.listed, ticks=lambda: range(5))


def test_the_first_attempt_makes_it() -> None:
    cloud = Cloud({1: row("pending")}, {})
    assert cloud.make() == row("pending")
    assert cloud.ran == [1]


def test_a_living_machine_of_an_attempt_whose_answer_was_lost_is_adopted() -> None:
    cloud = Cloud({1: MISMATCH}, {1: [[], [], [row("running")]]})
    assert cloud.make() == row("running")
    assert cloud.ran == [1]


def test_a_dead_machine_means_the_next_generation() -> None:
    cloud = Cloud({1: row("terminated"), 2: row("pending", "i-2")}, {1: [[row("terminated")]]})
    assert cloud.make()["InstanceId"] == "i-2"


def test_two_dead_generations_mean_the_third() -> None:
    dead = {1: [[row("terminated")]], 2: [[row("shutting-down")]]}
    cloud = Cloud({1: MISMATCH, 2: row("shutting-down"), 3: row("pending", "i-3")}, dead)
    assert cloud.make()["InstanceId"] == "i-3"


def test_a_token_that_is_known_and_shows_nothing_is_an_error_and_never_a_second_machine() -> None:
    cloud = Cloud({1: MISMATCH}, {1: [[]]})
    with pytest.raises(TimedOut, match=NAME):
        cloud.make()
    assert cloud.ran == [1]


def test_another_failure_goes_up() -> None:
    cloud = Cloud({1: Invalid("no such type", code="InvalidParameterValue")}, {})
    with pytest.raises(Invalid, match="no such type"):
        cloud.make()


def test_tokens_fit_and_differ() -> None:
    tokens = {token_of(OWNER, name, number) for name in ("a", "b") for number in (1, 2)}
    assert len(tokens) == 4
    assert all(len(token) <= 64 and token.isascii() for token in tokens)
