# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drills in GCP, by the Compute Engine API."""

from __future__ import annotations

import functools
import json
import re
from typing import Any

from sandbox.drills.cloud import Cloud, Found, Refused, Row
from sandbox.drills.keys import public_key
from sandbox.drills.somebody import Somebody, somebody
from sandbox.faults import KINDS
from sandbox.gcp import catalog, kinds
from sandbox.gcp.cloud import PROJECT
from sandbox.gcp.faults import FAIL
from sandbox.gcp.kinds import Kind
from sandbox.gcp.links import path_of
from sandbox.gcp.rules_instance import key_of
from sandbox.places import GCP

KEPT: dict[str, Kind] = {
    "network": kinds.NETWORK, "subnet": kinds.SUBNETWORK, "rule": kinds.FIREWALL, "route": kinds.ROUTE,
    "address": kinds.ADDRESS, "machine": kinds.INSTANCE, "volume": kinds.DISK,
}  # fmt: skip
ORDER = ("machine", "volume", "address", "rule", "subnet", "network")  # in which they let go of each other
LABELS = {"team": "somebody-else", "pangaea-cluster": "other-b7x2m9qd"}
ANYWHERE = "global"


class Gcp(Cloud):
    """A thing's id is its path below /compute/v1/. Networks, rules and routes stand in every region."""

    NAME, FAULTS = GCP, (*KINDS, FAIL)
    SERVICES = ("compute",)
    CHANGING = ("PROVISIONING", "STAGING", "STOPPING", "CREATING", "RESERVING")
    RULES, ROUTES = "network", "network"
    LACKS = {
        "delete-gateway": "GCP has no internet gateways: a route of the network leads out (delete-route NETWORK)",
        "delete-group": "GCP has no security groups: rules are the network's (delete-rule NETWORK)",
        "delete-table": "GCP has no route tables: routes are the network's (delete-route NETWORK)",
        "delete-key": "GCP has no key pairs: a machine's keys are in its metadata (edit-tag MACHINE ssh-keys)",
        "delete-interface": "GCP has no interfaces of their own: they come and go with a machine (delete-machine)",
    }

    @classmethod
    def has(cls, region: str) -> bool:
        return region in catalog.ZONES

    @classmethod
    def stands(cls, one: Found, region: str) -> bool:
        return one.region in (region, ANYWHERE)

    def things(self) -> list[Found]:
        rows = self.ask("GET", "state")["kinds"]
        return [_found(kind, path, row) for kind, one in KEPT.items() for path, row in rows[one.collection].items()]

    def delete(self, one: Found) -> None:
        self._do("DELETE", one.id)

    def edit_rule(self, rule: Found, cidr: str) -> None:
        change = {"destinationRanges": [cidr]} if rule.egress else {"sourceRanges": [cidr], "sourceTags": []}
        self._do("PATCH", rule.id, {"name": rule.name, **change})

    def add_rule(self, holder: Found, port: int, cidr: str) -> None:
        allowed = [{"IPProtocol": "tcp", "ports": [str(port)]}]
        self._do("POST", f"projects/{PROJECT}/global/firewalls", {
            "name": f"{holder.name[:50]}-drill-{port}", "network": holder.id, "direction": "INGRESS",
            "allowed": allowed, "sourceRanges": [cidr]})  # fmt: skip

    def release(self, address: Found) -> None:
        if address.on:
            machine = self._get(address.on)
            for nic in machine["networkInterfaces"]:
                for access in nic.get("accessConfigs", []):
                    if access.get("natIP") == address.cidr:
                        asked = f"accessConfig={access['name']}&networkInterface={nic['name']}".replace(" ", "%20")
                        self._do("POST", f"{address.on}/deleteAccessConfig?{asked}")
        self.delete(address)

    def tag(self, one: Found, key: str, value: str | None) -> str:
        """A machine's metadata where the key is there, else labels; a rule's description, which holds keys as JSON."""
        row = self._get(one.id)
        if one.kind == "rule":
            self._do(
                "PATCH", one.id, {"name": one.name, "description": _described(row.get("description", ""), key, value)}
            )
            return "in the description"
        if one.kind not in ("machine", "volume", "address"):
            raise Refused(f"a {one.kind} of GCP has no labels, and its description cannot change")
        items = row.get("metadata", {}).get("items", [])
        if any(item["key"] == key for item in items):
            new = [item for item in items if item["key"] != key]
            new += [] if value is None else [{"key": key, "value": value}]
            self._do("POST", f"{one.id}/setMetadata", {"items": new, "fingerprint": row["metadata"]["fingerprint"]})
            return "metadata"
        labels = {name: old for name, old in row.get("labels", {}).items() if name != key}
        labels |= {} if value is None else {key: value}
        self._do("POST", f"{one.id}/setLabels", {"labels": labels, "labelFingerprint": row["labelFingerprint"]})
        return "label"

    def power(self, machine: Found, *, on: bool) -> None:
        self._do("POST", f"{machine.id}/{'start' if on else 'stop'}")

    def make_bystander(self, region: str, *, machine: bool) -> list[str]:
        zone = f"zones/{region}-{catalog.ZONES[region][0]}"
        name = f"bystander-{region}"
        network = self._make("global/networks", name, {"autoCreateSubnetworks": False})
        about = {"network": network}
        subnet = self._make(f"regions/{region}/subnetworks", name, {**about, "ipCidrRange": "10.250.1.0/24"})
        allowed = [{"IPProtocol": "tcp", "ports": ["443"]}]
        rule = self._make("global/firewalls", name, {**about, "allowed": allowed, "sourceRanges": ["0.0.0.0/0"]})
        address = self._make(f"regions/{region}/addresses", name, {"labels": LABELS})
        kind = {"sizeGb": "10", "type": f"{zone}/diskTypes/pd-balanced"}
        made = [network, subnet, rule, address, self._make(f"{zone}/disks", f"{name}-data", {**kind, "labels": LABELS})]
        if machine:
            image = "projects/debian-cloud/global/images/family/debian-13"
            boot = {"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": image}}
            key = {"key": "ssh-keys", "value": f"somebody:{public_key()}"}  # GCP's key pair
            made.append(self._make(f"{zone}/instances", name, {
                "machineType": f"{zone}/machineTypes/e2-micro", "disks": [boot], "labels": LABELS,
                "metadata": {"items": [key]}, "networkInterfaces": [{"subnetwork": subnet}],
            }))  # fmt: skip
        return made

    def remove_bystander(self, region: str, ids: list[str]) -> None:
        kind = {one.collection: name for name, one in KEPT.items()}
        for one in sorted(ids, key=lambda path: ORDER.index(kind[path.split("/")[-2]])):
            self._do("DELETE", one)

    def names(self, entry: Row, thing: str) -> bool:
        """By its URL, or by a link in the body, which may leave out the project."""
        *_, scope, collection, name = thing.split("/")
        place = "" if scope == ANYWHERE else scope
        params = entry["params"]
        at = entry["action"].startswith(f"{collection}.") and name in params.values()
        linked = f'{collection}/{name}"' in json.dumps(params)
        return (at and entry["region"] in (place, ANYWHERE)) or linked

    @functools.cached_property
    def _him(self) -> Somebody:
        return somebody(self.place, GCP)

    def _do(self, method: str, path: str, body: Row | None = None) -> None:
        self._him.do(method, f"/compute/v1/{path}", body)

    def _get(self, path: str) -> Row:
        return dict(self._him.do("GET", f"/compute/v1/{path}"))

    def _make(self, collection: str, name: str, body: Row) -> str:
        self._do("POST", f"projects/{PROJECT}/{collection}", {"name": name, **body})
        return f"projects/{PROJECT}/{collection}/{name}"


def _found(kind: str, path: str, row: Row) -> Found:
    made: Row = {"region": _region(path), "id": path, "name": row["name"], "row": row}
    if kind == "rule":
        made |= _rule(row) | {"inside": path_of(row["network"])}
    elif kind == "route":
        made |= {"inside": path_of(row["network"]), "cidr": row["destRange"]}
    elif kind == "machine":
        made["key"] = key_of(row)
    elif kind == "address":
        users = [path_of(one) for one in row.get("users", [])]
        made |= {"on": users[0] if users else "", "cidr": row["address"], "names": frozenset([row["address"]])}
    return Found(GCP, kind, **made)


def _region(path: str) -> str:
    """Of "projects/p/zones/europe-west3-a/..." it is europe-west3."""
    scope = path.split("/")[2:-2]
    return ANYWHERE if len(scope) < 2 else scope[1] if scope[0] == "regions" else scope[1].rsplit("-", 1)[0]


def _rule(row: Row) -> Row:
    egress = row["direction"] == "EGRESS"
    traffic = [*row.get("allowed", []), *row.get("denied", [])]
    peers = row.get("destinationRanges" if egress else "sourceRanges", [])
    ports = [port for one in traffic for port in one.get("ports", [])]
    first = re.match(r"\d+", ports[0]) if ports else None
    words = " ".join([one["IPProtocol"] for one in traffic] + ports + (peers or row.get("sourceTags", [])))
    return {"port": int(first[0]) if first else None, "egress": egress, "cidr": ",".join(peers),
            "about": f"{'out' if egress else 'in'} {words}"}  # fmt: skip


def _described(text: str, key: str, value: str | None) -> str:
    """A description with another value of a key. Raises Refused for one that is no JSON object and no key."""
    try:
        said: Any = json.loads(text or "{}")
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise Refused(f"the description is {text!r}, and holds no keys")
    said.pop(key, None)
    return json.dumps({**said, **({} if value is None else {key: value})})
