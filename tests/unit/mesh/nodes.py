# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small mesh for tests: two sites, three nodes."""

from __future__ import annotations

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.node import Mesh, Node
from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.topology import Topology

CP = Node("demo-aws-fra-cp-1", "aws-fra", "10.64.0.10", "198.18.1.10", "10.128.0.0/24", "K" * 43 + "=", "aws")
FRA = Node("demo-aws-fra-general-1", "aws-fra", "10.64.0.11", "198.18.1.11", "10.128.1.0/24", "L" * 43 + "=", "aws")
DUB = Node("demo-aws-dub-general-1", "aws-dub", "10.65.0.11", "198.18.1.21", "10.129.0.0/24", "M" * 43 + "=", "aws")


def mesh(*nodes: Node) -> Topology:
    return Topology.of(nodes or (CP, FRA, DUB), Mesh())
