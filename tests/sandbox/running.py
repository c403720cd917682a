# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module in this process, and what the suites of modules have in common."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ansible.module_utils.testing import patch_module_args

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.client import Login

UTILS = "ansible_collections.pangaea.multicloud.plugins.module_utils"
OWNER, NAME = "shop-k3v9q2ab", "shop"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ4sX0O3aJQ0yCk8VxN0b6mYcO3x3mEoU1yqf0O3aJQ0"


class Outcome(dict[str, Any]):
    """What a module said, and whether it failed."""

    failed = False


def well(said: Outcome) -> Outcome:
    """What did not fail."""
    assert not said.failed, said["msg"]
    return said


def run_module(module: Any, options: dict[str, Any]) -> Outcome:
    """A module's ``main``, and what it said."""
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


@contextmanager
def one_session() -> Iterator[None]:
    """One boto3 session for all module runs: it reads EC2's description, half a second each time, once."""
    sessions = functools.cache(Login.session)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Login, "session", lambda login, region: sessions(login, region))
        yield


@contextmanager
def azure_polls_at_once() -> Iterator[None]:
    """The SDK of Azure makes no pause between two looks at an operation."""
    with pytest.MonkeyPatch.context() as patch:
        for pause in ("POLL", "SLOW_POLL"):
            patch.setattr(f"{UTILS}._azure.client.{pause}", 0)
        yield
