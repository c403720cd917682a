# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The cluster file as a value: sites, machines and everything that is said about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Union

from .constants import CONTROL_PLANE, IMAGES, MESH_PORT

Ports = tuple[Union[int, str], ...]


@dataclass(frozen=True)
class Site:
    """One region of one account. `account` is the account, subscription or project."""

    name: str
    cloud: str
    region: str
    account: str
    cidr: str
    pods: str
    zones: tuple[str, ...] | None = None
    endpoint: str | None = None
    ca_file: str | None = None  # absolute
    state: Literal["present", "absent"] = "present"


@dataclass(frozen=True)
class Group:
    """Machines that are alike: a pool, or the control plane (`pool` is None). `machines` in the order of the file."""

    pool: str | None
    size: str
    image: str
    disk_gb: int
    machines: dict[str, int]
    skip: dict[str, frozenset[int]] = field(default_factory=dict)
    spot: bool = False
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        """What stands for the group in a machine's name."""
        return self.pool or CONTROL_PLANE

    def numbers(self, site: str) -> list[int]:
        """Numbers of the machines in a site: 1 to the count, without those skipped; never by position in a list."""
        skipped = self.skip.get(site, frozenset())
        return [number for number in range(1, self.machines.get(site, 0) + 1) if number not in skipped]


@dataclass(frozen=True)
class Machine:
    """One machine, which will be the node of the same name."""

    name: str
    site: Site
    group: Group
    number: int
    user: str

    @property
    def role(self) -> str:
        return "worker" if self.group.pool else "control_plane"

    @property
    def public(self) -> str:
        """The control plane keeps its public addresses; a worker's may change when it stops and starts."""
        return "automatic" if self.group.pool else "static"


@dataclass(frozen=True)
class Opening:
    """Ports of some pools that are open to some networks."""

    pools: tuple[str, ...]
    ports: Ports
    cidrs: tuple[str, ...]


@dataclass(frozen=True)
class Access:
    admin: tuple[str, ...]
    public: tuple[Opening, ...]
    ssh_public_keys: tuple[str, ...]
    ssh_private_key_file: str | None
    ssh_proxy_command: str | None
    ssh_user: str | None


@dataclass(frozen=True)
class Concessions:
    """What a host that is no real machine needs."""

    ignore_preflight_errors: tuple[str, ...] = ()
    kubelet: dict[str, Any] = field(default_factory=dict)
    kube_proxy: dict[str, Any] = field(default_factory=dict)
    restrict_oom_score_adj: bool = False


@dataclass(frozen=True)
class Mirrors:
    """None means the official source."""

    apt: str | None = None
    kubernetes_apt: str | None = None
    registry: str | None = None
    apt_key: str | None = None


@dataclass(frozen=True)
class Cluster:
    """One cluster, as its file describes it."""

    file: Path
    file_checksum: str
    name: str
    id: str
    version: str
    concessions: Concessions
    driver: str
    topology: str
    services: str
    sites: tuple[Site, ...]
    control_plane: Group
    pools: tuple[Group, ...]
    access: Access
    mirrors: Mirrors
    max_deletes: int

    mesh_port = MESH_PORT

    @classmethod
    def load(cls, path: str | Path) -> Cluster:
        """Read and judge a cluster file. Raises BadClusterFile with everything that is wrong with it."""
        from .parse import load  # parse makes what this file describes

        return load(Path(path))

    @classmethod
    def parse(cls, text: str, path: str | Path) -> Cluster:
        """Judge a text as if it stood in `path`. Raises BadClusterFile with everything that is wrong with it."""
        from .parse import parse

        return parse(text, Path(path))

    @property
    def owner(self) -> str:
        """What every resource of the cluster is marked with."""
        return f"{self.name}-{self.id}"

    @property
    def minor(self) -> str:
        return ".".join(self.version.split(".")[:2])

    @property
    def groups(self) -> tuple[Group, ...]:
        """The control plane, then the pools."""
        return (self.control_plane, *self.pools)

    def site(self, name: str) -> Site:
        return next(site for site in self.sites if site.name == name)

    def machines(self, site: str) -> list[Machine]:
        """The machines that a site should have, control plane first; none in a site that leaves."""
        return [machine for machine in self.nodes if machine.site.name == site]

    @property
    def nodes(self) -> list[Machine]:
        """All machines: control plane first, then pool by pool, each by site, in the order of the file."""
        return [machine for group in self.groups for machine in self._members(group)]

    def _members(self, group: Group) -> list[Machine]:
        user = IMAGES.get(group.image) or self.access.ssh_user or "root"
        return [
            Machine(f"{self.name}-{site}-{group.word}-{number}", self.site(site), group, number, user)
            for site in group.machines
            if self.site(site).state == "present"
            for number in group.numbers(site)
        ]


def checksum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
