# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google on real HTTP, asked by google-auth's AuthorizedSession as our modules ask it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from google.auth.transport.requests import AuthorizedSession
from google.oauth2 import service_account

from sandbox.clock import Clock
from sandbox.gcp.app import App
from sandbox.gcp.cloud import PROJECT
from sandbox.gcp.identity import Identity
from sandbox.gcp.serving import Service
from tests.contract.watch import watched

REGION, ZONE = "europe-west3", "europe-west3-a"
SCOPE = "https://www.googleapis.com/auth/cloud-platform"
IMAGE = "projects/debian-cloud/global/images/family/debian-13"
UUID = "3f1c9d2e-5f0a-4c0e-9d53-0d2a0b6f7a{:02d}"


KEYS = Identity(Clock())
KEY = KEYS.key_file(PROJECT, universe="sandbox.test")  # one for all tests: keys take time to make


class Refused(Exception):
    """An error answer; `reason` is the first of its errors."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body}")
        self.status, self.error = status, body["error"]
        self.reason, self.message = self.error["errors"][0]["reason"], self.error["message"]


class Failed(Exception):
    """An operation that ended with an error inside."""

    def __init__(self, operation: dict[str, Any]) -> None:
        super().__init__(str(operation["error"]))
        self.operation, self.code = operation, operation["error"]["errors"][0]["code"]
        self.message = operation["error"]["errors"][0]["message"]


class Google:
    """One simulator and a client of it."""

    def __init__(self, app: App, url: str) -> None:
        self.app, self.cloud, self.url = app, app.cloud, url
        self.base = f"{url}/compute/v1/projects/{PROJECT}"
        app.cloud.identity.keys.update(KEYS.keys)
        self.key = {**KEY, "token_uri": f"{url}/token"}
        self.session = AuthorizedSession(self.credentials())

    def credentials(self) -> service_account.Credentials:
        """Without a token call: the credentials sign each request themselves."""
        found = service_account.Credentials.from_service_account_info(self.key, scopes=[SCOPE])
        return found.with_always_use_jwt_access(True)

    def ask(self, verb: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        """One request below the project. Raises Refused."""
        answer = self.session.request(verb, f"{self.base}{path}", json=body, params=query)
        if answer.status_code != 200:
            raise Refused(answer.status_code, answer.json())
        return dict(answer.json())

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return self.ask("GET", path, **query)

    def do(self, verb: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        """A change and the end of its operation. Raises Refused, Failed."""
        return self.end(self.ask(verb, path, body, **query))

    def end(self, operation: dict[str, Any]) -> dict[str, Any]:
        """Poll an operation until it is done."""
        for _ in range(9):
            if operation["status"] == "DONE":
                if "error" in operation:
                    raise Failed(operation)
                return operation
            operation = self.get(operation["selfLink"].split(PROJECT)[1])
        raise AssertionError(f"{operation['name']} is not done after nine polls")

    def names(self, path: str, **query: Any) -> list[str]:
        return [row["name"] for row in self.get(path, **query).get("items", [])]

    def make(self, collection: str, body: dict[str, Any]) -> dict[str, Any]:
        """Insert, wait, read back. The collection is a path below the project."""
        self.do("POST", f"/{collection}", body)
        return self.get(f"/{collection}/{body['name']}")

    def site(self) -> None:
        """A network with one subnetwork."""
        self.make("global/networks", network())
        self.make(f"regions/{REGION}/subnetworks", subnet())

    def refused(self, verb: str, path: str, body: Any = None, **query: Any) -> Refused:
        """The refusal that must come."""
        with pytest.raises(Refused) as caught:
            self.ask(verb, path, body, **query)
        return caught.value


def network(**more: Any) -> dict[str, Any]:
    return {"name": "shop", "autoCreateSubnetworks": False, "routingConfig": {"routingMode": "REGIONAL"}, **more}


def subnet(**more: Any) -> dict[str, Any]:
    return {"name": "shop-a", "network": "global/networks/shop", "ipCidrRange": "10.66.0.0/24", **more}


def firewall(**more: Any) -> dict[str, Any]:
    return {"name": "shop-ssh", "network": "global/networks/shop", "direction": "INGRESS", "priority": 900,
            "allowed": [{"IPProtocol": "tcp", "ports": ["22"]}], "sourceRanges": ["198.51.100.0/24"],
            "targetTags": ["shop"], **more}  # fmt: skip


def route(**more: Any) -> dict[str, Any]:
    return {"name": "shop-pods", "network": "global/networks/shop", "destRange": "10.128.1.0/24", "priority": 900,
            "nextHopIp": "10.66.0.9", **more}  # fmt: skip


def address(**more: Any) -> dict[str, Any]:
    return {"name": "shop-cp-1", "addressType": "EXTERNAL", "networkTier": "PREMIUM", **more}


def disk(**more: Any) -> dict[str, Any]:
    return {"name": "shop-data", "sizeGb": "20", "type": f"zones/{ZONE}/diskTypes/pd-balanced", **more}


def instance(name: str = "shop-cp-1", **more: Any) -> dict[str, Any]:
    boot = {"boot": True, "autoDelete": True,
            "initializeParams": {"sourceImage": IMAGE, "diskSizeGb": "30"}}  # fmt: skip
    nic = {"subnetwork": f"regions/{REGION}/subnetworks/shop-a", "accessConfigs": [{"type": "ONE_TO_ONE_NAT"}]}
    return {"name": name, "machineType": f"zones/{ZONE}/machineTypes/e2-medium", "canIpForward": True, "disks": [boot],
            "networkInterfaces": [nic], "labels": {"pangaea-cluster": "shop-k3v9q2ab"}, "tags": {"items": ["shop"]},
            "metadata": {"items": [{"key": "user-data", "value": "#cloud-config"}]}, **more}  # fmt: skip


@contextlib.contextmanager
def serving(*, deliberate: bool = False) -> Iterator[Google]:
    """A fresh simulator; whatever broke the contract fails the test. `deliberate`: requests may, to be refused."""
    service = Service()
    service.start()
    try:
        with watched("gcp", service.url, deliberate=deliberate) as url:
            service.cloud.identity.url = url
            found = Google(service.app, url)
            try:
                yield found
            finally:
                found.session.close()
        assert service.app.bugs == []
    finally:
        service.stop()


@pytest.fixture
def google() -> Iterator[Google]:
    """One for each test."""
    with serving(deliberate=True) as found:
        yield found
