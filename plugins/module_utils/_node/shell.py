# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Commands of the node, each with one sentence when it fails."""

from __future__ import annotations

import os
import subprocess

from .._engine.errors import Fault, NotFound

# Commands of iproute2 and nftables lie in sbin, which is not in the path of every login.
_ENVIRONMENT = {**os.environ, "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


def run(*command: str, given: str | None = None, fine: tuple[int, ...] = (0,)) -> str:
    """What ``command`` printed; ``given`` is its input. Raises NotFound without the program, Fault for a bad status."""
    try:
        # The list is ours, and no shell reads it. run_command belongs to an AnsibleModule, which nothing here has.
        done = subprocess.run(  # pylint: disable=ansible-bad-function
            command, input=given or "", capture_output=True, text=True, check=False, timeout=120, env=_ENVIRONMENT
        )
    except FileNotFoundError as error:
        raise NotFound(f"{command[0]}: there is no such program on this node; install its package") from error
    except subprocess.TimeoutExpired as error:
        raise Fault(f"{' '.join(command[:3])}: no answer in 120 s") from error
    if done.returncode not in fine:
        said = (done.stderr or done.stdout).strip() or f"status {done.returncode}"
        raise Fault(f"{' '.join(command[:6])}: {said}")
    return done.stdout


def text_of(path: str) -> str | None:
    """The text of a file; None for a proven absence."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None


def write(path: str, text: str, mode: int) -> None:
    """Put a whole file in place at once; its folder is made when it is missing."""
    os.makedirs(os.path.dirname(path), mode=0o755, exist_ok=True)
    new = f"{path}.new"
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(new, mode)
    os.replace(new, path)


def sysctl_path(key: str) -> str:
    """``net.ipv4.ip_forward`` as a file; a device's own dot is written as a slash, as sysctl does."""
    return "/proc/sys/" + key.translate(str.maketrans("./", "/."))


def sysctl(key: str) -> str | None:
    """The value of a kernel setting, blanks made one; None where the kernel has no such setting."""
    text = text_of(sysctl_path(key))
    return None if text is None else " ".join(text.split())
