# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write container images of one layer, without a container engine.

The formats are the OCI's: https://github.com/opencontainers/image-spec (config.md, layer.md, manifest.md).
"""

from __future__ import annotations

import glob
import hashlib
import io
import json
import os
import posixpath
import re
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.commands import output

INDEXED = "application/vnd.oci.image.manifest.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar"
MACHINES = {"x86_64": "amd64", "aarch64": "arm64"}
CREATED = "2026-01-01T00:00:00Z"  # fixed, so that equal content is an equal image
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ACCOUNTS = {
    "etc/passwd": b"root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/:/sbin/nologin\n",
    "etc/group": b"root:x:0:\nnonroot:x:65532:\n",
    "etc/nsswitch.conf": b"hosts: files dns\n",
}


@dataclass(frozen=True)
class Image:
    """One image: what it is called, what is put into it, what it starts.

    `programs` is {"/usr/local/bin/etcd": source}; `closure` are patterns of paths in a root file system, which
    come along with every library they are linked to.
    """

    name: str
    programs: dict[str, str]
    entry: list[str] = field(default_factory=list)
    closure: list[str] = field(default_factory=list)

    @property
    def repository(self) -> str:
        """Its name below a registry: coredns/coredns for registry.k8s.io/coredns/coredns:v1.12.1."""
        return self.name.partition("/")[2].rpartition(":")[0]

    @property
    def tag(self) -> str:
        return self.name.rpartition(":")[2]


class Layer:
    """A tar archive being written: each path once, its folders before it, nothing in it that names a time."""

    def __init__(self, target: Path) -> None:
        self._tar = tarfile.open(target, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 closed by close()
        self._there: set[str] = set()

    def folder(self, path: str, mode: int = 0o755) -> None:
        self._add(path, mode, tarfile.DIRTYPE)

    def link(self, path: str, to: str) -> None:
        self._add(path, 0o777, tarfile.SYMTYPE, to=to)

    def file(self, path: str, content: bytes, mode: int = 0o644) -> None:
        self._add(path, mode, tarfile.REGTYPE, content)

    def close(self) -> None:
        self._tar.close()

    def __contains__(self, path: str) -> bool:
        return path.strip("/") in self._there

    def _add(self, path: str, mode: int, kind: bytes, content: bytes = b"", to: str = "") -> None:
        path = path.strip("/")
        if not path or path in self._there:
            return
        self.folder(posixpath.dirname(path))
        self._there.add(path)
        about = tarfile.TarInfo(path)
        about.type, about.mode, about.size, about.linkname = kind, mode, len(content), to
        self._tar.addfile(about, io.BytesIO(content))


def write(image: Image, root: Path, target: Path) -> tuple[bytes, bytes]:
    """Write the layer of an image to a file; return its config and its manifest. `root` is a root file system."""
    layer = Layer(target)
    for top in ("bin", "sbin", "lib", "lib64"):  # a merged /usr, as in the root that files are taken from
        layer.link(top, f"usr/{top}")
    layer.folder("tmp", 0o1777)
    for path, content in ACCOUNTS.items():
        layer.file(path, content)
    layer.file("etc/ssl/certs/ca-certificates.crt", (root / "etc/ssl/certs/ca-certificates.crt").read_bytes())
    for path in closure(root, image.closure):
        _copy(layer, root, path)
    for path, source in image.programs.items():
        layer.file(path, Path(source).read_bytes(), 0o755)
    layer.close()
    return describe(image, digest(target), target.stat().st_size)


def describe(image: Image, layer: str, size: int) -> tuple[bytes, bytes]:
    """Config and manifest of an image whose one layer has this digest and size in bytes."""
    started = {"Entrypoint": image.entry} if image.entry else {}
    config = json.dumps({
        "created": CREATED, "architecture": MACHINES.get(os.uname().machine, os.uname().machine), "os": "linux",
        "config": {"Env": [PATH], "WorkingDir": "/", **started},
        "rootfs": {"type": "layers", "diff_ids": [layer]},
        "history": [{"created": CREATED, "created_by": "Pangaea sandbox"}],
    }).encode()  # fmt: skip
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": INDEXED,
        "config": {"mediaType": CONFIG, "size": len(config), "digest": digest(config)},
        "layers": [{"mediaType": LAYER, "size": size, "digest": layer}],
    }).encode()  # fmt: skip
    return config, manifest


def digest(content: bytes | Path) -> str:
    """ "sha256:…" of some bytes or of a file."""
    if isinstance(content, bytes):
        return f"sha256:{hashlib.sha256(content).hexdigest()}"
    with content.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"


def closure(root: Path, patterns: Iterable[str]) -> list[str]:
    """Paths in a root file system that match, the targets of links among them, and all libraries they need."""
    wanted = [hit.removeprefix(str(root)) for pattern in patterns for hit in sorted(glob.glob(f"{root}{pattern}"))]
    found: dict[str, None] = {}
    while wanted:
        path = real_folder(root, wanted.pop())
        if path in found:
            continue
        found[path] = None
        file = root / path.lstrip("/")
        if file.is_symlink():
            wanted.append(posixpath.normpath(posixpath.join(posixpath.dirname(path), os.readlink(file))))
        elif file.read_bytes()[:4] == b"\x7fELF":
            wanted += libraries(root, path)
    return sorted(found)


def real_folder(root: Path, path: str) -> str:
    """The path with every link in its folders followed inside the root, the last part as it is."""
    parts, done, steps = path.strip("/").split("/"), "", 0
    while len(parts) > 1:
        steps += 1
        step = posixpath.join(done, parts.pop(0))
        file = root / step
        if steps > 100:
            raise ValueError(f"{path}: links in {root} go in a circle")
        if file.is_symlink():
            to = posixpath.normpath(posixpath.join("/", done, os.readlink(file))).strip("/")
            parts, done = [*to.split("/"), *parts], ""
        else:
            done = step
    return "/" + posixpath.join(done, parts[0])


def libraries(root: Path, path: str) -> list[str]:
    """What the root's own loader says that a program or library needs, and the loader under all of its names."""
    loaders = sorted(glob.glob(f"{root}/usr/lib*/ld-linux*.so.*") + glob.glob(f"{root}/usr/lib/*/ld-linux*.so.*"))
    if not loaders:
        raise FileNotFoundError(f"{root} has no dynamic loader below usr/lib*; is it a root file system?")
    names = [loader.removeprefix(str(root)) for loader in loaders]
    said = output(["chroot", root, names[0], "--list", path])
    return [*names, *re.findall(r"=> (/\S+) \(0x", said)]


def _copy(layer: Layer, root: Path, path: str) -> None:
    file = root / path.lstrip("/")
    if file.is_symlink():
        layer.link(path, os.readlink(file))
    else:
        layer.file(path, file.read_bytes(), file.stat().st_mode & 0o755)
