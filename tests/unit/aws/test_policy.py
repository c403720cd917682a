# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy that users give to our credentials holds what we call, and no more."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore import xform_name

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws import (
    api_account,
    api_balancers,
    api_machines,
    api_network,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.calls import ACTIONS
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.client import Client
from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.quotas import VPCS

POLICY = Path(__file__).parents[3] / "docs" / "aws-policy.json"
MODULES = (api_account, api_balancers, api_machines, api_network)
CALLS = [call for module in MODULES for _, call in inspect.getmembers(module, lambda thing: hasattr(thing, "action"))]
SOME = {
    "str": "x",
    "int": 1,
    "list[str]": ["x"],
    "Tags": [],
    "list[Row]": [],
    "Row": {},
    "Quota": VPCS,
    "dict[str, str]": {},
}


def test_the_policy_holds_exactly_what_is_called() -> None:
    policy = json.loads(POLICY.read_text())
    allowed = [action for statement in policy["Statement"] for action in statement["Action"]]
    assert sorted(allowed) == sorted(ACTIONS - {"sts:GetCallerIdentity"})  # which needs no permission
    assert len(allowed) == len(set(allowed))


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_each_function_calls_what_its_permission_says(
    call: Any, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Answer(Exception):
        pass

    def answer(_client: Client, _service: str, operation: str, *_rows: Any, **_request: Any) -> Callable[..., Any]:
        raise Answer(operation)

    monkeypatch.setattr(Client, "call", answer)
    monkeypatch.setattr(Client, "pages", answer)
    wanted = [SOME[str(p.annotation)] for name, p in inspect.signature(call).parameters.items() if name != "client"]
    with pytest.raises(Answer) as called:
        call(client, *wanted)
    assert str(called.value) == xform_name(call.name)
