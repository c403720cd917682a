# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules in this process, pointed at the simulated Google."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.pangaea.multicloud.plugins.modules import account_snapshot_info, gcp_machines, gcp_network
from sandbox.gcp.cloud import PROJECT
from tests.sandbox.simulators.gcp.conftest import REGION, Google

OWNER, NAME, SITE = "shop-k3v9q2ab", "shop", "gcp-fra"
LABEL = f"{OWNER}-{SITE}"
CONTROL, WORKER = "shop-gcp-fra-cp-1", "shop-gcp-fra-general-1"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0"
IDENTITY = "projects.get"
NETWORK: dict[str, Any] = {
    "cidr": "10.66.0.0/16",
    "sizes": ["small"],
    "inside": ["10.66.0.0/16", "10.130.0.0/16", "10.65.0.0/16", "10.129.0.0/16"],
    "admin": ["198.51.100.0/24"],
    "public": [{"pools": ["general"], "ports": [80, 443], "cidrs": ["0.0.0.0/0"]}],
    "addresses": [CONTROL],
    "ssh_public_keys": [KEY + " ana"],
}


class Outcome(dict[str, Any]):
    """What a module said, and whether it failed."""

    failed = False


class Gcp:
    """One simulator, and the modules pointed at it. ``google`` is a client of our own, beside them."""

    def __init__(self, google: Google) -> None:
        self.google = google
        self._seen = 0

    def log(self) -> list[dict[str, Any]]:
        """What was asked of the simulator since the last look, by its own log."""
        entries = self.google.app.journal.since(self._seen)
        self._seen = self.google.app.journal.last
        return list(entries)

    def asked(self) -> list[str]:
        """Methods that were asked since the last look; waiting for operations left out."""
        return [entry["action"] for entry in self.log() if not entry["action"].endswith("Operations.wait")]

    def wrote(self) -> list[str]:
        """Methods that would change something, since the last look."""
        return [entry["action"] for entry in self.log() if entry["mutating"]]

    def run(self, module: Any, options: dict[str, Any], *, check: bool = False) -> Outcome:
        """A module in this process: its real ``main``, with options as Ansible hands them over. None leaves one out."""
        common = {"region": REGION, "project": PROJECT, "cluster": OWNER, "name": NAME, "site": SITE}
        login = {"endpoint_url": self.google.url}
        if not {"access_token", "service_account_file"} & options.keys():
            login["service_account_contents"] = json.dumps(self.google.key)
        ansible = {"_ansible_check_mode": check, "_ansible_diff": True}
        given = {name: value for name, value in {**common, **login, **options}.items() if value is not None}
        return _run(module, {**given, **ansible})

    def network(self, *, check: bool = False, **options: Any) -> Outcome:
        return self.run(gcp_network, {**NETWORK, **options}, check=check)

    def machines(self, *, check: bool = False, **options: Any) -> Outcome:
        options.setdefault("machines", machines())
        return self.run(gcp_machines, {"pods": "10.130.0.0/16", **options}, check=check)

    def snapshot(self) -> dict[str, Any]:
        said = self.run(account_snapshot_info, {"cloud": "gcp"})
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

    def path(self, name: str) -> str:
        """Where a machine is, below the project: its name is there once."""
        listed = self.google.get("/aggregated/instances")["items"]
        found = [row for part in listed.values() for row in part.get("instances", []) if row["name"] == name]
        assert len(found) == 1, f"{name} is there {len(found)} times"
        return str(found[0]["selfLink"].split(PROJECT)[1])

    def machine(self, name: str) -> dict[str, Any]:
        """The row of a machine."""
        return self.google.get(self.path(name))

    def set_labels(self, path: str, **labels: str | None) -> None:
        """Change some labels of a thing; None takes one off."""
        row = self.google.get(path)
        changed = {**row.get("labels", {}), **{key.replace("_", "-"): value for key, value in labels.items()}}
        body = {"labels": {key: value for key, value in changed.items() if value is not None}}
        self.google.do("POST", f"{path}/setLabels", {**body, "labelFingerprint": row["labelFingerprint"]})

    def set_metadata(self, path: str, **values: str | None) -> None:
        """Change some metadata of a machine; None takes one off."""
        seen = self.google.get(path)["metadata"]
        changed = {**{item["key"]: item["value"] for item in seen["items"]}, **values}
        items = [{"key": key.replace("_", "-"), "value": value} for key, value in changed.items() if value is not None]
        self.google.do("POST", f"{path}/setMetadata", {"items": items, "fingerprint": seen["fingerprint"]})

    def fault(self, **rule: Any) -> Any:
        """An order to the simulator, for the time of a ``with``."""
        return _Fault(self.google, rule)


class _Fault:
    def __init__(self, google: Google, rule: dict[str, Any]) -> None:
        self._faults, self._rule = google.cloud.faults, rule

    def __enter__(self) -> Any:
        self._made = self._faults.add(self._rule)
        return self._made

    def __exit__(self, *_error: object) -> None:
        self._faults.clear(self._made.id)


def machines(workers: int = 2) -> list[dict[str, Any]]:
    """One of the control plane, and some workers."""
    first = {"name": CONTROL, "role": "control_plane", "number": 1, "size": "small", "public": "static"}
    rest = {"role": "worker", "pool": "general", "size": "small"}
    return [first, *({"name": f"shop-gcp-fra-general-{n}", "number": n, **rest} for n in range(1, workers + 1))]


def _run(module: Any, options: dict[str, Any]) -> Outcome:
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
