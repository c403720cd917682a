# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any other request of somebody else."""

from __future__ import annotations

import pytest

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.drills.somebody import somebody
from sandbox.gcp.cloud import PROJECT
from tests.sandbox.conftest import Sandbox

from .conftest import Drill

NETWORKS = f"/compute/v1/projects/{PROJECT}/global/networks"
GROUPS, VERSION = f"/subscriptions/{SUBSCRIPTION}/resourceGroups", "?api-version=2025-04-01"


def test_somebody_else_acts_on_gcp_and_his_operations_are_waited_for(daemon: Sandbox, drill: Drill) -> None:
    him = somebody(daemon.place, "gcp")
    assert drill("call", "gcp", "POST", NETWORKS, "--body", '{"name": "his", "autoCreateSubnetworks": false}') == 0
    assert "his" in [row["name"] for row in him.do("GET", NETWORKS)["items"]]
    assert drill("call", "gcp", "DELETE", f"{NETWORKS}/his") == 0
    assert "his" not in [row["name"] for row in him.do("GET", NETWORKS).get("items", [])]


def test_somebody_else_acts_on_azure_and_his_operations_are_waited_for(daemon: Sandbox, drill: Drill) -> None:
    her = somebody(daemon.place, "azure")
    body = '{"location": "germanywestcentral"}'
    assert drill("call", "azure", "PUT", f"{GROUPS}/hers{VERSION}", "--body", body) == 0
    assert "hers" in [row["name"] for row in her.do("GET", GROUPS + VERSION)["value"]]
    assert drill("call", "azure", "DELETE", f"{GROUPS}/hers{VERSION}") == 0
    assert "hers" not in [row["name"] for row in her.do("GET", GROUPS + VERSION)["value"]]


def test_a_refusal_of_the_cloud_is_said_and_ends_with_1(drill: Drill, capsys: pytest.CaptureFixture[str]) -> None:
    assert drill("call", "gcp", "DELETE", f"{NETWORKS}/none") == 1
    assert "notFound" in capsys.readouterr().err
