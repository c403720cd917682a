# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What is recorded on machines: the pod range, of which the node keeps a second copy, and the host key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._cluster.pod_ranges import give_out, part_or_none, refuse_shared_parts
from .._engine.errors import Refused
from .._engine.resource import State

# Fields of a machine that stay on it, though no plan asks for them.
RECORDED = frozenset({"pods", "first_host_key", "host_key"})


def wanted_parts(options: dict[str, Any], living: Mapping[str, str | None]) -> dict[str, State]:
    """``{name: {"pods": part}}`` for new machines, and for those whose node says other than the machine.

    ``options`` are those of a machines module; ``living`` is what is recorded on each machine that lives.
    Raises Refused when a part is unknown or shared: then none is given out in this site.
    """
    site, prefix, record = options["pods"], options["pods_prefix"], options["record"] or {}
    wanted = [machine["name"] for machine in options["machines"]]
    node_says = {name: values.get("pods") for name, values in record.items() if values.get("pods")}
    known = {name: node_says.get(name) or part_or_none(pods, site, prefix) for name, pods in living.items()}
    parts = {name: part for name, part in known.items() if part}
    refuse_shared_parts(parts)
    new = [name for name in wanted if name not in living]
    lost = sorted(living.keys() - parts.keys())
    if new and lost:
        raise Refused(
            f"create machine {new[0]}: the pod range of {', '.join(lost)} is unknown (its record is lost, its node "
            "was not read), so no range is given out in this site; bring that node back, or replace it",
            lost=lost,
        )
    repaired = {name: part for name, part in node_says.items() if name in wanted and name in living}
    given = {**give_out(site, prefix, parts.values(), new), **repaired}
    return {name: {"pods": part} for name, part in given.items()}


def refuse_another_host_key(name: str, known: str | None, said: str | None) -> None:
    """Raise Refused when a node shows another host key than the one that is recorded on its machine."""
    if said and known and said != known:
        raise Refused(
            f"record {name}: the node shows the host key {said}, and the machine's record is {known}; it may not "
            f"be the machine that it was: look at it, then make it anew with: replace {name}"
        )
