"""The page of sizes and images says what the code does."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import sizes as aws
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.clouds import CLOUDS
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster.constants import IMAGES, SIZES
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import sizes as gcp

REPO = Path(__file__).parents[3]
PAGE = (REPO / "docs" / "sizes.md").read_text()


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(REPO / "script" / "sizes"))


def test_the_written_page_is_what_the_code_says(script: dict[str, Any]) -> None:
    assert script["written"](PAGE) == PAGE


def test_a_table_that_went_stale_is_written_anew(script: dict[str, Any]) -> None:
    stale = PAGE.replace("| t3.small |", "| t2.small |")
    assert stale != PAGE
    assert script["written"](stale) == PAGE
    with pytest.raises(ValueError, match="no place for images"):
        script["written"](PAGE.replace("<!-- images -->", ""))


def test_every_size_and_image_has_a_row_for_every_cloud(script: dict[str, Any]) -> None:
    assert [tuple(row[:2]) for row in script["sizes"]()] == [
        (f"`{size}`", cloud.title) for size in SIZES for cloud in CLOUDS.values()
    ]
    rows = list(script["images"]())
    assert [(row[0], row[1].split(":")[0], row[-1]) for row in rows] == [
        (f"`{name}`", cloud.title, user) for name, user in IMAGES.items() for cloud in CLOUDS.values()
    ]


def test_every_type_of_the_page_is_one_that_its_clusters_file_takes(script: dict[str, Any]) -> None:
    for cloud, sizes in script["ARM"].items():
        named = [script["SIZES_OF"][cloud][size].type for size in SIZES]
        for kind in [*named, *(kind for kind, _vcpus, _memory in sizes.values())]:
            assert re.fullmatch(CLOUDS[cloud].size_pattern, kind), kind


def test_the_types_of_each_column_have_its_kind_of_processor(script: dict[str, Any]) -> None:
    for cloud, find in (("aws", aws.architecture_of), ("gcp", gcp.architecture_of)):
        assert {find(kind) for kind, _vcpus, _memory in script["ARM"][cloud].values()} == {"arm64"}
        assert {find(size.type) for size in script["SIZES_OF"][cloud].values()} == {"amd64"}
