# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Sizes by name, and what a type's name says: nothing else is told of a type that a region does not have."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True)
class Size:
    """An instance type with what one gets for it."""

    type: str
    vcpus: int
    memory_gb: int


# kubeadm asks for 2 processors and 1.7 GB on a control-plane node; less is not offered. Both processors x86-64.
SIZES = {
    "small": Size("t3.small", 2, 2),
    "medium": Size("t3.medium", 2, 4),
    "large": Size("t3.xlarge", 4, 16),
}


def type_of(size: str) -> str:
    """The instance type of a size; an exact type is its own size."""
    return SIZES[size].type if size in SIZES else size


def architecture_of(instance_type: str) -> str:
    """``arm64`` for Graviton types (a "g" after the generation: t4g.small, c7gn.large, and a1), else ``amd64``."""
    family = instance_type.split(".")[0]
    return "arm64" if family == "a1" or re.match(r"^[a-z]+\d+[a-z]*g", family) else "amd64"


def nearest(missing: str, offered: Iterable[str]) -> str | None:
    """Of the types that are offered, the one that is most like a missing one, by its name.

    The same kind of processor; then the same size, which stands after the dot (``xlarge`` has four processors in every
    family); then a family of the same kind (``m`` general, ``t`` by credits); then the name, the newest first.
    """
    family, size = missing.partition(".")[::2]

    def likeness(name: str) -> tuple[bool, bool, float, str]:
        of_family, of_size = name.partition(".")[::2]
        alike = SequenceMatcher(None, name, missing).ratio()
        return of_size == size, of_family[:1] == family[:1], alike, name

    return max((n for n in offered if architecture_of(n) == architecture_of(missing)), key=likeness, default=None)
