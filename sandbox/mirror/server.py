# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The running mirror: a web server and an image registry inside the internet of one sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from sandbox import cache
from sandbox.cache import Progress
from sandbox.commands import BuildFailed, output
from sandbox.mirror import content, registry
from sandbox.mirror.content import VERSIONS

ADDRESS = "198.18.0.10"
NAME = "mirror.pangaea.test"
PATIENCE = 15.0  # seconds


class Mirror:
    """The mirror of one sandbox. `netns` is the sandbox's internet, `folder` takes configuration and logs.

    Its processes run in that namespace; who ends all processes of the namespace ends the mirror too.
    """

    def __init__(self, netns: str, folder: Path | None = None, versions: Sequence[str] = VERSIONS) -> None:
        self._netns, self._versions = netns, tuple(versions)
        self._folder = folder or cache.log("mirrors").with_name(netns)
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, progress: Progress = print) -> None:
        """Build what is missing, start both servers, return when they answer. Raises BuildFailed."""
        made = content.build(progress, self._versions)
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "registry.json"
        config.write_text(registry.configuration(made.storage, ADDRESS, read_only=True))
        self._own_address()
        serve = str(Path(__file__).with_name("serve.py"))
        self._begin("files", [sys.executable, serve, ADDRESS, "80", str(made.files)])
        self._begin("registry", [str(made.server), "serve", str(config)])
        try:
            self._await_answers()
        except BuildFailed:
            self.stop()
            raise
        progress(f"mirror: http://{NAME}/ and http://{NAME}:{registry.PORT}/ answer inside {self._netns}")

    def stop(self) -> None:
        """End both servers."""
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._running.clear()

    def problems(self) -> list[str]:
        """What does not work, as sentences; empty when all is well."""
        found = [] if self._running else ["the mirror is not started"]
        for name, process in list(self._running.items()):  # asked by other threads, also while it starts
            if process.poll() is not None:
                log = self._folder / f"mirror-{name}.log"
                found.append(f"the mirror's {name} server ended with {process.returncode}; its output is in {log}")
            elif not self._answers(name):
                found.append(f"the mirror's {name} server does not answer at {self._address(name)}")
        return found

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by server."""
        return {name: process.pid for name, process in self._running.items()}

    def _begin(self, name: str, command: list[str]) -> None:
        with open(self._folder / f"mirror-{name}.log", "ab") as log:
            self._running[name] = subprocess.Popen(
                ["ip", "netns", "exec", self._netns, *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True, cwd="/",
                env={**os.environ, **registry.ENVIRONMENT},
            )  # fmt: skip

    def _own_address(self) -> None:
        """The fabric gives the namespace the address; a bare namespace gets it here."""
        if f" {ADDRESS}/" not in output(["ip", "-n", self._netns, "-o", "address", "show"]):
            output(["ip", "-n", self._netns, "address", "add", f"{ADDRESS}/32", "dev", "lo"])

    def _await_answers(self) -> None:
        end = time.monotonic() + PATIENCE
        while found := self.problems():
            if time.monotonic() > end or any(process.poll() is not None for process in self._running.values()):
                raise BuildFailed(f"the mirror did not start in {self._netns}: {'; '.join(found)}")
            time.sleep(0.1)

    def _address(self, name: str) -> str:
        return f"http://{ADDRESS}/key.asc" if name == "files" else f"http://{ADDRESS}:{registry.PORT}/v2/"

    def _answers(self, name: str) -> bool:
        asked = ["ip", "netns", "exec", self._netns, "curl", "-sf", "-m", "2", "-o", "/dev/null", self._address(name)]
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
