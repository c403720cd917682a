# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster of one site and two machines of our own, made by our playbooks; clouds only, nobody logs in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests import inventories
from tests.clients.client import Client

ROOT = Path(__file__).parents[2]
NAME, NUMBER = "ours", "c11e4t50"
CIDR = "10.64.0.0/16"
PLAYBOOK = str(Path(sys.executable).with_name("ansible-playbook"))


class Ours:
    """The cluster, by the playbooks that a user calls."""

    owner = f"{NAME}-{NUMBER}"

    def __init__(self, client: Client, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.site = f"{client.cloud}-fra"
        self.machines = {f"{NAME}-{self.site}-{one}" for one in ("cp-1", "general-1")}
        self.worker = f"{NAME}-{self.site}-general-1"
        settings = {"ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "PANGAEA_STATE": str(folder)}
        self.env = {**os.environ, **inventories.environment(), **settings}
        self.inventory = folder / "inventory"
        self.inventory.mkdir()
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "key"], check=True)
        site = {**client.site, "endpoint": client.endpoint(), "cidr": CIDR, "pods": "10.128.0.0/16"}
        if client.cloud == "azure":
            site["ca_file"] = str(client.sandbox.place.ca)
        self.file = self.inventory / "cluster.yml"
        self.file.write_text(yaml.safe_dump({
            "plugin": "pangaea.multicloud.cluster", "name": NAME, "id": NUMBER, "kubernetes": {"version": "1.34.4"},
            "sites": {self.site: site}, "control_plane": {"size": "small", "machines": {self.site: 1}},
            "pools": {"general": {"size": "small", "machines": {self.site: 1}}},
            "access": {"admin": ["198.51.100.0/24"], "ssh_public_key_file": str(folder / "key.pub")},
        }))  # fmt: skip

    def converge(self) -> list[str]:
        """Make it so; return what was done."""
        return list(self._play("converge", "--skip-tags", "nodes")["applied"])

    def plan(self) -> list[str]:
        """What a converge would do, as ``update route/aws-fra/default``."""
        changes = self._play("converge", "--skip-tags", "nodes", "--check")["plan"]["changes"]
        return [f"{one['action']} {one['key']}" for one in changes]

    def delete(self) -> str:
        """Delete it; return what the playbook said, with its proof from two snapshots of the account."""
        return self._run("delete", "-e", f"confirm={self.owner}")

    def _play(self, book: str, *words: str) -> dict[str, Any]:
        """Run a playbook; return its report."""
        self._run(book, *words)
        return dict(json.loads((self.folder / self.owner / "report.json").read_text()))

    def _run(self, book: str, *words: str) -> str:
        done = subprocess.run([PLAYBOOK, f"pangaea.multicloud.{book}", "-i", self.inventory, *words], cwd=ROOT,
                              env=self.env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=600)  # fmt: skip
        assert done.returncode == 0, f"{book}: exit {done.returncode}\n{done.stdout}"
        return done.stdout
