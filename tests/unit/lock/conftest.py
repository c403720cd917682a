"""Real processes and real file locks: a stand-in for a run is a Python process that does what it is told, line by line.

A module is a child of it, as Ansible's are: it lives on when its run is killed, and goes on at SIGUSR1.
"""

from __future__ import annotations

import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]

RUN = """
import os, signal, sys
from pathlib import Path
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock import lock, writing
from ansible_collections.pangaea.multicloud.plugins.module_utils._lock.process import Process
folder, token = Path(sys.argv[1]), None
for line in sys.stdin:
    verb, *rest = line.split()
    try:
        if verb == "take":
            token = lock.take(folder, lock.Claim("ana", "control", "converge"), Process.own(), patience=5).token
            said = token
        elif verb == "module":
            signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
            if os.fork():
                continue
            if "late" in rest:
                print(os.getpid(), flush=True)
                signal.sigwait([signal.SIGUSR1])
            with writing(str(folder)):
                print(os.getpid(), flush=True)
                signal.sigwait([signal.SIGUSR1])
            said = "written"
        elif verb == "release":
            lock.release(folder, token)
            said = "released"
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    print(said, flush=True)
    if verb == "module":
        os._exit(0)
"""


class Run:
    """One process that stands for ansible-playbook."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": str(ROOT / "collections")},
        )

    def say(self, line: str) -> str:
        """Send one line, get the answer."""
        self.tell(line)
        return self.hear()

    def tell(self, line: str) -> None:
        """Send one line."""
        assert self.process.stdin
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """The next answer."""
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def speaks(self, within: float) -> bool:
        """Whether an answer comes within so many seconds."""
        assert self.process.stdout
        return bool(select.select([self.process.stdout], [], [], within)[0])

    def kill(self) -> None:
        """SIGKILL: no clean-up of its own."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state folder."""
    return tmp_path / "state" / "demo-k3v9q2ab"


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[[], Run]]:
    """Start runs; what is left of them ends with the test."""
    runs: list[Run] = []

    def start_one() -> Run:
        runs.append(Run(folder))
        return runs[-1]

    yield start_one
    for run in runs:
        run.kill()


def within(seconds: float, predicate: Callable[[], bool]) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while not predicate():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
