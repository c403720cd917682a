# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Images by name: where Debian and Canonical publish them in the marketplace, and who logs in."""

from __future__ import annotations

from dataclasses import dataclass

from .._engine.errors import Refused


@dataclass(frozen=True)
class Image:
    """``skus`` by architecture and generation of the virtual hardware. ``user``: the account of our user data."""

    user: str
    publisher: str
    offer: str
    skus: dict[tuple[str, str], str]


# Debian: wiki.debian.org/Cloud/MicrosoftAzure; Ubuntu: documentation.ubuntu.com/azure, "Find Ubuntu images on Azure".
IMAGES = {
    "debian-13": Image(
        "debian",
        "Debian",
        "debian-13",
        {("amd64", "V2"): "13-gen2", ("amd64", "V1"): "13", ("arm64", "V2"): "13-arm64"},
    ),
    "ubuntu-24.04": Image(
        "ubuntu",
        "Canonical",
        "ubuntu-24_04-lts",
        {("amd64", "V2"): "server", ("amd64", "V1"): "server-gen1", ("arm64", "V2"): "server-arm64"},
    ),
}
# Names that Azure refuses for the first user (learn.microsoft.com/azure/virtual-machines/linux/faq).
FORBIDDEN_USERS = frozenset(
    [
        *("1", "123", "a", "actuser", "adm", "admin", "admin1", "admin2", "administrator", "aspnet", "backup"),
        *("console", "david", "guest", "john", "owner", "root", "server", "sql", "support", "support_388945a0", "sys"),
        *("test", "test1", "test2", "test3", "user", "user1", "user2", "user3", "user4", "user5", "video"),
    ]
)


def image_of(name: str) -> Image:
    """Raises Refused for a name that is not in the table."""
    if name not in IMAGES:
        raise Refused(f"image {name}: not known in Azure; it is one of {', '.join(sorted(IMAGES))}")
    return IMAGES[name]


def user_of(image: str) -> str:
    """The login user of machines made from an image."""
    return IMAGES[image].user if image in IMAGES else IMAGES["debian-13"].user
