# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where one sandbox keeps its files, and how it is told apart from others on the same machine."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = re.compile(r"[a-z][a-z0-9]{0,11}")  # no dash: "pgs-demo-" must not begin the names of another sandbox
PORT = 7801
AWS, GCP, AZURE = "aws", "gcp", "azure"
CLOUDS = (AWS, GCP, AZURE)  # in the order of their ports


def root() -> Path:
    """The folder of all sandboxes: $PANGAEA_SANDBOX, or ~/.local/state/pangaea-sandbox."""
    return Path(os.environ.get("PANGAEA_SANDBOX") or "~/.local/state/pangaea-sandbox").expanduser()


@dataclass(frozen=True)
class Place:
    """The folder of one sandbox. `daemon` describes the running process; the rest are its logs."""

    name: str

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name):
            raise ValueError(f"sandbox name {self.name!r}: a letter, then up to 11 of a-z and 0-9")

    @property
    def folder(self) -> Path:
        return root() / self.name

    @property
    def daemon(self) -> Path:
        return self.folder / "daemon.json"

    @property
    def log(self) -> Path:
        return self.folder / "daemon.log"

    def requests(self, cloud: str) -> Path:
        """The request log of a cloud."""
        return self.folder / f"requests-{cloud}.jsonl"

    @staticmethod
    def port(cloud: str, first: int) -> int:
        """The port of a cloud, given that of the first."""
        return first + CLOUDS.index(cloud)

    @property
    def ca(self) -> Path:
        """The certificate that vouches for the simulated Azure, which speaks TLS only."""
        return self.folder / AZURE / "ca.pem"

    def voucher(self, cloud: str) -> Path | None:
        """The certificate that vouches for a cloud; None for one that speaks without TLS."""
        return {AZURE: self.ca}.get(cloud)

    def url(self, cloud: str, first: int) -> str:
        """Where a cloud answers, given the port of the first."""
        return f"http{'s' if self.voucher(cloud) else ''}://127.0.0.1:{self.port(cloud, first)}"

    @property
    def lock(self) -> Path:
        """Held while somebody starts or stops this sandbox. Beside the folder, which `down` removes."""
        return root() / f".{self.name}.lock"

    def running(self) -> dict[str, Any] | None:
        """What the running daemon wrote about itself, or None if there is none. A reused pid is told by its start."""
        try:
            about: dict[str, Any] = json.loads(self.daemon.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return about if started(about["pid"]) == about["ticks"] else None


def started(pid: int) -> int | None:
    """When a process started, in clock ticks since boot; None if it does not run (a zombie does not)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] in ("Z", "X") else int(fields[19])


def names() -> list[str]:
    """Names of the sandboxes that have a folder."""
    return sorted(path.name for path in root().glob("*/") if NAME.fullmatch(path.name)) if root().is_dir() else []
