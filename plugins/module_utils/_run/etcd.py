# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The members of etcd: how fast they hear of each other, and which of them stand for machines that are no more."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any
from urllib.parse import urlparse

from .._engine.errors import Refused

Row = Mapping[str, Any]
LEAST_HEARTBEAT = 100  # ms: etcd's own default
FARTHEST = 50.0  # ms between two members: beyond it, every write of the API waits too long


def stale_members(listed: Row, health: Iterable[Row], joining: Iterable[str], living: Mapping[str, str]) -> list[str]:
    """Ids, in hex, of the members that have to go before ``joining`` can join.

    ``listed`` and ``health`` are what ``etcdctl member list`` and ``endpoint health --cluster`` print as JSON;
    ``living`` has the addresses of the control-plane nodes that have joined. Members of the machines that join are of
    their predecessors; one that never started has no name, and is known by its address. Raises Refused when etcd
    could not vote without them.
    """
    names, addresses = set(joining), set(living.values())
    stale = [m for m in listed["members"] if _name(m) in names or (not _name(m) and not _addresses(m) & addresses)]
    voters = [member for member in listed["members"] if not member.get("isLearner")]
    well = {urlparse(one["endpoint"]).hostname for one in health if one.get("health")}
    healthy = {_id(member) for member in voters if _addresses(member) & well}
    refuse_to_break_quorum({_id(m): _name(m) or _id(m) for m in voters}, healthy, {_id(m) for m in stale})
    return [_id(member) for member in stale]


def heartbeat(rounds: Mapping[str, Iterable[Row]]) -> int:
    """etcd's heartbeat in ms: 1.5 times the slowest round trip (etcd documentation, "Tuning"), and at least 100.

    ``rounds``: of each control-plane node what ``node_facts_info`` said of its links, once or more. One slow or lost
    packet makes nobody far: the distance of two is their median. Raises Refused where it is too large, or where one
    never heard the other.
    """
    times: dict[tuple[str, str], list[float]] = {}
    for name, said in rounds.items():
        for links in said:
            for other, link in links.items():
                times.setdefault((name, other), []).extend([float(link["ms"])] if link["ok"] else [])
    for (name, other), heard in times.items():
        if not heard:
            raise Refused(f"init: {name} and {other} do not reach each other over the mesh; converge again")
        if median(heard) > FARTHEST:
            raise Refused(
                f"control-plane nodes {name} and {other} are {median(heard):.0f} ms apart, and etcd can stand "
                f"{FARTHEST:.0f}; choose regions for the control plane that are nearer to each other"
            )
    slowest = max((max(heard) for heard in times.values()), default=0.0)
    return max(LEAST_HEARTBEAT, math.ceil(1.5 * slowest))


def refuse_to_break_quorum(members: Mapping[str, str], healthy: set[str], leaving: set[str]) -> None:
    """Raise Refused if etcd could not vote without those that leave. ``members``: the voters, ``{id: name}``."""
    leaving = leaving & members.keys()
    quorum = len(members) // 2 + 1  # of today: a machine may vanish before etcd forgets it
    staying = (members.keys() & healthy) - leaving
    if leaving and len(staying) < quorum:
        gone = ", ".join(sorted(members[one] for one in leaving))
        sick = sorted(members[one] for one in members.keys() - healthy - leaving)
        way_out = f"heal {', '.join(sick)} first" if sick else "bring one of the machines back that are gone"
        raise Refused(
            f"remove {gone} from etcd: it would keep {len(staying)} of {len(members)} members, quorum is {quorum}; "
            f"{way_out}"
        )


def _id(member: Row) -> str:
    return f"{int(member['ID']):x}"


def _name(member: Row) -> str:
    return str(member.get("name") or "")


def _addresses(member: Row) -> set[str | None]:
    urls = [*(member.get("clientURLs") or []), *(member.get("peerURLs") or [])]
    return {urlparse(url).hostname for url in urls}
