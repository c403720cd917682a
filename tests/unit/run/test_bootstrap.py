# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Init happens once, whatever was killed, lost or unreadable."""

from __future__ import annotations

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._run.bootstrap import (
    FirstStep,
    Holds,
    control_plane_survives,
    first_step,
    mark_of,
)

ONE, THREE = ["cp-1"], ["cp-1", "cp-2", "cp-3"]
CA = "0123456789abcdef" * 4
MARK = mark_of(CA, "medium", {"aws-fra": 1, "aws-zrh": 0})
BARE, WITH_CA, MEMBER = Holds(), Holds(ca=CA[:16]), Holds(ca=CA[:16], etcd_data=True)


def step(
    names: list[str], holds: dict[str, Holds], marks: list[str], *, api: bool = False, lost: tuple[str, ...] = ()
) -> FirstStep:
    return first_step(names, holds, marks, api_answers=api, unread_sites=list(lost))


def test_the_first_machine_of_the_file_initialises_when_nothing_is_marked_and_all_are_bare() -> None:
    assert step(THREE, dict.fromkeys(THREE, BARE), []) == FirstStep("init", "cp-1", "there is no cluster yet")


def test_the_mark_names_the_sites_that_hold_control_plane() -> None:
    assert MARK == "ca=0123456789abcdef;size=medium;aws-fra=1"


@pytest.mark.parametrize("holds", [{}, {"cp-1": BARE}, {"cp-2": BARE, "cp-3": BARE}])
def test_nothing_is_initialised_while_a_control_plane_machine_is_unread(holds: dict[str, Holds]) -> None:
    assert step(THREE, holds, []).step == "wait"
    assert step(THREE, holds, [MARK]).step == "wait"


def test_nothing_is_initialised_while_a_site_is_unread_that_might_carry_the_mark() -> None:
    found = step(ONE, {"cp-1": BARE}, [], lost=("aws-zrh",))
    assert found.step == "wait" and "aws-zrh could not be read" in found.why


def test_a_marked_machine_with_the_ca_and_without_data_goes_on() -> None:
    assert step(ONE, {"cp-1": WITH_CA}, [MARK]).node == "cp-1"


def test_an_init_that_was_cut_off_goes_on_even_with_data_and_a_living_api() -> None:
    cut_off = Holds(ca=CA[:16], etcd_data=True, initialising=True)
    assert step(ONE, {"cp-1": cut_off}, [MARK]).step == "init"
    assert step(ONE, {"cp-1": cut_off}, [MARK], api=True).step == "init"


@pytest.mark.parametrize("holds", [BARE, Holds(ca="f" * 16)])
def test_a_second_cluster_is_refused(holds: Holds) -> None:
    with pytest.raises(Refused, match="an init would make a second, empty cluster"):
        step(ONE, {"cp-1": holds}, [MARK])


def test_a_machine_with_data_is_never_initialised_although_its_api_is_silent() -> None:
    assert step(ONE, {"cp-1": MEMBER}, [MARK]).step == "none"
    assert step(ONE, {"cp-1": MEMBER}, []).step == "none"


def test_a_bare_machine_beside_a_living_api_is_no_reason_for_an_init() -> None:
    assert step(THREE, {"cp-1": BARE, "cp-2": MEMBER, "cp-3": MEMBER}, [MARK], api=True).step == "none"


def change(action: str, key: str) -> dict[str, str]:
    return {"action": action, "key": key}


def test_a_cluster_that_was_marked_does_not_get_a_whole_new_control_plane() -> None:
    assert not control_plane_survives(ONE, [MARK], [change("create", "machine/aws-fra/cp-1")])
    assert control_plane_survives(ONE, [], [change("create", "machine/aws-fra/cp-1")])
    assert control_plane_survives(THREE, [MARK], [change("create", "machine/aws-fra/cp-1")])


def test_a_new_address_of_the_only_control_plane_machine_is_no_new_machine() -> None:
    changes = [change("create", "address/aws-fra/cp-1"), change("update", "machine/aws-fra/cp-1")]
    assert control_plane_survives(ONE, [MARK], changes)


def test_what_a_look_says_is_what_a_machine_holds() -> None:
    look = {"kubelet": {"ca_fingerprint": CA}, "etcd_data": True, "differences": {"init": ["file should not be there"]}}
    assert Holds.of(look) == Holds(CA[:16], True, True)
    assert Holds.of({"kubelet": {"ca_fingerprint": None}, "etcd_data": False, "differences": {"init": []}}) == BARE
