# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cache: an entry is keyed by what went into it, and whole or not there at all."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from sandbox import cache


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PANGAEA_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def fill(part: Path) -> None:
    (part / "content").write_text("whole")


def silent(_: str) -> None: ...


def test_an_entry_is_made_once() -> None:
    made: list[Path] = []

    def make(part: Path) -> None:
        made.append(part)
        fill(part)

    for _ in range(2):
        found = cache.entry("kind", "name", {"a": 1}, make, silent)
    assert len(made) == 1
    assert (found / "content").read_text() == "whole"


def test_another_input_is_another_entry() -> None:
    first, second = (cache.entry("kind", "name", {"a": value}, fill, silent) for value in (1, 2))
    assert first != second
    assert first.is_dir() and second.is_dir()


def test_the_order_of_inputs_means_nothing_to_the_key() -> None:
    assert cache.key({"a": 1, "b": 2}) == cache.key({"b": 2, "a": 1})


def test_a_file_among_the_inputs_counts_by_its_content_not_its_name(tmp_path: Path) -> None:
    for name, text in (("one", "same"), ("two", "same"), ("three", "other")):
        (tmp_path / name).write_text(text)
    keys = [cache.key({"file": tmp_path / name}) for name in ("one", "two", "three")]
    assert keys[0] == keys[1] != keys[2]


def test_a_key_of_something_without_a_content_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot hold"):
        cache.key({"what": object()})


def test_a_maker_that_fails_leaves_nothing_and_the_next_one_succeeds(folder: Path) -> None:
    def fail(part: Path) -> None:
        fill(part)
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        cache.entry("kind", "name", {}, fail, silent)
    assert [path.name for path in (folder / "kind").iterdir() if path.is_dir()] == []
    assert (cache.entry("kind", "name", {}, fill, silent) / "content").exists()


def _make_in_child(ready: str) -> None:
    def make_slowly(part: Path) -> None:
        (part / "half").write_text("half")
        Path(ready).touch()
        time.sleep(60)

    cache.entry("kind", "name", {}, make_slowly, silent)


def test_a_maker_that_is_killed_leaves_no_entry_and_no_lock(folder: Path, tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    child = multiprocessing.get_context("fork").Process(target=_make_in_child, args=(str(ready),))
    child.start()
    while not ready.exists():
        time.sleep(0.01)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join()
    assert not cache.path("kind", "name", {}).exists()
    found = cache.entry("kind", "name", {}, fill, silent)
    assert sorted(path.name for path in found.iterdir()) == ["about.json", "content"]


def _make_and_tell(made: str) -> None:
    def make(part: Path) -> None:
        with open(made, "a") as told:
            told.write("made\n")
        time.sleep(0.2)
        fill(part)

    cache.entry("kind", "name", {}, make, silent)


def test_of_two_that_ask_at_once_one_makes_and_both_get_it(tmp_path: Path) -> None:
    made = tmp_path / "made"
    children = [multiprocessing.get_context("fork").Process(target=_make_and_tell, args=(str(made),)) for _ in "ab"]
    for child in children:
        child.start()
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0, 0]
    assert made.read_text() == "made\n"


def test_progress_names_the_entry_the_time_and_the_size() -> None:
    said: list[str] = []
    cache.entry("kind", "name", {}, fill, said.append, "about 2 s")
    assert said[0] == "kind name: making it, about 2 s"
    assert said[1].startswith("kind name: done in 0 s")


def test_a_file_with_two_names_counts_once(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 1000)
    os.link(tmp_path / "one", tmp_path / "two")
    assert cache.size(tmp_path) == 1000
