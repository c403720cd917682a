# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The smallest image: what a cloud's own Debian image has, and cloud-init pinned to the sandbox's metadata."""

from __future__ import annotations

import shutil
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import run
from sandbox.image import recipe, sources

NAME = "debian-13-bare"
# debootstrap cannot follow virtual packages, so it makes the smallest system and that system's own apt the rest.
# A policy keeps dpkg from starting services of the image on the machine that builds it.
INSTALL = """
set -eu
root=$1 debs=$2; shift 2
mount --bind "$debs" "$root/mnt"
mount -t proc proc "$root/proc"
mount --bind /etc/resolv.conf "$root/etc/resolv.conf"
printf '#!/bin/sh\\nexit 101\\n' > "$root/usr/sbin/policy-rc.d"
chmod +x "$root/usr/sbin/policy-rc.d"
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
if [ -s "$root/etc/apt/sources.list" ]; then chroot "$root" apt-get -q update; fi
chroot "$root" sh -c "apt-get -q install -y --no-install-recommends $*"
rm "$root/usr/sbin/policy-rc.d"
"""


def ensure(progress: Progress = print) -> Path:
    """Its root file system. Raises NoDebianSource, BuildFailed."""
    return cache.entry("image", NAME, recipe.inputs(), lambda part: _make(part, progress), progress,
                       "about 40 s") / "root"  # fmt: skip


def install(root: Path, debs: Path, wanted: list[str], log: Path) -> None:
    """Install packages in an image: names, or /mnt/NAME.deb for files of the folder `debs`. Raises BuildFailed."""
    run(["bash", "-c", INSTALL, "install", root, debs, *wanted], log)


def _make(part: Path, progress: Progress) -> None:
    root, log = part / "root", cache.log(f"image-{NAME}")
    mirror = sources.debian(recipe.SUITE)
    progress(f"image {NAME}: debootstrap {recipe.SUITE} from this machine's own Debian mirror")
    run(["debootstrap", "--variant=minbase", f"--include={','.join(recipe.FIRST)}", recipe.SUITE, root, mirror], log)
    progress(f"image {NAME}: packages of a cloud image")
    nothing = part / "nothing"
    nothing.mkdir()
    (root / "etc/resolv.conf").touch()
    install(root, nothing, list(recipe.BASE), log)
    nothing.rmdir()
    _lay_files(root)
    finish(root)


def _lay_files(root: Path) -> None:
    """Copy files/ into the image; what lies in an sbin folder becomes a program."""
    for file in sorted(recipe.FILES.rglob("*")):
        if file.is_file():
            target = root / file.relative_to(recipe.FILES)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)
            target.chmod(0o755 if file.parent.name == "sbin" else 0o644)
    wants = root / "etc/systemd/system/sysinit.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (wants / "sandbox-host.service").symlink_to("/etc/systemd/system/sandbox-host.service")


def finish(root: Path) -> None:
    """Mask what cannot work here and take out what must not be shared."""
    for unit in recipe.MASKED:
        link = root / "etc/systemd/system" / unit
        link.unlink(missing_ok=True)
        link.symlink_to("/dev/null")
    for pattern in recipe.NOT_BAKED:
        for found in root.glob(pattern):
            shutil.rmtree(found) if found.is_dir() and not found.is_symlink() else found.unlink()
    # Empty, not absent: an absent one makes systemd take the first boot for a fresh install and enable every unit.
    (root / "etc/machine-id").write_text("")
    (root / "etc/resolv.conf").write_text("")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n")
