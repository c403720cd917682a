# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata server of Compute Engine, as a machine sees it at 169.254.169.254.

Source: Compute Engine documentation, "View and query VM metadata", "Predefined metadata keys", "Guest attributes".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.gcp.cloud import Cloud
from sandbox.gcp.kinds import INSTANCE
from sandbox.gcp.links import last, path_of
from sandbox.gcp.ranges import Range
from sandbox.gcp.rules_instance import key_of
from sandbox.gcp.store import Entry, Row
from sandbox.gcp.world import metadata_of

Reply = tuple[int, Mapping[str, str], bytes]
FLAVOR = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
PLAIN = frozenset({"attributes"})  # whose keys are the user's own, not to be turned into camelCase
HOSTKEYS = "instance/guest-attributes/"


class Text(list[Any]):
    """A list that is shown as one JSON value, not as a folder."""


def answer(cloud: Cloud, key: str, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
    """Answer one request of the machine with the fabric's `key`."""
    given = {name.lower(): value for name, value in headers.items()}
    split = urlsplit(path)
    with cloud.lock:
        machine = next((one for one in cloud.store.all(INSTANCE) if key_of(one.row) == key), None)
        if machine is None:
            return _error(404, "Not Found")
        if split.path in ("", "/"):
            return _text("computeMetadata/\n")
        if given.get("metadata-flavor") != "Google" or "x-forwarded-for" in given:
            return _error(403, "Forbidden")
        found = split.path.removeprefix("/computeMetadata/v1")
        if found == split.path:
            return _error(404, "Not Found")
        query = {name: values[-1] for name, values in parse_qs(split.query).items()}
        if method == "PUT":
            return _guest(cloud, machine, found.strip("/"), body)
        if method not in ("GET", "HEAD"):
            return _error(405, "Method Not Allowed")
        return _get(cloud, machine, found, query)


def _get(cloud: Cloud, machine: Entry, path: str, query: dict[str, str]) -> Reply:
    if query.get("wait_for_change", "").lower() == "true":
        return _error(501, "the sandbox does not implement wait_for_change")
    found: Any = _tree(cloud, machine)
    for part in (unquote(one) for one in path.split("/") if one):
        if isinstance(found, list) and not isinstance(found, Text):
            found = dict(enumerate(found)).get(int(part)) if part.isdigit() else None
        else:
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            return _error(404, "Not Found")
    if callable(found):
        return _json(found())
    folder = isinstance(found, dict | list) and not isinstance(found, Text)
    if folder and not path.endswith("/") and path:
        return 301, {**FLAVOR, "Location": f"/computeMetadata/v1{path}/"}, b""
    if query.get("recursive", "").lower() == "true" and query.get("alt", "json") == "json":
        return _json(_camel(found))
    if "recursive" in query and query["recursive"].lower() == "true":
        return _error(501, "the sandbox does not implement recursive text")
    if folder:
        return _text(_listing(found))
    return _json(found) if query.get("alt") == "json" or isinstance(found, Text) else _text(_shown(found))


def _tree(cloud: Cloud, machine: Entry) -> dict[str, Any]:
    project = cloud.projects[machine.project]
    common = project["commonInstanceMetadata"]
    return {
        "instance": _instance(cloud, machine, project["id"]),
        "project": {"attributes": metadata_of({"metadata": common}), "numeric-project-id": int(project["id"]),
                    "project-id": machine.project},
    }  # fmt: skip


def _instance(cloud: Cloud, machine: Entry, number: str) -> dict[str, Any]:
    row, zone = machine.row, last(machine.scope)
    scheduling = row["scheduling"]
    boot = cloud.store.entries[path_of(row["disks"][0]["source"])].row
    return {
        "attributes": metadata_of(row), "cpu-platform": row["cpuPlatform"],
        "description": row.get("description", ""), "disks": [_disk(one) for one in row["disks"]],
        "hostname": f"{machine.name}.{zone}.c.{machine.project}.internal", "id": int(row["id"]),
        "image": path_of(boot.get("sourceImage", "")), "machine-type":
        f"projects/{number}/machineTypes/{last(row['machineType'])}", "maintenance-event": "NONE",
        "name": machine.name, "network-interfaces": [_nic(cloud, row["networkInterfaces"][0], number, row["id"])],
        "preempted": "FALSE", "remaining-cpu-time": -1,
        "scheduling": {"automatic-restart": str(scheduling["automaticRestart"]).upper(),
                       "on-host-maintenance": scheduling["onHostMaintenance"],
                       "preemptible": str(scheduling["preemptible"]).upper()},
        "service-accounts": _accounts(cloud, row), "tags": Text(row["tags"].get("items", [])),
        "zone": f"projects/{number}/zones/{zone}",
    }  # fmt: skip


def _disk(one: Row) -> dict[str, Any]:
    return {"device-name": one["deviceName"], "index": one["index"], "interface": one["interface"],
            "mode": one["mode"], "type": "PERSISTENT-BALANCED"}  # fmt: skip


def _nic(cloud: Cloud, nic: Row, number: str, machine: str) -> dict[str, Any]:
    whole = Range(cloud.store.entries[path_of(nic["subnetwork"])].row["ipCidrRange"])
    network = cloud.store.entries[path_of(nic["network"])]
    digits = hashlib.sha256(machine.encode()).hexdigest()
    accesses = [{"external-ip": one.get("natIP", ""), "type": one["type"]} for one in nic.get("accessConfigs", [])]
    return {
        "access-configs": accesses, "dns-servers": Text(["169.254.169.254"]), "gateway": str(whole[1]),
        "ip": nic["networkIP"], "mac": ":".join(["42", "01", *(digits[at : at + 2] for at in range(0, 8, 2))]),
        "mtu": network.row["mtu"], "network": f"projects/{number}/networks/{network.name}",
        "subnetmask": str(whole.netmask),
    }  # fmt: skip


def _accounts(cloud: Cloud, row: Row) -> dict[str, Any]:
    """The service accounts of the machine; the first is also called default. A token is made when it is asked for."""
    found: dict[str, Any] = {}
    for one in row.get("serviceAccounts", []):
        email, scopes = one["email"], one.get("scopes", [])
        found[email] = {
            "aliases": Text(["default"]), "email": email, "scopes": Text(scopes),
            "token": lambda email=email, scopes=scopes: cloud.identity.issue(email, scopes),
        }  # fmt: skip
    return {"default": next(iter(found.values())), **found} if found else {}


def _guest(cloud: Cloud, machine: Entry, path: str, body: bytes) -> Reply:
    """A machine tells something of itself, its host keys for example, where its metadata allow it."""
    parts = path.removeprefix(HOSTKEYS).split("/")
    if not path.startswith(HOSTKEYS) or len(parts) != 2 or not all(parts):
        return _error(404, "Not Found")
    common = cloud.projects[machine.project]["commonInstanceMetadata"]
    wanted = {**metadata_of({"metadata": common}), **metadata_of(machine.row)}
    if wanted.get("enable-guest-attributes", "").upper() != "TRUE":
        return _error(403, "Guest attributes endpoint access is disabled.")
    cloud.guests.setdefault(machine.row["id"], {})[(parts[0], parts[1])] = body.decode()
    return _text("")


def _camel(value: Any, name: str = "") -> Any:
    """As recursive JSON has it: keys in camelCase, tokens left out."""
    if isinstance(value, dict):
        return {key if name in PLAIN or "@" in key else _word(key): _camel(inner, key)
                for key, inner in value.items() if not callable(inner)}  # fmt: skip
    return [_camel(inner) for inner in value] if isinstance(value, list) else value


def _word(key: str) -> str:
    first, *rest = key.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _listing(found: dict[str, Any] | list[Any]) -> str:
    items = enumerate(found) if isinstance(found, list) else found.items()
    lines = [f"{name}/" if isinstance(inner, dict | list) and not isinstance(inner, Text) else str(name)
             for name, inner in items]  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def _shown(value: Any) -> str:
    return json.dumps(value) if isinstance(value, list) else str(value)


def _text(text: str) -> Reply:
    stamp = hashlib.sha256(text.encode()).hexdigest()[:16]
    return 200, {**FLAVOR, "Content-Type": "application/text", "ETag": stamp}, text.encode()


def _json(value: Any) -> Reply:
    status, headers, body = _text(json.dumps(value))
    return status, {**headers, "Content-Type": "application/json"}, body


def _error(status: int, title: str) -> Reply:
    page = f"<!DOCTYPE html>\n<html lang=en><title>Error {status} ({title})</title>\n"
    return status, {**FLAVOR, "Content-Type": "text/html; charset=UTF-8"}, page.encode()
