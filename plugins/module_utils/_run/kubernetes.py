# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The cluster as its API tells it, compared with the cluster file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Object = Mapping[str, Any]


def objects(listed: Object, kind: str) -> dict[str, Object]:
    """``{name: object}`` of one kind, out of what ``kubectl get ... --output=json`` printed."""
    return {one["metadata"]["name"]: one for one in listed.get("items", []) if one.get("kind") == kind}


def ready(node: Object) -> bool:
    """Whether kubelet reported lately, and well."""
    said = (node.get("status") or {}).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in said)


def taint(text: str) -> dict[str, str]:
    """``tier=batch:NoSchedule`` as the API has it."""
    pair, _colon, effect = text.rpartition(":")
    key, _equals, value = pair.partition("=")
    return {"key": key, "effect": effect, **({"value": value} if value else {})}


def labels(node: Object, machine: Object) -> dict[str, str]:
    """All labels that we give a node: those of the cluster file, and where it stands."""
    where = {"topology.kubernetes.io/region": node["region"], "topology.kubernetes.io/zone": machine.get("zone")}
    every = {**where, **node["labels"]}
    return {key: str(value) for key, value in sorted(every.items()) if value is not None}


def registration(node: Object, machine: Object, ignore: Iterable[str]) -> dict[str, Any]:
    """How kubeadm registers a node; ``machine`` is what its cloud says of it."""
    given = {
        "node-ip": machine["private_address"],
        "provider-id": machine.get("provider_id"),
        "node-labels": ",".join(f"{key}={value}" for key, value in labels(node, machine).items()),
    }
    return {
        "name": node["name"],
        "address": machine["private_address"],
        "kubelet_arguments": [{"name": key, "value": value} for key, value in given.items() if value],
        "taints": [taint(text) for text in node["taints"]],
        "ignore_preflight_errors": list(ignore),
    }


def patch(found: Object, node: Object, machine: Object) -> dict[str, Any]:
    """The merge patch that gives a Node object what it lacks; empty if it lacks nothing.

    What others put on it stays. A pod range is written once: the API refuses another one, and so do we, by silence.
    """
    has = found["metadata"].get("labels") or {}
    missing = {key: value for key, value in labels(node, machine).items() if has.get(key) != value}
    spec: dict[str, Any] = {}
    taints = list(found["spec"].get("taints") or [])
    lacking = [one for one in map(taint, node["taints"]) if not any(_same(one, other) for other in taints)]
    if lacking:
        places = {(one["key"], one["effect"]) for one in lacking}
        spec["taints"] = [one for one in taints if (one["key"], one["effect"]) not in places] + lacking
    if machine.get("pods") and not found["spec"].get("podCIDR"):
        spec |= {"podCIDR": machine["pods"], "podCIDRs": [machine["pods"]]}
    return {**({"metadata": {"labels": missing}} if missing else {}), **({"spec": spec} if spec else {})}


def reasons(found: Object | None, node: Object, machine: Object) -> list[str]:
    """Sentences of what differs between a Node object (None: there is none) and what it should be."""
    if found is None:
        return ["the cluster does not know it"]
    if is_another(found, machine):
        return [f"the cluster knows another machine by its name, {found['spec']['providerID']}"]
    wanted = patch(found, node, machine)
    said = [f"label {key} should be {value}" for key, value in wanted.get("metadata", {}).get("labels", {}).items()]
    spec = wanted.get("spec", {})
    said += [f"taint {text} is missing" for text in node["taints"] if taint(text) in spec.get("taints", [])]
    if "podCIDR" in spec:
        said.append(f"the cluster does not know its pod range {spec['podCIDR']}")
    if not ready(found):
        said.append("it is not Ready")
    return said


def is_another(found: Object, machine: Object) -> bool:
    """Whether the Node object was made for a machine that is gone: a machine made anew under its name is a new node."""
    known, now = found["spec"].get("providerID"), machine.get("provider_id")
    return bool(known and now and known != now)


def crowded(pods: Object, nodes: Object) -> bool:
    """Whether CoreDNS stands on one node although another one could take a part of it."""
    places = {
        pod["spec"].get("nodeName") for pod in objects(pods, "Pod").values() if pod["status"]["phase"] == "Running"
    }
    return len(places) == 1 and sum(_takes_pods(node) for node in objects(nodes, "Node").values()) > 1


def _takes_pods(node: Object) -> bool:
    # CoreDNS tolerates the control plane's own taint
    taints = [one for one in node["spec"].get("taints") or [] if one["key"] != "node-role.kubernetes.io/control-plane"]
    return ready(node) and not taints and not node["spec"].get("unschedulable")


def _same(one: Object, other: Object) -> bool:
    return all(one.get(key, "") == other.get(key, "") for key in ("key", "value", "effect"))
