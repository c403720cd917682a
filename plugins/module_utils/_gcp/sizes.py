# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Sizes by name, and what a zone offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """A machine type with what one gets for it."""

    type: str
    vcpus: int
    memory_gb: int


# kubeadm asks for 2 processors and 1.7 GB on a control-plane node; less is not offered. All processors x86-64.
SIZES = {
    "small": Size("e2-small", 2, 2),
    "medium": Size("e2-medium", 2, 4),
    "large": Size("e2-standard-4", 4, 16),
}
# Series with Arm processors, and those that take Hyperdisk only.
# Source: Compute Engine documentation, "Arm VMs on Compute Engine", and the pages of the machine series, disk types.
ARM = frozenset({"t2a", "c4a", "n4a", "a4x"})
HYPERDISK_ONLY = frozenset({"a4", "a4x", "c4", "c4a", "c4d", "h4d", "m4", "n4", "n4a", "n4d", "x4"})


def type_of(size: str) -> str:
    """The machine type of a size; an exact type is its own size."""
    return SIZES[size].type if size in SIZES else size


def series_of(machine_type: str) -> str:
    """``e2`` of ``e2-standard-4``."""
    return machine_type.split("-")[0]


def architecture_of(machine_type: str) -> str:
    """``arm64`` or ``amd64``, by the series."""
    return "arm64" if series_of(machine_type) in ARM else "amd64"


def disk_of(machine_type: str) -> str:
    """The kind of disk that a machine starts from."""
    return "hyperdisk-balanced" if series_of(machine_type) in HYPERDISK_ONLY else "pd-balanced"


def nearest(missing: str, elsewhere: Row | None, offered: Iterable[Row]) -> str | None:
    """The type of a zone that is most like one that it lacks; ``elsewhere`` is that type as another region has it.

    Same kind of processor, then as little more or less of processors and memory as can be.
    """
    rows = [row for row in offered if architecture_of(row["name"]) == architecture_of(missing)]
    if elsewhere is None:
        return next(iter(get_close_matches(missing, [row["name"] for row in rows], 1, 0.5)), None)

    def distance(row: Row) -> tuple[float, str]:
        processors = abs(row["guestCpus"] - elsewhere["guestCpus"]) / elsewhere["guestCpus"]
        return processors + abs(row["memoryMb"] - elsewhere["memoryMb"]) / elsewhere["memoryMb"], row["name"]

    return min(rows, key=distance)["name"] if rows else None
