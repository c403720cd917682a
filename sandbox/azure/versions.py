# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further api-versions, which Microsoft's own command line asks with: azure-cli 2.91, in the code of its commands.

A request of such a version is judged by, and answered in, the shape of the version that the official types here are of.
So far as these commands go, fields were only added between them; a field that a version does not have yet is not
refused here. A version that is not named here or beside its kind is refused, as a real provider refuses it.
"""

from __future__ import annotations

NETWORK, COMPUTE, RESOURCES = "microsoft.network", "microsoft.compute", "microsoft.resources"
ALSO: dict[str, tuple[str, ...]] = {
    f"{NETWORK}/virtualnetworks/subnets": ("2024-07-01",),
    f"{NETWORK}/networksecuritygroups": ("2015-06-15", "2022-01-01"),
    f"{NETWORK}/networksecuritygroups/securityrules": ("2022-01-01",),
    f"{NETWORK}/networkinterfaces": ("2015-06-15", "2022-01-01", "2023-11-01"),
    f"{NETWORK}/publicipaddresses": ("2022-01-01", "2025-09-01"),
    f"{COMPUTE}/virtualmachines": ("2022-11-01", "2024-11-01", "2025-11-01", "2026-04-01"),
    f"{COMPUTE}/disks": ("2023-04-02", "2025-01-02"),
    f"{COMPUTE}/skus": ("2019-04-01",),
    f"{COMPUTE}/locations/publishers": ("2024-07-01", "2024-11-01"),
    f"{COMPUTE}/locations/usages": ("2024-11-01",),
    f"{RESOURCES}/deployments": ("2024-11-01",),
    f"{RESOURCES}/resourcegroups": ("2024-11-01",),
    f"{RESOURCES}/resources": ("2024-11-01",),
}
