# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What is to be done on which node: the groups that the plays run on, and the sentences that say why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._mesh.plain import differences, topology_of, tunnel
from .kubernetes import is_another, objects, reasons

# Parts that node_facts_info compares, each the group of a play.
BASE, BALANCER, MESH, CNI = "pangaea_base", "pangaea_api_balancer", "pangaea_mesh", "pangaea_cni"
GROUPS = {"base": BASE, "ssh": BASE, "kubernetes": BASE, "balancer": BALANCER, "mesh": MESH, "cni": CNI}
INITIALISING = "init"  # an area that says something about the cluster, and nothing is wrong with the node
JOINS, JOINS_CONTROL_PLANE, INIT, LABELS = (
    "pangaea_joins", "pangaea_joins_control_plane", "pangaea_init", "pangaea_labels",
)  # fmt: skip

Vars = Mapping[str, Any]


@dataclass
class Work:
    """``groups``: ``{node: [group]}``; ``reasons``: ``{node: [sentence]}``. A node in neither is as it should be."""

    groups: dict[str, list[str]] = field(default_factory=dict)
    reasons: dict[str, list[str]] = field(default_factory=dict)
    stale: list[str] = field(default_factory=list)  # nodes that are gone, and that others still have links to

    def add(self, name: str, group: str | None, said: Iterable[str]) -> None:
        """Nothing is added without a reason."""
        for sentence in said:
            self.reasons.setdefault(name, []).append(sentence)
            groups = self.groups.setdefault(name, [])
            if group and group not in groups:
                groups.append(group)

    def as_dict(self) -> dict[str, Any]:
        return {"groups": self.groups, "reasons": self.reasons, "stale": self.stale}


def work(
    looks: Mapping[str, Vars],
    nodes: Mapping[str, Vars],
    machines: Mapping[str, Vars],
    known: Vars | None,
    first: Vars | None = None,
) -> Work:
    """What each node needs.

    ``looks``: what node_facts_info said of those that answered. ``nodes``: their ``pangaea_node``. ``known``: what
    the API says; None while it does not answer, and then only what a node itself says counts. ``first``: the step that
    comes before everybody's join.
    """
    found = Work()
    listed = objects(known, "Node") if known is not None else None
    init = first["node"] if first and first["step"] == "init" else None
    # Without an API nobody joins; it may be one that answers only after this run has repaired something.
    api = bool(init) or any(joined(look) for name, look in looks.items() if nodes[name]["role"] == "control_plane")
    for name, look in looks.items():
        for area, said in (look.get("differences") or {}).items():
            if area != INITIALISING:
                found.add(name, GROUPS[area], said)
        if init == name and first:
            found.add(name, INIT, [f"it initialises the cluster: {first['why']}"])
        else:
            _membership(found, name, look, nodes[name], machines[name], listed, api=api)
    return found


def _membership(
    found: Work, name: str, look: Vars, node: Vars, machine: Vars, listed: Mapping[str, Vars] | None, *, api: bool
) -> None:
    there = listed.get(name) if listed is not None else None
    join = (JOINS_CONTROL_PLANE if node["role"] == "control_plane" else JOINS) if api else None
    if not joined(look):
        found.add(name, join, ["it has not joined the cluster"])
    elif listed is None:
        return
    elif there is None or is_another(there, machine):
        found.add(name, join, reasons(there, node, machine)[:1])
    else:
        found.add(name, LABELS, reasons(there, node, machine))


def mesh_nodes(machines: Mapping[str, Vars], keys: Mapping[str, str | None]) -> list[dict[str, Any]]:
    """What ``_mesh`` wants to know: every machine with an address, and its public key where it is known."""
    return [
        {**machine, "public_key": keys.get(name)}
        for name, machine in sorted(machines.items())
        if machine.get("private_address")
    ]


def link(
    found: Work,
    looks: Mapping[str, Vars],
    machines: Mapping[str, Vars],
    mesh: Vars,
    keep: Iterable[str],
    *,
    all_read: bool,
) -> None:
    """Add what differs in the links. ``keep``: names that were not read, and those that leave after their drain.

    A link that nobody asked for goes only if every site was read, so that its machine is known to be gone.
    """
    keys = {name: look["wireguard"]["public_key"] for name, look in looks.items()}
    keyless = sorted(name for name, key in keys.items() if not key)
    topology = topology_of(mesh_nodes(machines, keys), mesh)
    for name, look in looks.items():
        wanted = tunnel(topology, name, keep, [])
        compared = differences(look["wireguard"], wanted)
        gone = [other for other in compared["unexpected"] if all_read and other not in machines]
        found.stale = sorted({*found.stale, *gone})
        found.add(name, MESH, compared["reasons"])
        found.add(name, MESH, [f"link {other}: its machine is gone" for other in gone])
        found.add(name, MESH, [f"link {other}: its key is still to be made" for other in keyless if other != name])
        silent = {other: said for other, said in (look.get("links") or {}).items() if other in looks and not said["ok"]}
        found.add(name, MESH, [f"link {other}: {said.get('why') or 'no answer'}" for other, said in silent.items()])


def joined(look: Vars) -> bool:
    """Whether kubelet of that node has an identity of its own in the cluster."""
    return bool(look["kubelet"]["configured"])


def choose_api(looks: Mapping[str, Vars], names: Iterable[str]) -> str | None:
    """The control-plane node that kubectl runs on: the first one that has joined. Its balancer reaches any of them."""
    for name in names:
        if name in looks and joined(looks[name]):
            return name
    return None
