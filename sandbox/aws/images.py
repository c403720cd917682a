# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images the sandbox offers, with the ids, owners, device names and SSM parameters of the real ones' shape."""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Any

from moto.ec2.models.amis import Ami

AMAZON_STYLE_DATE = datetime.datetime(2026, 11, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Image:
    """One image. `name` is the fabric's word, `ami_name` the cloud's; `parameter` is its public SSM parameter."""

    name: str
    ami_name: str
    owner: str
    root_device: str
    size_gb: int
    parameter: str | None
    description: str
    architecture: str = "x86_64"

    def id(self, region: str) -> str:
        """An image has another id in each region, as in AWS."""
        return "ami-" + hashlib.sha256(f"{region}/{self.name}".encode()).hexdigest()[:17]


IMAGES = (
    Image("debian-13", "debian-13-amd64-20261101-2290", "136693071363", "/dev/xvda", 8,
          "/aws/service/debian/release/13/latest/amd64", "Debian 13 (20261101-2290)"),
    Image("debian-13-arm64", "debian-13-arm64-20261101-2290", "136693071363", "/dev/xvda", 8,
          "/aws/service/debian/release/13/latest/arm64", "Debian 13 (20261101-2290)", "arm64"),
    Image("debian-13-bare", "debian-13-bare-amd64", "self", "/dev/xvda", 8, None,
          "Debian 13 without containerd: an image of this account"),
    Image("ubuntu-24.04", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261101", "099720109477",
          "/dev/sda1", 8, "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id",
          "Canonical, Ubuntu, 24.04, amd64 noble image"),
    Image("ubuntu-24.04-arm64", "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-arm64-server-20261101", "099720109477",
          "/dev/sda1", 8, "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id",
          "Canonical, Ubuntu, 24.04, arm64 noble image", "arm64"),
)  # fmt: skip


def by_id(region: str, ami: str) -> Image | None:
    """The image behind an id, or None."""
    return next((image for image in IMAGES if image.id(region) == ami), None)


def parameters(region: str) -> dict[str, str]:
    """All public SSM parameters of a region: name -> image id."""
    return {image.parameter: image.id(region) for image in IMAGES if image.parameter}


def register(backend: Any, account: str, region: str) -> None:
    """Put the images into moto's region."""
    for image in IMAGES:
        backend.amis[image.id(region)] = Ami(
            backend, image.id(region), name=image.ami_name, description=image.description,
            owner_id=account if image.owner == "self" else image.owner,
            owner_alias=None, public=image.owner != "self",
            virtualization_type="hvm", architecture=image.architecture, state="available",
            creation_date=AMAZON_STYLE_DATE,
            image_location=f"{image.owner}/{image.ami_name}", hypervisor="xen", root_device_type="ebs",
            root_device_name=image.root_device, region_name=f"{region}a", boot_mode="uefi-preferred",
        )  # fmt: skip
