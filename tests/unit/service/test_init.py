"""init writes a file that is good, and knows what it knows of prices."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import Cluster
from service import prices

from .conftest import CLUSTER, ROOT


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "id_ed25519.pub"
    path.write_text("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ1bhNgyv0RCcJFVSUm93lhvUUkwtBcQH4XU0LqC9jJq me\n")
    return path


def init(tmp_path: Path, key: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable, ROOT / "runner.py", "init", "-o", tmp_path / "new", "--ssh-public-key-file", key,
            "--name", "shop", "--admin", "198.51.100.0/24", *words,
        ],
        capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip


def test_a_file_is_written_with_a_fresh_id_and_a_dated_price(tmp_path: Path, key: Path) -> None:
    sites = ("--site", "aws-vir=aws:us-east-1:111122223333")
    ended = init(tmp_path, key, *sites, "--control-plane", "aws-vir=3", "--workers", "aws-vir=2")
    assert ended.returncode == 0, ended.stderr
    file = tmp_path / "new" / "cluster.yml"
    cluster = Cluster.load(file)
    assert len(cluster.nodes) == 5
    assert cluster.sites[0].account == "111122223333"
    # 5 * ((0.0416 + 0.005) * 730 + 30 * 0.08)
    assert "About 182 USD a month for 5 machines" in ended.stdout
    assert "as of 2026-01-19; source: AWS price list" in ended.stdout
    again = init(tmp_path, key, *sites)
    assert again.returncode == 64
    assert "is there already" in again.stderr
    assert Cluster.load(file).id == cluster.id


def test_a_region_without_prices_is_said_to_have_none(tmp_path: Path, key: Path) -> None:
    ended = init(
        tmp_path, key, "--site", "aws-fra=aws:eu-central-1:111122223333", "--site", "aws-vir=aws:us-east-1:111122223333"
    )
    assert ended.returncode == 0, ended.stderr
    said = "What it costs in a month is not known: there is no price here for 2 x t3.medium in eu-central-1"
    assert said in ended.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--site", "aws-fra"], 64, "is not NAME=CLOUD:REGION:ACCOUNT"),
        (["--site", "a=aws:eu-central-1:12"], 65, "nothing was written"),
        (["--site", "a=aws:eu-central-1:111122223333", "--control-plane", "a=2"], 65, "nothing was written"),
        ([], 64, "give --site, too"),
    ],
)
def test_bad_answers_write_nothing(tmp_path: Path, key: Path, words: list[str], code: int, said: str) -> None:
    ended = init(tmp_path, key, *words)
    assert ended.returncode == code, ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "new").exists()


def test_a_price_that_is_not_in_the_table_is_not_guessed() -> None:
    cluster = Cluster.parse(CLUSTER.replace("eu-central-1", "us-east-1"), "cluster.yml")
    table = json.loads(prices.TABLE.read_text())
    assert prices.of_machine(cluster.nodes[0], table) == pytest.approx((0.0416 + 0.005) * 730 + 30 * 0.08)
    assert prices.of_machine(cluster.nodes[-1], table) is None
    assert "1 x t3.medium in eu-central-2 (the other machines: about" in prices.monthly(cluster)
