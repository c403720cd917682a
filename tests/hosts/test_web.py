# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program in the test pods: each of its questions has an answer for yes and one for no."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.mirror import kubernetes

pytestmark = [pytest.mark.hosts, pytest.mark.skipif(os.geteuid() != 0, reason="network namespaces need root")]
NETNS = "pge-web"
ADDRESS = "10.99.0.1"
MTU = 1420


@pytest.fixture(scope="module")
def web() -> Iterator[Path]:
    """The program, serving on an address with an MTU of 1420 in a namespace of its own."""
    program = kubernetes.WEB.build(lambda _: None) / "web"
    subprocess.run(["ip", "netns", "delete", NETNS], capture_output=True, check=False)
    subprocess.run(["ip", "netns", "add", NETNS], check=True)
    batch = f"link set lo mtu {MTU} up\naddress add {ADDRESS}/32 dev lo\n"
    subprocess.run(["ip", "-n", NETNS, "-batch", "-"], input=batch, text=True, check=True)
    with subprocess.Popen(["ip", "netns", "exec", NETNS, program]) as server:
        try:
            while ask(program, "get", f"http://{ADDRESS}:8080/healthz").returncode != 0:
                assert server.poll() is None
                time.sleep(0.05)
            yield program
        finally:
            server.kill()
            server.wait()
            subprocess.run(["ip", "netns", "delete", NETNS], check=True)


def ask(program: Path, *words: str) -> subprocess.CompletedProcess[str]:
    inside = ["ip", "netns", "exec", NETNS, str(program), *words]
    return subprocess.run(inside, capture_output=True, text=True, timeout=30, check=False)


def test_it_says_who_answers_and_whom_it_sees(web: Path) -> None:
    said = ask(web, "get", f"http://{ADDRESS}:8080/")
    assert said.returncode == 0
    assert said.stdout.startswith(f"{os.uname().nodename} answers {ADDRESS}:")


@pytest.mark.parametrize("words", [("get", f"http://{ADDRESS}:9/"), ("look", "nobody.invalid"), ("what",)])
def test_no_answer_is_an_error(web: Path, words: tuple[str, ...]) -> None:
    assert ask(web, *words).returncode == 1


def test_a_full_packet_passes_and_a_bigger_one_is_refused(web: Path) -> None:
    assert ask(web, "full", f"{ADDRESS}:8082", str(MTU)).returncode == 0
    refused = ask(web, "full", f"{ADDRESS}:8082", str(MTU + 1))
    assert refused.returncode == 1
    assert "message too long" in refused.stdout


def test_the_mtu_of_a_route_is_what_the_kernel_says(web: Path) -> None:
    assert ask(web, "mtu", ADDRESS).stdout == f"{MTU}\n"


def test_a_connection_is_held_as_long_as_asked(web: Path) -> None:
    said = ask(web, "hold", f"{ADDRESS}:8081", "1s")
    assert said.returncode == 0
    assert "held" in said.stdout


def test_a_gap_in_a_held_connection_is_noticed(web: Path) -> None:
    """The server answers by a line that was never sent: what a proxy with another end behind it would do."""
    script = f"""
import socket
listener = socket.create_server(("{ADDRESS}", 9000))
print("listening", flush=True)
talk, _ = listener.accept()
talk.recv(100); talk.sendall(b"line 7\\n"); talk.recv(100)
"""
    with subprocess.Popen(["ip", "netns", "exec", NETNS, "python3", "-c", script], stdout=subprocess.PIPE) as liar:
        assert liar.stdout is not None
        liar.stdout.readline()
        said = ask(web, "hold", f"{ADDRESS}:9000", "5s")
        liar.kill()
    assert said.returncode == 1
    assert "broken after 0 lines" in said.stdout
