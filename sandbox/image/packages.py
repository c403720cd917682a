# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian's part of the mirror: the packages that the roles install, with all they need beyond the bare image."""

from __future__ import annotations

from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, run
from sandbox.image import bare, recipe, sources

LIST = Path(__file__).parent / "packages.txt"
# Resolved by the bare image's own apt, against what is installed in it. The image is shared, so everything
# that apt writes goes to a work folder, and the name server of this machine is shown to it by a mount.
DOWNLOAD = """
set -eu
root=$1 work=$2; shift 2
mkdir -p "$work/lists/partial" "$work/archives/partial"
mount --bind "$work" "$root/mnt"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
in_root() { chroot "$root" "$@"; }
set -- -o Dir::Etc::sourcelist=/mnt/sources.list -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=/mnt/lists \
    -o Dir::Cache=/mnt -o Dir::Cache::archives=/mnt/archives -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
    -o Dir::Log=/mnt/log "$@"
mkdir -p "$work/log"
in_root apt-get "$@" update
in_root apt-get "$@" install -y --download-only --no-install-recommends $(cat "$work/names")
"""


def names() -> list[str]:
    """The packages named in packages.txt, sorted."""
    lines = (line.split("#")[0].strip() for line in LIST.read_text().splitlines())
    return sorted(line for line in lines if line)


def ensure(progress: Progress = print) -> Path:
    """The folder that holds the .deb files of the closure. Raises NoDebianSource, BuildFailed."""
    lower = bare.ensure(progress)
    return cache.entry("debs", "debian", _inputs(), lambda part: _download(part, lower), progress,
                       "about 5 s") / "archives"  # fmt: skip


def ready() -> bool:
    """Are they in the cache?"""
    return cache.path("debs", "debian", _inputs()).is_dir()


def key() -> str:
    """The cache key of the packages, for what is made of them."""
    return cache.key(_inputs())


def _inputs() -> dict[str, object]:
    return {"image": recipe.inputs(), "packages": names(), "making": Path(__file__)}


def _download(part: Path, lower: Path) -> None:
    mirror = sources.debian(recipe.SUITE)
    keyring = "/usr/share/keyrings/debian-archive-keyring.gpg"
    (part / "sources.list").write_text(f"deb [signed-by={keyring}] {mirror} {recipe.SUITE} main\n")
    (part / "names").write_text("\n".join(names()) + "\n")
    run(["bash", "-c", DOWNLOAD, "download", lower, part], cache.log("debs-debian"))
    if not list((part / "archives").glob("*.deb")):
        raise BuildFailed(f"apt named nothing to download for {', '.join(names())}; see {cache.log('debs-debian')}")
    for leftover in ("sources.list", "names", "lists", "log", "pkgcache.bin", "srcpkgcache.bin"):
        target = part / leftover
        cache.remove(target)
    cache.remove(part / "archives/partial")
    cache.remove(part / "archives/lock")
