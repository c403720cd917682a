# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write Debian packages."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sandbox import cache
from sandbox.commands import output, run

MAINTAINER = "Pangaea sandbox <sandbox@pangaea.test>"


@dataclass(frozen=True)
class Package:
    """One binary package.

    `programs` and `files` are {"/usr/bin/kubelet": source}, with mode 755 and 644, `links` is {path: target},
    `folders` are empty ones, `scripts` is {"postinst": text}.
    """

    name: str
    version: str
    summary: str
    depends: tuple[str, ...] = ()
    programs: Mapping[str, Path] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    folders: tuple[str, ...] = ()
    scripts: Mapping[str, str] = field(default_factory=dict)

    def control(self, architecture: str, kilobytes: int) -> str:
        """The text of its control file."""
        fields = {
            "Package": self.name, "Version": self.version, "Section": "admin", "Priority": "optional",
            "Architecture": architecture, "Maintainer": MAINTAINER, "Installed-Size": str(kilobytes),
            "Depends": ", ".join(self.depends), "Description": self.summary,
        }  # fmt: skip
        return "".join(f"{name}: {value}\n" for name, value in fields.items() if value)

    def build(self, folder: Path, log: Path) -> Path:
        """Write the .deb into a folder and return its path. Raises BuildFailed."""
        architecture = output(["dpkg", "--print-architecture"]).strip()
        target = folder / f"{self.name}_{self.version}_{architecture}.deb"
        with tempfile.TemporaryDirectory(dir=folder, prefix=".tree-") as made:
            tree = Path(made)
            tree.chmod(0o755)
            self._lay_out(tree)
            (tree / "DEBIAN").mkdir()
            (tree / "DEBIAN/control").write_text(self.control(architecture, cache.size(tree) // 1024))
            for name, text in self.scripts.items():
                (tree / "DEBIAN" / name).write_text(text)
                (tree / "DEBIAN" / name).chmod(0o755)
            # The fastest compression: these packages travel over nothing but this machine's memory.
            run(["dpkg-deb", "--root-owner-group", "-Zzstd", "-z1", "--build", tree, target], log)
        return target

    def _lay_out(self, tree: Path) -> None:
        for sources, mode in ((self.programs, 0o755), (self.files, 0o644)):
            for path, source in sources.items():
                target = tree / path.lstrip("/")
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(source, target)
                target.chmod(mode)
        for path, to in self.links.items():
            target = tree / path.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(to)
        for path in self.folders:
            (tree / path.lstrip("/")).mkdir(parents=True, exist_ok=True)
