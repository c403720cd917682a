# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a machine is made from, looked up once per site and only when one is created."""

from __future__ import annotations

import base64
import threading
from functools import cached_property
from typing import Any

from .._engine.errors import NotFound, Refused
from .._engine.resource import State
from .._site.user_data import HostKey, user_data
from . import api_account
from .client import Client
from .images import FORBIDDEN_USERS, image_of
from .sizes import Offer, offers_of
from .tags import FIRST_HOST_KEY, as_tags
from .zones import REGIONAL

Row = dict[str, Any]
USER_DATA_LIMIT = 65535  # bytes before base64: learn.microsoft.com/azure/virtual-machines/custom-data
KEPT = ("dnsSettings", "enableAcceleratedNetworking", "enableIPForwarding")  # of an interface, where a user set them


class Launch:
    """Types, images and the network of a site, for the machines that are to be created."""

    def __init__(self, client: Client, network: dict[str, Any], users: dict[str, str]) -> None:
        self.client, self.network, self._users = client, network, users
        self._images: dict[tuple[str, str], Row] = {}
        self._lock = threading.Lock()
        self._in_group = f"/subscriptions/{client.subscription}/resourceGroups/{client.group}/providers"

    @cached_property
    def offers(self) -> dict[str, Offer]:
        """What the region offers to the subscription."""
        return offers_of(api_account.list_skus(self.client))

    def image(self, name: str, kind: str) -> Row:
        """The reference of the newest image for a machine type. Raises Refused when the region does not have it."""
        offer = self.offers[kind.lower()]
        with self._lock:
            wanted = (name, f"{offer.architecture} {offer.generation}")
            if wanted not in self._images:
                self._images[wanted] = self._find(name, offer)
            return self._images[wanted]

    def refuse_a_bad_login(self, name: str) -> None:
        """Raise Refused where Azure would not take the user, or there is no key to log in with."""
        user = self._users[name]
        if user.lower() in FORBIDDEN_USERS:
            raise Refused(
                f"machine {name}: Azure does not allow the user name {user}; name another one, or none, in its pool"
            )
        if not self.network["ssh_public_keys"]:
            raise Refused(f"machine {name}: Azure makes no machine without an ssh public key; name one under access")

    def interface_id(self, name: str) -> str:
        """Of a machine's interface."""
        return f"{self._in_group}/Microsoft.Network/networkInterfaces/{name}"

    def automatic_address(self, name: str) -> str:
        """The id of the address that goes with a machine."""
        return f"{self._in_group}/Microsoft.Network/publicIPAddresses/{name}"

    def interface(self, desired: State, address: str, tags: dict[str, str], row: Row, *, outlives: bool) -> Row:
        """The body of an interface. ``row``: as it is, so that it keeps its subnet and what a user set."""
        present = row.get("properties") or {}
        kept = {name: present[name] for name in KEPT if name in present and _is_set(present[name])}
        parts = present.get("ipConfigurations") or [{"name": "main", "properties": {"subnet": self._subnet(desired)}}]
        subnet = {"id": parts[0]["properties"]["subnet"]["id"]}
        option = {"deleteOption": "Detach" if outlives else "Delete"}
        main = {
            "subnet": subnet,
            "primary": True,
            "privateIPAllocationMethod": "Dynamic",
            "publicIPAddress": {"id": address, "properties": option},
        }
        firewall = self.network["groups"][desired["firewall"].split("/", 2)[2]]
        configurations = [{"name": parts[0]["name"], "properties": main}]
        properties = {**kept, "ipConfigurations": configurations, "networkSecurityGroup": {"id": firewall}}
        return {"location": self.client.region, "tags": tags, "properties": properties}

    def body(self, name: str, desired: State, interface: str) -> Row:
        """All of a new machine. A fresh host key each time: its private half is kept nowhere else."""
        key = HostKey.generate()
        card = {"id": interface, "properties": {"primary": True, "deleteOption": "Delete"}}
        properties = {
            "hardwareProfile": {"vmSize": desired["type"]},
            "storageProfile": {
                "imageReference": self.image(desired["image"], desired["type"]),
                "osDisk": self._disk(desired),
            },
            "osProfile": self._os(name, key),
            "networkProfile": {"networkInterfaces": [card]},
            **self._set(desired),
            **(SPOT if desired["spot"] else {}),
        }
        zones: Row = {} if desired["zone"] == REGIONAL else {"zones": [desired["zone"]]}
        tags = {**as_tags(desired), FIRST_HOST_KEY: key.public}
        return {"location": self.client.region, **zones, "tags": tags, "properties": properties}

    def again(self, row: Row, tags: dict[str, str]) -> Row:
        """A machine that failed, as it is: what it boots with was told at its first attempt, and is not told again."""
        part = row["properties"]
        names = ("hardwareProfile", "networkProfile", "availabilitySet", "priority", "evictionPolicy", "billingProfile")
        storage = part["storageProfile"]
        image = {name: value for name, value in storage["imageReference"].items() if name != "exactVersion"}
        kept = {name: part[name] for name in names if name in part}
        properties = {**kept, "storageProfile": {"imageReference": image, "osDisk": storage["osDisk"]}}
        zones = {"zones": row["zones"]} if "zones" in row else {}
        return {"location": row["location"], **zones, "tags": tags, "properties": properties}

    def _subnet(self, desired: State) -> Row:
        return {"id": self.network["zones"][desired["zone"]]["subnet_id"]}

    def _set(self, desired: State) -> Row:
        """The availability set of a machine that has no zone."""
        name = "nodes" if desired.get("pool") else "control_plane"
        return {"availabilitySet": {"id": self.network["sets"][name]}} if desired["zone"] == REGIONAL else {}

    def _disk(self, desired: State) -> Row:
        premium = self.offers[desired["type"].lower()].premium
        return {
            "createOption": "FromImage",
            "caching": "ReadWrite",
            "deleteOption": "Delete",
            "diskSizeGB": desired["disk_gb"],
            "managedDisk": {"storageAccountType": "Premium_LRS" if premium else "StandardSSD_LRS"},
        }

    def _os(self, name: str, key: HostKey) -> Row:
        user, keys = self._users[name], self.network["ssh_public_keys"]
        text = user_data(name, user, keys, key, limit=USER_DATA_LIMIT)
        path = f"/home/{user}/.ssh/authorized_keys"
        return {
            "computerName": name,
            "adminUsername": user,
            "customData": base64.b64encode(text.encode()).decode(),
            "linuxConfiguration": {
                "disablePasswordAuthentication": True,
                "ssh": {"publicKeys": [{"path": path, "keyData": one} for one in keys]},
            },
        }

    def _find(self, name: str, offer: Offer) -> Row:
        image, region = image_of(name), self.client.region
        sku = image.skus.get((offer.architecture, offer.generation))
        if sku is None:
            raise Refused(f"image {name}: there is none for {offer.type} ({offer.architecture}); choose another size")
        try:
            version = api_account.newest_image(self.client, image.publisher, image.offer, sku)
        except NotFound as error:
            raise Refused(
                f"image {name}: {region} does not have it for {offer.architecture} ({error}); choose another image"
            ) from error
        return {"publisher": image.publisher, "offer": image.offer, "sku": sku, "version": version}


# Deallocated, not deleted, when Azure wants the hardware back: the next run starts it again, with its disk and address.
SPOT = {"priority": "Spot", "evictionPolicy": "Deallocate", "billingProfile": {"maxPrice": -1}}


def _is_set(value: Any) -> bool:
    """Whether a user set something: Azure answers with empty settings where nobody did."""
    return any(value.values()) if isinstance(value, dict) else bool(value)
