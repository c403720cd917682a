# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packages and repositories: what apt reads of them."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.mirror import apt, packages
from sandbox.mirror.deb import Package

needs_dpkg = pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="packages are written by dpkg-deb")
needs_gpg = pytest.mark.skipif(shutil.which("gpg") is None, reason="repositories are signed by gpg")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="a build needs namespaces, hence root")
NOW = 1_780_000_000.0


def test_a_control_text_has_the_fields_in_order_and_no_empty_one() -> None:
    text = Package("kubectl", "1.34.4-1.1", "Command line of Kubernetes").control("amd64", 59840)
    assert text.splitlines() == [
        "Package: kubectl", "Version: 1.34.4-1.1", "Section: admin", "Priority: optional", "Architecture: amd64",
        "Maintainer: Pangaea sandbox <sandbox@pangaea.test>", "Installed-Size: 59840",
        "Description: Command line of Kubernetes",
    ]  # fmt: skip


def test_kubernetes_packages_are_called_and_depend_as_the_official_ones() -> None:
    found = {package.name: package for package in packages.described("1.34.4", Path("/bin"), {"bridge": "1.1.1-1.1"})}
    assert list(found) == ["kubelet", "kubeadm", "kubectl", "kubernetes-cni"]
    assert "kubernetes-cni" in found["kubelet"].depends
    assert found["kubeadm"].depends[0] == "kubelet (>= 1.34)"
    assert found["kubeadm"].files.keys() == {"/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf"}
    assert found["kubernetes-cni"].links == {"/opt/cni/bin/bridge": "/usr/lib/cni/bridge"}


@pytest.fixture
def deb(tmp_path: Path) -> Path:
    (tmp_path / "program").write_text("#!/bin/sh\n")
    package = Package(
        "tool", "1.0-1", "A tool", ("libc6",), {"/usr/bin/tool": tmp_path / "program"},
        links={"/opt/tool": "/usr/bin/tool"}, folders=("/etc/tool",), scripts={"postinst": "#!/bin/sh\n"},
    )  # fmt: skip
    folder = tmp_path / "debs"
    folder.mkdir()
    return package.build(folder, tmp_path / "log")


@needs_dpkg
@needs_root
def test_a_package_holds_its_files_with_their_modes_owned_by_root(deb: Path) -> None:
    assert deb.name.startswith("tool_1.0-1_")
    assert [path.name for path in deb.parent.iterdir()] == [deb.name]
    lines = subprocess.run(["dpkg-deb", "--contents", deb], capture_output=True, text=True, check=True).stdout
    rows = {words[5]: words for words in map(str.split, lines.splitlines())}
    assert rows["./usr/bin/tool"][:2] == ["-rwxr-xr-x", "root/root"]
    assert rows["./opt/tool"][6:] == ["->", "/usr/bin/tool"]
    assert "./etc/tool/" in rows


@needs_dpkg
@needs_root
def test_an_index_names_file_size_and_digest_of_each_package(deb: Path) -> None:
    text = apt.packages([deb], deb.parent.parent)
    fields = dict(line.split(": ", 1) for line in text.splitlines())
    assert fields["Package"] == "tool"
    assert fields["Filename"] == f"debs/{deb.name}"
    assert fields["Size"] == str(deb.stat().st_size)
    assert fields["SHA256"] == hashlib.sha256(deb.read_bytes()).hexdigest()


def test_a_release_lists_every_index_below_it(tmp_path: Path) -> None:
    place = tmp_path / "main/binary-amd64"
    place.mkdir(parents=True)
    (place / "Packages").write_text("x")
    (place / "Packages.gz").write_text("yy")
    text = apt.release(tmp_path, {"Suite": "trixie", "Components": "main"}, NOW)
    assert text.splitlines()[2:5] == ["Suite: trixie", "Components: main", "Date: Thu, 28 May 2026 20:26:40 UTC"]
    assert text.splitlines()[6:] == [
        f" {hashlib.sha256(b'x').hexdigest()} 1 main/binary-amd64/Packages",
        f" {hashlib.sha256(b'yy').hexdigest()} 2 main/binary-amd64/Packages.gz",
    ]


@needs_gpg
def test_what_is_signed_verifies_with_the_published_key_until_it_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PANGAEA_CACHE", str(tmp_path / "cache"))
    signing = apt.signing(lambda _: None)
    assert (signing / "secret.asc").stat().st_mode & 0o077 == 0
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "Packages").write_text("x")
    apt.sign(repository, {"Architectures": "amd64"}, signing / "secret.asc")

    keyring = tmp_path / "keyring.gpg"
    subprocess.run(["gpg", "--dearmor", "--output", str(keyring), str(apt.key())], check=True)

    def verified() -> bool:
        verify = ["gpgv", "--keyring", str(keyring), str(repository / "Release.gpg"), str(repository / "Release")]
        return subprocess.run(verify, capture_output=True, check=False).returncode == 0

    assert verified()
    with (repository / "Release").open("a") as release:
        release.write("more\n")
    assert not verified()
