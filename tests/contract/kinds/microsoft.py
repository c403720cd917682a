# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Azure Resource Manager with a site in it."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from sandbox.azure.cloud import SUBSCRIPTION, Cloud
from sandbox.azure.server import Server
from sandbox.journal import Journal
from tests.contract.trial import Answer, Kind, Wire

PLACE, GROUP = "germanywestcentral", "shop"
PREFIX = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"


@cache
def certificates() -> Path:
    """A folder for the certificates of all servers of this process, which take time to make; it ends with it."""
    folder = Path(tempfile.mkdtemp(prefix="azure-ca"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def resource(where: str) -> str:
    """The id of something of the site's group: "Microsoft.Network/routeTables/table"."""
    return f"{PREFIX}/providers/{where}"


def network(where: str) -> str:
    return resource(f"Microsoft.Network/{where}")


class Microsoft:
    """One subscription with a group, and one of everything that requests refer to."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.cloud.settings.set({"seconds": 0.0, "machine_seconds": 0.0, "throttled": False})
        self._server = Server(self.cloud, Journal(None), certificates())
        self._server.start()
        host, port = self._server.url.removeprefix("https://").split(":")
        token = self._server.app.login.token()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._wire = Wire(host, int(port), headers, str(self._server.ca))
        self._operation = ""
        self._make_site()
        self._saved = [one.copy() for one in self.cloud.store._all.values()]

    def reset(self) -> None:
        self.finish()
        with self.cloud.lock:
            self.cloud.store._all.clear()
            for one in self._saved:
                self.cloud.store.put(one.copy())

    def send(self, kind: Kind, body: Any) -> Answer:
        """A PUT of a new resource, or what the kind says: "POST Microsoft.Compute/…/start"."""
        path, version = kind.what.split("@")
        return self.ask("PUT", path if path.startswith("/") else resource(path), version, body)

    def ask(self, method: str, path: str, version: str, body: Any = None) -> Answer:
        content = None if body is None else json.dumps(body)
        status, headers, text = self._wire.ask(method, f"{path}?api-version={version}", content)
        answer = json.loads(text) if text else {}
        self._operation = headers.get("azure-asyncoperation", "").removeprefix(self._server.url)
        if status < 300:
            return Answer(status)
        error = answer.get("error") or {}
        details = error.get("details") or []
        code = ": ".join(str(one.get("code")) for one in (error, *details))
        return Answer(status, code, str(error.get("message")), flaw(answer, headers))

    def finish(self) -> str:
        for _ in range(20):
            if not self._operation:
                return ""
            _, _, text = self._wire.ask("GET", self._operation)
            answer = json.loads(text)
            if answer["status"] != "InProgress":
                return "" if answer["status"] == "Succeeded" else str(answer.get("error"))
        return "its operation does not end"

    def left(self) -> Any:
        with self.cloud.lock:
            self.cloud.tick()
            return {key: repr((one.body, one.state, one.etag)) for key, one in self.cloud.store._all.items()}

    def close(self) -> None:
        self._wire.close()
        self._server.stop()
        assert self._server.app.bugs == []

    def make(self, where: str, version: str, body: Any) -> None:
        answer = self.ask("PUT", where if where.startswith("/") else resource(where), version, body)
        assert answer.taken, answer
        outcome = self.finish()
        assert not outcome, outcome

    def _make_site(self) -> None:
        self.make(PREFIX, "2025-04-01", {"location": PLACE})
        subnets = [{"name": name, "properties": {"addressPrefix": cidr}}
                   for name, cidr in (("nodes", "10.64.0.0/24"), ("used", "10.64.1.0/24"))]  # fmt: skip
        at = {"location": PLACE}
        for where, properties in (
            ("virtualNetworks/net", {"addressSpace": {"addressPrefixes": ["10.64.0.0/16"]}, "subnets": subnets}),
            ("networkSecurityGroups/group", {"securityRules": [{"name": "there", "properties": {
                "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "Udp", "sourcePortRange": "*",
                "destinationPortRange": "51820", "sourceAddressPrefix": "*", "destinationAddressPrefix": "*"}}]}),
            ("routeTables/table", {"routes": [{"name": "there", "properties": {
                "addressPrefix": "10.99.0.0/16", "nextHopType": "None"}}]}),
        ):  # fmt: skip
            self.make(f"Microsoft.Network/{where}", "2025-07-01", {**at, "properties": properties})
        static = {**at, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
        for name in ("address", "used-address"):
            self.make(f"Microsoft.Network/publicIPAddresses/{name}", "2025-07-01", static)
        for name, more in (("nic", {}), ("used-nic", {"publicIPAddress": {
                "id": network("publicIPAddresses/used-address")}})):  # fmt: skip
            part = {"subnet": {"id": network(f"virtualNetworks/net/subnets/{'used' if more else 'nodes'}")}, **more}
            body = {**at, "properties": {"ipConfigurations": [{"name": "main", "properties": part}]}}
            self.make(f"Microsoft.Network/networkInterfaces/{name}", "2025-07-01", body)
        for name in ("set", "other-set"):
            self.make(f"Microsoft.Compute/availabilitySets/{name}", "2025-04-01",
                      {**at, "sku": {"name": "Aligned"}, "properties": {"platformFaultDomainCount": 2}})  # fmt: skip


def flaw(answer: Any, headers: dict[str, str]) -> str:
    """What is wrong with an error answer of ARM."""
    if set(answer) != {"error"} or not {"code", "message"} <= set(answer["error"]):
        return f"the answer is {str(answer)[:200]}"
    if set(answer["error"]) - {"code", "message", "target", "details", "innererror"}:
        return f"the error has {sorted(answer['error'])}"
    if not all(isinstance(answer["error"][name], str) and answer["error"][name] for name in ("code", "message")):
        return "code and message are not text"
    if "application/json" not in headers["content-type"] or not headers.get("x-ms-request-id"):
        return "the answer has no request id, or is not JSON"
    return ""
