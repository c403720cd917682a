# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage that makes the modules call each of the methods which put something back."""

from __future__ import annotations

from .modules import CONTROL, LABEL, WORKER, Gcp

REPAIRS = {
    "routes.insert": lambda gcp: gcp.google.do("DELETE", f"/global/routes/{_way_out(gcp)}"),
    "firewalls.patch": lambda gcp: gcp.google.do("PATCH", SSH, {"name": SSH[18:], "sourceRanges": ["0.0.0.0/0"]}),
    "networks.patch": lambda gcp: gcp.google.do("PATCH", NET, {"routingConfig": {"routingMode": "GLOBAL"}}),
    "addresses.setLabels": lambda gcp: gcp.set_labels(ADDRESS, pangaea_site="moon"),
    "instances.setLabels": lambda gcp: gcp.set_labels(gcp.path(WORKER), pangaea_pool="x"),
    "instances.setTags": lambda gcp: _tag(gcp, []),
    "instances.setMetadata": lambda gcp: gcp.set_metadata(gcp.path(WORKER), **{"enable-oslogin": "TRUE"}),
    "instances.setDiskAutoDelete": lambda gcp: gcp.google.do(
        "POST", f"{gcp.path(WORKER)}/setDiskAutoDelete", deviceName="persistent-disk-0", autoDelete="false"
    ),
    "instances.start": lambda gcp: gcp.google.do("POST", f"{gcp.path(WORKER)}/stop"),
    "instances.addAccessConfig": lambda gcp: _close(gcp, CONTROL),
    "instances.deleteAccessConfig": lambda gcp: _swap(gcp),
}
SSH, NET = f"/global/firewalls/{LABEL}-nodes-in-tcp-22", f"/global/networks/{LABEL}"
ADDRESS = f"/regions/europe-west3/addresses/{CONTROL}"


def _way_out(gcp: Gcp) -> str:
    routes = gcp.google.get("/global/routes")["items"]
    return next(str(row["name"]) for row in routes if row["destRange"] == "0.0.0.0/0")


def _tag(gcp: Gcp, items: list[str]) -> None:
    body = {"items": items, "fingerprint": gcp.machine(WORKER)["tags"]["fingerprint"]}
    gcp.google.do("POST", f"{gcp.path(WORKER)}/setTags", body)


def _close(gcp: Gcp, name: str) -> None:
    path = f"{gcp.path(name)}/deleteAccessConfig"
    gcp.google.do("POST", path, networkInterface="nic0", accessConfig="External NAT")


def _swap(gcp: Gcp) -> None:
    _close(gcp, CONTROL)
    gcp.google.do("POST", f"{gcp.path(CONTROL)}/addAccessConfig", {"name": "other"}, networkInterface="nic0")
