# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write signed apt repositories: one in Debian's layout, and flat ones as pkgs.k8s.io has them."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, output

OWNER = "Pangaea sandbox mirror <mirror@pangaea.test>"


def signing(progress: Progress = print) -> Path:
    """The folder of this cache's own signing key: key.asc to give away, secret.asc to keep."""
    return cache.entry("signing", "key", {"owner": OWNER, "kind": "ed25519"}, _make_key, progress)


def key() -> Path:
    """Where the public key is, or will be once the mirror is built."""
    return cache.path("signing", "key", {"owner": OWNER, "kind": "ed25519"}) / "key.asc"


def debian(root: Path, debs: Path, suite: str, secret: Path) -> None:
    """Lay out `root` as an archive with one suite and one component, main, holding all packages of a folder."""
    architecture = output(["dpkg", "--print-architecture"]).strip()
    link(debs, root / "pool/main")
    index = packages(sorted((root / "pool/main").glob("*.deb")), root)
    place = root / "dists" / suite / f"main/binary-{architecture}"
    _write_index(place, index)
    fields = {"Suite": suite, "Codename": suite, "Components": "main", "Architectures": architecture}
    sign(root / "dists" / suite, fields, secret)


def flat(root: Path, debs: Path, secret: Path) -> None:
    """Lay out `root` as a flat repository (`deb URL /`) with its key beside the packages, as Release.key."""
    architecture = output(["dpkg", "--print-architecture"]).strip()
    link(debs, root / architecture)
    _write_index(root, packages(sorted((root / architecture).glob("*.deb")), root))
    sign(root, {"Architectures": architecture}, secret)
    shutil.copyfile(secret.with_name("key.asc"), root / "Release.key")


def packages(debs: Iterable[Path], root: Path) -> str:
    """The text of a Packages index; file names are relative to `root`."""
    stanzas = []
    for deb in debs:
        control = output(["dpkg-deb", "--field", deb]).rstrip("\n")
        digest = hashlib.sha256(deb.read_bytes()).hexdigest()
        stanzas.append(f"{control}\nFilename: {deb.relative_to(root)}\nSize: {deb.stat().st_size}\nSHA256: {digest}\n")
    return "\n".join(stanzas)


def release(folder: Path, fields: Mapping[str, str], now: float | None = None) -> str:
    """The text of a Release over every index below its folder."""
    date = email.utils.formatdate(now, usegmt=True).replace("GMT", "UTC")
    head = {"Origin": "Pangaea sandbox", "Label": "Pangaea sandbox", **fields, "Date": date}
    lines = [f"{name}: {value}" for name, value in head.items()]
    lines.append("SHA256:")
    for file in sorted(folder.rglob("Packages*")):
        content = file.read_bytes()
        lines.append(f" {hashlib.sha256(content).hexdigest()} {len(content)} {file.relative_to(folder)}")
    return "\n".join(lines) + "\n"


def sign(folder: Path, fields: Mapping[str, str], secret: Path) -> None:
    """Write Release, InRelease and Release.gpg. Raises BuildFailed."""
    (folder / "Release").write_text(release(folder, fields))
    with tempfile.TemporaryDirectory(prefix="pgs-gpg-") as home:
        try:
            _gpg(home, "--import", str(secret))
            for how, target in (("--clear-sign", "InRelease"), ("--detach-sign", "Release.gpg")):
                _gpg(home, "--armor", how, "--output", str(folder / target), str(folder / "Release"))
        finally:
            _end_agent(home)


def link(source: Path, target: Path) -> None:
    """Put the packages of one folder into another without a second copy where the file system can."""
    target.mkdir(parents=True)
    for deb in source.glob("*.deb"):
        try:
            os.link(deb, target / deb.name)
        except OSError:
            shutil.copy2(deb, target / deb.name)


def _write_index(place: Path, index: str) -> None:
    place.mkdir(parents=True, exist_ok=True)
    (place / "Packages").write_text(index)
    (place / "Packages.gz").write_bytes(gzip.compress(index.encode(), mtime=0))


def _make_key(part: Path) -> None:
    # Not below the cache: gpg's sockets may have a path of 107 bytes at most.
    with tempfile.TemporaryDirectory(prefix="pgs-gpg-") as home:
        try:
            _gpg(home, "--quick-generate-key", OWNER, "ed25519", "sign", "never")
            (part / "key.asc").write_text(_gpg(home, "--armor", "--export", OWNER))
            secret = part / "secret.asc"
            secret.touch(mode=0o600)
            secret.write_text(_gpg(home, "--armor", "--export-secret-keys", OWNER))
        finally:
            _end_agent(home)


def _gpg(home: str, *words: str) -> str:
    command = ["gpg", "--homedir", home, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", *words]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise BuildFailed(f"gpg {' '.join(words[:2])}: exit {found.returncode}; {found.stderr.strip()}")
    return found.stdout


def _end_agent(home: str) -> None:
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], capture_output=True, check=False)
