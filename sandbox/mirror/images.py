# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images the registry of the mirror holds, and what is in each."""

from __future__ import annotations

from pathlib import Path

from sandbox.cache import Progress
from sandbox.mirror import kubernetes
from sandbox.mirror.golang import Program
from sandbox.mirror.kubernetes import Images
from sandbox.mirror.oci import Image

# Below registry.k8s.io, so that a node that takes that registry's images from the mirror gets it as well.
WEB = "registry.k8s.io/pangaea/web:1"
# iptables with its extensions, and nft: kube-proxy runs them as programs.
PACKET_FILTERS = [
    "/usr/sbin/xtables-nft-multi", "/usr/sbin/iptables*", "/usr/sbin/ip6tables*", "/etc/alternatives/*tables*",
    "/usr/lib/*/xtables/*.so", "/usr/sbin/nft", "/usr/sbin/conntrack",
]  # fmt: skip


def of(version: str, progress: Progress = print) -> list[Image]:
    """All images for one version of Kubernetes; builds what goes into them. Raises BuildFailed."""
    commands = kubernetes.commands(version, progress).build(progress)
    asked = Images.of(commands / "kubeadm", version)
    folders = {name: program.build(progress) for name, program in _beside(asked).items()}
    images = [
        Image(asked.names["etcd"], _programs(folders["etcd"], "etcd", "etcdctl")),
        Image(asked.names["coredns"], {"/coredns": str(folders["coredns"] / "coredns")}, ["/coredns"]),
        Image(asked.names["pause"], {"/pause": str(folders["pause"] / "pause")}, ["/pause"]),
        Image(asked.names["kube-proxy"], _programs(commands, "kube-proxy"), closure=PACKET_FILTERS),
        Image(WEB, {"/web": str(folders["web"] / "web")}, ["/web"]),
    ]
    static = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
    return images + [Image(asked.names[name], _programs(commands, name)) for name in static]


def ready(version: str) -> bool:
    """Is everything that goes into them in the cache?"""
    if not kubernetes.described(version) or not kubernetes.commands(version).ready():
        return False
    asked = Images.of(kubernetes.commands(version).build() / "kubeadm", version)
    return all(program.ready() for program in _beside(asked).values())


def _beside(asked: Images) -> dict[str, Program]:
    """The programs in the images that are not Kubernetes' own."""
    return {
        "etcd": kubernetes.etcd(asked.version("etcd")),
        "coredns": kubernetes.coredns(asked.version("coredns")),
        "pause": kubernetes.PAUSE,
        "web": kubernetes.WEB,
    }


def _programs(folder: Path, *names: str) -> dict[str, str]:
    return {f"/usr/local/bin/{name}": str(folder / name) for name in names}
