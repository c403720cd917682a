"""Exit codes from reports."""

from __future__ import annotations

from typing import Any

import pytest

from service.exits import Exit, of_report, worst

CHANGES = {"plan": {"checksum": "7c1e04a9", "changes": [{"action": "create", "key": "vpc/a/b"}]}}


@pytest.mark.parametrize(
    ("report", "code"),
    [
        ({}, 0),
        (CHANGES, 2),
        ({"nodes": {"n": ["differs"]}}, 2),
        ({"nodes": {"n": []}}, 0),
        ({"sites": {"a": {"error": "500", "kind": "Fault"}}}, 11),
        ({"sites": {"a": {"error": "no route", "kind": "Unreachable"}}, **CHANGES}, 11),
        ({"sites": {"a": {"error": "a permission", "kind": "Denied"}}}, 10),
        ({"sites": {"a": {"error": "not ours", "kind": "NotOurs"}, "b": {"error": "500", "kind": "Fault"}}}, 12),
        ({"sites": {"a": {"error": None, "kind": None}}}, 0),
        ({"unreachable": ["n"], "not_converged": True}, 11),
        ({"not_converged": True}, 13),
        ({"refused": "quorum", "failed": "boom"}, 12),
        ({"failed": "boom", "unreachable": ["n"]}, 10),
        ({"failed": "locked by ana", "kind": "Held"}, 75),
        ({"failed": "locked by ana", "kind": "Held", "refused": "quorum"}, 75),
    ],
)
def test_a_look_exits_with_the_worst_that_it_saw(report: dict[str, Any], code: int) -> None:
    assert of_report(report, looked=True) == code


def test_a_change_that_was_made_is_not_pending() -> None:
    assert of_report(CHANGES, looked=False) == 0


def test_the_order_is_that_of_the_documentation() -> None:
    order = [65, 75, 12, 10, 11, 13, 2, 0]
    for place, code in enumerate(order):
        assert worst(Exit(other) for other in reversed(order[place:])) == code
    assert worst([]) == 0
    assert all(code.sentence for code in Exit)
