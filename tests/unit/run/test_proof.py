# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The closing proof of a delete finds what is left and what was not ours, and blames nobody for others' work."""

from __future__ import annotations

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._run.proof import deleted_ids, proof

OWNER = "shop-k3v9q2ab"


def row(owner: str | None = None, tags: dict[str, str] | None = None, **fields: Any) -> dict[str, Any]:
    return {"owner": owner, "site": None, "tags": tags or {}, "row": fields}


BEFORE = {
    "network": {"vpc-ours": row(OWNER), "vpc-theirs": row("other-aaaaaaaa")},
    "machine": {"i-ours": row(OWNER), "i-theirs": row()},
    "interface": {"eni-inside": row(VpcId="vpc-ours")},
    "volume": {"vol-pv": row(None, {f"kubernetes.io/cluster/{OWNER}": "owned"})},
}
THEIRS = {"network": {"vpc-theirs": row("other-aaaaaaaa")}, "machine": {"i-theirs": row()}}


def test_a_clean_delete_leaves_nothing_and_touched_nothing_of_others() -> None:
    assert proof(OWNER, BEFORE, THEIRS, ["vpc-ours", "i-ours", "eni-inside", "vol-pv"]) == {
        "left": [], "not_ours": [], "came": [], "went": [],
    }  # fmt: skip


def test_what_is_ours_by_tag_by_network_or_by_kubernetes_is_missed_by_nobody() -> None:
    assert proof(OWNER, BEFORE, BEFORE, [])["left"] == [
        "interface eni-inside", "machine i-ours", "network vpc-ours", "volume vol-pv",
    ]  # fmt: skip


def test_an_id_that_we_deleted_and_that_was_not_ours_is_named() -> None:
    assert proof(OWNER, BEFORE, {"network": THEIRS["network"]}, ["i-theirs"])["not_ours"] == ["machine i-theirs"]


def test_what_others_made_and_removed_meanwhile_is_listed_as_theirs() -> None:
    after = {"network": THEIRS["network"], "machine": {"i-new": row()}}
    found = proof(OWNER, BEFORE, after, ["i-ours"])
    assert (found["came"], found["went"], found["left"]) == (["machine i-new"], ["machine i-theirs"], [])


def test_deleted_ids_are_those_of_deletes_alone() -> None:
    changes = [
        {"action": "delete", "before": {"id": "i-1"}},
        {"action": "update", "before": {"id": "i-2"}},
        {"action": "delete", "before": {"name": "without an id"}},
    ]
    assert deleted_ids([{"changes": changes}, {}]) == ["i-1"]
