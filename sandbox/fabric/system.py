# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two ways to act on this machine: run a command, or run a function inside a network namespace."""

from __future__ import annotations

import os
import pathlib
import subprocess
import threading
from collections.abc import Callable, Mapping
from typing import TypeVar

Result = TypeVar("Result")

NAMESPACES = pathlib.Path("/run/netns")


class FabricError(Exception):
    """Something on this machine refused. The message says what was tried and what came back."""


def command(*argv: str, text: str = "", check: bool = True) -> str:
    """Run a command with `text` as its input and return its output. Raises FabricError with what it said."""
    try:
        done = subprocess.run(argv, input=text, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise FabricError(
            f"{argv[0]} is not installed; script/host-packages installs what the sandbox needs"
        ) from error
    if check and done.returncode != 0:
        said = (done.stderr or done.stdout).strip()[-2000:]
        given = f"\ninput was:\n{text}" if text else ""
        raise FabricError(f"{' '.join(argv)}: exit {done.returncode}: {said}{given}")
    return done.stdout


def inside(namespace: str, act: Callable[[], Result]) -> Result:
    """Run `act` in a network namespace and return what it returns.

    A thread of its own enters the namespace and ends there: entering changes the thread for good,
    and a thread that others use must never be moved. Sockets made by `act` stay in the namespace.
    """
    answers: list[Result] = []
    failures: list[Exception] = []

    def enter() -> None:
        try:
            handle = os.open(NAMESPACES / namespace, os.O_RDONLY | os.O_CLOEXEC)
            try:
                os.setns(handle, os.CLONE_NEWNET)
            finally:
                os.close(handle)
            answers.append(act())
        except Exception as error:  # noqa: BLE001 handed to the caller, in whose thread it belongs
            failures.append(error)

    thread = threading.Thread(target=enter, name=f"inside {namespace}")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
    return answers[0]


def set_kernel(namespace: str, values: Mapping[str, str]) -> None:
    """Set kernel values of a network namespace: {"ipv4/ip_forward": "1"}, below /proc/sys/net.

    A kernel without IPv6 has no values of it, and needs none.
    """

    def write() -> None:
        for key, value in values.items():
            path = pathlib.Path("/proc/sys/net", key)
            if path.exists() or not key.startswith("ipv6/"):
                path.write_text(value)

    inside(namespace, write)


def add_namespace(namespace: str) -> None:
    """Make a network namespace unless it is there."""
    if not (NAMESPACES / namespace).exists():
        command("ip", "netns", "add", namespace)


def delete_namespace(namespace: str) -> None:
    if (NAMESPACES / namespace).exists():
        command("ip", "netns", "del", namespace)


def namespaces(prefix: str) -> list[str]:
    """All network namespaces whose name starts so."""
    if not NAMESPACES.is_dir():
        return []
    return sorted(entry.name for entry in NAMESPACES.iterdir() if entry.name.startswith(prefix))


def batch(namespace: str, lines: list[str], *, check: bool = True) -> None:
    """Run many `ip` commands in one namespace by one process. Without `check` each may fail alone."""
    if lines:
        force = [] if check else ["-force"]
        command("ip", "-n", namespace, *force, "-batch", "-", text="\n".join(lines) + "\n", check=check)
