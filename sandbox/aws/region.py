# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One region of one account: moto's state, seen through the corrections that make it AWS's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.aws import images, kinds, store
from sandbox.aws.errors import AwsError
from sandbox.aws.kinds import Kind
from sandbox.aws.lists import Row
from sandbox.aws.model import Params
from sandbox.aws.phases import Phases
from sandbox.aws.quotas import Quotas
from sandbox.clock import Clock
from sandbox.host import Machines

LISTED_AFTER_DEATH = 3600.0  # seconds; "terminated instances remain visible for about one hour"
CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
GONE_WITH_DEATH = (
    "PrivateIpAddress", "PublicIpAddress", "SubnetId", "VpcId", "NetworkInterfaces", "BlockDeviceMappings",
    "SecurityGroups",
)  # fmt: skip


@dataclass
class Shared:
    """What all regions of one sandbox share."""

    clock: Clock
    phases: Phases
    quotas: Quotas
    machines: Machines | None = None


class Region:
    """The things of one region. `rows(kind)` is what a list would show; `touch()` after every change."""

    def __init__(self, account: str, name: str, shared: Shared) -> None:
        self.account, self.name, self.shared = account, name, shared
        self.backend = store.backend(account, name)
        images.register(self.backend, account, name)
        self.died: dict[str, float] = {}
        self.reasons: dict[str, str] = {}
        self.turns: dict[str, int] = {}
        self._cache: dict[str, list[Row]] = {}

    def touch(self) -> None:
        """Something changed: what was listed is no longer true."""
        self._cache.clear()

    def rows(self, kind: Kind) -> list[Row]:
        """Everything of one kind, states as of now. The rows are shared: copy before changing one."""
        if kind.rows not in self._cache:
            self._cache[kind.rows] = self._listed(kind, {})
        return [self._now(kind, row) for row in self._cache[kind.rows]]

    def find(self, kind: Kind, key: str) -> Row | None:
        """One row by id, or None. Alone, while nobody needs the whole list: that would cost each of 100 launches."""
        if kind.rows in self._cache or kind is kinds.KEY_PAIR:  # moto does not list key pairs by id
            return next((row for row in self.rows(kind) if row[kind.key] == key), None)
        try:
            found = self._listed(kind, {kind.asked: [key]})
        except AwsError:
            return None
        return self._now(kind, found[0]) if found else None

    def row(self, kind: Kind, key: str) -> Row:
        """One row by id. Raises AwsError, *.NotFound."""
        row = self.find(kind, key)
        if row is None:
            raise AwsError(kind.missing, f"The {kind.taggable or kind.prefix} ID '{key}' does not exist")
        return row

    def moto(self, action: str, params: Params) -> Params:
        """Change the state. Only through `Call.do`, which knows about DryRun."""
        try:
            return store.call(self.account, self.name, action, params)
        finally:
            self.touch()

    def begin(self, key: str, state: str, seconds: float, *, after: Callable[[], None] | None = None,
              until: Callable[[], bool] | None = None, stuck: bool = False) -> None:  # fmt: skip
        """Start a phase of one thing here."""

        def ended() -> None:
            if after:
                after()
            self.touch()

        self.shared.phases.begin(key, state, seconds, after=ended, until=until, stuck=stuck)

    def instance(self, key: str) -> Any:
        """moto's object of one instance. Raises AwsError."""
        for found in self.instances():
            if found.id == key:
                return found
        raise AwsError("InvalidInstanceID.NotFound", f"The instance ID '{key}' does not exist")

    def instances(self) -> Iterator[Any]:
        """moto's objects of all instances, the dead included."""
        for reservation in self.backend.reservations.values():
            yield from reservation.instances

    def shown_state(self, instance: Any) -> str:
        """The state that a list would show for one of moto's objects."""
        return self.shared.phases.name(instance.id) or str(instance.state)

    def bury(self) -> None:
        """Forget instances that died long enough ago."""
        for key, moment in list(self.died.items()):
            if self.shared.clock.now() - moment > LISTED_AFTER_DEATH:
                del self.died[key]
                for reservation in list(self.backend.reservations.values()):
                    reservation.instances = [one for one in reservation.instances if one.id != key]
                    if not reservation.instances:
                        del self.backend.reservations[reservation.id]
                self.backend.tags.pop(key, None)
                self.touch()

    def _listed(self, kind: Kind, params: Params) -> list[Row]:
        found = store.call(self.account, self.name, kind.describe, params)
        return _CORRECT.get(kind.rows, _as_it_is)(self, found.get(kind.rows, found))

    def _now(self, kind: Kind, row: Row) -> Row:
        state = self.shared.phases.name(row[kind.key])
        if state is None:
            return row
        if kind is kinds.INSTANCE:
            return {**row, "State": {"Code": CODES[state], "Name": state}}
        return {**row, "State": state}


def _as_it_is(region: Region, rows: list[Row]) -> list[Row]:
    return rows


def _vpcs(region: Region, rows: list[Row]) -> list[Row]:
    return [{**row, "OwnerId": region.account} for row in rows]


def _key_pairs(region: Region, rows: list[Row]) -> list[Row]:
    for row in rows:
        pair = region.backend.key_pairs[row["KeyName"]]
        row["PublicKey"] = pair.public_key if pair.material_public else ""
    return rows


def _addresses(region: Region, rows: list[Row]) -> list[Row]:
    shown = [{key: value for key, value in row.items() if value != ""} for row in rows]  # moto: InstanceId ""
    return [{**row, "NetworkBorderGroup": region.name, "PublicIpv4Pool": "amazon"} for row in shown]


def _instances(region: Region, found: Params) -> list[Row]:
    rows = []
    for reservation in found["Reservations"]:
        for row in reservation["Instances"]:
            row |= {"ReservationId": reservation["ReservationId"], "OwnerId": region.account}
            rows.append(_dead(region, row) if row["State"]["Name"] == "terminated" else _alive(region, row))
    return rows


def _alive(region: Region, row: Row) -> Row:
    instance = region.instance(row["InstanceId"])
    primary = instance.nics.get(0)
    if primary is not None:
        row["SourceDestCheck"] = primary.source_dest_check
    fixed = {address.public_ip for address in region.backend.addresses}
    for nic in row["NetworkInterfaces"]:
        for shown in (nic, *nic["PrivateIpAddresses"]):
            if not shown.get("Association"):
                shown.pop("Association", None)  # moto: an empty one where there is no public address
            else:
                owner = region.account if shown["Association"]["PublicIp"] in fixed else "amazon"
                shown["Association"]["IpOwnerId"] = owner
    if row["State"]["Name"] == "running":
        row.pop("StateReason", None)
        row["StateTransitionReason"] = ""
    if instance.client_token == "ABCDE":  # moto's filler where the client gave none
        row.pop("ClientToken", None)
    return row


def _dead(region: Region, row: Row) -> Row:
    """AWS shows of a terminated instance its id, type, tags and reason, and nothing it had."""
    row = {key: value for key, value in row.items() if key not in GONE_WITH_DEATH}
    row |= {"PrivateDnsName": "", "PublicDnsName": ""}
    if row["InstanceId"] in region.reasons:
        code = region.reasons[row["InstanceId"]]
        row["StateReason"] = {"Code": code.split(":")[0], "Message": code}
    return row


def _volumes(region: Region, rows: list[Row]) -> list[Row]:
    for row in rows:
        if row.get("VolumeType") == "gp3":
            row.setdefault("Iops", 3000)
            row.setdefault("Throughput", 125)
        for one in row["Attachments"]:
            disk = region.instance(one["InstanceId"]).block_device_mapping.get(one["Device"])
            one["DeleteOnTermination"] = bool(disk and disk.delete_on_termination)
    return rows


def _interfaces(region: Region, rows: list[Row]) -> list[Row]:
    """moto leaves the public address out of the list of private ones, and calls itself owner of automatic ones."""
    for row in rows:
        association = row.get("Association")
        if association:
            association["IpOwnerId"] = region.account if "AllocationId" in association else "amazon"
        for one in row["PrivateIpAddresses"]:
            if association and one["Primary"]:
                one["Association"] = association
    return rows


def _images(region: Region, rows: list[Row]) -> list[Row]:
    for row in rows:
        image = images.by_id(region.name, row["ImageId"])
        for one in row["BlockDeviceMappings"]:
            one["Ebs"] |= {
                "VolumeSize": image.size_gb if image else 8,
                "VolumeType": "gp3",
                "DeleteOnTermination": True,
            }
    return rows


def _route_tables(region: Region, rows: list[Row]) -> list[Row]:
    attached = {
        (one["InternetGatewayId"], there["VpcId"])
        for one in region.rows(kinds.GATEWAY)
        for there in one.get("Attachments", [])
    }
    for row in rows:
        for route in row["Routes"]:
            gateway = route.get("GatewayId", "")
            lost_gateway = gateway.startswith("igw-") and (gateway, row["VpcId"]) not in attached
            if lost_gateway or _has_lost_machine(region, route):
                route["State"] = "blackhole"
    return rows


def _has_lost_machine(region: Region, route: Row) -> bool:
    """A route to an interface that is gone, or that no running instance carries."""
    interface, instance = route.get("NetworkInterfaceId"), route.get("InstanceId")
    if not interface and not instance:
        return False
    carrier = region.backend.enis.get(interface) if interface else None
    machine = carrier.instance if carrier else region.backend.get_instance_by_id(instance) if instance else None
    return machine is None or machine.state in ("terminated", "stopped")


_CORRECT: dict[str, Callable[[Region, Any], list[Row]]] = {
    "Vpcs": _vpcs, "KeyPairs": _key_pairs, "Addresses": _addresses, "Instances": _instances,
    "Volumes": _volumes, "RouteTables": _route_tables, "NetworkInterfaces": _interfaces, "Images": _images,
}  # fmt: skip
