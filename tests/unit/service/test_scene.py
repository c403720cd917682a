"""Which cluster, and in which environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from service import scene
from service.exits import Exit
from service.failure import Stop
from service.run import Order, environment_of

from .conftest import CLUSTER


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    (tmp_path / "cluster.yml").write_text(CLUSTER)
    return tmp_path


def test_a_folder_and_its_file_name_the_same_cluster(inventory: Path) -> None:
    for source in (inventory, inventory / "cluster.yml"):
        found = scene.Scene.of(str(source), {})
        assert found.cluster.owner == "shop-k3v9q2ab"
        assert found.source == source


def test_the_environment_names_the_cluster_when_nobody_else_does(inventory: Path, tmp_path: Path) -> None:
    assert scene.find(None, {"PANGAEA_INVENTORY": str(inventory)}) == inventory
    assert scene.find(str(tmp_path / "x"), {"PANGAEA_INVENTORY": str(inventory)}) == tmp_path / "x"


@pytest.mark.parametrize(("names", "found"), [(["one"], "one"), ([], None), (["one", "two"], None)])
def test_the_only_inventory_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[str], found: str | None
) -> None:
    monkeypatch.setattr(scene, "ROOT", tmp_path)
    for name in names:
        (tmp_path / "inventories" / name).mkdir(parents=True)
        (tmp_path / "inventories" / name / "cluster.yml").touch()
    if found:
        assert scene.find(None, {}) == tmp_path / "inventories" / found
    else:
        with pytest.raises(Stop, match="which cluster\\?") as stop:
            scene.find(None, {})
        assert stop.value.code == Exit.USAGE


def test_a_missing_file_is_a_bad_cluster_file(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="does not exist") as stop:
        scene.Scene.of(str(tmp_path), {})
    assert stop.value.code == Exit.BAD_CLUSTER_FILE


def test_what_stands_beside_the_file_is_laid_over_the_environment(
    inventory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setenv("PANGAEA_LOCK", "of another run")
    (inventory / "environment.txt").write_text("# sandbox\n\nAWS_ACCESS_KEY_ID=sandbox-1\nAWS_PROFILE=\n")
    environment = environment_of(scene.Scene.of(str(inventory), {}), Order("x", "plan"))
    assert environment["AWS_ACCESS_KEY_ID"] == "sandbox-1"
    assert "AWS_PROFILE" not in environment
    assert "PANGAEA_LOCK" not in environment
    assert environment["ANSIBLE_HOST_KEY_CHECKING"] == "True"


@pytest.mark.parametrize("line", ["AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI", "MY_TOKEN=abc"])
def test_a_secret_beside_the_file_is_refused_and_not_shown(inventory: Path, line: str) -> None:
    (inventory / "environment.txt").write_text(f"A=b\n{line}\n")
    with pytest.raises(Stop, match=r"line 2: .* looks like a credential") as stop:
        _ = scene.Scene.of(str(inventory), {}).environment
    assert line.partition("=")[2] not in str(stop.value)


def test_the_demo_has_credentials_of_the_sandbox_only() -> None:
    found = scene.read_environment(scene.ROOT / "inventories" / "demo" / "environment.txt")
    assert found["AWS_ACCESS_KEY_ID"].startswith("sandbox")
    assert found["AWS_PROFILE"] == ""
