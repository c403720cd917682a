# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated cloud, the modules as somebody who may do what a document says, and the life of a site in stages."""

from __future__ import annotations

import abc
import json
import ssl
import urllib.request
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.pangaea.multicloud.plugins.modules import account_snapshot_info
from sandbox.journal import Journal
from tests.sandbox.running import KEY, NAME, OWNER, Outcome, run_module, well

DOCS = Path(__file__).parents[3] / "docs"
Stage = tuple[Callable[[], None], Callable[[], Outcome]]  # what somebody who may do everything does before; the act


@dataclass
class Exempt:
    """Permissions that a document needs for another reason than that a run would fail without them, each with it."""

    goes_on: dict[str, str] = field(default_factory=dict)  # taken away, a run goes on without
    not_shown: dict[str, str] = field(default_factory=dict)  # what the simulator cannot show


class Lab(abc.ABC):
    """Adapts one cloud. The modules run as ``principal``; damage is done by somebody else."""

    cloud: str
    document: str  # file in docs
    refused: tuple[str, ...]  # outcomes in the simulator's log that say so
    exempt: Exempt
    account = ""  # what it takes to see the account at all: without it the site is refused as one of another account
    network_module: Any
    machines_module: Any
    cidr: str
    pods: str

    def __init__(self, simulator: Any, journal: Journal, principal: str) -> None:
        self.simulator, self.journal, self.principal = simulator, journal, principal
        self._seen = journal.last
        self.made: dict[str, Any] = {}
        self.fresh()

    @property
    def site(self) -> str:
        return f"{self.cloud}-fra"

    @property
    def control(self) -> str:
        return f"{NAME}-{self.site}-cp-1"

    @property
    def worker(self) -> str:
        return f"{NAME}-{self.site}-general-1"

    @classmethod
    def written(cls) -> Any:
        """The document itself. All JSON is YAML."""
        return yaml.safe_load((DOCS / cls.document).read_text())

    @classmethod
    @abc.abstractmethod
    def permissions(cls) -> list[str]:
        """What the document gives."""

    @abc.abstractmethod
    def fresh(self) -> None:
        """A place in which nothing is."""

    @abc.abstractmethod
    def allow(self, permissions: Iterable[str]) -> None:
        """Let the modules do exactly this, and forget what they used."""

    def used(self) -> set[str]:
        """The permissions that were asked for since."""
        return set(self.simulator.principals.show()[self.principal]["used"])

    def refusals(self) -> list[str]:
        """The requests that were refused for want of a permission since the last look, whole, in order."""
        entries, self._seen = self.journal.since(self._seen), self.journal.last
        return [f"{one['action']} {self.whole(one['params'])}" for one in entries if one["outcome"] in self.refused]

    def whole(self, params: dict[str, Any]) -> Any:
        """What makes two requests the same one."""
        return params

    @abc.abstractmethod
    def login(self) -> dict[str, Any]:
        """Options of the modules: where and who."""

    @abc.abstractmethod
    def damages(self) -> dict[str, Callable[[], None]]:
        """What somebody else does to the site, by name; the modules put each back."""

    @abc.abstractmethod
    def leave(self) -> None:
        """Leave what Kubernetes leaves."""

    def network(self, *, check: bool = False, **options: Any) -> Outcome:
        wanted = {
            "cidr": self.cidr, "sizes": ["small"], "inside": [self.cidr, self.pods, "10.99.0.0/16"],
            "admin": ["198.51.100.0/24"], "addresses": [self.control], "ssh_public_keys": [f"{KEY} ana"],
            "public": [{"pools": ["general"], "ports": [80, 443], "cidrs": ["0.0.0.0/0"]}],
        }  # fmt: skip
        return self.run(self.network_module, {**wanted, **options}, check=check)

    def machines(self, *, check: bool = False, **options: Any) -> Outcome:
        first = {"name": self.control, "role": "control_plane", "number": 1, "size": "small", "public": "static"}
        second = {"name": self.worker, "role": "worker", "pool": "general", "number": 1, "size": "small"}
        return self.run(self.machines_module, {"pods": self.pods, "machines": [first, second], **options}, check=check)

    def snapshot(self) -> Outcome:
        return self.run(account_snapshot_info, {"cloud": self.cloud})

    def run(self, module: Any, options: dict[str, Any], *, check: bool = False) -> Outcome:
        """A module in this process: its real ``main``, with options as Ansible hands them over."""
        common = {"cluster": OWNER, "name": NAME, "site": self.site, **self.login()}
        ansible = {"_ansible_check_mode": check, "_ansible_diff": True}
        return run_module(module, {**common, **options, **ansible})

    def plan(self) -> Outcome:
        """What the first command of a user does."""
        looked = self.network(check=True)
        return looked if looked.get("failed") else self.machines(check=True, network=looked["network"])

    def make_network(self) -> Outcome:
        said = self.network()
        self.made = said.get("network") or self.made
        return said

    def make_machines(self, **options: Any) -> Outcome:
        return self.machines(network=self.made, **options)

    def converge(self) -> Outcome:
        said = self.make_network()
        return said if said.get("failed") else self.make_machines()

    def record(self) -> Outcome:
        return self.make_machines(record={self.worker: {"host_key": "ssh-ed25519 AAAA1"}})

    def delete(self) -> Outcome:
        said = self.machines(network=self.made, state="absent")
        return said if said.get("failed") else self.network(state="absent")

    def stand(self) -> None:
        """The site as it should be, made by somebody who may do what the document says."""
        self.allow(self.permissions())
        if not self.made:
            self.fresh()
        well(self.converge())

    def stages(self) -> dict[str, Stage]:
        """The life of a site, in order."""
        repairs = {f"repair: {name}": (self._damaged(damage), self.converge) for name, damage in self.damages().items()}
        return {
            "plan": (self.restart, self.plan),
            "network": (self.restart, self.make_network),
            "machines": (self._with_network, self.make_machines),
            "record": (self.stand, self.record),
            **repairs,
            "delete": (self._damaged(self.leave), self.delete),
            "snapshot": (lambda: None, self.snapshot),
        }

    def left(self, stage: str) -> None:
        """After a stage: what was begun to be deleted is not used again."""
        if stage == "delete":
            self.made = {}

    def restart(self) -> None:
        """Somewhere else, where nothing is."""
        self.made = {}
        self.fresh()

    def _with_network(self) -> None:
        self.restart()
        self.allow(self.permissions())
        well(self.make_network())

    def _damaged(self, damage: Callable[[], None]) -> Callable[[], None]:
        def before() -> None:
            self.stand()
            damage()

        return before


def request(
    lab: Lab, method: str, url: str, body: Any, token: str, trust: ssl.SSLContext | None = None
) -> dict[str, Any] | None:
    """A request of somebody else, and the end of what it began."""
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(url, method=method, headers=headers, data=data)
    with urllib.request.urlopen(asked, context=trust, timeout=10) as answer:
        text = answer.read()
    lab.simulator.clock.step(60)
    lab.simulator.tick()
    return dict(json.loads(text)) if text else None
