# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas of a project and of its regions: limits are data, usage is counted, a test may change a limit.

Source: Compute Engine documentation, "Allocation quotas"; the numbers are those of a young project, CPUS and addresses
raised so that a hundred machines fit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sandbox.gcp.catalog import MACHINES
from sandbox.gcp.errors import over_quota
from sandbox.gcp.kinds import ADDRESS, DISK, FIREWALL, INSTANCE, NETWORK, ROUTE, SUBNETWORK, Kind
from sandbox.gcp.links import last
from sandbox.gcp.store import Entry, Row, Store

GLOBAL = {"NETWORKS": 15.0, "SUBNETWORKS": 275.0, "FIREWALLS": 200.0, "ROUTES": 250.0, "CPUS_ALL_REGIONS": 512.0}
REGIONAL = {"CPUS": 256.0, "INSTANCES": 128.0, "IN_USE_ADDRESSES": 128.0, "STATIC_ADDRESSES": 128.0,
            "DISKS_TOTAL_GB": 16384.0, "SSD_TOTAL_GB": 16384.0}  # fmt: skip
OFF = ("TERMINATED", "STOPPED", "SUSPENDED")
CPUS = {one.name: one.cpus for one in MACHINES}


class Quotas:
    """The limits, by metric. They are the same in each project and region of one sandbox."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.limits = {**GLOBAL, **REGIONAL}

    def set(self, metric: str, limit: float) -> None:
        """Change one; an unknown metric is an error."""
        if metric not in self.limits:
            raise ValueError(f"quota {metric!r} is not one of {', '.join(sorted(self.limits))}")
        self.limits[metric] = limit

    def need(self, metric: str, more: float, project: str, region: str = "") -> None:
        """Raise GcpError if so much more does not fit."""
        limit = self.limits[metric]
        if self.used(metric, project, region) + more > limit:
            raise over_quota(metric, limit, f"in region {region}" if metric in REGIONAL else "globally")

    def rows(self, project: str, region: str = "") -> list[Row]:
        """As projects.get and regions.get show them."""
        metrics = REGIONAL if region else GLOBAL
        return [
            {"metric": metric, "limit": self.limits[metric], "usage": self.used(metric, project, region)}
            for metric in metrics
        ]

    def used(self, metric: str, project: str, region: str = "") -> float:
        """How much is in use now."""
        return float(sum(USES[metric](self._rows(_KINDS[metric], project, region))))

    def _rows(self, kind: Kind, project: str, region: str) -> Iterable[Entry]:
        return (one for one in self._store.all(kind, project) if not region or _region(one) == region)


def _region(entry: Entry) -> str:
    place = last(entry.scope)
    return place.rsplit("-", 1)[0] if entry.scope.startswith("zones/") else place


def _ones(entries: Iterable[Entry]) -> Iterable[float]:
    return (1 for _ in entries)


def _cpus(entries: Iterable[Entry]) -> Iterable[float]:
    return (CPUS[last(one.row["machineType"])] for one in entries if one.row["status"] not in OFF)


def _external(entries: Iterable[Entry]) -> Iterable[float]:
    return (
        1
        for one in entries
        for nic in one.row["networkInterfaces"]
        for access in nic.get("accessConfigs", [])
        if access.get("natIP")
    )


def _gigabytes(*types: str) -> Callable[[Iterable[Entry]], Iterable[float]]:
    return lambda entries: (int(one.row["sizeGb"]) for one in entries if last(one.row["type"]) in types)


_KINDS = {
    "NETWORKS": NETWORK, "SUBNETWORKS": SUBNETWORK, "FIREWALLS": FIREWALL, "ROUTES": ROUTE,
    "CPUS_ALL_REGIONS": INSTANCE, "CPUS": INSTANCE, "INSTANCES": INSTANCE, "IN_USE_ADDRESSES": INSTANCE,
    "STATIC_ADDRESSES": ADDRESS, "DISKS_TOTAL_GB": DISK, "SSD_TOTAL_GB": DISK,
}  # fmt: skip
USES: dict[str, Callable[[Iterable[Entry]], Iterable[float]]] = {
    "NETWORKS": _ones, "SUBNETWORKS": _ones, "FIREWALLS": _ones, "CPUS_ALL_REGIONS": _cpus, "CPUS": _cpus,
    "ROUTES": lambda entries: (1 for one in entries if "nextHopNetwork" not in one.row),
    "INSTANCES": _ones, "IN_USE_ADDRESSES": _external, "STATIC_ADDRESSES": _ones,
    "DISKS_TOTAL_GB": _gigabytes("pd-standard"), "SSD_TOTAL_GB": _gigabytes("pd-balanced", "pd-ssd"),
}  # fmt: skip
