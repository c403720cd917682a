# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fill a registry with images, as a program of its own: python -m sandbox.mirror.fill JOB.

JOB is a file: {"images": [fields of an Image], "root": root file system, "registry": program, "storage": folder}.
"""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from sandbox.commands import BuildFailed
from sandbox.mirror import oci
from sandbox.mirror.oci import Image
from sandbox.mirror.registry import PORT, configuration


def push(image: Image, root: Path, scratch: Path, address: str) -> None:
    """Write one image and push it to the registry at `address` (host:port). Raises BuildFailed."""
    layer = scratch / "layer.tar"
    config, manifest = oci.write(image, root, layer)
    with layer.open("rb") as content:
        _upload(image, address, oci.digest(layer), content, layer.stat().st_size)
    _upload(image, address, oci.digest(config), config, len(config))
    path = f"/v2/{image.repository}/manifests/{image.tag}"
    _send(image, address, "PUT", path, manifest, {"Content-Type": oci.INDEXED}, 201)


def await_answer(address: str, alive: Callable[[], bool], patience: float = 15.0) -> None:
    """Wait until a registry answers. Raises BuildFailed when it ends before, or never does."""
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(f"http://{address}/v2/", timeout=2):
                return
        except OSError as error:
            if not alive() or time.monotonic() > end:
                raise BuildFailed(f"the registry does not answer at {address}: {error}") from error
            time.sleep(0.05)


def _upload(image: Image, address: str, digest: str, content: bytes | IO[bytes], size: int) -> None:
    begun = _send(image, address, "POST", f"/v2/{image.repository}/blobs/uploads/", b"", {}, 202)
    where = urllib.parse.urlsplit(begun.getheader("Location", ""))
    path = f"{where.path}?{where.query}{'&' if where.query else ''}digest={digest}"
    kind = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
    _send(image, address, "PUT", path, content, kind, 201)


def _send(
    image: Image, address: str, verb: str, path: str, body: bytes | IO[bytes], headers: dict[str, str], wanted: int
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(address, timeout=60)
    connection.request(verb, path, body, headers)
    answer = connection.getresponse()
    said = answer.read().decode(errors="replace")
    connection.close()
    if answer.status != wanted:
        raise BuildFailed(f"push {image.name}: {verb} {path}: {answer.status} {said}")
    return answer


def _fill(job: dict[str, str], wanted: list[Image]) -> None:
    """Start a registry over an empty storage, push every image, stop it. Runs in a network namespace of its own."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    storage = Path(job["storage"])
    storage.mkdir()
    address = f"127.0.0.1:{PORT}"
    with tempfile.TemporaryDirectory(dir=storage.parent) as made:
        scratch = Path(made)
        (scratch / "config.json").write_text(configuration(storage, "127.0.0.1", read_only=False))
        with subprocess.Popen([job["registry"], "serve", scratch / "config.json"]) as server:
            try:
                await_answer(address, lambda: server.poll() is None)
                for image in wanted:
                    push(image, Path(job["root"]), scratch, address)
                    print(image.name, flush=True)
            finally:
                server.terminate()


if __name__ == "__main__":
    told = json.loads(Path(sys.argv[1]).read_text())
    _fill(told, [Image(**image) for image in told["images"]])
