# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotas: data, read by the rules, answered by the usage lists. Tests change the limits.

learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits; vCPUs start low in a new
subscription, and were raised in this one, so that a hundred machines fit.
"""

from __future__ import annotations

from typing import Any

SHOWN = {  # name -> (namespace, what it is called, limit)
    "VirtualNetworks": ("Microsoft.Network", "Virtual Networks", 1000),
    "NetworkSecurityGroups": ("Microsoft.Network", "Network Security Groups", 5000),
    "RouteTables": ("Microsoft.Network", "Route Tables", 200),
    "NetworkInterfaces": ("Microsoft.Network", "Network Interfaces", 65536),
    "PublicIPAddresses": ("Microsoft.Network", "Public IP Addresses", 1000),
    "StandardSkuPublicIpAddresses": ("Microsoft.Network", "Public IPv4 Addresses - Standard", 100),
    "SecurityRulesPerNetworkSecurityGroup": ("Microsoft.Network", "Security rules per NSG", 1000),
    "RoutesPerRouteTable": ("Microsoft.Network", "Routes per Route Table", 400),
    "cores": ("Microsoft.Compute", "Total Regional vCPUs", 512),
    "virtualMachines": ("Microsoft.Compute", "Virtual Machines", 25000),
    "availabilitySets": ("Microsoft.Compute", "Availability Sets", 2500),
}
FAMILY_LIMIT = 350


class Quotas:
    """The limits of one subscription, the same in each of its regions."""

    def __init__(self) -> None:
        self._limits = {name: limit for name, (_, _, limit) in SHOWN.items()}

    def of(self, name: str) -> int:
        """How many are allowed; a family of sizes ("standardDSv5Family") has its own limit."""
        return self._limits.get(name, FAMILY_LIMIT)

    def set(self, name: str, limit: float) -> None:
        """Change one; an unknown name is an error."""
        if name not in SHOWN and not name.endswith("Family"):
            raise ValueError(f"quota {name!r} is not one of {', '.join(SHOWN)} nor a family")
        self._limits[name] = int(limit)

    def row(self, name: str, label: str, used: int, resource_id: str | None = None) -> dict[str, Any]:
        """One line of a usage list."""
        row = {"unit": "Count", "currentValue": used, "limit": self.of(name),
               "name": {"value": name, "localizedValue": label}}  # fmt: skip
        return row if resource_id is None else {"id": resource_id, **row}
