# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site as the suite speaks of it: names, and data that each cloud fills in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Call = str  # as the simulator's log names it: "CreateVpc", "PUT virtualNetworks", "networks.insert"


@dataclass(frozen=True)
class Damage:
    """What somebody does to a converged site, and what a plan must say then: exactly that. ``anew``: a new network."""

    do: Callable[[Any], object]
    plan: tuple[str, ...]
    anew: bool = False


@dataclass(frozen=True)
class Marks:
    """What we keep in tags of a thing beside its owner, and what a plan must say when one is not as it should."""

    change: str
    wanted: tuple[str, ...]
    strays: tuple[str, ...] = ()  # what we keep on other things only


@dataclass(frozen=True)
class Limit:
    """A quota by its name in the cloud, a value too small for a site, and how much of it is in use before."""

    name: str
    value: int
    part: str  # "network" or "machines"
    used: int = 0


@dataclass
class Facts:
    """What a cloud keeps of a machine, in words that all clouds share. ``user_data`` is the text after its head."""

    disk_gb: int
    disk_dies: bool
    tags: dict[str, str]
    parts: list[dict[str, str]] = field(default_factory=list)  # tags of what goes with it
    user_data: dict[str, Any] = field(default_factory=dict)


def created(keys: Iterable[str]) -> tuple[str, ...]:
    """The sentences of a plan that makes all of these."""
    return tuple(f"create {key}" for key in keys)


def site_of(cloud: str) -> str:
    """The name of the site in a cloud."""
    return f"{cloud}-fra"


def machines_of(site: str) -> tuple[str, str, str]:
    """The names of its machines: the control plane and two workers."""
    return f"shop-{site}-cp-1", f"shop-{site}-general-1", f"shop-{site}-general-2"


def delete_everything(lab: Any) -> None:
    """A damage that every cloud knows."""
    lab.absent(lab.network()["network"])
