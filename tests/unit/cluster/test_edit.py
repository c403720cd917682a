"""`scale` edits the cluster file in place: nothing moves but the number."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import Cluster, edit
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Refused

HERE = Path(__file__).parent
BASE = (HERE / "base.yml").read_text()


def difference(before: str, after: str) -> list[tuple[str, str]]:
    return [(a, b) for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]


def test_only_the_number_changes_and_its_comment_stays() -> None:
    after = edit.set_machines(BASE, "general", "aws-fra", 12)
    assert difference(BASE, after) == [
        ("      aws-fra: 2 # the shop itself", "      aws-fra: 12 # the shop itself"),
    ]


def test_flow_style_stays_flow_style() -> None:
    text = BASE.replace("skip: [2]", "skip: [ ]  # none")
    after = edit.set_machines(text, "batch", "gcp-fra", 1)
    assert difference(text, after) == [("    machines: {gcp-fra: 3}", "    machines: {gcp-fra: 1}")]


def test_a_site_is_added_in_flow_style() -> None:
    after = edit.set_machines(BASE, "batch", "aws-fra", 1)
    assert difference(BASE, after) == [("    machines: {gcp-fra: 3}", "    machines: {gcp-fra: 3, aws-fra: 1}")]


def test_a_site_is_added_to_an_empty_mapping() -> None:
    text = BASE.replace("machines: {gcp-fra: 3}", "machines: {}")
    assert "machines: {gcp-fra: 1}" in edit.set_machines(text, "batch", "gcp-fra", 1)


def test_a_site_is_added_on_a_line_of_its_own_below_the_last() -> None:
    text = BASE.replace("      aws-zrh: 2\n", "      aws-zrh: 2 # Zurich\n\n  # batch is at night\n")
    after = edit.set_machines(text, "general", "gcp-fra", 3)
    assert after == text.replace("      aws-zrh: 2 # Zurich\n", "      aws-zrh: 2 # Zurich\n      gcp-fra: 3\n")


def test_a_site_is_added_at_the_end_of_a_file_without_a_last_newline() -> None:
    text = "sites: {a: {}, b: {}}\npools:\n  p:\n    machines:\n      a: 1"
    assert edit.set_machines(text, "p", "b", 2) == text + "\n      b: 2"


def test_windows_lines_stay_windows_lines() -> None:
    text = BASE.replace("\n", "\r\n")
    after = edit.set_machines(text, "general", "gcp-fra", 1)
    assert after.count("\r\n") == text.count("\r\n") + 1
    assert after.replace("\r\n", "\n").count("\r") == 0


@pytest.mark.parametrize("wanted", [0, 1, 2, 3, 7])
def test_as_many_machines_as_asked_for_also_when_a_number_is_skipped(wanted: int) -> None:
    after = edit.set_machines(BASE, "batch", "gcp-fra", wanted)  # skip: [2]
    workers = [node for node in Cluster.parse(after, HERE / "cluster.yml").machines("gcp-fra") if node.role == "worker"]
    assert len(workers) == wanted
    assert 2 not in {node.number for node in workers}


def test_the_same_count_changes_nothing() -> None:
    assert edit.set_machines(BASE, "general", "aws-fra", 2) == BASE


def test_letters_of_any_script_before_the_number_do_not_shift_it() -> None:
    text = BASE.replace("# the shop itself", "# Gemüse 🥕").replace("sites:\n", "# Zürich 🏔\nsites:\n")
    after = edit.set_machines(text, "general", "aws-zrh", 9)
    assert difference(text, after) == [("      aws-zrh: 2", "      aws-zrh: 9")]


def test_an_unknown_pool_or_site_is_refused_with_the_nearest() -> None:
    with pytest.raises(Refused, match=r"genral: is not a pool of the cluster file; did you mean general\?"):
        edit.set_machines(BASE, "genral", "aws-fra", 1)
    with pytest.raises(Refused, match=r"aws-fr: is not a site of the cluster file; did you mean aws-fra\?"):
        edit.set_machines(BASE, "general", "aws-fr", 1)


def test_a_file_with_mistakes_is_not_edited() -> None:
    with pytest.raises(Refused, match="has mistakes"):
        edit.set_machines("pools: {", "general", "aws-fra", 1)


def test_a_layout_that_cannot_be_edited_is_refused() -> None:
    text = BASE.replace("    machines: {gcp-fra: 3}", "    machines: # none")
    with pytest.raises(Refused, match="cannot be edited in this layout; write gcp-fra: 3 there yourself"):
        edit.set_machines(text, "batch", "gcp-fra", 2)


def test_a_file_is_replaced_whole_with_its_mode_and_through_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.yml", tmp_path / "cluster.yml"
    real.write_text("before")
    real.chmod(0o640)
    link.symlink_to(real.name)
    edit.write(link, "after\r\n")
    assert link.is_symlink()
    assert real.read_bytes() == b"after\r\n"
    assert real.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["cluster.yml", "real.yml"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cluster.yml"
    file.write_text("before")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        edit.write(file, "after")
    assert [(found.name, found.read_text()) for found in tmp_path.iterdir()] == [("cluster.yml", "before")]
