# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kubernetes' own packages, with the names, paths and dependencies of those from pkgs.k8s.io."""

from __future__ import annotations

import re
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, output
from sandbox.image import packages as debian
from sandbox.mirror import kubernetes
from sandbox.mirror.deb import Package

FILES = Path(__file__).parent / "files"
PLUGINS = "containernetworking-plugins"  # Debian's package of the reference plugins
# The unit is new to a running systemd; nothing is enabled or started, as with the official packages.
TOLD = "#!/bin/sh\nset -e\nif [ -d /run/systemd/system ]; then systemctl daemon-reload; fi\n"


def ensure(version: str, progress: Progress = print) -> Path:
    """The folder with the packages of one version of Kubernetes. Raises BuildFailed."""
    return cache.entry("debs", f"kubernetes-{version}", inputs(version), lambda part: _make(part, version, progress),
                       progress, "about 15 s")  # fmt: skip


def ready(version: str) -> bool:
    """Are they in the cache?"""
    known = kubernetes.described(version)
    return known and cache.path("debs", f"kubernetes-{version}", inputs(version)).is_dir()


def inputs(version: str) -> dict[str, object]:
    """What the packages' cache key is made of; needs the description of the module (`kubernetes.described`)."""
    return {
        "commands": kubernetes.commands(version).inputs(), "files": {file.name: file for file in FILES.iterdir()},
        "making": [Path(__file__), Path(__file__).with_name("deb.py")], "debian": debian.key(),
    }  # fmt: skip


def described(version: str, commands: Path, plugins: dict[str, str]) -> list[Package]:
    """The packages as values. `commands` holds the programs, `plugins` is {name: version of their package}."""
    full = f"{version}-1.1"  # the revision that the official packages carry
    minor = version.rpartition(".")[0]
    units = "/usr/lib/systemd/system"
    needs = (
        "iptables", "iproute2", "mount", "util-linux", "ethtool", "socat", "ebtables", "conntrack", "kubernetes-cni",
    )  # fmt: skip
    names, (package_version,) = sorted(plugins), set(plugins.values())
    return [
        Package(
            "kubelet", full, "Node agent of Kubernetes", needs, {"/usr/bin/kubelet": commands / "kubelet"},
            {f"{units}/kubelet.service": FILES / "kubelet.service"},
            folders=("/etc/kubernetes/manifests", "/var/lib/kubelet"), scripts={"postinst": TOLD, "postrm": TOLD},
        ),
        Package(
            "kubeadm", full, "Kubernetes' tool to make a node of a machine", (f"kubelet (>= {minor})", "iproute2"),
            {"/usr/bin/kubeadm": commands / "kubeadm"},
            {f"{units}/kubelet.service.d/10-kubeadm.conf": FILES / "10-kubeadm.conf"},
            scripts={"postinst": TOLD, "postrm": TOLD},
        ),
        Package("kubectl", full, "Command line of Kubernetes", (), {"/usr/bin/kubectl": commands / "kubectl"}),
        Package(
            "kubernetes-cni", package_version, "The reference network plugins where Kubernetes looks for them",
            (PLUGINS,), links={f"/opt/cni/bin/{name}": f"/usr/lib/cni/{name}" for name in names},
            folders=("/etc/cni/net.d",),
        ),
    ]  # fmt: skip


def plugins(debs: Path) -> dict[str, str]:
    """The network plugins in Debian's package of them: {"bridge": "1.1.1"}. Raises BuildFailed."""
    found = sorted(debs.glob(f"{PLUGINS}_*.deb"))
    if not found:
        raise BuildFailed(f"{debs} holds no {PLUGINS}; is it still in the list of packages?")
    version = output(["dpkg-deb", "--field", found[0], "Version"]).strip()
    upstream = re.split(r"[-+]", version.partition(":")[2] or version)[0]
    names = re.findall(r"\./usr/lib/cni/(\S+)$", output(["dpkg-deb", "--contents", found[0]]), re.MULTILINE)
    return dict.fromkeys(names, f"{upstream}-1.1")


def _make(part: Path, version: str, progress: Progress) -> None:
    commands = kubernetes.commands(version, progress).build(progress)
    debs = debian.ensure(progress)
    for package in described(version, commands, plugins(debs)):
        package.build(part, cache.log(f"debs-kubernetes-{version}"))
