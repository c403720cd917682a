# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills in Azure, by the resource manager."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from sandbox.azure import catalog, groups, ids, registry
from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.azure.faults import FAIL
from sandbox.azure.kinds import Kind
from sandbox.drills.cloud import Cloud, Found, Refused, Row
from sandbox.drills.keys import public_key
from sandbox.drills.somebody import Somebody, somebody
from sandbox.faults import KINDS
from sandbox.places import AZURE

TYPES: dict[str, Kind] = {
    "network": registry.VNET, "subnet": registry.SUBNET, "group": registry.GROUP, "rule": registry.RULE,
    "table": registry.TABLE, "route": registry.ROUTE, "address": registry.ADDRESS, "interface": registry.INTERFACE,
    "machine": registry.MACHINE, "volume": registry.DISK, "key": registry.KEY, "availability-set": registry.SET,
    "resource-group": groups.KIND,
}  # fmt: skip
TAGS = {"team": "somebody-else", "pangaea-cluster": "other-b7x2m9qd"}
NEW_PRIORITY = 4000  # of rules that a drill adds: the first free one from here on


class Azure(Cloud):
    """A thing's id is its path; its region is its own, or that of what it is in."""

    NAME, FAULTS, CHANGING = AZURE, (*KINDS, FAIL), ("Creating", "Updating")
    SERVICES = ("Microsoft.Network", "Microsoft.Compute", "Microsoft.Resources")
    LACKS = {"delete-gateway": "Azure has no internet gateways: a subnet's way out is its route table (delete-route), "
             "and what gets in is up to its security group (delete-rule)"}  # fmt: skip

    @classmethod
    def has(cls, region: str) -> bool:
        return region in catalog.LOCATIONS

    def things(self) -> list[Found]:
        rows = self.ask("GET", "state")["resources"]
        regions = {ids.key(row["id"]): str(row["location"]) for some in rows.values() for row in some
                   if "location" in row}  # fmt: skip
        on = _holders(rows)
        return [_found(kind, row, regions, on) for kind, type_ in TYPES.items() for row in rows[type_.full]]

    def delete(self, one: Found) -> None:
        self._do("DELETE", one)

    def edit_rule(self, rule: Found, cidr: str) -> None:
        end = "destination" if rule.egress else "source"
        self._do("PUT", rule, _changed(rule, {f"{end}AddressPrefix": cidr, f"{end}AddressPrefixes": None}))

    def add_rule(self, holder: Found, port: int, cidr: str) -> None:
        used = {one["properties"]["priority"] for one in holder.row["properties"]["securityRules"]}
        priority = next(number for number in range(NEW_PRIORITY, 4097) if number not in used)
        self._put(f"{holder.id}/securityRules/drill-{port}", registry.RULE, {
            "protocol": "Tcp", "access": "Allow", "direction": "Inbound", "priority": priority,
            "sourcePortRange": "*", "destinationPortRange": str(port), "sourceAddressPrefix": cidr,
            "destinationAddressPrefix": "*",
        })  # fmt: skip

    def release(self, address: Found) -> None:
        configuration = address.row["properties"].get("ipConfiguration", {}).get("id", "")
        if configuration:
            nic = self._get(configuration.split("/ipConfigurations/")[0], registry.INTERFACE)
            for one in nic["properties"]["ipConfigurations"]:
                if ids.key(one["properties"].get("publicIPAddress", {}).get("id", "")) == ids.key(address.id):
                    del one["properties"]["publicIPAddress"]
            self._him.do("PUT", _path(nic["id"], registry.INTERFACE), _writable(nic, registry.INTERFACE))
        self.delete(address)

    def tag(self, one: Found, key: str, value: str | None) -> str:
        if not TYPES[one.kind].tracked:
            raise Refused(f"a {one.kind} of Azure has no tags; what it is in has")
        tags = {name: old for name, old in one.row.get("tags", {}).items() if name != key}
        self._do("PATCH", one, {"tags": tags if value is None else {**tags, key: value}})
        return "tag"

    def power(self, machine: Found, *, on: bool) -> None:
        """Stopped as by the portal: deallocated, so that it costs nothing."""
        self._him.do("POST", _path(f"{machine.id}/{'start' if on else 'deallocate'}", registry.MACHINE))

    def make_bystander(self, region: str, *, machine: bool) -> list[str]:
        group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/bystander-{region}"
        about = {"location": region, "tags": TAGS}
        self._him.do("PUT", _path(group, groups.KIND), about)

        def make(kind: Kind, properties: Row, **more: Any) -> str:
            name = f"{group}/providers/{kind.full}/bystander"
            self._put(name, kind, properties, **about, **more)
            return name

        rule = {"name": "https", "properties": {
            "protocol": "Tcp", "access": "Allow", "direction": "Inbound", "priority": 100, "sourcePortRange": "*",
            "destinationPortRange": "443", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}}  # fmt: skip
        rules = make(registry.GROUP, {"securityRules": [rule]})
        inside = {"addressPrefix": "10.250.1.0/24", "networkSecurityGroup": {"id": rules}}
        network = make(registry.VNET, {"addressSpace": {"addressPrefixes": ["10.250.0.0/16"]},
                                       "subnets": [{"name": "bystander", "properties": inside}]})  # fmt: skip
        address = make(registry.ADDRESS, {"publicIPAllocationMethod": "Static"}, sku={"name": "Standard"})
        volume = make(registry.DISK, {"creationData": {"createOption": "Empty"}, "diskSizeGB": 4},
                      sku={"name": "StandardSSD_LRS"})  # fmt: skip
        key = make(registry.KEY, {"publicKey": public_key()})
        made = [group, rules, network, address, volume, key]
        if machine:
            where = {"subnet": {"id": f"{network}/subnets/bystander"}}
            nic = make(registry.INTERFACE, {"ipConfigurations": [{"name": "main", "properties": where}]})
            made += [nic, make(registry.MACHINE, _machine(nic))]
        return made

    def remove_bystander(self, region: str, ids: list[str]) -> None:
        for one in ids[:1]:  # the group, and all that is in it
            self._him.do("DELETE", _path(one, groups.KIND))

    def names(self, entry: Row, thing: str) -> bool:
        text = json.dumps(entry["params"]).lower()
        return re.search(re.escape(thing.lower()) + r'(?=["/?])', text) is not None

    @functools.cached_property
    def _him(self) -> Somebody:
        return somebody(self.place, AZURE)

    def _do(self, method: str, one: Found, body: Row | None = None) -> None:
        self._him.do(method, _path(one.id, TYPES[one.kind]), body)

    def _get(self, name: str, kind: Kind) -> Row:
        return dict(self._him.do("GET", _path(name, kind)))

    def _put(self, name: str, kind: Kind, properties: Row, **more: Any) -> None:
        self._him.do("PUT", _path(name, kind), {**more, "properties": properties})


def _path(name: str, kind: Kind) -> str:
    return f"{name}?api-version={kind.version}"


def _found(kind: str, row: Row, regions: dict[str, str], on: dict[str, str]) -> Found:
    """One row. What has no region of its own has that of its parent."""
    parent = row["id"].rsplit("/", 2)[0]
    made: Row = {"region": regions.get(ids.key(row["id"])) or regions[ids.key(parent)], "row": row, "id": row["id"],
                 "name": row["name"]}  # fmt: skip
    properties = row.get("properties", {})
    if kind == "rule":
        made |= _rule(properties) | {"inside": parent}
    elif kind == "route":
        made |= {"inside": parent, "cidr": properties["addressPrefix"]}
    elif kind == "machine":
        made["key"] = properties["vmId"]
    elif kind == "address":
        text = properties.get("ipAddress", "")
        made |= {"on": on.get(ids.key(row["id"]), ""), "cidr": text, "names": frozenset([text])}
    return Found(AZURE, kind, **made)


def _rule(rule: Row) -> Row:
    ports = rule.get("destinationPortRange") or ",".join(rule.get("destinationPortRanges", []))
    egress = rule["direction"] == "Outbound"
    end = "destination" if egress else "source"
    peer = rule.get(f"{end}AddressPrefix") or ",".join(rule.get(f"{end}AddressPrefixes", []))
    first = re.match(r"\d+", ports)
    about = f"{'out' if egress else 'in'} {rule['protocol'].lower()} {ports} {peer}"
    return {"port": int(first[0]) if first else None, "egress": egress, "cidr": peer, "about": about}


def _holders(rows: Row) -> dict[str, str]:
    """The machine that each public address is on, by its interface."""
    found = {}
    for nic in rows[registry.INTERFACE.full]:
        machine = nic["properties"].get("virtualMachine", {}).get("id")
        for one in nic["properties"]["ipConfigurations"]:
            address = one["properties"].get("publicIPAddress", {}).get("id")
            if machine and address:
                found[ids.key(address)] = next(
                    row["id"] for row in rows[registry.MACHINE.full] if ids.key(row["id"]) == ids.key(machine)
                )
    return found


def _changed(one: Found, changes: Row) -> Row:
    """The body of a PUT: the row as it is, but for these properties; None removes one."""
    properties = {**one.row["properties"], **changes}
    kept = {name: value for name, value in properties.items() if value is not None}
    return _writable({**one.row, "properties": kept}, TYPES[one.kind])


def _writable(row: Row, kind: Kind) -> Row:
    """A row without what only the cloud sets."""
    return {**row, "properties": {name: row["properties"][name] for name in row["properties"] if name in kind.served}}


def _machine(nic: str) -> Row:
    ssh = {"publicKeys": [{"path": "/home/somebody/.ssh/authorized_keys", "keyData": public_key()}]}
    return {
        "hardwareProfile": {"vmSize": "Standard_B1s"},
        "storageProfile": {
            "imageReference": {"publisher": "Debian", "offer": "debian-13", "sku": "13-gen2", "version": "latest"},
            "osDisk": {"createOption": "FromImage", "name": "bystander-os", "deleteOption": "Delete"}},
        "osProfile": {"computerName": "bystander", "adminUsername": "somebody",
                      "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": ssh}},
        "networkProfile": {"networkInterfaces": [{"id": nic, "properties": {"deleteOption": "Delete"}}]},
    }  # fmt: skip
