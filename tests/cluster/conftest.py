"""One cluster for the whole folder: building it is its first test, deleting it the last."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.watch import contract, watched_sandbox

from .lab import PORT, REGION, Lab

__all__ = ["contract"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/cluster/" in item.nodeid or "cluster" in item.path.parts:
            item.add_marker(pytest.mark.cluster)


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The sandbox is up, others' things are in the account, nothing of ours is.

    While working on a test: PANGAEA_LAB=FOLDER keeps the sandbox and the cluster for the next run with that folder.
    """
    if os.geteuid() != 0:
        pytest.skip("real hosts need root: network namespaces, nftables, systemd-nspawn")
    kept = os.environ.get("PANGAEA_LAB")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("cluster")
    goes_on = (folder / "inventory").exists()
    lab = Lab(folder)
    try:
        if not goes_on:
            lab.down()  # what a crashed run left
            lab.sandbox("build", timeout=3600)
            lab.started = lab.sandbox("up", "--port", str(PORT), timeout=300)
        with watched_sandbox(lab.place, PORT) as urls:
            if goes_on:
                lab.point_to(urls)
            else:
                lab.write_inventory(urls)
                lab.drill("bystander", *(word for region in REGION.values() for word in ("--region", region)))
            yield lab
    finally:
        if not kept:
            lab.down()
