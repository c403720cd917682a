# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine images and the mirror on booted machines: what is in them works, down to a control plane."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Iterator

import pytest

from sandbox import image, mirror
from sandbox.fabric import Machine
from sandbox.image import packages
from sandbox.mirror import images
from tests.hosts.fabric_lab import BASE, A, B, Lab

pytestmark = [pytest.mark.hosts, pytest.mark.skipif(os.geteuid() != 0, reason="machines need root")]

# By such an ID cloud-init knows that it runs in AWS.
BARE = dataclasses.replace(A, image="debian-13-bare", platform_uuid="ec200000-0000-4000-8000-00000000000a")
FULL = dataclasses.replace(B, image="debian-13", platform_uuid="ec200000-0000-4000-8000-00000000000b")
WORLD = dataclasses.replace(BASE, machines=(BARE, FULL))
VERSION = mirror.VERSIONS[0]
MINOR = VERSION.rpartition(".")[0]
SOURCES = f"""
set -e
curl -sf -m 5 http://{mirror.NAME}/key.asc > /etc/apt/keyrings/mirror.asc
echo 'deb [signed-by=/etc/apt/keyrings/mirror.asc] http://{mirror.NAME}/debian trixie main
deb [signed-by=/etc/apt/keyrings/mirror.asc] http://{mirror.NAME}/kubernetes/core:/stable:/v{MINOR}/deb/ /' \
    > /etc/apt/sources.list.d/mirror.list
apt-get -q update
"""
CONTAINERD = f"""
set -e
mkdir -p /etc/containerd/certs.d/_default
echo '[host."http://{mirror.NAME}:5000"]
  capabilities = ["pull", "resolve"]' > /etc/containerd/certs.d/_default/hosts.toml
cat > /etc/containerd/config.toml
systemctl restart containerd
"""
# The host has no CAP_SYS_RESOURCE to give, hence restrict_oom_score_adj.
CONFIG = """
version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{pause}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = true
"""
KUBEADM = f"""
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v{VERSION}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
timeouts: {{controlPlaneComponentHealthCheck: 90s}}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
failCgroupV1: false
---
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
conntrack: {{maxPerCore: 0}}
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Two machines, one of each image, and the mirror in their internet."""
    made = Lab("mirrortest", tmp_path_factory.mktemp("mirror"))
    served = mirror.Mirror(made.fabric.internet_netns, tmp_path_factory.mktemp("logs"))
    try:
        served.start(made.said.append)
        made.apply(WORLD)
        made.until_ssh(BARE, FULL)
        yield made
        assert served.problems() == []
    finally:
        served.stop()
        made.fabric.destroy()


@pytest.fixture(scope="module")
def installed(lab: Lab) -> Lab:
    """Both machines know the mirror and have Kubernetes; the bare one got all else from it too."""
    for target, names in ((BARE, packages.names()), (FULL, [])):
        lab.run(target, SOURCES)
        wanted = " ".join([*names, *(f"{name}={VERSION}-*" for name in ("kubeadm", "kubelet", "kubectl"))])
        install = f"DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends {wanted}"
        lab.run(target, install, patience=120)
    return lab


@pytest.mark.parametrize("target", [BARE, FULL], ids=["bare", "full"])
def test_a_machine_boots_without_a_failed_unit(lab: Lab, target: Machine) -> None:
    lab.ssh(target, "cloud-init status --wait")  # exits with 2 when it has only a warning
    assert lab.run(target, "systemctl is-system-running --wait; systemctl --failed --plain --no-legend") == "running"
    said = json.loads(lab.run(target, "cloud-init status --format json || true"))
    assert said["errors"] == []
    assert said["detail"].startswith("DataSourceEc2")


@pytest.mark.parametrize("target", [BARE, FULL], ids=["bare", "full"])
def test_a_machine_filters_by_reverse_path_as_a_hardened_image_does(lab: Lab, target: Machine) -> None:
    assert lab.run(target, "sysctl -n net.ipv4.conf.all.rp_filter net.ipv4.conf.default.rp_filter") == "1\n1"


def test_two_machines_share_neither_id_nor_host_key(lab: Lab) -> None:
    asked = "cat /etc/machine-id /etc/ssh/ssh_host_ed25519_key.pub"
    first, second = (set(lab.run(target, asked).splitlines()) for target in (BARE, FULL))
    assert len(first) == len(second) == 2
    assert not first & second


def test_an_image_names_no_package_source_of_the_outside() -> None:
    for name in image.NAMES:
        apt = image.ensure(name) / "etc/apt"
        assert [file for file in apt.rglob("*") if file.suffix in (".list", ".sources")] == []


def test_a_bare_machine_gets_all_it_needs_from_the_mirror(installed: Lab) -> None:
    assert installed.run(BARE, "kubeadm version -o short; kubelet --version; kubectl version --client | head -1") == (
        f"v{VERSION}\nKubernetes v{VERSION}\nClient Version: v{VERSION}"
    )
    missing = installed.run(BARE, f"for p in {' '.join(packages.names())}; do dpkg -s $p > /dev/null || echo $p; done")
    assert missing == ""
    assert "CNI bridge plugin" in installed.run(BARE, "/opt/cni/bin/bridge 2>&1 < /dev/null || true")


def test_a_package_signed_by_nobody_is_refused(lab: Lab) -> None:
    lab.run(BARE, f"echo 'deb http://{mirror.NAME}/debian trixie main' > /tmp/bare.list")
    only = "-o APT::Update::Error-Mode=any -o Dir::Etc::sourcelist=/tmp/bare.list -o Dir::Etc::sourceparts=/dev/null"
    refused = lab.ssh(BARE, f"apt-get update {only}")
    assert refused.returncode != 0
    assert "Missing key" in refused.stdout + refused.stderr


def test_the_programs_in_the_images_run(installed: Lab) -> None:
    _containerd(installed, BARE)
    names = installed.run(BARE, f"kubeadm config images list --kubernetes-version v{VERSION}").split()
    for name in [*names, images.WEB]:
        installed.run(BARE, f"ctr -n k8s.io images pull --hosts-dir /etc/containerd/certs.d {name}", patience=60)
    started = "ctr -n k8s.io run --rm --net-host"
    proxy = next(name for name in names if "kube-proxy" in name)
    said = installed.run(BARE, f"for c in 'kube-proxy --version' 'iptables --version' 'nft --version'; do "
                         f"{started} --privileged {proxy} t $c; done")  # fmt: skip
    assert f"Kubernetes v{VERSION}" in said
    assert "nf_tables" in said
    assert "pause" in installed.run(BARE, f"{started} {names[5]} t /pause -v")


def test_kubeadm_makes_a_control_plane(installed: Lab) -> None:
    _containerd(installed, FULL)
    installed.run(FULL, "cat > /run/kubeadm.yaml", KUBEADM)
    installed.run(FULL, "sysctl -q -w net.ipv4.ip_forward=1 && systemctl enable -q kubelet", "")
    done = installed.ssh(FULL, "timeout 150 kubeadm init --config /run/kubeadm.yaml > /run/init.log 2>&1; "
                         "code=$?; tail -30 /run/init.log; exit $code", patience=160)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    kubectl = "kubectl --kubeconfig /etc/kubernetes/admin.conf"
    assert installed.run(FULL, f"{kubectl} get --raw=/readyz") == "ok"
    installed.run(FULL, f"{kubectl} -n kube-system rollout status ds/kube-proxy --timeout=60s", patience=70)
    # kube-proxy is Ready before it has written its first rules.
    rules = "until iptables-save | grep -q KUBE-SERVICES; do sleep 0.3; done"
    installed.run(FULL, f"timeout 30 sh -c '{rules}'", patience=40)


def _containerd(lab: Lab, target: Machine) -> None:
    pause = next(name for name in lab.run(target, "kubeadm config images list --kubernetes-version "
                                          f"v{VERSION}").split() if "/pause:" in name)  # fmt: skip
    lab.run(target, CONTAINERD, CONFIG.format(pause=pause))
