# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's cache: folders named after what went into them, each one whole or not there at all.

An entry is `<cache>/<kind>/<name>-<key>/`. The key is a digest of every input, so a changed input is another
folder and nothing has to be invalidated. An entry is made under a temporary name and renamed when it is whole.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

Progress = Callable[[str], None]
Make = Callable[[Path], None]


def root() -> Path:
    """The cache folder: $PANGAEA_CACHE, or ~/.cache/pangaea."""
    return Path(os.environ.get("PANGAEA_CACHE") or "~/.cache/pangaea").expanduser()


def key(inputs: object) -> str:
    """Twelve hex digits that change with any input. Inputs are JSON values; a Path counts by its content."""
    return hashlib.sha256(json.dumps(inputs, sort_keys=True, default=_content).encode()).hexdigest()[:12]


def path(kind: str, name: str, inputs: object) -> Path:
    """Where the entry is, or would be."""
    return root() / kind / f"{name}-{key(inputs)}"


def entry(kind: str, name: str, inputs: object, make: Make, progress: Progress = print, expect: str = "") -> Path:
    """Return the entry's folder; if it is not there, have `make` fill a temporary one first.

    `expect` is a hint for the one who waits ("about 60 s"). Several processes may ask at once: one makes, the
    others wait for it. What an interrupted maker left is removed by the next one.
    """
    wanted = path(kind, name, inputs)
    if wanted.is_dir():
        return wanted
    with _locked(wanted, f"{kind} {name}", progress):
        if wanted.is_dir():
            return wanted
        part = wanted.with_name(f".{wanted.name}.part")
        remove(part)
        part.mkdir(parents=True)
        start = time.monotonic()
        progress(f"{kind} {name}: making it{f', {expect}' if expect else ''}")
        try:
            make(part)
            (part / "about.json").write_text(json.dumps(inputs, sort_keys=True, indent=1, default=_content) + "\n")
            os.sync()  # a power cut after the rename must not leave an entry of empty files
            part.rename(wanted)
        except BaseException:
            remove(part)
            raise
        progress(f"{kind} {name}: done in {time.monotonic() - start:.0f} s, {size(wanted) >> 20} MiB")
    return wanted


def remove(folder: Path) -> None:
    """Remove a folder of the cache, never what is mounted in it."""
    if folder.exists():
        subprocess.run(["rm", "-rf", "--one-file-system", "--", str(folder)], check=True)


def size(folder: Path) -> int:
    """Bytes in all files below a folder; a file with several names counts once."""
    seen: dict[tuple[int, int], int] = {}
    for where, _, names in os.walk(folder):
        for name in names:
            found = os.lstat(os.path.join(where, name))
            seen[found.st_dev, found.st_ino] = found.st_size
    return sum(seen.values())


def log(name: str) -> Path:
    """The file for the full output of a build; it outlives a build that failed."""
    folder = root() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"


def _content(value: object) -> str:
    if isinstance(value, Path):
        return "sha256:" + hashlib.sha256(value.read_bytes()).hexdigest()
    raise TypeError(f"a cache key cannot hold {value!r} ({type(value).__name__}); give a JSON value or a Path")


@contextlib.contextmanager
def _locked(wanted: Path, what: str, progress: Progress) -> Iterator[None]:
    wanted.parent.mkdir(parents=True, exist_ok=True)
    with open(wanted.with_name(f".{wanted.name}.lock"), "w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress(f"{what}: another process is making it; waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
