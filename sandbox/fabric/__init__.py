# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the simulated clouds promise, made real on this machine: networks, firewalls, machines. Needs Linux and root."""

from __future__ import annotations

from sandbox.fabric.fabric import Fabric
from sandbox.fabric.system import FabricError
from sandbox.fabric.world import BadWorld, Firewall, Machine, Network, Route, Rule, Subnet, World

__all__ = ["BadWorld", "Fabric", "FabricError", "Firewall", "Machine", "Network", "Route", "Rule", "Subnet", "World"]
