# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Heavy commands of a build: nice, logged, and gone with the one who started them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# The new PID namespace ends with its first process, and that ends with us: a build that is killed leaves no
# straggler that writes into the cache, and the mount namespace leaves no mount.
CONTAINED = (
    "setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "private", "--pid", "--fork",
    "--kill-child", "--mount-proc", "nice", "-n", "10",
)  # fmt: skip
# The packages of Debian that have programs of another name.
PACKAGES = {
    "dpkg-deb": "dpkg", "go": "golang-go", "gpg": "gnupg", "gpgconf": "gnupg", "ip": "iproute2",
    "setpriv": "util-linux", "unshare": "util-linux",
}  # fmt: skip
BEAT = 15.0  # seconds between two signs of life


class BuildFailed(Exception):
    """A step of a build failed; the message names the step, the last lines it wrote, and the log."""


def need(*tools: str) -> None:
    """Raise BuildFailed unless all these programs are here and we are root; it names every package to install."""
    if os.geteuid() != 0:
        raise BuildFailed("a build makes namespaces and root file systems, for which it has to be root; use sudo")
    missing = sorted({PACKAGES.get(tool, tool) for tool in tools if shutil.which(tool) is None})
    if missing:
        raise BuildFailed(f"programs are missing that a build needs; apt-get install {' '.join(missing)}")


def run(
    command: Sequence[str | Path],
    log: Path,
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    beat: Callable[[], None] | None = None,
) -> None:
    """Run one contained command, its output appended to `log`; `beat` is called every 15 s. Raises BuildFailed."""
    words = [str(word) for word in command]
    need(words[0], "setpriv", "unshare")
    with open(log, "a") as out:
        print("+", *words, file=out, flush=True)
        started = subprocess.Popen(
            [*CONTAINED, *words], cwd=cwd, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=out,
            stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            while not _ended(started, BEAT):
                if beat is not None:
                    beat()
        except BaseException:
            started.kill()
            started.wait()
            raise
    if started.returncode:
        last = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        raise BuildFailed(f"{' '.join(words[:3])}: exit {started.returncode}; full output in {log}\n{last}")


def _ended(process: subprocess.Popen[bytes], within: float) -> bool:
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        return False
    return True


def output(command: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
    """Run one quick command and return what it printed. Raises BuildFailed."""
    words = [str(word) for word in command]
    whole = {**os.environ, **(env or {})}
    found = subprocess.run(words, env=whole, cwd=cwd, capture_output=True, text=True, check=False)
    if found.returncode:
        raise BuildFailed(f"{' '.join(words[:3])}: exit {found.returncode}; {found.stderr.strip()}")
    return found.stdout
