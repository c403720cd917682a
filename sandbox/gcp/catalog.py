# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated Google offers: regions, zones, machine types, disk types, public images. Data."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sandbox.gcp.kinds import DISK_TYPE, IMAGE, MACHINE_TYPE, REGION, ZONE, Kind
from sandbox.gcp.links import full
from sandbox.gcp.store import Row

BORN = "2026-11-02T01:00:00.000-08:00"
X86, ARM = "X86_64", "ARM64"
# Source: Compute Engine documentation, "Regions and zones": not each region has zones a, b and c.
ZONES = {
    "europe-west1": "bcd", "europe-west3": "abc", "europe-west4": "abc", "us-central1": "abcf", "us-east4": "abc",
}  # fmt: skip
# Source: the same page: where a machine series is offered. A series that is not named is everywhere.
SERIES = {"t2a": ("europe-west4", "us-central1"), "c4a": ("europe-west1", "europe-west3", "europe-west4",
          "us-central1", "us-east4")}  # fmt: skip


@dataclass(frozen=True)
class Machine:
    """One machine type."""

    name: str
    cpus: int
    memory_mb: int
    architecture: str = X86
    shared: bool = False
    platform: str = "Intel Broadwell"

    @property
    def series(self) -> str:
        return self.name.split("-")[0]


# Source: Compute Engine documentation, pages of the machine series.
MACHINES = (
    Machine("e2-micro", 2, 1024, shared=True), Machine("e2-small", 2, 2048, shared=True),
    Machine("e2-medium", 2, 4096, shared=True), Machine("e2-standard-2", 2, 8192), Machine("e2-standard-4", 4, 16384),
    Machine("e2-standard-8", 8, 32768), Machine("e2-highmem-4", 4, 32768),
    Machine("n2-standard-2", 2, 8192, platform="Intel Cascade Lake"),
    Machine("n2-standard-4", 4, 16384, platform="Intel Cascade Lake"),
    Machine("n2-standard-8", 8, 32768, platform="Intel Cascade Lake"),
    Machine("t2a-standard-1", 1, 4096, ARM, platform="Ampere Altra"),
    Machine("t2a-standard-2", 2, 8192, ARM, platform="Ampere Altra"),
    Machine("t2a-standard-4", 4, 16384, ARM, platform="Ampere Altra"),
    Machine("c4a-highcpu-2", 2, 4096, ARM, platform="Google Axion"),
    Machine("c4a-standard-1", 1, 4096, ARM, platform="Google Axion"),
    Machine("c4a-standard-2", 2, 8192, ARM, platform="Google Axion"),
    Machine("c4a-standard-4", 4, 16384, ARM, platform="Google Axion"),
    Machine("c4a-standard-8", 8, 32768, ARM, platform="Google Axion"),
)  # fmt: skip
# name: smallest and largest size in GB, series that need it. Source: "Choose a disk type".
DISKS = {"pd-standard": (10, 65536), "pd-balanced": (10, 65536), "pd-ssd": (10, 65536),
         "hyperdisk-balanced": (4, 65536)}  # fmt: skip
HYPERDISK_ONLY = ("c4a",)


@dataclass(frozen=True)
class Image:
    """One public image. `fabric` is the name of the image that a real machine of the sandbox is made from."""

    project: str
    name: str
    family: str
    architecture: str
    fabric: str
    size_gb: int = 10

    @property
    def path(self) -> str:
        return f"projects/{self.project}/global/images/{self.name}"


IMAGES = (
    Image("debian-cloud", "debian-13-trixie-v20261110", "debian-13", X86, "debian-13"),
    Image("debian-cloud", "debian-13-trixie-v20261013", "debian-13", X86, "debian-13"),
    Image("debian-cloud", "debian-13-trixie-arm64-v20261110", "debian-13-arm64", ARM, "debian-13"),
    Image("ubuntu-os-cloud", "ubuntu-2404-noble-amd64-v20261112", "ubuntu-2404-lts-amd64", X86, "ubuntu-24.04"),
    Image("ubuntu-os-cloud", "ubuntu-2404-noble-arm64-v20261112", "ubuntu-2404-lts-arm64", ARM, "ubuntu-24.04"),
)
PUBLIC_PROJECTS = frozenset(image.project for image in IMAGES)


def machine(zone: str, name: str) -> Machine | None:
    """The machine type, if that zone has it."""
    region = zone.rsplit("-", 1)[0]
    found = next((one for one in MACHINES if one.name == name), None)
    return found if found and region in SERIES.get(found.series, (region,)) else None


def image(path: str) -> Image | None:
    """The image at a path, or the newest of a family ("projects/p/global/images/family/f")."""
    if "/family/" in path:
        project, family = path.split("/")[1], path.rsplit("/", 1)[-1]
        members = [one for one in IMAGES if (one.project, one.family) == (project, family)]
        return max(members, key=lambda one: one.name, default=None)
    return next((one for one in IMAGES if one.path == path), None)


def zones() -> list[str]:
    return [f"{region}-{letter}" for region, letters in ZONES.items() for letter in letters]


def rows(kind: Kind, project: str, scope: str) -> list[Row]:
    """All rows of a kind that `project` is shown in `scope`."""
    base = f"projects/{project}"
    if kind is REGION:
        return [_region(base, name) for name in ZONES]
    if kind is ZONE:
        return [_zone(base, name) for name in zones()]
    zone = scope.removeprefix("zones/")
    if kind is MACHINE_TYPE:
        return [_machine(base, zone, one) for one in MACHINES if machine(zone, one.name)]
    if kind is DISK_TYPE:
        return [_disk_type(base, zone, name) for name in DISKS]
    return [image_row(one) for one in IMAGES if one.project == project]


def _server(kind: Kind, path: str) -> Row:
    return {"kind": kind.kind, "id": number(path), "creationTimestamp": BORN, "name": path.rsplit("/", 1)[-1],
            "selfLink": full(path)}  # fmt: skip


def number(text: str) -> str:
    """An id that stays the same."""
    return str(1000 + int(hashlib.sha256(text.encode()).hexdigest()[:12], 16))


def _region(base: str, name: str) -> Row:
    links = [full(f"{base}/zones/{name}-{letter}") for letter in ZONES[name]]
    return {**_server(REGION, f"{base}/regions/{name}"), "description": name, "status": "UP", "zones": links,
            "supportsPzs": False}  # fmt: skip


def _zone(base: str, name: str) -> Row:
    region = name.rsplit("-", 1)[0]
    platforms = sorted({one.platform for one in MACHINES if machine(name, one.name)})
    return {**_server(ZONE, f"{base}/zones/{name}"), "description": name, "status": "UP", "supportsPzs": False,
            "region": full(f"{base}/regions/{region}"), "availableCpuPlatforms": platforms}  # fmt: skip


def _machine(base: str, zone: str, one: Machine) -> Row:
    return {
        **_server(MACHINE_TYPE, f"{base}/zones/{zone}/machineTypes/{one.name}"), "zone": zone,
        "description": f"{one.cpus} vCPUs, {one.memory_mb // 1024} GB RAM", "guestCpus": one.cpus,
        "memoryMb": one.memory_mb, "imageSpaceGb": 0, "isSharedCpu": one.shared, "architecture": one.architecture,
        "maximumPersistentDisks": 16 if one.shared else 128,
        "maximumPersistentDisksSizeGb": "3072" if one.shared else "263168",
    }  # fmt: skip


def _disk_type(base: str, zone: str, name: str) -> Row:
    low, high = DISKS[name]
    return {**_server(DISK_TYPE, f"{base}/zones/{zone}/diskTypes/{name}"), "description": name,
            "zone": full(f"{base}/zones/{zone}"), "defaultDiskSizeGb": str(max(low, 100)),
            "validDiskSize": f"{low}GB-{high}GB"}  # fmt: skip


def image_row(one: Image) -> Row:
    """An image as its project shows it. The elder of a family is DEPRECATED, as the publishers do it."""
    row = {**_server(IMAGE, one.path), "description": one.name, "family": one.family, "status": "READY",
           "architecture": one.architecture, "diskSizeGb": str(one.size_gb), "archiveSizeBytes": "1000000000",
           "sourceType": "RAW", "storageLocations": ["eu", "us"], "labelFingerprint": "42WmSpB8rSM=",
           "guestOsFeatures": [{"type": "UEFI_COMPATIBLE"}, {"type": "VIRTIO_SCSI_MULTIQUEUE"}, {"type": "GVNIC"}],
           "licenses": [full(f"projects/{one.project}/global/licenses/{one.family}")]}  # fmt: skip
    newest = image(f"projects/{one.project}/global/images/family/{one.family}")
    if newest is not None and newest != one:
        row["deprecated"] = {"state": "DEPRECATED", "replacement": full(newest.path)}
    return row
