# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the mirror serves, made once: what it takes, in which order, and whether it is all there."""

from __future__ import annotations

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sandbox import cache, image
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, need
from sandbox.image import packages as debian
from sandbox.image import recipe
from sandbox.mirror import apt, golang, kubernetes, packages, registry

VERSIONS = (kubernetes.DEFAULT,)
TOOLS = ("debootstrap", "dpkg-deb", "go", "gpg", "ip", "curl", "setpriv", "unshare")
IMAGE = "debian-13"  # the packet filters in kube-proxy's image are this one's


@dataclass(frozen=True)
class Content:
    """What a mirror serves: the root of its web server, the registry's storage, and the registry's program."""

    files: Path
    storage: Path
    server: Path


def build(progress: Progress = print, versions: Sequence[str] = VERSIONS) -> Content:
    """Make what is not in the cache yet: machine images, packages, container images, repositories.

    Nothing to do takes a fraction of a second. Raises BuildFailed, NoDebianSource.
    """
    if not ready(versions):
        need(*TOOLS)  # all of them now, not one after eight minutes
    start = time.monotonic()
    for name in image.NAMES:
        image.ensure(name, progress)
    content = Content(
        files(versions, progress),
        registry.ensure(versions, image.ensure(IMAGE, progress), progress),
        kubernetes.REGISTRY.build(progress) / "registry",
    )
    if time.monotonic() - start > 5:
        progress(f"the mirror is built, after {time.monotonic() - start:.0f} s")
    return content


def ready(versions: Sequence[str] = VERSIONS) -> bool:
    """Is everything in the cache, so that `build` has nothing to do?"""
    try:
        made = all(image.ready(name) for name in image.NAMES) and debian.ready() and apt.key().exists()
        made = made and all(packages.ready(version) for version in versions) and _path(versions).is_dir()
        return made and registry.ready(versions, image.ensure(IMAGE))
    except BuildFailed:  # no Go here, so nothing that was built with it is either
        return False


def files(versions: Sequence[str], progress: Progress = print) -> Path:
    """The folder that the web server serves: /debian, /kubernetes and /key.asc."""
    debs = debian.ensure(progress)
    built = {version: packages.ensure(version, progress) for version in versions}
    secret = apt.signing(progress) / "secret.asc"

    def make(part: Path) -> None:
        apt.debian(part / "debian", debs, recipe.SUITE, secret)
        for version, folder in built.items():
            minor = f"v{version.rpartition('.')[0]}"
            apt.flat(part / "kubernetes/core:/stable:" / minor / "deb", folder, secret)
            # The same under the shorter address, for those who name a mirror of their own.
            (part / "kubernetes" / minor).symlink_to(Path("core:/stable:") / minor)
        shutil.copyfile(apt.key(), part / "key.asc")

    return cache.entry("files", "mirror", _inputs(versions), make, progress)


def _inputs(versions: Sequence[str]) -> dict[str, object]:
    return {
        "debian": debian.key(), "kubernetes": {version: packages.inputs(version) for version in versions},
        "signed by": apt.key(), "writer": Path(apt.__file__), "layout": Path(__file__), "go": golang.go_version(),
    }  # fmt: skip


def _path(versions: Sequence[str]) -> Path:
    return cache.path("files", "mirror", _inputs(versions))
