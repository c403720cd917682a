# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Images by name: where AWS publishes the newest official one, and who logs in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Image:
    """``parameters``: public SSM parameter by architecture. ``user``: the account that our user data makes."""

    user: str
    parameters: dict[str, str] = field(default_factory=dict)


# Debian: wiki.debian.org/Cloud/AmazonEC2Image; Ubuntu: documentation.ubuntu.com/aws, "Find Ubuntu images on AWS".
IMAGES = {
    "debian-13": Image(
        "debian",
        {
            "amd64": "/aws/service/debian/release/13/latest/amd64",
            "arm64": "/aws/service/debian/release/13/latest/arm64",
        },
    ),
    "ubuntu-24.04": Image(
        "ubuntu",
        {
            "amd64": "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
            "arm64": "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
        },
    ),
}
OWN_IMAGE_USER = "root"


def user_of(image: str) -> str:
    """The login user of machines made from an image."""
    return IMAGES[image].user if image in IMAGES else OWN_IMAGE_USER
