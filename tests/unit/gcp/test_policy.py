# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that users give to our credentials holds what we call, and no more."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp import (
    api_account,
    api_machines,
    api_network,
    operations,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.calls import PERMISSIONS
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.client import Client
from sandbox.gcp.call import Call
from sandbox.gcp.cloud import Cloud
from sandbox.gcp.discovery import match
from sandbox.gcp.permissions import needed

ROLE = Path(__file__).parents[3] / "docs" / "gcp-role.yml"
MODULES = (api_account, api_machines, api_network)
CALLS = [call for module in MODULES for _, call in inspect.getmembers(module, lambda thing: hasattr(thing, "method"))]
# The ways of things that some functions take from ``projects/`` or from the project on.
PATHS = {
    "machine": "zones/z/instances/x", "disk": "zones/z/disks/x", "image": "projects/q/global/images/x",
    "family": "projects/q/global/images/family/x",
}  # fmt: skip


def test_the_role_holds_exactly_what_is_called() -> None:
    allowed = yaml.safe_load(ROLE.read_text())["includedPermissions"]
    assert allowed == sorted(PERMISSIONS - {"compute.images.getFromFamily"})  # all families are of public projects


@pytest.mark.parametrize("call", [*CALLS, operations.wait_operation], ids=lambda call: call.__name__)
def test_each_function_calls_the_method_that_it_says_and_names_its_permissions(
    call: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Asked(Exception):
        pass

    def ask(_client: Client, verb: str, path: str, body: Any, query: Any) -> Any:
        raise Asked(verb, path, body, query)

    monkeypatch.setattr(Client, "_ask", ask)
    with pytest.raises(Asked) as asked:
        call(client, *_some(call))
    verb, path, body, query = asked.value.args
    whole = path if path.startswith("projects/") else f"projects/p/{path}".rstrip("/")
    met = match(verb, f"/compute/v1/{whole}")
    assert met is not None
    assert ("requestId" in query) is (verb != "GET" and call is not operations.wait_operation)
    # The contract names returnPartialSuccess for some lists only, the service takes it for all of them.
    assert query.keys() - {"returnPartialSuccess"} <= met.about["parameters"].keys()
    name = met.id.removeprefix("compute.")
    assert name in (call.name, f"globalOperations.{call.name.split('.')[1]}")
    asked_for = set(needed(Call(Cloud(), name, met.values, query, body or {})))
    assert asked_for <= set(call.permissions)


def _some(call: Any) -> list[Any]:
    """An argument for each parameter but the client."""
    given: list[Any] = []
    for name, parameter in list(inspect.signature(call).parameters.items())[1:]:
        labels = {"labels": {"a": "b"}} if any(one.endswith("setLabels") for one in call.permissions) else {}
        some = {"list[str]": ["x"], "Row": {"name": "x", "natIP": "192.0.2.1", **labels}}
        path = "projects/p/global/operations/o" if name == "operation" else PATHS.get(name, "x")
        given.append(some.get(str(parameter.annotation), path))
    return given
