"""Each file in tests/unit/cases/cluster is a mistake and the exact messages that it must give.

`edit` changes base.yml; `text` is a whole file instead; `files` lie beside the cluster file.
In `problems`, {folder} stands for the folder of the cluster file and {fresh} for a proposed id.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster

HERE = Path(__file__).parent
CASES = sorted((HERE.parent / "cases" / "cluster").glob("*.yml"))


def file_of(case: dict[str, Any], folder: Path) -> Path:
    text = case.get("text", (HERE / "base.yml").read_text())
    for edit in case.get("edit", []):
        assert text.count(edit["old"]) == 1, f"{edit['old']!r} stands {text.count(edit['old'])} times in the file"
        text = text.replace(edit["old"], edit["new"])
    for name, content in case.get("files", {}).items():
        (folder / name).write_text(content)
    path = folder / "cluster.yml"
    path.write_text(text)
    return path


def test_there_are_cases() -> None:
    assert len(CASES) > 50


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_bad_file_says_everything_that_is_wrong(path: Path, tmp_path: Path) -> None:
    case = yaml.safe_load(path.read_text())
    with pytest.raises(BadClusterFile) as caught:
        Cluster.load(file_of(case, tmp_path))
    said = [str(problem).replace(str(tmp_path), "{folder}") for problem in caught.value.problems]
    assert [re.sub(r"\bid: [a-z][a-z0-9]{7}$", "id: {fresh}", line) for line in said] == case["problems"]


def mangled(text: str, chance: random.Random) -> str:
    """The text with one to six places overwritten, cut, moved or filled with what YAML reads in a way of its own."""
    words = [
        "null",
        "[]",
        "{}",
        "1",
        "1.5",
        "true",
        "''",
        "2026-01-01",
        "2026-99-99",
        "~",
        ": x",
        "- y",
        "<<: {a: 1}",
        "!x y",
    ]
    for _ in range(chance.randint(1, 6)):
        at, length = chance.randrange(len(text)), chance.randint(0, 20)
        new = chance.choice(["", chance.choice(words), chance.choice(' {}[]:,"-#\n0aé&*!|>%@\t')])
        text = text[:at] + new + text[at + (length if new == "" else 1) :] or "\n"
    return text


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_in_the_file_it_is_a_cluster_or_a_list_of_problems(seed: int, tmp_path: Path) -> None:
    chance, base, refused = random.Random(seed), (HERE / "base.yml").read_text(), 0
    for _ in range(100):
        text = mangled(base, chance)
        try:
            Cluster.parse(text, tmp_path / "cluster.yml")
        except BadClusterFile as error:
            refused += bool(error.problems)
    assert refused > 50
