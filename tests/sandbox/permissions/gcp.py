# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google: a service account with a role, in a project of its own."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ansible_collections.pangaea.multicloud.plugins.modules import gcp_machines, gcp_network
from sandbox.gcp.cloud import PROJECT
from sandbox.gcp.serving import Service
from tests.contract.watch import watched
from tests.sandbox.permissions.lab import Exempt, Lab, request
from tests.sandbox.running import OWNER

REGION = "europe-west3"
OWN_IMAGES = "images of the user's own; the simulator has none, and public ones are everybody's"


class Gcp(Lab):
    """As a service account with a role; damage by somebody who may do everything."""

    cloud, document = "gcp", "gcp-role.yml"
    refused = ("forbidden",)
    network_module, machines_module = gcp_network, gcp_machines
    cidr, pods = "10.66.0.0/16", "10.130.0.0/16"
    exempt = Exempt(
        not_shown={
            "compute.images.get": OWN_IMAGES,
            "compute.images.useReadOnly": OWN_IMAGES,
            "compute.instances.get": "a look at one machine whose labels or metadata somebody wrote meanwhile",
            "compute.instances.resume": "machines that somebody suspended; the simulator does not suspend any",
        },
    )

    def __init__(self, service: Service) -> None:
        self.service = service
        self.key = service.cloud.identity.key_file(PROJECT, account="least", universe="sandbox.test")
        super().__init__(service.cloud, service.app.journal, self.key["client_email"])

    @classmethod
    def permissions(cls) -> list[str]:
        return list(cls.written()["includedPermissions"])

    def fresh(self) -> None:
        self.project = f"shop-{secrets.token_hex(4)}"
        self.simulator.add_project(self.project)
        self.allow(self.permissions())

    def allow(self, permissions: Iterable[str]) -> None:
        wanted, role = set(permissions), self.written()
        role["includedPermissions"] = [one for one in role["includedPermissions"] if one in wanted]
        self.simulator.principals.bind(self.principal, [role])

    def whole(self, params: dict[str, Any]) -> Any:
        return {**params, "requestId": ""}

    def login(self) -> dict[str, Any]:
        keys = {"service_account_contents": json.dumps(self.key), "endpoint_url": self.service.url}
        return {**keys, "region": REGION, "project": self.project}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """A request of somebody else below the project, and the end of what it began."""
        url = f"{self.service.url}/compute/v1/projects/{self.project}/{path}"
        return request(self, method, url, body, "sandbox-drill")

    def damages(self) -> dict[str, Callable[[], None]]:
        label = f"{OWNER}-{self.site}"
        ssh, way_out = f"global/firewalls/{label}-nodes-in-tcp-22", "global/routes"
        return {
            "the way out is gone": lambda: self.ask("DELETE", f"{way_out}/{self._default_route()}"),
            "a firewall is wide": lambda: self.ask("PATCH", ssh, {"name": ssh[17:], "sourceRanges": ["0.0.0.0/0"]}),
            "the network routes globally": lambda: self.ask(
                "PATCH", f"global/networks/{label}", {"routingConfig": {"routingMode": "GLOBAL"}}),
            "an address is of another site": lambda: self._labels(
                f"regions/{REGION}/addresses/{self.control}", "pangaea-site", "moon"),
            "a worker is of another pool": lambda: self._labels(self._worker(), "pangaea-pool", "x"),
            "a worker has no firewalls": lambda: self.ask("POST", f"{self._worker()}/setTags", {
                "items": [], "fingerprint": self.ask("GET", self._worker())["tags"]["fingerprint"]}),
            "a worker takes other logins": self._other_logins,
            "a disk would stay": lambda: self.ask(
                "POST", f"{self._worker()}/setDiskAutoDelete?deviceName=persistent-disk-0&autoDelete=false"),
            "a worker is stopped": lambda: self.ask("POST", f"{self._worker()}/stop"),
            "the control plane has no address": self._close,
            "the control plane has another address": self._swap,
        }  # fmt: skip

    def leave(self) -> None:
        """A disk of Kubernetes."""
        labels = {f"kubernetes-io-cluster-{OWNER}": "owned"}
        self.ask("POST", f"zones/{REGION}-a/disks", {"name": "pvc-1", "sizeGb": "10", "labels": labels})

    def _default_route(self) -> str:
        routes = self.ask("GET", "global/routes")["items"]
        return str(next(one["name"] for one in routes if one["destRange"] == "0.0.0.0/0"))

    def _machine(self, name: str) -> str:
        listed = self.ask("GET", "aggregated/instances")["items"]
        found = [row for part in listed.values() for row in part.get("instances", []) if row["name"] == name]
        return str(found[0]["selfLink"].split(f"{self.project}/")[1])

    def _worker(self) -> str:
        return self._machine(self.worker)

    def _labels(self, path: str, name: str, value: str) -> None:
        row = self.ask("GET", path)
        body = {"labels": {**row["labels"], name: value}, "labelFingerprint": row["labelFingerprint"]}
        self.ask("POST", f"{path}/setLabels", body)

    def _other_logins(self) -> None:
        row = self.ask("GET", self._worker())["metadata"]
        items = [one for one in row["items"] if one["key"] != "enable-oslogin"]
        body = {"items": [*items, {"key": "enable-oslogin", "value": "TRUE"}], "fingerprint": row["fingerprint"]}
        self.ask("POST", f"{self._worker()}/setMetadata", body)

    def _close(self) -> None:
        where = self._machine(self.control)
        self.ask("POST", f"{where}/deleteAccessConfig?networkInterface=nic0&accessConfig=External%20NAT")

    def _swap(self) -> None:
        self._close()
        self.ask("POST", f"{self._machine(self.control)}/addAccessConfig?networkInterface=nic0", {"name": "other"})


@contextmanager
def serving() -> Iterator[Gcp]:
    """The simulator on a free port of loopback; an answer that broke the contract fails the test."""
    service = Service()
    service.cloud.clock.hurry(100)
    service.start()
    try:
        with watched("gcp", service.url) as service.url:
            service.cloud.identity.url = service.url
            yield Gcp(service)
        assert service.app.bugs == []
    finally:
        service.stop()
