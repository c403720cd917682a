# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start processes that outlive a crash of ours in a control group by which they are found again."""

from __future__ import annotations

import pathlib
import subprocess
import time
from collections.abc import Mapping, Sequence

from sandbox.fabric import cgroup

# The shell joins the groups before it becomes the program, so that no child of it is ever outside.
_JOIN = 'for group in {groups}; do echo $$ > "$group/cgroup.procs"; done'


def start(
    group: str,
    argv: Sequence[str],
    log: pathlib.Path,
    *,
    before: str = ":",
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a program in a control group, its output in `log`, in a session of its own.

    `before` is shell code that runs first, in a mount namespace of its own: what it mounts goes with the program.
    """
    paths = cgroup.make(group)
    groups = " ".join(f"'{path}'" for path in paths)
    script = f'set -e; {_JOIN.format(groups=groups)}; {before}; exec "$@"'
    with log.open("ab") as output:
        process = subprocess.Popen(
            # "slave": a namespace that is unmounted here must not stay alive in there.
            ["unshare", "--mount", "--propagation", "slave", "sh", "-c", script, "sh", *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd="/",
            env={"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", **(environment or {})},
        )
    # Until it has joined, a kill of the group would miss it. By the next look it may be further down already:
    # systemd-nspawn moves itself into a group of its own below.
    while process.poll() is None and process.pid not in cgroup.processes(group):
        time.sleep(0.002)
    return process
