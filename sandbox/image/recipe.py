# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is in an image. Everything in this file and below files/ is an input of the image's cache key."""

from __future__ import annotations

from pathlib import Path

SUITE = "trixie"
HERE = Path(__file__).parent
FILES = HERE / "files"

FIRST = ("ca-certificates", "debian-archive-keyring")  # what apt needs before it can bring the rest
# What a cloud's own Debian image has, as far as a machine without hardware needs it.
BASE = (
    "apt", "ca-certificates", "cloud-init", "curl", "dbus", "gpg", "iproute2", "iputils-ping", "kmod",
    "libpam-systemd", "mount", "openssh-server", "procps", "python3", "python3-apt", "sudo", "systemd",
    "systemd-sysv", "util-linux",
)  # fmt: skip

# Units that cannot do their work in a container or would disturb a measurement by waking up.
MASKED = (
    "apt-daily-upgrade.timer", "apt-daily.timer", "dpkg-db-backup.timer", "e2scrub_all.timer", "e2scrub_reap.service",
    "fstrim.timer", "man-db.timer", "systemd-networkd-wait-online.service", "systemd-timesyncd.service",
    "systemd-resolved.service", "sys-kernel-config.mount", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
    "systemd-modules-load.service", "systemd-udev-settle.service",
)  # fmt: skip

# A machine gets its own on its first boot, or a whole fleet would share them.
NOT_BAKED = (
    "etc/apt/sources.list", "etc/apt/sources.list.d/*", "etc/hostname", "etc/resolv.conf", "etc/ssh/ssh_host_*",
    "var/cache/apt/archives/*.deb", "var/cache/apt/*.bin", "var/lib/apt/lists/*", "var/lib/cloud/*",
    "var/lib/dbus/machine-id", "var/lib/systemd/random-seed", "var/log/apt/*", "var/log/*.log",
)  # fmt: skip


def inputs() -> dict[str, object]:
    """The part of the cache key that every image shares."""
    own = {str(file.relative_to(HERE)): file for file in sorted(FILES.rglob("*")) if file.is_file()}
    return {"recipe": HERE / "recipe.py", "making": HERE / "bare.py", "files": own}
