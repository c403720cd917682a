# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Init happens once: what the first control-plane node has to do, from the mark and from what the nodes hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from .._cluster.mark import Mark
from .._engine.errors import Refused

CA_LENGTH = 16  # hex digits of the CA's fingerprint that a mark holds


@dataclass(frozen=True)
class Holds:
    """What a control-plane machine holds: the start of its CA's fingerprint, etcd data, an init that was cut off."""

    ca: str | None = None
    etcd_data: bool = False
    initialising: bool = False

    @classmethod
    def of(cls, look: Mapping[str, Any]) -> Holds:
        """From what ``node_facts_info`` said."""
        ca = look["kubelet"]["ca_fingerprint"]
        return cls(ca[:CA_LENGTH] if ca else None, look["etcd_data"], bool(look["differences"].get("init")))


@dataclass(frozen=True)
class FirstStep:
    """``init`` (on ``node``), ``wait`` (nobody knows enough to do anything) or ``none`` (there is a cluster)."""

    step: str
    node: str | None = None
    why: str = ""


def first_step(
    names: list[str], holds: Mapping[str, Holds], marks: Iterable[str], *, api_answers: bool, unread_sites: list[str]
) -> FirstStep:
    """What comes before everybody else's join. ``holds`` has the control-plane nodes that could be read.

    Raises Refused where an init would make a second, empty cluster.
    """
    known = sorted({Mark.parse(text).ca for text in marks})
    cut_off = [name for name in names if name in holds and holds[name].initialising and holds[name].ca]
    unread = [name for name in names if name not in holds] + ([] if known else unread_sites)
    if cut_off:
        return FirstStep("init", cut_off[0], "its init was cut off")
    if api_answers or any(one.etcd_data for one in holds.values()):
        return FirstStep("none")
    if unread:
        said = f"{', '.join(unread)} could not be read, so whether there is a cluster already is not known"
        return FirstStep("wait", None, said)
    if not known:
        return FirstStep("init", names[0], "there is no cluster yet")
    for name in names:
        if holds[name].ca in known:
            return FirstStep("init", name, "it has the CA of the mark, and no etcd data yet")
    raise Refused(
        f"the cluster was initialised once (its CA begins with {', '.join(known)}), and none of {', '.join(names)} "
        "holds anything of it: an init would make a second, empty cluster. If its data is lost, delete the cluster "
        "and make it anew"
    )


def mark_of(ca: str, size: str, machines: Mapping[str, int]) -> str:
    """The text of the mark, given the CA's fingerprint in hex."""
    return str(Mark(ca[:CA_LENGTH], size, {site: count for site, count in sorted(machines.items()) if count}))


def control_plane_survives(names: list[str], marks: Iterable[str], changes: Iterable[Mapping[str, Any]]) -> bool:
    """Whether a cluster that was initialised keeps a control-plane machine: those made anew would be empty."""
    keys = [change["key"].split("/") for change in changes if change["action"] == "create"]
    made = {name for kind, *_site, name in keys if kind == "machine"}
    return not (list(marks) and made.issuperset(names))
