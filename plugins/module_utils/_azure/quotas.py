# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Quotas that this collection can meet, as Azure names them, and the check before something is made."""

from __future__ import annotations

import re
from typing import Any

from .._engine.errors import OverQuota

NETWORKS, ADDRESSES, CORES, SPOT_CORES = (
    "VirtualNetworks",
    "StandardSkuPublicIpAddresses",
    "cores",
    "lowPriorityCores",
)
# Of one firewall: learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits.
RULES, PREFIXES = 1000, 4000
Row = dict[str, Any]


def refuse_over(rows: list[Row], quota: str, region: str, *, wanted: int, why: str) -> None:
    """Raise OverQuota if ``wanted`` more do not fit. A quota that is not listed is told by Azure when it is met."""
    row = next((row for row in rows if row["name"]["value"].lower() == quota.lower()), None)
    if row is None or wanted <= 0 or row["currentValue"] + wanted <= row["limit"]:
        return
    raise OverQuota(
        f"{why}: the quota {row['name']['localizedValue']!r} ({quota}) in {region} is {row['limit']}, "
        f"{row['currentValue']} are used and {wanted} more are needed; raise it in the portal under Quotas, or ask for "
        "less",
        quota=quota,
    )


def name_of_quota(code: str, said: str) -> str:
    """``standardDSv5Family Cores`` of "... exceeding approved standardDSv5Family Cores quota"; else the code."""
    found = re.search(r"exceeding approved (.+?) quota", said, re.IGNORECASE)
    return found[1] if found else code.removesuffix("Reached")
