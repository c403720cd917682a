"""What a cluster costs in a month, from a dated table; where the table has nothing, it says so and guesses nothing."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.sizes import type_of as aws_type
from ansible_collections.pangaea.multicloud.plugins.module_utils._cluster import Cluster, Machine

TABLE = Path(__file__).with_name("prices.json")
TYPE_OF = {"aws": aws_type}  # by cloud: the exact type of a size


def monthly(cluster: Cluster, table: dict[str, Any] | None = None) -> str:
    """A sentence: the price with its date and source, or for which machines it is not known."""
    table = table or json.loads(TABLE.read_text(encoding="utf-8"))
    unknown: Counter[str] = Counter()
    total = 0.0
    for machine in cluster.nodes:
        price = of_machine(machine, table)
        if price is None:
            unknown[f"{exact_type(machine)} in {machine.site.region}"] += 1
        else:
            total += price
    dated = f"as of {table['date']}; source: {table['source']}"
    if unknown:
        named = ", ".join(f"{number} x {what}" for what, number in unknown.items())
        some = f"the other machines: about {total:.0f} {table['currency']} a month, {dated}" if total else dated
        return f"What it costs in a month is not known: there is no price here for {named} ({some})."
    spot = any(machine.group.spot for machine in cluster.nodes)
    return (
        f"About {total:.0f} {table['currency']} a month for {len(cluster.nodes)} machines with their disks and public "
        f"addresses{', spot machines at the full price' if spot else ''}; traffic comes on top ({dated})."
    )


def of_machine(machine: Machine, table: dict[str, Any]) -> float | None:
    """Price of a machine, its disk and its public address in a month; None if one of them is not in the table."""
    region = table.get(machine.site.cloud, {}).get(machine.site.region, {})
    hourly = region.get("machines", {}).get(exact_type(machine))
    if hourly is None:
        return None
    return float((hourly + region["address"]) * table["hours"] + machine.group.disk_gb * region["disk_gb_month"])


def exact_type(machine: Machine) -> str:
    """The cloud's own name of the size; the size itself where this release does not know the cloud's sizes."""
    find = TYPE_OF.get(machine.site.cloud)
    return find(machine.group.size) if find else machine.group.size
