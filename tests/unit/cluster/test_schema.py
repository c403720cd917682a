"""The JSON schema for editors says what the code says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import json_schema

HERE = Path(__file__).parent
REPO = HERE.parents[2]
VALIDATOR = jsonschema.Draft202012Validator(json_schema.schema())


def errors(text: str) -> list[str]:
    return [f"{error.json_path}: {error.message}" for error in VALIDATOR.iter_errors(yaml.safe_load(text))]


def test_the_written_schema_is_what_the_code_says() -> None:
    assert (REPO / "docs" / "cluster.schema.json").read_text() == json_schema.text()


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema.schema())


@pytest.mark.parametrize("file", [HERE / "base.yml", *sorted(REPO.glob("inventories/*/cluster.yml"))], ids=str)
def test_good_files_satisfy_it(file: Path) -> None:
    assert errors(file.read_text()) == []


def test_an_editor_sees_what_needs_no_rule() -> None:
    base = (HERE / "base.yml").read_text()
    assert errors(base.replace("spot: true", "spott: true"))
    assert errors(base.replace("driver: wireguard", "driver: ipsec"))
    assert errors(base.replace("project: shop-prod,", ""))
    assert errors(base.replace("[80, 443]", "[80, 70000]"))


def test_every_key_is_described() -> None:
    def undescribed(schema: Any, path: str) -> list[str]:
        if isinstance(schema, list):
            return [name for item in schema for name in undescribed(item, path)]
        if not isinstance(schema, dict):
            return []
        here = [f"{path}.{key}" for key, item in schema.get("properties", {}).items() if not item.get("description")]
        return here + [name for key, item in schema.items() for name in undescribed(item, f"{path}.{key}")]

    assert undescribed(json.loads(json_schema.text()), "") == []
