# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a RunInstances request is made of, looked up once per site and only when a machine is created."""

from __future__ import annotations

import threading
from typing import Any

from .._engine.errors import NotFound, Refused
from .._engine.resource import State
from .._site.user_data import HostKey, user_data
from . import api_account
from .client import Client
from .images import IMAGES
from .sizes import architecture_of
from .tags import FIRST_HOST_KEY, as_tags

Row = dict[str, Any]
USER_DATA_LIMIT = 16384  # bytes, before base64: EC2 User Guide, "Run commands when you launch an EC2 instance"


class Launch:
    """Images and the network of a site, for the machines that are to be created."""

    def __init__(self, client: Client, network: dict[str, Any], users: dict[str, str]) -> None:
        self.client, self.network, self._users = client, network, users
        self._images: dict[tuple[str, str], Row] = {}
        self._lock = threading.Lock()

    def image(self, image: str, architecture: str) -> Row:
        """The row of an image by its name or id. Raises Refused when the region does not have it."""
        with self._lock:
            if (image, architecture) not in self._images:
                self._images[image, architecture] = self._find(image, architecture)
            return self._images[image, architecture]

    def request(self, name: str, desired: State) -> Row:
        """All of the request but the token. A fresh host key each time: its private half is kept nowhere else."""
        image = self.image(desired["image"], architecture_of(desired["type"]))
        key = HostKey.generate()
        public_keys = self.network.get("ssh_public_keys") or []
        spot = {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "one-time"}}
        return {
            "ImageId": image["ImageId"],
            "InstanceType": desired["type"],
            "UserData": user_data(name, self._users[name], public_keys, key, limit=USER_DATA_LIMIT),
            "NetworkInterfaces": [self._interface(desired)],
            "BlockDeviceMappings": [_root_disk(image["RootDeviceName"], desired["disk_gb"])],
            "MetadataOptions": {"HttpTokens": "required", "HttpPutResponseHopLimit": 1, "HttpEndpoint": "enabled"},
            "TagSpecifications": _tag_specifications(desired, key.public),
            **({"KeyName": self.network["key_name"]} if self.network["key_name"] else {}),
            **({"InstanceMarketOptions": spot} if desired["spot"] else {}),
        }

    def _interface(self, desired: State) -> Row:
        groups = [self.network["groups"][key.split("/", 2)[2]] for key in desired["firewalls"]]
        return {
            "DeviceIndex": 0,
            "SubnetId": self.network["zones"][desired["zone"]]["subnet_id"],
            "Groups": groups,
            "AssociatePublicIpAddress": desired["public"] == "automatic",
            "DeleteOnTermination": True,
        }

    def _find(self, image: str, architecture: str) -> Row:
        known = IMAGES.get(image)
        try:
            found = api_account.get_parameter(self.client, known.parameters[architecture]) if known else image
        except NotFound as error:
            raise Refused(
                f"image {image}: {self.client.region} does not publish it for {architecture} ({error}); "
                "name an image of this region by its id in the cluster file"
            ) from error
        rows = api_account.list_images(self.client, found)
        if not rows:
            raise Refused(
                f"image {image}: {found} does not exist in {self.client.region}; name another one in the cluster file"
            )
        if "RootDeviceName" not in rows[0]:
            raise Refused(f"image {image}: {found} has no root disk of its own; name another one in the cluster file")
        return rows[0]


def _root_disk(device: str, size: int) -> Row:
    disk = {"VolumeType": "gp3", "VolumeSize": size, "Encrypted": True, "DeleteOnTermination": True}
    return {"DeviceName": device, "Ebs": disk}


def _tag_specifications(desired: State, first_host_key: str) -> list[Row]:
    common = as_tags({name: desired[name] for name in ("owner", "site", "label")})
    machine = [*as_tags(desired), {"Key": FIRST_HOST_KEY, "Value": first_host_key}]
    kinds = {"instance": machine, "volume": common, "network-interface": common}
    return [{"ResourceType": kind, "Tags": tags} for kind, tags in kinds.items()]
