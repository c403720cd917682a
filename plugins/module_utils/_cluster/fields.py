# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The keys of the cluster file: one table that reads it, describes it, and makes the JSON schema for editors."""

from __future__ import annotations

import secrets
import string
from typing import Any, Final

from . import syntax
from .constants import CONTROL_PLANE, IMAGES, PLUGIN
from .problem import one_of
from .shape import Choice, Either, Flag, Free, Items, Key, Named, Number, Record, Text
from .site_shape import PortShape, SiteShape, network_text

# Names that Ansible or this inventory already give to a group or a host.
_TAKEN = ("all", "ungrouped", "localhost", "sites", "nodes", "workers")


def fresh_id() -> str:
    """Eight characters, the first a letter: with the name it marks everything that belongs to one cluster."""
    first, rest = string.ascii_lowercase, string.ascii_lowercase + string.digits
    return secrets.choice(first) + "".join(secrets.choice(rest) for _nth in range(7))


def _not_taken(text: str) -> syntax.Found:
    return (
        (f"is a name that the inventory itself uses ({', '.join(_TAKEN)})", "choose another")
        if text in _TAKEN
        else None
    )


def _free_pool(text: str) -> syntax.Found:
    if text == CONTROL_PLANE:
        return "stands for the control plane in the names of machines", "choose another"
    return _not_taken(text)


def _name(means: str, example: str, longest: int, check: Any = _not_taken) -> Text:
    rule = "lower-case letters, digits and dashes, a letter first, no dash last"
    return Text(f"{means}: {rule}", example, r"[a-z]([a-z0-9-]*[a-z0-9])?", longest, check)


_SITE_NAME = _name("a name of a site", "aws-fra", 24)
_A_SITE = Text("a site", "aws-fra")  # where one is named; what it may be called is judged where it is made
_COUNT = Number("the count of machines", 0, 1000)
_SIZE = Text(
    "a size: small, medium, large, or a machine type of the cloud", "medium", r"[A-Za-z0-9][A-Za-z0-9._-]*", 64
)
_IMAGE = Text(f"an image: {one_of(IMAGES)}, or an id", "debian-13", r"[a-z0-9][a-z0-9.-]*", 128)
_DISK = Number("the size of a root disk in GB", 10, 16384)
_SOURCES = Items(network_text("a network", "198.51.100.0/24"), least=1)
_SSH_KEY = Text("an ssh public key", "ssh-ed25519 AAAA… me@example.org", check=syntax.ssh_public_key)

_MACHINE_KEYS = {
    "size": Key(_SIZE, "Size of the machines: small, medium, large, or an exact type of the cloud.", default="medium"),
    "image": Key(_IMAGE, "Image of the machines of this group; read only when a machine is created."),
    "disk_gb": Key(_DISK, "Root disk of the machines of this group, in GB."),
}

_CONTROL_PLANE = Record(
    {
        **_MACHINE_KEYS,
        "machines": Key(
            Named(_A_SITE, _COUNT, least=1),
            "How many control-plane machines in which site, an odd number in all; fixed when the cluster is created.",
            required=True,
        ),
    }
)

_NUMBERS = Items(Number("the number of a machine", 1, 10000))

_POOL = Record(
    {
        **_MACHINE_KEYS,
        "machines": Key(Named(_A_SITE, _COUNT), "How many workers in which site.", required=True),
        "skip": Key(
            Either(Named(_A_SITE, _NUMBERS), _NUMBERS),
            "Numbers left out, as a list for every site or by site: [2] removes machine 2 and keeps 1 and 3.",
            default=[],
        ),
        "spot": Key(Flag(), "Cheaper machines that the cloud may take back at any time.", default=False),
        "labels": Key(
            Named(
                Text("a label key", "tier", check=syntax.label_key),
                Text("the value of a label", "batch", check=syntax.label_value),
            ),
            "Kubernetes labels of the nodes.",
            default={},
        ),
        "taints": Key(
            Items(Text("a taint", "tier=batch:NoSchedule", check=syntax.taint)),
            "Kubernetes taints of the nodes.",
            default=[],
        ),
    }
)

_CONCESSIONS = Record(
    {
        "ignore_preflight_errors": Key(
            Items(Text("a check of kubeadm", "SystemVerification", r"[A-Za-z0-9-]+")),
            "Preflight checks of kubeadm that only warn.",
            default=[],
        ),
        "kubelet": Key(Free(), "Fields laid over kubelet's configuration.", default={}),
        "kube_proxy": Key(Free(), "Fields laid over kube-proxy's configuration.", default={}),
        "containerd": Key(
            Record({"restrict_oom_score_adj": Key(Flag(), "containerd may not lower OOM scores.", default=False)}),
            "Settings of containerd.",
        ),
    }
)

_KUBERNETES = Record(
    {
        "version": Key(
            Text("a Kubernetes version", '"1.34.4"', check=syntax.kubernetes_version),
            f"Version of Kubernetes; the roles support {one_of([f'{minor}.x' for minor in syntax.SUPPORTED_MINORS])}.",
            required=True,
        ),
        "concessions": Key(
            _CONCESSIONS, "What a host that is no real machine needs; only the sandbox has a use for it."
        ),
    }
)

_NETWORK = Record(
    {
        "mesh": Key(
            Record(
                {
                    "driver": Key(
                        Choice("the driver of the mesh", ("wireguard",), later=("ipsec", "cloud_vpn")),
                        "What the tunnels are made of.",
                        default="wireguard",
                    ),
                    "topology": Key(
                        Choice("the topology of the mesh", ("full",), later=("gateway",)),
                        "full: a tunnel between every two nodes.",
                        default="full",
                    ),
                }
            ),
            "The tunnels that make the sites one flat network.",
        ),
        "services": Key(
            network_text("the range of Services", "10.96.0.0/16"),
            "Range of the Services' addresses.",
            default="10.96.0.0/16",
        ),
    },
    later={"cni": "another CNI", "latency": "a limit for round trips between sites"},
)

_ACCESS = Record(
    {
        "admin": Key(_SOURCES, "Networks that may reach ssh and the Kubernetes API.", required=True),
        "public": Key(
            Items(
                Record(
                    {
                        "pools": Key(
                            Items(Text("a pool", "general"), least=1), "Pools that are opened.", required=True
                        ),
                        "ports": Key(Items(PortShape(), least=1), "TCP ports, or ranges of them.", required=True),
                        "cidrs": Key(_SOURCES, "Networks that may reach the ports.", required=True),
                    }
                )
            ),
            "Ports of workers that are open to others.",
            default=[],
        ),
        "ssh_public_key_file": Key(
            Text("the path of an ssh public key", "~/.ssh/id_ed25519.pub"),
            "Public key for ssh, as a path; relative to the cluster file. Without .pub it is the private key's path.",
        ),
        "ssh_public_keys": Key(Items(_SSH_KEY, least=1), "Public keys for ssh, in place, where there is no home."),
        "ssh_private_key_file": Key(
            Text("the path of an ssh private key", "~/.ssh/id_ed25519"),
            "Private key for ssh, as a path. By default the public key's without .pub if it exists, else the agent.",
        ),
        "ssh_proxy_command": Key(
            Text("a ProxyCommand of ssh", "ssh -W %h:%p bastion.example.org"),
            "ProxyCommand of ssh, to reach the nodes.",
        ),
        "ssh_user": Key(
            Text("a login name", "admin", r"[a-z_][a-z0-9_-]*", 32),
            "Login user, where an image is named by id; those named by word have their own.",
        ),
    }
)

_MIRROR = Text("the URL of a mirror", "https://mirror.example.org/debian", check=syntax.source)
_MIRRORS = Record(
    {
        "apt": Key(_MIRROR, "Mirror of the distribution's packages."),
        "kubernetes_apt": Key(_MIRROR, "Mirror of https://pkgs.k8s.io, laid out as that is."),
        "registry": Key(_MIRROR, "Mirror of registry.k8s.io."),
        "apt_key": Key(
            Text("the path of a public key", "mirror.asc"),
            "Public key that signs the mirrors, as a path; relative to this file.",
        ),
    }
)

_LIMITS = Record(
    {
        "max_deletes": Key(
            Number("the limit of deletes in one run", 0, 1000), "A plan that deletes more is refused.", default=10
        )
    }
)

CLUSTER: Final = Record(
    {
        "plugin": Key(
            Choice("the inventory plugin", (PLUGIN,)), "Names the inventory plugin that reads the file.", required=True
        ),
        "name": Key(_name("a name of a cluster", "shop", 24), "Name of the cluster.", required=True),
        "id": Key(
            Text("an id: eight lower-case letters and digits, a letter first", "k3v9q2ab", r"[a-z][a-z0-9]{7}"),
            "Marks, with the name, everything in the clouds that belongs to the cluster; never changes.",
            required=True,
            missing=lambda: f"add this fresh one, and never change it again: id: {fresh_id()}",
        ),
        "kubernetes": Key(_KUBERNETES, "What runs on the nodes.", required=True),
        "network": Key(_NETWORK, "The flat network."),
        "sites": Key(
            Named(_SITE_NAME, SiteShape(), least=1), "The sites, each one region of one account.", required=True
        ),
        "control_plane": Key(_CONTROL_PLANE, "The control plane.", required=True),
        "pools": Key(Named(_name("a name of a pool", "general", 24, _free_pool), _POOL), "The workers.", default={}),
        "access": Key(_ACCESS, "Who may reach what.", required=True),
        "image": Key(_IMAGE, "Image of all machines; read only when a machine is created.", default="debian-13"),
        "disk_gb": Key(_DISK, "Root disk of all machines, in GB.", default=30),
        "mirrors": Key(_MIRRORS, "Where packages and images come from; by default the official sources."),
        "limits": Key(_LIMITS, "Guards over one run."),
    },
    later={"cni": "another CNI", "backup": "backups of etcd", "latency": "a limit for round trips between sites"},
)
