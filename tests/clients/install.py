# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts `aws` and `az` into the cache, each in a Python environment of its own; `gcloud` is not in any package index.

A folder of the cache is moved when it is whole, so nothing in it that names its own path is used: a program is
started as `python -m MODULE`, which is what its launcher does.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sandbox import cache

HERE = Path(__file__).parent
MODULES = {"aws": "awscli", "azure": "azure.cli"}  # what to start, by the cloud
WAIT = {"aws": "some 10 s", "azure": "2 to 5 minutes and 700 MB"}


def program(cloud: str) -> list[str]:
    """How to start the client of a cloud; nothing if it is not installed."""
    python = cache.path("clients", cloud, _inputs(cloud)) / "bin/python"
    return [str(python), "-m", MODULES[cloud]] if python.exists() else []


def install(cloud: str) -> None:
    """Make the environment, unless it is there. Raises CalledProcessError; pip says why."""

    def make(folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        quiet = ["--quiet", "--disable-pip-version-check", "--no-deps"]  # the list is whole
        subprocess.run([folder / "bin/python", "-m", "pip", "install", *quiet, "-r", _list(cloud)], check=True)

    cache.entry("clients", cloud, _inputs(cloud), make, expect=WAIT[cloud])


def _inputs(cloud: str) -> dict[str, object]:
    return {"python": sys.version, "list": _list(cloud)}


def _list(cloud: str) -> Path:
    return HERE / f"requirements-{cloud}.txt"


if __name__ == "__main__":
    for one in MODULES:
        install(one)
