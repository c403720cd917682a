# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Compute Engine with a site in it."""

from __future__ import annotations

import copy
import json
from typing import Any

from sandbox.gcp.cloud import PROJECT
from sandbox.gcp.serving import Service
from tests.contract.trial import Answer, Kind, Wire

REGION, ZONE = "europe-west3", "europe-west3-a"
BASE = f"/compute/v1/projects/{PROJECT}"
VERBS = {"patch": "PATCH", "update": "PUT"}
IMAGE = "projects/debian-cloud/global/images/family/debian-13"
PLACES = {"networks": "global", "firewalls": "global", "routes": "global", "subnetworks": f"regions/{REGION}",
          "addresses": f"regions/{REGION}", "disks": f"zones/{ZONE}", "instances": f"zones/{ZONE}"}  # fmt: skip


class Google:
    """One project with a network, and one of everything that requests refer to, as they are read in `rows`."""

    def __init__(self) -> None:
        self.service = Service()
        self.service.start()
        self.cloud = self.service.cloud
        self.cloud.operations.seconds = 0
        host, port = self.service.url.removeprefix("http://").split(":")
        headers = {"Authorization": "Bearer sandbox", "Content-Type": "application/json"}
        self._wire = Wire(host, int(port), headers)
        self._operation: dict[str, Any] = {}
        self.rows: dict[str, dict[str, Any]] = {}
        self._make_site()
        self._saved = copy.deepcopy((self.cloud.store.entries, self.cloud.projects))

    def reset(self) -> None:
        self.finish()
        with self.cloud.lock:
            entries, projects = copy.deepcopy(self._saved)
            for there, saved in ((self.cloud.store.entries, entries), (self.cloud.projects, projects)):
                there.clear()
                there.update(saved)

    def send(self, kind: Kind, body: Any) -> Answer:
        """An insert, or what the kind says: "instances.setTags machine/setTags"."""
        method, _, action = kind.what.partition(" ")
        collection, verb = method.split(".")
        path = f"{PLACES.get(collection, '')}/{collection}" if collection != "projects" else ""
        return self.ask(VERBS.get(verb, "POST"), f"{path}/{action}".strip("/"), body)

    def ask(self, verb: str, path: str, body: Any = None) -> Answer:
        status, headers, text = self._wire.ask(
            verb, f"{BASE}/{path}".rstrip("/"), None if body is None else json.dumps(body)
        )
        answer = json.loads(text)
        if status < 300:
            self._operation = answer
            return Answer(status)
        error = answer.get("error", {})
        reasons = [one.get("reason", "") for one in error.get("errors", [])]
        return Answer(status, reasons[0] if reasons else "", str(error.get("message")), flaw(status, answer, headers))

    def finish(self) -> str:
        """Poll the operation to its end; an error may be inside."""
        for _ in range(9):
            if self._operation.get("status", "DONE") == "DONE":
                return str(self._operation.get("error", ""))
            self.ask("GET", self._operation["selfLink"].split(f"{PROJECT}/")[1])
        return "its operation does not end"

    def left(self) -> Any:
        with self.cloud.lock:
            self.cloud.tick()
            rows = {path: repr((one.row, one.busy)) for path, one in self.cloud.store.entries.items()}
            return {**rows, "projects": repr(self.cloud.projects)}

    def close(self) -> None:
        self._wire.close()
        self.service.stop()
        assert self.service.app.bugs == []

    def make(self, collection: str, body: dict[str, Any]) -> None:
        path = f"{PLACES[collection]}/{collection}"
        answer = self.ask("POST", path, body)
        assert answer.taken, answer
        outcome = self.finish()
        assert not outcome, outcome
        self.ask("GET", f"{path}/{body['name']}")
        self.rows[body["name"]], self._operation = self._operation, {}

    def _make_site(self) -> None:
        self.make("networks", {"name": "net", "autoCreateSubnetworks": False})
        self.make("networks", {"name": "other-net", "autoCreateSubnetworks": False})
        subnet = {"network": "global/networks/net", "ipCidrRange": "10.66.0.0/24"}
        self.make("subnetworks", {"name": "nodes", **subnet})
        self.make("firewalls", {"name": "there", "network": "global/networks/net", "sourceRanges": ["10.0.0.0/8"],
                                "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}]})  # fmt: skip
        self.make("addresses", {"name": "address"})
        self.make("disks", {"name": "disk", "sizeGb": "20", "type": f"zones/{ZONE}/diskTypes/pd-balanced"})
        boot = {"boot": True, "autoDelete": True, "initializeParams": {"sourceImage": IMAGE}}
        nic = {"subnetwork": f"regions/{REGION}/subnetworks/nodes"}
        self.make("instances", {"name": "machine", "machineType": f"zones/{ZONE}/machineTypes/e2-medium",
                                "canIpForward": True, "disks": [boot], "networkInterfaces": [nic]})  # fmt: skip
        self.ask("GET", "")
        self.rows["project"], self._operation = self._operation, {}


def flaw(status: int, answer: Any, headers: dict[str, str]) -> str:
    """What is wrong with an error answer of Google."""
    error = answer.get("error")
    if set(answer) != {"error"} or not isinstance(error, dict) or not {"code", "message", "errors"} <= set(error):
        return f"the answer is {str(answer)[:200]}"
    if error["code"] != status or not error["message"] or not error["errors"]:
        return "code, message or errors say nothing"
    if any(not one.get(name) for one in error["errors"] for name in ("message", "domain", "reason")):
        return "an error lacks message, domain or reason"
    return "" if "application/json" in headers["content-type"] else "the answer is not JSON"
