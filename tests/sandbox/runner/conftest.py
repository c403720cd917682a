"""runner.py as a process, over real ansible-runner: seconds a run, so what may share one shares it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.service.conftest import House, house, within

__all__ = ["CHANGE", "busy", "house"]

CHANGE: dict[str, object] = {
    "action": "create",
    "key": "machine/aws-zrh/shop-aws-zrh-general-1",
    "before": None,
    "after": {},
}


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose first converge has ended and whose second one holds the lock until the last test that uses it."""
    found = House(tmp_path_factory.mktemp("busy"))
    found.leaves(plan={"checksum": "7c1e04a9", "changes": [CHANGE]})
    assert found.run("converge").returncode == 0
    (found.folder / "wait").touch()
    second = found.start("converge")
    try:
        assert within(20, lambda: len(found.seen()) == 2)
        yield found
        assert second.poll() is None, "it ended while tests relied on it"
        (found.folder / "go").touch()
        assert second.wait(30) == 0
    finally:
        (found.folder / "go").touch()
        for process in found.started:
            process.kill()
            process.communicate()
