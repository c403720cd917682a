# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Members of etcd that stand for machines that are gone, and the guard of the majority."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._run.etcd import heartbeat, stale_members

ADDRESSES = {"cp-1": "10.64.0.4", "cp-2": "10.65.0.4", "cp-3": "10.66.0.4"}


def member(number: int, name: str, address: str, **more: Any) -> dict[str, Any]:
    urls = {"peerURLs": [f"https://{address}:2380"], "clientURLs": [f"https://{address}:2379"] if name else []}
    return {"ID": number, "name": name, **urls, **more}


def listed(*others: dict[str, Any]) -> dict[str, Any]:
    named = [member(number, name, address) for number, (name, address) in enumerate(ADDRESSES.items(), start=10)]
    return {"members": [*named, *others]}


def health(*well: str) -> list[dict[str, Any]]:
    return [{"endpoint": f"https://{ADDRESSES[name]}:2379", "health": name in well} for name in ADDRESSES]


def living(*names: str) -> dict[str, str]:
    return {name: ADDRESSES[name] for name in names}


def test_the_member_of_a_machine_that_was_made_anew_goes() -> None:
    assert stale_members(listed(), health("cp-2", "cp-3"), ["cp-1"], living("cp-2", "cp-3")) == ["a"]


def test_nobody_goes_when_a_node_joins_for_the_first_time() -> None:
    assert stale_members(listed(), health(*ADDRESSES), ["cp-4"], ADDRESSES) == []


def test_a_member_of_a_join_that_was_cut_off_goes_and_counts_for_nobody() -> None:
    cut_off = member(255, "", "10.67.0.9", isLearner=True)
    assert stale_members(listed(cut_off), health(*ADDRESSES), ["cp-4"], ADDRESSES) == ["ff"]


def test_a_member_that_only_starts_late_stays() -> None:
    late = {"members": [*listed()["members"][:2], member(12, "", ADDRESSES["cp-3"])]}
    assert stale_members(late, health("cp-1", "cp-2"), ["cp-4"], ADDRESSES) == []


def test_the_majority_is_kept_and_the_sick_one_is_named() -> None:
    with pytest.raises(
        Refused, match="remove cp-1 from etcd: it would keep 1 of 3 members, quorum is 2; heal cp-2 first"
    ):
        stale_members(listed(), health("cp-3"), ["cp-1"], living("cp-2", "cp-3"))


def test_two_that_are_gone_at_once_are_refused_with_what_to_do() -> None:
    with pytest.raises(Refused, match=r"remove cp-1, cp-2 from etcd: .*bring one of the machines back"):
        stale_members(listed(), health("cp-3"), ["cp-1", "cp-2"], living("cp-3"))


def link(ms: float | None) -> dict[str, Any]:
    return {"ok": ms is not None, "ms": ms, "why": "no answer in 3 s"}


def test_the_heartbeat_follows_the_slowest_round_trip_and_is_never_below_etcds_own() -> None:
    assert heartbeat({}) == 100
    assert heartbeat({"cp-1": [{"cp-2": link(6.5)}]}) == 100
    assert heartbeat({"cp-1": [{"cp-2": link(ms)} for ms in (12, 40.1, 80)], "cp-2": [{"cp-1": link(45)}]}) == 120


def test_one_slow_or_lost_packet_refuses_nobody() -> None:
    assert heartbeat({"cp-1": [{"cp-2": link(ms)} for ms in (3, 3, 66, None, 4)]}) == 100


def test_members_that_are_too_far_apart_or_silent_are_refused() -> None:
    with pytest.raises(Refused, match="cp-1 and cp-2 are 71 ms apart, and etcd can stand 50"):
        heartbeat({"cp-1": [{"cp-2": link(ms)} for ms in (70, 71, 90)]})
    with pytest.raises(Refused, match="cp-1 and cp-2 do not reach each other"):
        heartbeat({"cp-1": [{"cp-2": link(None)}, {"cp-2": link(None)}]})
