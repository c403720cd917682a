# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The resources that machines are made of."""

from __future__ import annotations

from typing import Any

from .._engine.errors import Refused
from .._engine.resource import State
from .._site.records import RECORDED
from .._site.resource import MARKS
from . import api_machines as api
from .labels import LABEL_OF_FIELD, OWNER, as_labels, as_metadata, labels_of, metadata_items, metadata_of, relabelled
from .launch import ONLY_OWN_KEYS, Launch, access_config
from .machine_listings import MachineListings, access_of
from .resource import GcpResource, Row, write_fresh
from .rules import TAG, tag_for

FIRST_NIC = "nic0"  # the name of the one interface of a machine


class Machine(GcpResource):
    """One machine. Image, disk and zone are read when it is created, and never compared afterwards."""

    kind = "machine"
    fixed = frozenset({"type", "spot"})
    create_only = frozenset({"image", "disk_gb", "zone", "public"})
    marks = MARKS - RECORDED
    way_out = "put the size back in the cluster file, or make the machine anew: replace NODE"
    patience = 300.0

    def __init__(self, *args: Any, launch: Launch, listings: MachineListings, **others: Any) -> None:
        super().__init__(*args, **others)
        self._launch, self._listings = launch, listings

    @property
    def _path(self) -> str:
        return str((self.actual or {})["path"])

    def make(self) -> None:
        """Its name is unique in its zone, so that nothing is made twice."""
        body = self._launch.request(self.name, self.wanted)
        api.insert_instance(self.client, self.wanted["zone"], body)

    def update(self, fields: State) -> None:
        """Labels, metadata, firewalls, disk, public address, power."""
        self.refuse_to_adopt(fields)
        row = self._listings.row_of(self.actual or {})
        if LABEL_OF_FIELD.keys() & fields.keys():
            self._write(row, self._write_labels)
        if "firewalls" in fields:
            self._write(row, self._write_tags)
        said = as_metadata(fields) | (ONLY_OWN_KEYS if "login" in fields else {})
        if said:
            self.write_metadata(said)
        if "disk" in fields:
            device = next(one["deviceName"] for one in row["disks"] if one.get("boot"))
            api.set_disk_auto_delete(self.client, self._path, device)
        if "access" in fields:
            api.add_access_config(self.client, self._path, FIRST_NIC, access_config())
        if "power" in fields:
            suspended = (self.actual or {})["power"] == "suspended"
            (api.resume_instance if suspended else api.start_instance)(self.client, self._path)

    def write_metadata(self, values: dict[str, str]) -> None:
        """Set some metadata; the others stay."""

        def write(seen: Row) -> None:
            items = metadata_items({**metadata_of(seen), **values})
            body = {"items": items, "fingerprint": seen["metadata"]["fingerprint"]}
            api.set_metadata(self.client, self._path, body)

        self._write(self._listings.row_of(self.actual or {}), write)

    def delete(self) -> None:
        """With its disk and its interface."""
        api.delete_instance(self.client, self._path)

    def settled(self) -> bool:
        """It runs; what it runs is seen by those who log in."""
        return self.actual is None or self.desired is None or self.actual["status"] == "running"

    def _write(self, row: Row, write: Any) -> None:
        write_fresh(row, lambda: api.get_instance(self.client, self._path), write)

    def _write_labels(self, seen: Row) -> None:
        labels = relabelled(labels_of(seen), as_labels(self.wanted), self.strays())
        api.set_labels(self.client, self._path, {"labels": labels, "labelFingerprint": seen["labelFingerprint"]})

    def _write_tags(self, seen: Row) -> None:
        """Ours as they should be; tags of others stay, they mean nothing to our firewalls."""
        others = [tag for tag in seen["tags"].get("items", []) if not tag.startswith(TAG)]
        ours = [tag_for(name) for name in self.wanted["firewalls"]]
        body = {"items": sorted([*others, *ours]), "fingerprint": seen["tags"]["fingerprint"]}
        api.set_tags(self.client, self._path, body)


class Attachment(GcpResource):
    """A machine that has its static public address. Parent: the machine."""

    kind = "attachment"
    tagged = False

    def __init__(self, *args: Any, address: str | None, listings: MachineListings, **others: Any) -> None:
        super().__init__(*args, **others)
        self._address, self._listings = address, listings

    def make(self) -> None:
        """A new machine came with it. Else what it has instead is given back, and so does who has it."""
        if self._address is None:
            raise Refused(f"create {self.key}: the network has no address for it yet; make the network first")
        if self.read() is not None:
            return
        machine = (self.parent.actual if self.parent else None) or {}
        for row in (self._listings.holder(self._address), self._listings.row_of(machine)):
            if row:
                self._take_from(row)
        api.add_access_config(self.client, machine["path"], FIRST_NIC, access_config(self._address))

    def update(self, fields: State) -> None:
        """Never asked for: there is no other address that it could have."""
        raise NotImplementedError

    def delete(self) -> None:
        """Never asked for: it ends with the machine."""
        raise NotImplementedError

    def _take_from(self, row: Row) -> None:
        if labels_of(row).get(OWNER) != self.owner:
            raise Refused(
                f"create {self.key}: its address {self._address} is in use by {row['name']}, which is not this "
                "cluster's; take it from there, then run again"
            )
        access, path = access_of(row), row["selfLink"].split(f"projects/{self.client.project}/", 1)[1]
        if access:
            api.delete_access_config(self.client, path, FIRST_NIC, access["name"])
