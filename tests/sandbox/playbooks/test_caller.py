"""Where a run comes from: asked once, where it can be known, and no trouble where it cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.unit.lock.conftest import ROOT

PLAY = """
- hosts: localhost
  gather_facts: false
  tasks:
    - ansible.builtin.import_tasks: {tasks}
    - ansible.builtin.copy:
        content: "{{{{ pangaea_caller }}}}"
        dest: {said}
      check_mode: false
"""


class Teller(BaseHTTPRequestHandler):
    """Says one thing to everybody."""

    text = "192.0.2.9\n"

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.text.encode())

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@pytest.fixture
def teller() -> Iterator[str]:
    """The URL of somebody who tells callers their address."""
    server = HTTPServer(("127.0.0.1", 0), Teller)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def caller(folder: Path, *options: str, proxy: str | None = None, endpoint: str | None = None) -> str:
    """What a run takes for its own address."""
    said, book, hosts = folder / "said", folder / "play.yml", folder / "hosts.yml"
    book.write_text(PLAY.format(tasks=ROOT / "playbooks/tasks/caller.yml", said=said))
    site = {"pangaea_site": {"endpoint": endpoint}}
    pangaea = {"access": {"ssh_proxy_command": proxy}}
    hosts.write_text(json.dumps({"all": {"vars": {"pangaea": pangaea}}, "sites": {"hosts": {"aws-fra": site}}}))
    done = subprocess.run(
        [Path(sys.executable).with_name("ansible-playbook"), "-i", hosts, book, "--check", *options],
        cwd=ROOT, env=os.environ | {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    return said.read_text()


def test_it_is_asked_where_ssh_goes_straight_to_the_machines(tmp_path: Path, teller: str) -> None:
    assert caller(tmp_path, "-e", f"caller_address_url={teller}") == "192.0.2.9"


def test_an_answer_that_is_no_address_says_nothing(
    tmp_path: Path, teller: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Teller, "text", "<html>log in to the hotel</html>")
    assert caller(tmp_path, "-e", f"caller_address_url={teller}") == ""


def test_nobody_who_tells_says_nothing(tmp_path: Path) -> None:
    assert caller(tmp_path, "-e", "caller_address_url=http://127.0.0.1:9/") == ""


def test_through_a_proxy_or_to_a_simulator_it_is_not_asked(tmp_path: Path, teller: str) -> None:
    assert caller(tmp_path, "-e", f"caller_address_url={teller}", proxy="nc %h %p") == ""
    assert caller(tmp_path, endpoint="http://127.0.0.1:7801") == ""


def test_it_can_be_given(tmp_path: Path) -> None:
    assert caller(tmp_path, "-e", "caller_address=192.0.2.7", proxy="nc %h %p") == "192.0.2.7"
