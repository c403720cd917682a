"""What the documentation shows is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import BadClusterFile, Cluster, json_schema

HERE = Path(__file__).parent
REPO = HERE.parents[2]
DOC = (REPO / "docs" / "cluster-file.md").read_text()
KEY = (HERE / "base.yml").read_text().split('ssh_public_keys: ["')[1].split('"')[0]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519.pub").write_text(KEY)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def example() -> str:
    return re.findall(r"```yaml\n(.*?)```", DOC, re.DOTALL)[0]


def test_the_example_is_a_good_cluster_file(home: Path) -> None:
    cluster = Cluster.parse(example(), home / "cluster.yml")
    assert [node.name for node in cluster.nodes] == [
        "shop-aws-fra-cp-1",
        "shop-aws-fra-general-1",
        "shop-aws-zrh-general-1",
    ]


def test_the_shown_problems_are_what_is_said(home: Path) -> None:
    bad = example().replace("10.65.0.0/16", "10.64.128.0/17").replace("aws-zrh: 1}}", "aws-zhr: 1}, spott: true}")
    with pytest.raises(BadClusterFile) as caught:
        Cluster.parse(bad, home / "cluster.yml")
    shown = re.findall(r"```text\n(.*?)```", DOC, re.DOTALL)[0].splitlines()[1:]
    said = [re.sub(r"line \d+", "line N", str(problem)) for problem in caught.value.problems]
    assert said == [re.sub(r"line \d+", "line N", line.removeprefix("  - ")) for line in shown]


def test_the_cluster_over_three_clouds_is_good(home: Path) -> None:
    cluster = Cluster.load(REPO / "inventories" / "three-clouds" / "cluster.yml")
    assert len(cluster.nodes) == 13


def test_the_demo_is_a_control_plane_node_and_a_worker_in_each_of_three_clouds(tmp_path: Path) -> None:
    text = (REPO / "inventories" / "demo" / "cluster.yml").read_text()
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "id_ed25519.pub").write_text(KEY)
    for made in ("mirror.asc", "azure.pem"):
        (tmp_path / ".ssh" / made).touch()
    cluster = Cluster.parse(text, tmp_path / "cluster.yml")
    sites = {"aws-fra": "aws", "azure-fra": "azure", "gcp-fra": "gcp"}
    assert {site.name: site.cloud for site in cluster.sites} == sites
    assert sorted(node.name for node in cluster.nodes) == [
        f"demo-{site}-{what}-1" for site in sites for what in ("cp", "general")
    ]


def test_every_key_is_in_the_documentation() -> None:
    def keys(schema: Any) -> set[str]:
        if isinstance(schema, list):
            return {key for item in schema for key in keys(item)}
        if not isinstance(schema, dict):
            return set()
        return set(schema.get("properties", {})) | {key for item in schema.values() for key in keys(item)}

    text = re.sub(r"```.*?```", "", DOC, flags=re.DOTALL)
    words = set(re.findall(r"[a-z_]+", " ".join([*re.findall(r"`([^`]+)`", text), example()])))
    assert keys(json_schema.schema()) - words == set()
