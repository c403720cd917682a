# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind's good request is taken; the same with one thing wrong is refused, with the shape of the real error."""

from __future__ import annotations

import json
from typing import Any

import pytest

import sandbox.aws.cloud
import sandbox.gcp.cloud
from sandbox.aws.model import is_mutating
from sandbox.azure import registry
from tests.contract import fidelity, official, trial
from tests.contract.fidelity import CLOUDS, findings
from tests.contract.mutants import (
    DROPPED,
    LENGTH,
    MISSPELT,
    NUMBER,
    OPEN,
    OTHER,
    PATTERN,
    TYPE,
    WORD,
    Field,
    mutants,
    with_change,
)
from tests.contract.trial import Answer, Cloud, Kind

CASES = [(cloud.name, number) for cloud in CLOUDS.values() for number in range(len(cloud.kinds))]
SANDBOX = fidelity.PAGE.parents[1] / "sandbox"


@pytest.mark.parametrize(
    ("cloud", "kind"), CASES, ids=[f"{cloud.name}: {kind.name}" for cloud in CLOUDS.values() for kind in cloud.kinds]
)
def test_each_mutant_is_refused_and_leaves_nothing_and_the_good_request_is_taken(cloud: str, kind: int) -> None:
    found = findings(cloud)[kind]
    assert not found.faults, "\n".join(found.faults)
    assert found.sent > 1


@pytest.mark.parametrize("cloud", CLOUDS)
def test_no_exception_is_listed_that_none_needs(cloud: str) -> None:
    for found in findings(cloud):
        unused = set(found.kind.taken) - found.excused
        assert not unused, f"{found.kind.name}: {sorted(unused)} would be refused"


def test_every_request_that_changes_something_has_its_mutants() -> None:
    taking_body = {one["id"].removeprefix("compute.") for one in official.discovery()["methods"] if "request" in one}
    served = {
        "AWS": {action for action in sandbox.aws.cloud.RULES if is_mutating(action)},
        "Azure": {kind.full for kind in (*registry.ALL, registry.RESOURCE_GROUP)},
        "GCP": {method for method in sandbox.gcp.cloud.RULES if method in taking_body},
    }
    named = {
        "AWS": {kind.what.removeprefix("ec2:") for kind in CLOUDS["AWS"].kinds},
        "Azure": {kind.type.args[0].split("@")[0] for kind in CLOUDS["Azure"].kinds},  # type: ignore[attr-defined]
        "GCP": {kind.what.split()[0] for kind in CLOUDS["GCP"].kinds},
    }
    assert {name: served[name] - named[name] for name in CLOUDS} == {name: set() for name in CLOUDS}


@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_rule_names_its_page_where_it_is_written(cloud: str) -> None:
    source = "".join(path.read_text() for path in sorted((SANDBOX / cloud.lower()).glob("*.py")))
    used = {page for found in findings(cloud) for _, _, page in found.ruled}
    assert used == set(CLOUDS[cloud].pages), "each page has a rule, and each rule a page"
    missing = [url for url in CLOUDS[cloud].pages.values() if url.removeprefix(CLOUDS[cloud].home) not in source]
    assert not missing, f"nothing in sandbox/{cloud.lower()} names {missing}"


def test_the_page_says_what_the_simulators_do() -> None:
    text = fidelity.PAGE.read_text()
    assert fidelity.written(text) == text, "write it anew: make fidelity"


def test_the_types_are_the_published_ones() -> None:
    folder = SANDBOX.parents[1] / "shared/specs/azure"
    if not folder.is_dir():
        pytest.skip(f"the whole types are not at hand in {folder}")
    whole = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    for kind in CLOUDS["Azure"].kinds:
        name, good = kind.type.args[0], kind.good(None)  # type: ignore[attr-defined]
        if "written by us" in kind.name:
            continue
        published = official.of_microsoft(name, whole)
        assert list(map(repr, mutants(published, good))) == list(map(repr, mutants(kind.type(), good))), name


# The engine itself ----------------------------------------------------------------------------------------------------

PORT = Field("integer", numbers=(1, 65535), required=True)
TYPE_OF = Field("object", fields=lambda: {
    "name": Field("text", required=True, pattern="[a-z]+", lengths=(1, 63)), "port": PORT,
    "tags": Field("object", rest=Field("text")), "sort": Field("text", words=("a", "b")),
    "size": Field("text", words=("s",), closed=False), "rows": Field("list", item=lambda: TYPE_OF),
    "id": Field("text", ignored=True),
})  # fmt: skip
GOOD = {"name": "x", "port": 80, "tags": {"a": "b"}, "sort": "a", "rows": [{"name": "y", "port": 1}], "id": "1"}


def test_mutants_are_wrong_in_one_place_and_in_every_way_that_the_type_knows() -> None:
    made = {(one.where, one.wrong): one.body for one in mutants(TYPE_OF, {**GOOD, "size": "s"})}
    assert ("name", DROPPED) in made and ("tags", DROPPED) not in made
    assert "naem" in made["name", MISSPELT] and "name" not in made["name", MISSPELT]
    assert made["sort", WORD]["sort"] == "not-that" == made["size", OPEN]["size"]
    assert (
        made["port", TYPE]["port"] == "many"
        and made["name", TYPE]["name"] == 7
        and made["tags", TYPE]["tags"] == "text"
    )
    assert made["port", NUMBER]["port"] == 65536 and made["name", LENGTH]["name"] == "a" * 64
    assert made["name", PATTERN]["name"] == "~" and made["rows.port", DROPPED]["rows"] == [{"name": "y"}]
    assert made["tags.a", TYPE]["tags"] == {"a": 7} and ("tags.a", MISSPELT) not in made
    assert made["rows.size", OTHER]["rows"][0]["size"] == "s"
    assert not any(where.endswith("id") for where, _ in made)


class Meek:
    """A simulator that takes everything, changes something when it refuses, or refuses in a shape of its own."""

    def __init__(self, answer: Answer, *, changes: bool = False) -> None:
        self.answer, self.changes, self.count = answer, changes, 0

    def send(self, kind: Kind, body: Any) -> Answer:
        self.count += self.changes
        return Answer(200) if body == GOOD else self.answer

    def finish(self) -> str:
        return ""

    def left(self) -> int:
        return self.count

    def reset(self) -> None:
        self.count = 0

    close = reset


@pytest.mark.parametrize(("world", "sentence"), [
    (Meek(Answer(200)), "name dropped: taken"),
    (Meek(Answer(400, "Other", "no")), "name dropped: 400 Other instead of Bad"),
    (Meek(Answer(500, "Bad", "no")), "name dropped: 500 Bad: no"),
    (Meek(Answer(400, "Bad", "no", flaw="it is HTML")), "but it is HTML"),
    (Meek(Answer(400, "Bad", "no"), changes=True), "refused with Bad, and something was changed"),
])  # fmt: skip
def test_a_simulator_that_agrees_with_what_it_is_sent_fails(world: Meek, sentence: str) -> None:
    kind = Kind("thing", "", lambda: TYPE_OF, lambda _: with_change(GOOD, ("name",), "x"))
    cloud = Cloud("Nobody", (kind,), lambda: world, lambda *_: ("Bad",), {}, "")
    assert sentence in "\n".join(trial.try_all(cloud)[0].faults)


def test_a_simulator_that_refuses_what_is_wrong_passes() -> None:
    kind = Kind("thing", "", lambda: TYPE_OF, lambda _: GOOD, (trial.Rule("port", "odd", 81, "Bad", "page"),))
    cloud = Cloud("Nobody", (kind,), lambda: Meek(Answer(400, "Bad", "no")), lambda *_: ("Bad",), {}, "")
    found = trial.try_all(cloud)[0]
    assert found.faults == [] and found.ruled == [("port", "odd", "page")]
    assert {"name", "port", "tags", "sort", "rows"} <= set(found.typed[MISSPELT])
