# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that users give to our credentials holds what we call, and no more."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure import (
    api_account,
    api_machines,
    api_network,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.calls import ACTIONS
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.client import VERSIONS, Client

ROLE = Path(__file__).parents[3] / "docs" / "azure-role.json"
MODULES = (api_account, api_machines, api_network)
CALLS = [call for module in MODULES for _, call in inspect.getmembers(module, lambda thing: hasattr(thing, "action"))]
SOME = {"str": "x", "Tags": {}, "dict[str, str]": {}, "Row": {}}
GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"
IMAGES = "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions"
TYPES = {  # operations of the SDK -> what their permission begins with
    "resource_groups": GROUPS,
    "virtual_networks": "Microsoft.Network/virtualNetworks",
    "subnets": "Microsoft.Network/virtualNetworks/subnets",
    "network_security_groups": "Microsoft.Network/networkSecurityGroups",
    "security_rules": "Microsoft.Network/networkSecurityGroups/securityRules",
    "route_tables": "Microsoft.Network/routeTables",
    "routes": "Microsoft.Network/routeTables/routes",
    "public_ip_addresses": "Microsoft.Network/publicIPAddresses",
    "network_interfaces": "Microsoft.Network/networkInterfaces",
    "load_balancers": "Microsoft.Network/loadBalancers",
    "virtual_machines": "Microsoft.Compute/virtualMachines",
    "disks": "Microsoft.Compute/disks",
    "ssh_public_keys": "Microsoft.Compute/sshPublicKeys",
    "availability_sets": "Microsoft.Compute/availabilitySets",
    "usages": "Microsoft.Network/locations/usages",
    "usage": "Microsoft.Compute/locations/usages",
    "resource_skus": "Microsoft.Compute/skus",
    "virtual_machine_images": IMAGES,
}
VERBS = {
    "start": "start/action",
    "create": "write",
    "update": "write",
    "delete": "delete",
    "list": "read",
    "get": "read",
}


def test_the_role_holds_exactly_what_is_called() -> None:
    role = json.loads(ROLE.read_text())
    assert role["Actions"] == sorted(ACTIONS)
    assert role["NotActions"] == role["DataActions"] == []


def test_every_service_has_a_pinned_version() -> None:
    assert {"network", "compute", "resource"} <= VERSIONS.keys()


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_each_function_calls_what_its_permission_says(
    call: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Answer(Exception):
        pass

    def answer(_client: Client, _service: str, kind: str, operation: str, *_args: Any, **_request: Any) -> None:
        raise Answer(_permission(kind, operation))

    def subscription(_client: Client) -> None:
        raise Answer("Microsoft.Resources/subscriptions/read")

    for name in ("call", "pages", "begin", "finish"):
        monkeypatch.setattr(Client, name, answer)
    monkeypatch.setattr(Client, "subscription_row", subscription)
    wanted = [SOME[str(p.annotation)] for name, p in inspect.signature(call).parameters.items() if name != "client"]
    with pytest.raises(Answer) as called:
        call(client, *wanted)
    assert str(called.value) == call.name


def _permission(kind: str, operation: str) -> str:
    if kind == "resources":
        inside = f"{GROUPS}/resources" if operation == "list_by_resource_group" else GROUPS.replace("Groups", "s")
        return f"{inside}/read"
    verb = operation.removeprefix("begin_").split("_")[0]
    return f"{TYPES[kind]}/{VERBS[verb]}"
