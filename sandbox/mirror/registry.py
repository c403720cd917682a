# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image registry's storage: filled once, through the registry itself, then only read."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import run
from sandbox.mirror import images, kubernetes, oci
from sandbox.mirror.oci import Image

ROOT = Path(__file__).parents[2]
PORT = 5000
ENVIRONMENT = {"OTEL_TRACES_EXPORTER": "none"}  # or it looks for somebody to send traces to


def configuration(storage: Path, address: str, *, read_only: bool) -> str:
    """The registry's configuration file. YAML is a superset of JSON, so JSON it is."""
    return json.dumps({
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(storage)},
            # Several sandboxes may serve one storage at once, because none of them writes to it.
            "maintenance": {"uploadpurging": {"enabled": False}, "readonly": {"enabled": read_only}},
        },
        "http": {"addr": f"{address}:{PORT}"},
    })  # fmt: skip


def ensure(versions: Sequence[str], root: Path, progress: Progress = print) -> Path:
    """The storage that holds the images of all these versions. Raises BuildFailed.

    `root` is the machine image that the packet filters of kube-proxy come from.
    """
    wanted = _wanted(versions, progress)
    server = kubernetes.REGISTRY.build(progress) / "registry"

    def make(part: Path) -> None:
        job = {
            "images": [dataclasses.asdict(image) for image in wanted], "root": str(root), "registry": str(server),
            "storage": str(part / "storage"),
        }  # fmt: skip
        (part / "job.json").write_text(json.dumps(job))
        # In a network of its own, where no other registry can be in the way and nobody else can push.
        fill = ["unshare", "--net", sys.executable, "-m", "sandbox.mirror.fill", str(part / "job.json")]
        run(fill, cache.log("registry"), cwd=ROOT, env=ENVIRONMENT)
        (part / "job.json").unlink()

    return cache.entry("registry", "images", _inputs(wanted, root), make, progress, "about 10 s") / "storage"


def ready(versions: Sequence[str], root: Path) -> bool:
    """Is it in the cache, and the program that serves it?"""
    if not kubernetes.REGISTRY.ready() or not all(images.ready(version) for version in versions):
        return False
    return cache.path("registry", "images", _inputs(_wanted(versions, print), root)).is_dir()


def _wanted(versions: Sequence[str], progress: Progress) -> list[Image]:
    """Versions share images, pause for one; each is there once."""
    return list({image.name: image for version in versions for image in images.of(version, progress)}.values())


def _inputs(wanted: list[Image], root: Path) -> dict[str, object]:
    # Programs and root count by the folder they are in, whose name carries the key of their making.
    return {
        "images": [dataclasses.asdict(image) for image in wanted], "root": root.parent.name,
        "writer": [Path(oci.__file__), Path(__file__), Path(__file__).with_name("fill.py")],
    }  # fmt: skip
