# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules pointed at one simulated Azure, run in this process by their real ``main``."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.pangaea.multicloud.plugins.modules import (
    account_snapshot_info,
    azure_machines,
    azure_network,
)
from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.azure.login import CLIENT, SECRET, TENANT
from tests.sandbox.simulators.azure.conftest import KEY, PLACE, Azure

OWNER, NAME, SITE = "shop-k3v9q2ab", "shop", "azure-fra"
OURS = f"{OWNER}-{SITE}"
CONTROL, WORKER, SECOND = "shop-azure-fra-cp-1", "shop-azure-fra-general-1", "shop-azure-fra-general-2"


class Outcome(dict[str, Any]):
    """What a module said, and whether it failed."""

    failed = False


class Lab:
    """One simulator, the modules, and ways to do damage beside them."""

    def __init__(self, azure: Azure, place: str = PLACE) -> None:
        self.azure, self.place = azure, place
        self.cloud, self.journal = azure.cloud, azure.server.journal
        self._seen = self.journal.last

    @property
    def options(self) -> dict[str, Any]:
        url, ca = self.azure.server.url, self.azure.ca
        keys = {"tenant": TENANT, "client_id": CLIENT, "secret": SECRET, "authority": url, "ca_file": ca}
        common = {"region": self.place, "subscription": SUBSCRIPTION, "cluster": OWNER, "name": NAME, "site": SITE}
        return {**common, **keys, "endpoint_url": url}

    def run(self, module: Any, options: dict[str, Any], *, check: bool = False) -> Outcome:
        """A module, with options as Ansible hands them over."""
        ansible = {"_ansible_check_mode": check, "_ansible_diff": True}
        return run_module(module, {**self.options, **options, **ansible})

    def network(self, *, check: bool = False, **options: Any) -> Outcome:
        return self.run(azure_network, {**NETWORK, **options}, check=check)

    def machines(self, *, check: bool = False, **options: Any) -> Outcome:
        options.setdefault("machines", machines())
        return self.run(azure_machines, {"pods": "10.129.0.0/16", **options}, check=check)

    def snapshot(self) -> dict[str, Any]:
        said = self.run(account_snapshot_info, {"cloud": "azure"})
        assert not said.failed, said["msg"]
        return dict(said["snapshot"])

    def converge(self, **options: Any) -> dict[str, Any]:
        """Network and machines as they should be; the network as the machines need it."""
        made = self.network()
        assert not made.failed, made["msg"]
        done = self.machines(network=made["network"], **options)
        assert not done.failed, done["msg"]
        return dict(made["network"])

    def plan(self, **options: Any) -> list[str]:
        """Changes of network and machines, as sentences."""
        looked = self.network(check=True)
        assert not looked.failed, looked["msg"]
        seen = self.machines(check=True, network=looked["network"], **options)
        assert not seen.failed, seen["msg"]
        return [*looked["changes"], *seen["changes"]]

    def requests(self) -> list[str]:
        """What was asked of the resource manager since the last look: ``GET virtualMachines``. No polls, no pages."""
        entries = self.journal.since(self._seen)
        self._seen = self.journal.last
        asked = [entry for entry in entries if entry["service"] != "login" and "$skiptoken" not in entry["params"]]
        return [entry["action"] for entry in asked if not entry["action"].endswith(" operations")]

    def writes(self) -> list[str]:
        """The same, without what only reads."""
        return [action for action in self.requests() if not action.startswith("GET")]

    def path(self, where: str) -> str:
        """The path of a thing in our group."""
        return f"{self.azure.prefix.rsplit('/', 1)[0]}/{OURS}/providers/{where}"

    def get(self, where: str) -> dict[str, Any]:
        answer = self.azure.ask("GET", self.path(where))
        assert answer.status == 200, answer.body
        return dict(answer.body)

    def put(self, where: str, body: dict[str, Any]) -> None:
        self.azure.make(self.path(where), body)

    def drop(self, where: str) -> None:
        self.azure.drop(self.path(where))

    def retag(self, where: str, **changes: str | None) -> None:
        """Change some tags of a thing in our group; None takes one away. ``pangaea_pool`` means ``pangaea-pool``."""
        path = self.path(where) if where else self.path("").removesuffix("/providers/") + "?api-version=2025-04-01"
        row = self.azure.ask("GET", path).body
        named = {name.replace("_", "-"): value for name, value in changes.items()}
        tags = {name: value for name, value in {**row["tags"], **named}.items() if value is not None}
        answer = self.azure.ask("PATCH", path, {"tags": tags})
        assert answer.status == 200, answer.body
        if "azure-asyncoperation" in answer.headers:
            assert self.azure.finish(answer)["status"] == "Succeeded"

    def power(self, action: str, machine: str) -> None:
        answer = self.azure.ask("POST", self.path(f"Microsoft.Compute/virtualMachines/{machine}/{action}"))
        assert self.azure.finish(answer)["status"] == "Succeeded"

    def fault(self, **rule: Any) -> None:
        self.cloud.faults.add(rule)


def machines(workers: int = 2, **changes: Any) -> list[dict[str, Any]]:
    """One of the control plane, and some workers."""
    common = {"size": "small", **changes}
    first = {"name": CONTROL, "role": "control_plane", "number": 1, "public": "static", **common}
    rest = {"role": "worker", "pool": "general", **common}
    return [first, *({"name": f"shop-azure-fra-general-{n}", "number": n, **rest} for n in range(1, workers + 1))]


def lists(calls: dict[str, int]) -> Counter[str]:
    """The calls of a run without the one that asks who we are."""
    found = Counter(calls)
    assert found.pop("Microsoft.Resources/subscriptions/read") >= 1
    return found


NETWORK: dict[str, Any] = {
    "cidr": "10.65.0.0/16",
    "sizes": ["small"],
    "inside": ["10.64.0.0/16", "10.128.0.0/16", "10.65.0.0/16", "10.129.0.0/16"],
    "admin": ["198.51.100.0/24"],
    "public": [{"pools": ["general"], "ports": [80, 443], "cidrs": ["0.0.0.0/0"]}],
    "addresses": [CONTROL],
    "ssh_public_keys": [KEY],
}


def run_module(module: Any, options: dict[str, Any]) -> Outcome:
    said: list[dict[str, Any]] = []

    class Done(BaseException):
        pass

    def exit_json(_self: Any, **result: Any) -> None:
        said.append(result)
        raise Done

    def fail_json(_self: Any, msg: str, **result: Any) -> None:
        said.append({"msg": msg, "failed": True, **result})
        raise Done

    with patch_module_args(options), pytest.MonkeyPatch.context() as patch:
        patch.setattr("ansible.module_utils.basic.AnsibleModule.exit_json", exit_json)
        patch.setattr("ansible.module_utils.basic.AnsibleModule.fail_json", fail_json)
        with pytest.raises(Done):
            module.main()
    outcome = Outcome(json.loads(json.dumps(said[0])))  # as it would leave the process
    outcome.failed = bool(outcome.get("failed"))
    return outcome
