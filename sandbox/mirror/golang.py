# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs built from Go modules: Kubernetes and what its images need, and the registry that serves them.

Go's own module and build caches are used as `go env` says, so a second build of the same version takes seconds.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, output, run

HERE = Path(__file__).parent / "go"
NEEDED = (1, 24)  # what the go.mod of Kubernetes 1.34 asks for
ENVIRONMENT = {"CGO_ENABLED": "0", "GOOS": "linux", "GOFLAGS": "-buildvcs=false -mod=mod -modcacherw"}


@dataclass(frozen=True)
class Program:
    """Commands that are built together from one go.mod.

    `commands` is {name of the command: package it is built from}, `modules` the direct requirements
    {path: version}, `twins` the replacements {path: version}, `source` a folder below go/ that holds our own main
    package, which is called ".", `stamps` link-time values.
    """

    name: str
    commands: Mapping[str, str]
    modules: Mapping[str, str] = field(default_factory=dict)
    twins: Mapping[str, str] = field(default_factory=dict)
    source: str | None = None
    stamps: Mapping[str, str] = field(default_factory=dict)
    expect: str = ""

    def inputs(self) -> dict[str, object]:
        """What its cache key is made of."""
        files = sorted((HERE / self.source).glob("*.go")) if self.source else []
        return {
            "go": go_version(), "commands": dict(self.commands), "modules": dict(self.modules),
            "twins": dict(self.twins), "stamps": dict(self.stamps), "environment": ENVIRONMENT,
            "source": {file.name: file for file in files},
        }  # fmt: skip

    def ready(self) -> bool:
        """Is it in the cache?"""
        return cache.path("go", self.name, self.inputs()).is_dir()

    def build(self, progress: Progress = print) -> Path:
        """The folder with its commands. Raises BuildFailed."""
        return cache.entry("go", self.name, self.inputs(), lambda part: self._make(part, progress), progress,
                           self.expect)  # fmt: skip

    def _make(self, part: Path, progress: Progress) -> None:
        work, log = part / "work", cache.log(f"go-{self.name}")
        work.mkdir()
        if self.source:
            for file in (HERE / self.source).glob("*.go"):
                shutil.copy(file, work)
        (work / "go.mod").write_text(self.go_mod())
        flags = " ".join(["-s", "-w", *(f"-X {name}={value}" for name, value in self.stamps.items())])
        command = ["go", "build", "-v", "-trimpath", "-ldflags", flags, "-o", f"{part}/", *self.commands.values()]
        begun = log.stat().st_size if log.exists() else 0
        run(command, log, cwd=work, env=ENVIRONMENT, beat=_Beat(self.name, log, begun, progress))
        shutil.rmtree(work)
        for command_name, package in self.commands.items():
            (part / self._called(package)).rename(part / command_name)

    def _called(self, package: str) -> str:
        """What `go build` calls the command of a package: the last part of its path that is no version."""
        parts = self._module.split("/") if package == "." else package.split("/")
        return parts[-2] if re.fullmatch(r"v\d+", parts[-1]) else parts[-1]

    @property
    def _module(self) -> str:
        return f"pangaea.test/{self.source or self.name}"

    def go_mod(self) -> str:
        """The text of its go.mod."""
        lines = [f"module {self._module}", "", f"go {NEEDED[0]}.{NEEDED[1]}.0", ""]
        lines += [f"require {path} {version}" for path, version in sorted(self.modules.items())]
        lines += [f"replace {path} => {path} {version}" for path, version in sorted(self.twins.items())]
        return "\n".join(lines) + "\n"


class _Beat:
    """Says every now and then how far a build is; go itself is silent for minutes."""

    def __init__(self, name: str, log: Path, begun: int, progress: Progress) -> None:
        self.name, self.log, self.begun, self.progress, self.start = name, log, begun, progress, time.monotonic()

    def __call__(self) -> None:
        with self.log.open(errors="replace") as log:
            log.seek(self.begun)
            lines = log.read().splitlines()
        fetched = sum(line.startswith("go: downloading") for line in lines)
        built = sum(not line.startswith(("go: ", "+ ")) for line in lines)
        spent = time.monotonic() - self.start
        self.progress(f"go {self.name}: {spent:.0f} s, {fetched} modules fetched, {built} packages compiled")


def go_version() -> str:
    """Go's version, as "go1.24.4". Raises BuildFailed when there is no Go or one that is too old."""
    wanted = f"Go {NEEDED[0]}.{NEEDED[1]} or newer is needed to build Kubernetes for the sandbox"
    if shutil.which("go") is None:
        raise BuildFailed(f"{wanted}, and there is no `go` here; on Debian 13: apt-get install golang-go")
    found = output(["go", "env", "GOVERSION"], cwd=Path("/")).strip()
    numbers = re.match(r"go(\d+)\.(\d+)", found)
    if numbers is None or (int(numbers[1]), int(numbers[2])) < NEEDED:
        raise BuildFailed(f"{wanted}; this is {found or 'unknown'}; put a newer one first in PATH")
    return found


def module(path: str, version: str) -> dict[str, str]:
    """What `go mod download` says of one module: GoMod, Info and Dir are files and a folder. Raises BuildFailed."""
    said = subprocess.run(["go", "mod", "download", "-json", f"{path}@{version}"], cwd="/", capture_output=True,
                          text=True, check=False)  # fmt: skip
    found: dict[str, str] = json.loads(said.stdout) if said.stdout.strip() else {}
    if said.returncode or "Error" in found:
        raise BuildFailed(f"module {path} {version}: {found.get('Error') or said.stderr.strip()}")
    return found
