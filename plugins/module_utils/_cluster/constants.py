# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Words and numbers of the cluster that no user chooses."""

from __future__ import annotations

from typing import Final

PLUGIN: Final = "pangaea.multicloud.cluster"
IMAGES: Final = {"debian-13": "debian", "ubuntu-24.04": "ubuntu"}  # image: login user
SIZES: Final = ("small", "medium", "large")
CONTROL_PLANE: Final = "cp"  # stands in a machine's name where a worker has its pool
MESH_PORT: Final = 51820
PODS_PREFIX: Final = 24  # part of a site's pod range that each node gets
