# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the playbooks conclude from what the modules said. The logic is in module_utils/_run; here are its doors."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._run import (
    bootstrap,
    etcd,
    kubernetes,
    nodes,
    proof,
    report,
    sites,
    work,
)
from ansible_collections.pangaea.multicloud.plugins.plugin_utils._door import door

Vars = Mapping[str, Any]


def census(said: Mapping[str, Vars], wanted: Mapping[str, str]) -> dict[str, list[str]]:
    return nodes.Census.of(said, wanted).as_dict()


def contact_records(names: Iterable[str], hosts: Mapping[str, Vars], machines: Mapping[str, Vars]) -> dict[str, Any]:
    said = {name: (hosts[name].get("ssh_trust_read") or {}).get("stdout") for name in names}
    return nodes.records({name: text for name, text in said.items() if text}, machines)


def first_step(
    names: list[str], said: Mapping[str, Vars], marks: list[str], api_answers: bool, unread_sites: list[str]
) -> dict[str, Any]:
    holds = {name: bootstrap.Holds.of(said[name]) for name in names if name in said}
    return vars(bootstrap.first_step(names, holds, marks, api_answers=api_answers, unread_sites=unread_sites))


def etcd_heartbeat(names: Iterable[str], hosts: Mapping[str, Vars]) -> int:
    """From the rounds of pings that each node kept in ``pangaea_round_trips``; none were made for a single node."""
    kept = {name: (hosts[name].get("pangaea_round_trips") or {}).get("results") or [] for name in names}
    return etcd.heartbeat({name: [one["links"] for one in said if "links" in one] for name, said in kept.items()})


def node_addresses(machines: Mapping[str, Vars]) -> dict[str, str]:
    return {name: machine["private_address"] for name, machine in machines.items() if machine.get("private_address")}


def node_patches(listed: Vars, hosts: Mapping[str, Vars], machines: Mapping[str, Vars], names: list[str]) -> Any:
    found = kubernetes.objects(listed, "Node")
    patches = {
        name: kubernetes.patch(found[name], hosts[name]["pangaea_node"], machines[name])
        for name in names
        if name in found
    }
    return {name: patch for name, patch in patches.items() if patch}


def join_of(host: Vars) -> dict[str, str]:
    """What a join needs, from what the entry point ``token`` left on a control-plane node."""
    words = host["kubeadm_control_plane_token"]["stdout"].split()
    join = {
        "token": words[words.index("--token") + 1],
        "ca_hash": words[words.index("--discovery-token-ca-cert-hash") + 1],
    }
    uploaded = (host.get("kubeadm_control_plane_uploaded") or {}).get("stdout_lines") or []
    return {**join, **({"certificate_key": uploaded[-1].strip()} if uploaded else {})}


def mesh_nodes(machines: Mapping[str, Vars], hosts: Mapping[str, Vars]) -> list[dict[str, Any]]:
    """Keys as a node said them when it was looked at, or as this run made them."""

    def key(host: Vars) -> str | None:
        made, look = host.get("wireguard_key") or {}, host.get("pangaea_look") or {}
        return made.get("public_key") or (look.get("wireguard") or {}).get("public_key")

    return work.mesh_nodes(machines, {name: key(hosts[name]) for name in machines if name in hosts})


def node_work(
    said: Mapping[str, Vars],
    hosts: Mapping[str, Vars],
    machines: Mapping[str, Vars],
    known: Any,
    keep: list[str],
    unread_sites: list[str],
    first: Any = None,
    new: Iterable[str] = (),
) -> dict[str, Any]:
    of_nodes = {name: hosts[name]["pangaea_node"] for name in said}
    found = work.work(said, of_nodes, machines, known, first)
    if said:
        mesh = hosts[next(iter(said))]["pangaea"]["network"]["mesh"]
        work.link(found, said, machines, mesh, keep, all_read=not unread_sites)
    for name in new:
        found.add(name, None, ["nobody has met it yet: its own key is still to be made and recorded"])
    return found.as_dict()


def looks(names: Iterable[str], hosts: Mapping[str, Vars], variable: str = "pangaea_look") -> dict[str, Any]:
    """What a variable holds on those of the hosts that answered."""
    said = {name: hosts[name].get(variable) or {} for name in names}
    return {
        name: look for name, look in said.items() if look and not look.get("unreachable") and not look.get("failed")
    }


def delete_proof(said: Mapping[str, Vars], owner: str) -> dict[str, dict[str, Any]]:
    """The proof by site; a site without both snapshots failed before, and says so itself."""
    found: dict[str, dict[str, Any]] = {}
    for site, variables in said.items():
        before, after = (variables.get(f"pangaea_{when}") or {} for when in ("before", "after"))
        if "snapshot" in before and "snapshot" in after:
            plans = [sites.result(variables, part).get("plan") or {} for part in sites.PARTS]
            deleted = proof.deleted_ids(plans)
            one = proof.proof(owner, before["snapshot"], after["snapshot"], deleted)
            found[site] = {**one, "text": proof.text(site, one, len(deleted))}
    return found


class FilterModule:
    """All of them need nothing but their arguments."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        found: dict[str, Callable[..., Any]] = {
            "census": census,
            "choose_api": work.choose_api,
            "contact_records": contact_records,
            "control_path": nodes.control_path,
            "control_plane_survives": bootstrap.control_plane_survives,
            "crowded": kubernetes.crowded,
            "delete_proof": delete_proof,
            "etcd_heartbeat": etcd_heartbeat,
            "first_step": first_step,
            "join_of": join_of,
            "known_addresses": nodes.addresses,
            "known_hosts": nodes.known_hosts,
            "looks": looks,
            "mark_text": bootstrap.mark_of,
            "mesh_nodes": mesh_nodes,
            "node_addresses": node_addresses,
            "node_patches": node_patches,
            "node_registration": kubernetes.registration,
            "node_work": node_work,
            "run_report": report.report,
            "run_text": report.text,
            "run_trouble": report.trouble,
            "site_errors": sites.errors,
            "site_machines": sites.machines,
            "site_marks": sites.marks,
            "site_parts": sites.parts,
            "stale_etcd_members": etcd.stale_members,
            "unreachable": nodes.unreachable,
        }
        return {name: door(function) for name, function in found.items()}
