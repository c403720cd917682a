# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of one layer, and the go.mod of what is in them."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path

import pytest

from sandbox.commands import BuildFailed
from sandbox.mirror import golang, images, oci, registry
from sandbox.mirror.golang import Program
from sandbox.mirror.kubernetes import Images
from sandbox.mirror.oci import Image

NAMES = {
    "etcd": "registry.k8s.io/etcd:3.6.5-0", "coredns": "registry.k8s.io/coredns/coredns:v1.12.1",
    "pause": "registry.k8s.io/pause:3.10.1", "odd": "registry.k8s.io/odd:latest",
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root file system with a merged /usr, links between programs, and no program that is linked to libraries."""
    made = tmp_path / "root"
    for folder in ("usr/sbin", "usr/bin", "etc/alternatives", "etc/ssl/certs"):
        (made / folder).mkdir(parents=True)
    (made / "sbin").symlink_to("usr/sbin")
    (made / "etc/ssl/certs/ca-certificates.crt").write_text("certificates")
    (made / "usr/sbin/multi").write_text("#!/bin/sh\n")
    (made / "etc/alternatives/tables").symlink_to("/sbin/multi")
    (made / "usr/sbin/tables").symlink_to("/etc/alternatives/tables")
    return made


@pytest.mark.parametrize(("name", "repository", "tag"), [
    ("registry.k8s.io/etcd:3.6.5-0", "etcd", "3.6.5-0"),
    ("registry.k8s.io/coredns/coredns:v1.12.1", "coredns/coredns", "v1.12.1"),
    (images.WEB, "pangaea/web", "1"),
])  # fmt: skip
def test_an_image_is_kept_under_its_name_below_the_registry(name: str, repository: str, tag: str) -> None:
    assert (Image(name, {}).repository, Image(name, {}).tag) == (repository, tag)


def test_versions_of_programs_are_read_from_the_names_of_their_images() -> None:
    asked = Images(NAMES)
    assert [asked.version(name) for name in ("etcd", "coredns", "pause")] == ["v3.6.5", "v1.12.1", "v3.10.1"]
    with pytest.raises(BuildFailed, match="odd:latest has no version"):
        asked.version("odd")


def test_a_link_brings_along_what_it_leads_to(root: Path) -> None:
    assert oci.closure(root, ["/usr/sbin/tables"]) == [
        "/etc/alternatives/tables",
        "/usr/sbin/multi",
        "/usr/sbin/tables",
    ]


def test_links_among_folders_are_followed_inside_the_root(root: Path) -> None:
    assert oci.real_folder(root, "/sbin/multi") == "/usr/sbin/multi"
    (root / "circle").symlink_to("circle")
    with pytest.raises(ValueError, match="go in a circle"):
        oci.real_folder(root, "/circle/file")


def test_a_layer_is_the_same_bytes_whenever_it_is_written(root: Path, tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"program")
    image = Image("registry.test/one/image:2", {"/usr/local/bin/program": str(tmp_path / "program")}, ["/program"])
    written = [oci.write(image, root, tmp_path / name) for name in ("first", "second")]
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    assert written[0] == written[1]


def test_a_layer_holds_programs_closure_and_accounts_each_folder_before_its_content(root: Path, tmp_path: Path) -> None:
    (tmp_path / "program").write_bytes(b"program")
    image = Image("x/y:1", {"/usr/local/bin/program": str(tmp_path / "program")}, closure=["/usr/sbin/tables"])
    oci.write(image, root, tmp_path / "layer")
    with tarfile.open(tmp_path / "layer") as layer:
        members = {member.name: member for member in layer.getmembers()}
    assert members["usr/local/bin/program"].mode == 0o755
    assert members["usr/sbin/tables"].linkname == "/etc/alternatives/tables"
    assert members["tmp"].mode == 0o1777
    assert {"etc/passwd", "etc/ssl/certs/ca-certificates.crt", "usr/sbin/multi"} <= members.keys()
    names = list(members)
    assert names.index("usr/local/bin") < names.index("usr/local/bin/program")


def test_config_and_manifest_name_the_layer_by_digest_and_size() -> None:
    config, manifest = oci.describe(Image("x/y:1", {}, ["/y"]), "sha256:abc", 7)
    assert json.loads(config)["rootfs"] == {"type": "layers", "diff_ids": ["sha256:abc"]}
    assert json.loads(config)["config"]["Entrypoint"] == ["/y"]
    described = json.loads(manifest)
    assert described["config"]["digest"] == oci.digest(config)
    assert described["layers"] == [{"mediaType": oci.LAYER, "size": 7, "digest": "sha256:abc"}]


def test_a_go_mod_requires_modules_and_replaces_twins() -> None:
    program = Program("k", {"kubeadm": "k8s.io/kubernetes/cmd/kubeadm"}, {"k8s.io/kubernetes": "v1.34.4"},
                      {"k8s.io/api": "v0.34.4"})  # fmt: skip
    assert program.go_mod().splitlines() == [
        "module pangaea.test/k", "", "go 1.24.0", "", "require k8s.io/kubernetes v1.34.4",
        "replace k8s.io/api => k8s.io/api v0.34.4",
    ]  # fmt: skip


def test_a_program_is_keyed_by_its_version_its_source_and_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golang, "go_version", lambda: "go1.24.0")
    one = Program("a", {"a": "."}, {"x": "v1"}, source="pause").inputs()
    assert one != Program("a", {"a": "."}, {"x": "v2"}, source="pause").inputs()
    assert one != Program("a", {"a": "."}, {"x": "v1"}, source="web").inputs()
    monkeypatch.setattr(golang, "go_version", lambda: "go1.25.0")
    assert one != Program("a", {"a": "."}, {"x": "v1"}, source="pause").inputs()


@pytest.mark.parametrize(("said", "why"), [("go1.23.8", "this is go1.23.8"), ("devel", "this is devel")])
def test_a_go_that_is_too_old_is_refused(said: str, why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: "/usr/bin/go")
    monkeypatch.setattr(golang, "output", lambda *_, **__: said)
    with pytest.raises(BuildFailed, match=rf"Go 1\.24 or newer.*{why}"):
        golang.go_version()


def test_a_machine_without_go_is_told_which_package_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(BuildFailed, match="apt-get install golang-go"):
        golang.go_version()


def test_a_registry_that_serves_is_read_only() -> None:
    served = json.loads(registry.configuration(Path("/storage"), "198.18.0.10", read_only=True))
    assert served["storage"]["maintenance"]["readonly"] == {"enabled": True}
    assert served["http"] == {"addr": "198.18.0.10:5000"}
