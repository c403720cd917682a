# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What an instance is made of, looked up once per site and only when a machine is created."""

from __future__ import annotations

import shlex
import threading
from typing import Any

from .._engine.errors import NotFound, Refused
from .._engine.resource import State
from .._site.user_data import HostKey, user_data
from . import api_account
from .client import Client
from .images import IMAGES
from .labels import FIRST_HOST_KEY, as_labels, as_metadata, metadata_items, path_of
from .rules import tag_for
from .sizes import architecture_of, disk_of

Row = dict[str, Any]
USER_DATA_LIMIT = 262144  # bytes: Compute Engine documentation, "About VM metadata", limits of a value
ONLY_OWN_KEYS = {"enable-oslogin": "FALSE", "block-project-ssh-keys": "TRUE"}


class Launch:
    """Images and the network of a site, for the machines that are to be created."""

    def __init__(self, client: Client, network: dict[str, Any], users: dict[str, str]) -> None:
        self.client, self.network, self._users = client, network, users
        self._images: dict[tuple[str, str], Row] = {}
        self._lock = threading.Lock()

    def image(self, image: str, architecture: str) -> Row:
        """The row of an image by its name or path. Raises Refused when there is none."""
        with self._lock:
            if (image, architecture) not in self._images:
                self._images[image, architecture] = self._find(image, architecture)
            return self._images[image, architecture]

    def request(self, name: str, desired: State) -> Row:
        """The instance to be. A fresh host key each time: its private half is kept nowhere else."""
        zone, kind, key = f"zones/{desired['zone']}", desired["type"], HostKey.generate()
        spot = {"provisioningModel": "SPOT", "instanceTerminationAction": "STOP", "automaticRestart": False}
        return {
            "name": name,
            "machineType": f"{zone}/machineTypes/{kind}",
            "labels": as_labels(desired),
            "tags": {"items": sorted(tag_for(firewall) for firewall in desired["firewalls"])},
            "metadata": {"items": metadata_items(self._metadata(name, desired, key))},
            "disks": [self._disk(zone, desired)],
            "networkInterfaces": [self._interface(name, desired)],
            "canIpForward": False,
            **({"scheduling": {**spot, "onHostMaintenance": "TERMINATE"}} if desired["spot"] else {}),
        }

    def _metadata(self, name: str, desired: State, key: HostKey) -> dict[str, str]:
        user, public_keys = self._users[name], self.network.get("ssh_public_keys") or []
        return {
            **ONLY_OWN_KEYS,
            **as_metadata(desired),
            FIRST_HOST_KEY: key.public,
            **({"ssh-keys": "\n".join(f"{user}:{public}" for public in public_keys)} if public_keys else {}),
            "user-data": user_data(name, user, public_keys, key, limit=USER_DATA_LIMIT),
            "startup-script": first_start(key),
        }

    def _disk(self, zone: str, desired: State) -> Row:
        parameters = {
            "sourceImage": path_of(self.image(desired["image"], architecture_of(desired["type"]))["selfLink"]),
            "diskSizeGb": str(desired["disk_gb"]),
            "diskType": f"{zone}/diskTypes/{disk_of(desired['type'])}",
            "labels": as_labels({name: desired[name] for name in ("owner", "site")}),
        }
        return {"boot": True, "autoDelete": True, "initializeParams": parameters}

    def _interface(self, name: str, desired: State) -> Row:
        subnet = f"projects/{self.client.project}/regions/{self.client.region}/subnetworks/{self.network['name']}"
        address = self.network["addresses"][name]["address"] if desired["public"] == "static" else None
        if desired["public"] == "static" and not address:
            raise Refused(f"create machine {name}: the network has no address for it yet; make the network first")
        return {"subnetwork": subnet, "accessConfigs": [access_config(address)]}

    def _find(self, image: str, architecture: str) -> Row:
        known = IMAGES.get(image)
        try:
            if known or "/family/" in image:
                return api_account.get_image_from_family(
                    self.client, known.families[architecture] if known else path_of(image)
                )
            if not image.startswith("projects/"):
                raise NotFound("it is no path of an image: projects/<project>/global/images/<name>")
            return api_account.get_image(self.client, image)
        except NotFound as error:
            raise Refused(f"image {image}: there is none for {architecture} ({error}); name another one") from error


def access_config(address: str | None = None) -> Row:
    """A public address: a reserved one, or one of GCP's choice. Of the tier of ours, whatever the project's default."""
    access = {"type": "ONE_TO_ONE_NAT", "name": "External NAT", "networkTier": "PREMIUM"}
    return {**access, **({"natIP": address} if address else {})}


def first_start(key: HostKey) -> str:
    """For images that have Google's guest agent and no cloud-init, as its Debian images: the one-time host key.

    The agent makes the login user from ssh-keys, and runs this at every start; it works at the first one only, and
    never where cloud-init does the same from our user data.
    """
    return "\n".join(
        [
            "#!/bin/sh",
            "set -eu",
            "command -v cloud-init >/dev/null && exit 0",
            "done=/var/lib/pangaea/first-start",
            'test -e "$done" && exit 0',
            "umask 077",
            f"printf '%s' {shlex.quote(key.private)} > /etc/ssh/ssh_host_ecdsa_key",
            f"printf '%s\\n' {shlex.quote(key.public)} > /etc/ssh/ssh_host_ecdsa_key.pub",
            "chmod 0644 /etc/ssh/ssh_host_ecdsa_key.pub",
            "systemctl try-restart ssh.service",
            'mkdir -p "${done%/*}" && touch "$done"',
            "",
        ]
    )
