# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Images by name: the families in which their makers publish the newest, and who logs in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Image:
    """``families``: path of the family by architecture. ``user``: the account that our user data makes."""

    user: str
    families: dict[str, str] = field(default_factory=dict)


# Source: Compute Engine documentation, "Operating system details", image projects and families.
IMAGES = {
    "debian-13": Image(
        "debian",
        {
            "amd64": "projects/debian-cloud/global/images/family/debian-13",
            "arm64": "projects/debian-cloud/global/images/family/debian-13-arm64",
        },
    ),
    "ubuntu-24.04": Image(
        "ubuntu",
        {
            "amd64": "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-amd64",
            "arm64": "projects/ubuntu-os-cloud/global/images/family/ubuntu-2404-lts-arm64",
        },
    ),
}
OWN_IMAGE_USER = "root"


def user_of(image: str) -> str:
    """The login user of machines made from an image."""
    return IMAGES[image].user if image in IMAGES else OWN_IMAGE_USER
