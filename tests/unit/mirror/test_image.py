# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images' names, and where this machine's packages come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox import image
from sandbox.image import packages, sources


def apt_folder(tmp_path: Path, **files: str) -> Path:
    (tmp_path / "sources.list.d").mkdir()
    for name, text in files.items():
        (tmp_path / "sources.list.d" / name.replace("__", ".")).write_text(text)
    return tmp_path


def test_both_formats_of_sources_are_understood(tmp_path: Path) -> None:
    deb822 = "Types: deb\nURIs: http://one.test/debian/ https://two.test/debian\nSuites: trixie\n"
    lines = "# deb http://off.test/debian trixie main\ndeb [arch=amd64 signed-by=/k] http://three.test/debian x main\n"
    apt = apt_folder(tmp_path, a__sources=deb822, b__list=lines)
    assert sources.addresses(apt) == ["http://one.test/debian", "https://two.test/debian", "http://three.test/debian"]


def test_a_disabled_source_and_a_backup_file_are_left_out(tmp_path: Path) -> None:
    off = "Types: deb\nURIs: http://off.test/debian\nEnabled: no\n\nTypes: deb\nURIs: http://on.test/debian\n"
    apt = apt_folder(tmp_path, a__sources=off, a__sources__save="URIs: http://old.test/debian\n")
    assert sources.addresses(apt) == ["http://on.test/debian"]


def test_a_machine_without_debian_sources_is_told_what_was_tried_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("PANGAEA_DEBIAN_MIRROR", raising=False)
    with pytest.raises(sources.NoDebianSource, match=r"file:.*PANGAEA_DEBIAN_MIRROR"):
        sources.debian("trixie", ["file:///nowhere/at/all"])


@pytest.mark.parametrize(
    ("head", "found"),
    [
        ("Origin: Debian\nCodename: trixie\n", True),
        ("Origin: Debian\nCodename: trixie-security\n", False),
        ("Origin: Ubuntu\nCodename: trixie\n", False),
    ],
)
def test_only_debians_own_suite_will_do(tmp_path: Path, head: str, found: bool) -> None:
    place = tmp_path / "dists/trixie"
    place.mkdir(parents=True)
    (place / "InRelease").write_text(head)
    address = tmp_path.as_uri()
    if found:
        assert sources.debian("trixie", [address]) == address
    else:
        with pytest.raises(sources.NoDebianSource):
            sources.debian("trixie", [address])


def test_ubuntu_is_refused_with_the_reason_and_the_way_out() -> None:
    with pytest.raises(image.UnknownImage, match=r"cannot boot Ubuntu.*debian-13.*or a real cloud"):
        image.ensure("ubuntu-24.04")


def test_an_unknown_image_is_refused_by_naming_the_known_ones() -> None:
    with pytest.raises(image.UnknownImage, match="debian-13, debian-13-bare"):
        image.ready("debian-12")


def test_the_list_of_packages_is_read_without_its_comments() -> None:
    names = packages.names()
    assert {"containerd", "wireguard-tools", "haproxy"} <= set(names)
    assert names == sorted(set(names))
    assert all(name.replace("-", "").replace(".", "").isalnum() for name in names)
