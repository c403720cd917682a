# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which programs one version of Kubernetes consists of, and which versions of others it asks for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, output
from sandbox.mirror import golang
from sandbox.mirror.golang import Program

DEFAULT = "1.34.4"
COMMANDS = (
    "kubeadm", "kubelet", "kubectl", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy",
)  # fmt: skip
PAUSE = Program("pause", {"pause": "."}, source="pause", expect="about 5 s")
WEB = Program("web", {"web": "."}, source="web", expect="about 10 s")
# 3.0 is the newest that builds with the Go of Debian 13.
REGISTRY = Program(
    "registry",
    {"registry": "."},
    {"github.com/distribution/distribution/v3": "v3.0.0"},
    source="registry",
    expect="about 60 s",
)


@dataclass(frozen=True)
class Images:
    """The images that kubeadm of one version asks for: {"etcd": "registry.k8s.io/etcd:3.6.5-0"}."""

    names: dict[str, str]

    @classmethod
    def of(cls, kubeadm: Path, version: str) -> Images:
        """Ask kubeadm itself, which needs no network for a full version."""
        said = output([kubeadm, "config", "images", "list", "--kubernetes-version", f"v{version}"])
        names = {name.rpartition(":")[0].rpartition("/")[2]: name for name in said.split()}
        missing = {"etcd", "coredns", "pause", "kube-proxy", "kube-apiserver"} - names.keys()
        if missing:
            raise BuildFailed(f"kubeadm {version} names no image for {', '.join(sorted(missing))}: {said}")
        return cls(names)

    def version(self, name: str) -> str:
        """The version of the program inside: "v3.6.5" for etcd:3.6.5-0."""
        found = re.search(r":v?(\d+\.\d+\.\d+)", self.names[name])
        if found is None:
            raise BuildFailed(f"image {self.names[name]} has no version of three parts")
        return f"v{found[1]}"


def commands(version: str, progress: Progress = print) -> Program:
    """Kubernetes' own commands as one program; its description comes from the module itself and is kept.

    k8s.io/kubernetes replaces its staging modules by folders of its own tree, which holds for nobody else's
    go.mod; each of them is published under the same name as v0.<minor>.<patch>.
    """
    described = cache.entry("module", f"kubernetes-{version}", {"version": version, "shape": 1},
                            lambda part: _describe(part, version), progress, "about 20 s")  # fmt: skip
    about = json.loads((described / "module.json").read_text())
    major, minor, patch = version.split(".")
    stamps: dict[str, str] = {}
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version"):
        stamps |= {
            f"{package}.gitVersion": f"v{version}", f"{package}.gitMajor": major, f"{package}.gitMinor": minor,
            f"{package}.gitCommit": "built-by-the-pangaea-sandbox", f"{package}.gitTreeState": "clean",
            f"{package}.buildDate": about["time"],
        }  # fmt: skip
    return Program(
        name=f"kubernetes-{version}",
        commands={command: f"k8s.io/kubernetes/cmd/{command}" for command in COMMANDS},
        modules={"k8s.io/kubernetes": f"v{version}"},
        twins=dict.fromkeys(about["staging"], f"v0.{minor}.{patch}"),
        stamps=stamps,
        expect="about 9 minutes on two cores the first time",
    )


def described(version: str) -> bool:
    """Is the module's description in the cache? Without it `commands` needs the network."""
    return cache.path("module", f"kubernetes-{version}", {"version": version, "shape": 1}).is_dir()


def etcd(version: str) -> Program:
    """etcd, and etcdctl beside it in the same image."""
    commands = {"etcd": "go.etcd.io/etcd/server/v3", "etcdctl": "go.etcd.io/etcd/etcdctl/v3"}
    return Program(f"etcd-{version}", commands, dict.fromkeys(commands.values(), version), expect="about 30 s")


def coredns(version: str) -> Program:
    """CoreDNS with the plugins that our main package names."""
    stamps = {"github.com/coredns/coredns/coremain.GitCommit": "built-by-the-pangaea-sandbox"}
    return Program(f"coredns-{version}", {"coredns": "."}, {"github.com/coredns/coredns": version}, source="coredns",
                   stamps=stamps, expect="about 70 s")  # fmt: skip


def _describe(part: Path, version: str) -> None:
    found = golang.module("k8s.io/kubernetes", f"v{version}")
    text = Path(found["GoMod"]).read_text()
    staging = sorted(set(re.findall(r"^\s*(?:replace\s+)?(k8s\.io/\S+) => \./staging/", text, re.MULTILINE)))
    if not staging:
        raise BuildFailed(f"go.mod of k8s.io/kubernetes v{version} replaces no staging module; its layout has changed")
    time = json.loads(Path(found["Info"]).read_text())["Time"]
    (part / "module.json").write_text(json.dumps({"staging": staging, "time": time}))
