# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credentials are taken, and where they go."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Denied, Refused
from ansible_collections.pangaea.multicloud.plugins.module_utils._gcp.login import (
    Found,
    Login,
    refuse_mixed_worlds,
)

NOTHING: dict[str, Any] = dict.fromkeys(
    ("auth_kind", "service_account_file", "service_account_contents", "access_token")
)
USER = {"type": "authorized_user", "client_id": "i", "client_secret": "s", "refresh_token": "r"}


def test_an_option_wins_over_any_variable() -> None:
    env = {"GCE_CREDENTIALS_FILE_PATH": "/env", "GCP_ACCESS_TOKEN": "t"}
    assert Login.of({**NOTHING, "service_account_file": "/option"}, env) == Login(file="/option")
    assert Login.of({**NOTHING, "access_token": "o"}, env) == Login(token="o")
    assert Login.of({**NOTHING, "service_account_contents": json.dumps(USER)}, env) == Login(contents=USER)


@pytest.mark.parametrize(
    ("env", "login"),
    [
        ({"GCE_CREDENTIALS_FILE_PATH": "/a", "GOOGLE_APPLICATION_CREDENTIALS": "/b"}, Login(file="/a")),
        ({"GCP_SERVICE_ACCOUNT_FILE": "/a", "GOOGLE_APPLICATION_CREDENTIALS": "/b"}, Login(file="/a")),
        ({"GOOGLE_APPLICATION_CREDENTIALS": "/b", "GCP_ACCESS_TOKEN": "t"}, Login(file="/b")),
        ({"GCP_SERVICE_ACCOUNT_CONTENTS": json.dumps(USER)}, Login(contents=USER)),
        ({"GCP_ACCESS_TOKEN": "t"}, Login(token="t")),
        ({}, Login()),
    ],
)
def test_variables_are_looked_at_in_order(env: dict[str, str], login: Login) -> None:
    assert Login.of(NOTHING, env) == login


def test_the_metadata_server_is_asked_only_when_told_so() -> None:
    assert Login.of({**NOTHING, "auth_kind": "machineaccount"}, {"GCP_ACCESS_TOKEN": "t"}) == Login(machine=True)
    assert not Login.of({**NOTHING, "auth_kind": "application"}, {}).machine


def test_what_gcloud_left_is_the_last_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    with pytest.raises(Denied, match="gcloud auth application-default login"):
        Login().find()
    (tmp_path / "application_default_credentials.json").write_text(json.dumps(USER))
    found = Login().find()
    assert (found.name, found.sandbox) == ("authorized_user", False)


@pytest.mark.parametrize("text", ["", "no json: PRIVATE KEY", "[]", '{"key": "PRIVATE KEY"}'])
def test_a_file_that_is_no_key_is_told_without_its_contents(tmp_path: Path, text: str) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(Denied) as caught:
        Login(file=str(tmp_path / "key")).find()
    assert str(tmp_path / "key") in str(caught.value) and "PRIVATE" not in str(caught.value)


def test_secrets_are_not_shown() -> None:
    assert "secret" not in repr(Login(contents={"private_key": "secret"}, token="secret"))


REAL, SANDBOX = Found(None, "a@b", False), Found(None, "a@b", True)
GOOGLE, HERE = "https://compute.googleapis.com", "http://127.0.0.1:7802"


@pytest.mark.parametrize(
    ("endpoint", "found"),
    [(HERE, REAL), ("http://localhost:1", REAL), ("http://[::1]:1", REAL), (None, SANDBOX), (GOOGLE, SANDBOX)],
)
def test_sandbox_and_gcp_are_never_mixed(endpoint: str | None, found: Found) -> None:
    with pytest.raises(Refused, match="a@b"):
        refuse_mixed_worlds(endpoint, found)


@pytest.mark.parametrize(("endpoint", "found"), [(HERE, SANDBOX), (None, REAL), (GOOGLE, REAL)])
def test_what_belongs_together_is_let_through(endpoint: str | None, found: Found) -> None:
    refuse_mixed_worlds(endpoint, found)
