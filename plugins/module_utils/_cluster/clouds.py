# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What the clouds differ in, as one table: nothing outside of it asks which cloud a site is in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Cloud:
    """Limits are the cloud's own; each `*_pattern` is a regular expression for the whole value."""

    title: str
    account: str  # the key of a site that names the account
    account_means: str
    account_example: str
    account_pattern: str
    region_pattern: str
    region_example: str
    zone_pattern: str  # {region} stands for the region
    zone_example: str
    size_pattern: str  # of a machine type that is named exactly
    size_example: str
    image_pattern: str | None  # of an image that is named by id, None: not possible yet
    longest_name: int  # of a machine; also limited by Kubernetes to 63
    widest: int  # prefix lengths of a network that can be cut into subnets
    narrowest: int
    reserved: int  # addresses of each subnet that the cloud keeps
    key_types: tuple[str, ...]  # of ssh public keys that it takes
    takes_ca: bool = False  # its endpoint may be vouched for by a certificate of one's own


CLOUDS: Final[dict[str, Cloud]] = {
    "aws": Cloud(
        title="AWS",
        account="account",
        account_means="an AWS account: twelve digits",
        account_example='"111122223333"',
        account_pattern=r"[0-9]{12}",
        region_pattern=r"[a-z]{2}(-[a-z]+)+-[0-9]",
        region_example="eu-central-1",
        zone_pattern=r"{region}[a-z]",
        zone_example="{region}a",
        size_pattern=r"[a-z][a-z0-9-]*\.[a-z0-9-]+",
        size_example="m6i.large",
        image_pattern=r"ami-([0-9a-f]{8}|[0-9a-f]{17})",
        longest_name=63,
        # A VPC may be /16 to /28, and so may a subnet; a site is cut into four parts for up to three zones.
        widest=16,
        narrowest=26,
        reserved=5,
        key_types=("ssh-ed25519", "ssh-rsa"),
    ),
    "azure": Cloud(
        title="Azure",
        account="subscription",
        account_means="an Azure subscription: a UUID",
        account_example="0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d",
        account_pattern=r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        region_pattern=r"[a-z]+[a-z0-9]*",
        region_example="germanywestcentral",
        zone_pattern=r"[1-3]",
        zone_example='"1"',
        size_pattern=r"Standard_[A-Za-z0-9_-]+",
        size_example="Standard_D4s_v5",
        image_pattern=None,
        longest_name=63,
        widest=8,
        narrowest=27,
        reserved=5,
        key_types=("ssh-ed25519", "ssh-rsa"),
        takes_ca=True,
    ),
    "gcp": Cloud(
        title="GCP",
        account="project",
        account_means="a GCP project id: 6 to 30 lower-case letters, digits and dashes",
        account_example="shop-prod",
        account_pattern=r"[a-z][a-z0-9-]{4,28}[a-z0-9]",
        region_pattern=r"[a-z]+-[a-z]+[0-9]+",
        region_example="europe-west3",
        zone_pattern=r"{region}-[a-z]",
        zone_example="{region}-a",
        size_pattern=r"[a-z][a-z0-9]*-[a-z0-9-]+",
        size_example="e2-standard-4",
        image_pattern=None,
        longest_name=63,
        widest=8,
        narrowest=27,
        reserved=4,
        key_types=("ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"),
    ),
}
