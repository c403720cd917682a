# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop of a sandbox's daemon, also when an earlier one crashed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sandbox.client import NotRunning, ask
from sandbox.places import CLOUDS, Place, root, started

Say = Callable[[str], None]
HOME = Path(__file__).resolve().parent.parent
ANSWERS_WITHIN = 60.0  # seconds until the API must answer; what comes after (images) may take longer, with progress
ENDS_WITHIN = 60.0
LETS_GO_WITHIN = 3.0


class CannotStart(Exception):
    """The sandbox did not start. The message says why and where the log is."""


def up(place: Place, port: int, *, clouds_only: bool, say: Say) -> dict[str, Any]:
    """Start the daemon unless it runs, wait until it is ready, return what it says of itself. Raises CannotStart."""
    with _alone(place):
        about = place.running()
        if about is None:
            clean(place, say)
            about = _start(place, port, clouds_only=clouds_only)
        elif about["clouds_only"] and not clouds_only:
            raise CannotStart(f"sandbox {place.name} runs with clouds only; for real machines run `down` first")
        _wait_until_ready(place, about, say)
        return about


def down(place: Place, say: Say) -> None:
    """Stop the daemon and remove everything with this sandbox's prefix."""
    with _alone(place):
        about = place.running()
        if about is not None:
            _stop(about["pid"], about["ticks"])
        clean(place, say)
        if place.folder.is_dir():
            shutil.rmtree(place.folder)
        say(
            f"sandbox {place.name} is down; nothing of it is left"
            if about
            else f"sandbox {place.name} was not running; nothing of it is left"
        )


def clean(place: Place, say: Say) -> None:
    """Remove what a daemon left that did not end by itself: namespaces, mounts, processes with this name's prefix."""
    place.daemon.unlink(missing_ok=True)
    if os.geteuid() == 0:
        from sandbox.real import clean as clean_host

        clean_host(place.name, say)


@contextlib.contextmanager
def _alone(place: Place) -> Iterator[None]:
    root().mkdir(parents=True, exist_ok=True)
    with open(place.lock, "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _start(place: Place, port: int, *, clouds_only: bool) -> dict[str, Any]:
    for cloud in CLOUDS:
        _refuse_taken(place.port(cloud, port))
    place.folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sandbox.daemon", "--name", place.name, "--port", str(port)]
    with open(place.log, "a") as log:
        process = subprocess.Popen(
            [*command, *(["--clouds-only"] if clouds_only else [])], cwd=HOME, start_new_session=True,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, "PYTHONPATH": str(HOME)},
        )  # fmt: skip
    limit = time.monotonic() + ANSWERS_WITHIN
    while time.monotonic() < limit:
        about = place.running()
        if about is not None:
            return about
        if process.poll() is not None:
            raise CannotStart(f"the daemon ended with exit code {process.returncode}:\n{_tail(place)}")
        time.sleep(0.05)
    _stop(process.pid, started(process.pid))
    raise CannotStart(f"the daemon did not come up within {ANSWERS_WITHIN:.0f} s:\n{_tail(place)}")


def _wait_until_ready(place: Place, about: dict[str, Any], say: Say) -> None:
    shown, limit = 0, time.monotonic() + ANSWERS_WITHIN
    while True:
        try:
            health = ask(about["port"], "GET", "health")
        except NotRunning:
            if place.running() is None or time.monotonic() > limit:
                raise CannotStart(f"the daemon went away while it started:\n{_tail(place)}") from None
            time.sleep(0.05)
            continue
        if not health["ready"]:
            for line in health["steps"][shown:]:
                say(f"  {line}")
            shown = len(health["steps"])
        if health["failed"]:
            raise CannotStart(f"{health['failed']} (the whole story is in {place.log})")
        if health["ready"]:
            return
        time.sleep(0.1)


def _refuse_taken(port: int) -> None:
    """A killed process counts as dead while its last threads still hold its port: give them a moment."""
    limit = time.monotonic() + LETS_GO_WITHIN
    while (error := _bind(port)) is not None:
        if time.monotonic() > limit:
            raise CannotStart(f"port {port} on loopback is taken ({error}); give another with --port")
        time.sleep(0.05)


def _bind(port: int) -> str | None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error.strerror
    return None


def _stop(pid: int, ticks: int | None) -> None:
    """End one process of ours, told by pid and start; hard if it does not listen."""
    for number, patience in ((signal.SIGTERM, ENDS_WITHIN), (signal.SIGKILL, 10.0)):
        if ticks is None or started(pid) != ticks:
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        limit = time.monotonic() + patience
        while started(pid) == ticks and time.monotonic() < limit:
            time.sleep(0.05)


def _tail(place: Place) -> str:
    lines = place.log.read_text(errors="replace").splitlines()[-20:] if place.log.exists() else []
    return "\n".join([*lines, f"(log: {place.log})"])
