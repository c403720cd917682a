# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images by name: debian-13-bare, and debian-13 that has the packages of the sandbox's mirror already."""

from __future__ import annotations

from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import run
from sandbox.image import bare, packages, recipe

NAME = "debian-13"
NAMES = (NAME, bare.NAME)


class UnknownImage(Exception):
    """The sandbox has no image of that name; the message names those that it has."""


def ensure(name: str, progress: Progress = print) -> Path:
    """The root file system of an image, made on first use. It is shared: MUST NOT be written to.

    Raises UnknownImage, NoDebianSource, BuildFailed.
    """
    _known(name)
    if name == bare.NAME:
        return bare.ensure(progress)
    lower, debs = bare.ensure(progress), packages.ensure(progress)
    return cache.entry("image", name, _inputs(), lambda part: _make(part, lower, debs), progress,
                       "about 10 s") / "root"  # fmt: skip


def ready(name: str) -> bool:
    """Is the image in the cache?"""
    _known(name)
    return cache.path("image", name, recipe.inputs() if name == bare.NAME else _inputs()).is_dir()


def _known(name: str) -> None:
    if name.startswith("ubuntu"):
        raise UnknownImage(
            f"image {name}: the sandbox cannot boot Ubuntu, since it makes its images from this machine's Debian "
            f"mirror; use one of {', '.join(NAMES)} here, or a real cloud for {name}"
        )
    if name not in NAMES:
        raise UnknownImage(f"image {name}: the sandbox has no such image; use one of {', '.join(NAMES)}")


def _inputs() -> dict[str, object]:
    return {"bare": recipe.inputs(), "packages": packages.names(), "making": Path(__file__)}


def _make(part: Path, lower: Path, debs: Path) -> None:
    root, log = part / "root", cache.log(f"image-{NAME}")
    run(["cp", "-a", "--reflink=auto", lower, root], log)
    bare.install(root, debs, ["/mnt/*.deb"], log)
    bare.finish(root)
