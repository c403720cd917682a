# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The cluster as Ansible sees it: groups, and the variables of each host."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .clouds import CLOUDS
from .constants import PODS_PREFIX
from .model import Cluster, Machine, Site
from .ranges import tenth_address

Vars = dict[str, Any]


def state_dir(cluster: Cluster, environ: Mapping[str, str] | None = None) -> str:
    """Where runs of this cluster leave what they know; losing it loses only history. None: the process' own."""
    home = (os.environ if environ is None else environ).get("PANGAEA_STATE") or "~/.local/state/pangaea"
    return str(Path(home).expanduser() / cluster.owner)


def group_names(machine: Machine) -> list[str]:
    """Groups of a node; dashes become underscores, since Ansible takes no dash in the name of a group."""
    role = "control_plane" if machine.role == "control_plane" else "workers"
    pool = [f"pool_{_underscored(machine.group.pool)}"] if machine.group.pool else []
    return [role, *pool, f"site_{_underscored(machine.site.name)}"]


def cluster_variables(cluster: Cluster, environ: Mapping[str, str] | None = None) -> Vars:
    """The variable `pangaea` of every host, localhost too."""
    access, mirrors, concessions = cluster.access, cluster.mirrors, cluster.concessions
    control_plane = cluster.control_plane
    return {
        "name": cluster.name,
        "id": cluster.id,
        "owner": cluster.owner,
        "file": str(cluster.file),
        "file_checksum": cluster.file_checksum,
        "kubernetes": {
            "version": cluster.version,
            "minor": cluster.minor,
            "ignore_preflight_errors": list(concessions.ignore_preflight_errors),
            "kubelet": concessions.kubelet,
            "kube_proxy": concessions.kube_proxy,
        },
        "network": _network(cluster),
        "control_plane": {
            "size": control_plane.size,
            "machines": dict(control_plane.machines),
            "names": [machine.name for machine in cluster.nodes if machine.role == "control_plane"],
        },
        "access": {
            "admin": list(access.admin),
            "public": _public(cluster),
            "ssh_public_keys": list(access.ssh_public_keys),
            "ssh_private_key_file": access.ssh_private_key_file,
            "ssh_proxy_command": access.ssh_proxy_command,
        },
        "mirrors": {
            "apt": mirrors.apt,
            "kubernetes_apt": mirrors.kubernetes_apt,
            "registry": mirrors.registry,
            "apt_key": mirrors.apt_key,
        },
        "containerd": {"restrict_oom_score_adj": concessions.restrict_oom_score_adj},
        "limits": {"max_deletes": cluster.max_deletes},
        "state_dir": state_dir(cluster, environ),
    }


def site_variables(cluster: Cluster, site: Site) -> Vars:
    """Variables of the host that stands for a site."""
    machines = cluster.machines(site.name)
    return {
        "pangaea_site": {
            "name": site.name,
            "cloud": site.cloud,
            "region": site.region,
            "account": site.account,
            "identity": {CLOUDS[site.cloud].account: site.account},  # by the cloud's own word for it
            "endpoint": site.endpoint,
            "ca_file": site.ca_file,
            "cidr": site.cidr,
            "pods": site.pods,
            "zones": list(site.zones) if site.zones else None,
            "state": site.state,
        },
        "pangaea_network": {
            "cidr": site.cidr,
            "zones": list(site.zones) if site.zones else None,
            "inside": _inside(cluster),
            "admin": list(cluster.access.admin),
            "public": _public(cluster),
            "mesh_port": cluster.mesh_port,
            "addresses": [machine.name for machine in machines if machine.public == "static"],
            "ssh_public_keys": list(cluster.access.ssh_public_keys),
            # Of every group that names the site, also with a count of 0: the choice of zones should fit what may come.
            "sizes": sorted({group.size for group in cluster.groups if site.name in group.machines}),
        },
        "pangaea_machines": [_machine(machine) for machine in machines],
    }


def node_variables(cluster: Cluster, machine: Machine, environ: Mapping[str, str] | None = None) -> Vars:
    """Variables of a node. Its address is not among them: the cluster file cannot know it."""
    group, site = machine.group, machine.site
    labels = {"pangaea.io/cloud": site.cloud, "pangaea.io/site": site.name}
    if group.pool:
        labels["pangaea.io/pool"] = group.pool
    result: Vars = {
        "pangaea_node": {
            "name": machine.name,
            "site": site.name,
            "cloud": site.cloud,
            "region": site.region,
            "role": machine.role,
            "pool": group.pool,
            "number": machine.number,
            "size": group.size,
            "labels": {**labels, **group.labels},
            "taints": list(group.taints),
        },
        "ansible_user": machine.user,
        "ansible_ssh_common_args": _ssh_arguments(cluster, machine, environ),
        # Ansible's own name has address and user alone: two clusters may share both, and a connection that is taken
        # over asks for no host key.
        "ansible_control_path": f"%(directory)s/{_digest(state_dir(cluster, environ), machine.name)}-%%h",
        "ansible_host_key_checking": True,  # ansible-runner and AWX turn it off by the environment; a variable wins
    }
    if cluster.access.ssh_private_key_file:
        result["ansible_ssh_private_key_file"] = cluster.access.ssh_private_key_file
    return result


def _network(cluster: Cluster) -> Vars:
    return {
        "services": cluster.services,
        "dns": tenth_address(cluster.services),
        "mesh": {
            "driver": cluster.driver,
            "topology": cluster.topology,
            "port": cluster.mesh_port,
            "clouds": sorted({site.cloud for site in cluster.sites}),
        },
        "sites": {site.name: site.cidr for site in cluster.sites},
        "pods": {site.name: site.pods for site in cluster.sites},
        "inside": _inside(cluster),
        "pods_prefix": PODS_PREFIX,
    }


def _inside(cluster: Cluster) -> list[str]:
    """Site and pod ranges, also of a site that leaves: its nodes are inside until the last of them is gone."""
    return [*(site.cidr for site in cluster.sites), *(site.pods for site in cluster.sites)]


def _public(cluster: Cluster) -> list[Vars]:
    """In full for every site, also where a pool has no machine: rules must not go before the last machine has."""
    return [{"pools": list(o.pools), "ports": list(o.ports), "cidrs": list(o.cidrs)} for o in cluster.access.public]


def _machine(machine: Machine) -> Vars:
    group = machine.group
    return {
        "name": machine.name,
        "role": machine.role,
        "pool": group.pool,
        "number": machine.number,
        "size": group.size,
        "image": group.image,
        "user": machine.user,
        "disk_gb": group.disk_gb,
        "spot": group.spot,
        "public": machine.public,
    }


def _ssh_arguments(cluster: Cluster, machine: Machine, environ: Mapping[str, str] | None) -> str:
    """Checking is never off: keys come from the record in the cloud, under the node's name and not its address."""
    options = [
        f"UserKnownHostsFile={state_dir(cluster, environ)}/known_hosts",
        "GlobalKnownHostsFile=/dev/null",
        "StrictHostKeyChecking=yes",
        f"HostKeyAlias={machine.name}",
    ]
    if cluster.access.ssh_proxy_command:
        options.append(f"ProxyCommand={cluster.access.ssh_proxy_command}")
    return " ".join(shlex.join(["-o", option]) for option in options)


def _digest(*words: str) -> str:
    """Short, since a socket's path holds 107 bytes."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()[:16]


def _underscored(name: str | None) -> str:
    return (name or "").replace("-", "_")
