# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is repeated, what is not, and what people read when a call fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from azure.core.exceptions import ClientAuthenticationError, ServiceRequestError, ServiceResponseError

from ansible_collections.pangaea.multicloud.plugins.module_utils._azure import api_account, api_machines, api_network
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure import errors as meaning
from ansible_collections.pangaea.multicloud.plugins.module_utils._azure.client import (
    Client,
    Login,
    refuse_mixed_worlds,
)
from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import (
    AlreadyExists,
    Denied,
    Error,
    Fault,
    InUse,
    Invalid,
    NoCapacity,
    NotFound,
    OverQuota,
    Refused,
    Throttled,
    TimedOut,
    Unreachable,
)

from .conftest import Service, failure

ROOT = Path(__file__).parents[3]
MANAGER, LOGIN = "https://management.azure.com", "https://login.microsoftonline.com"
SANDBOX = "c11e4700-0000-4000-8000-73616e64626f"
REAL = "0b1f2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"


def test_a_throttled_list_is_asked_again_and_counts_once(client: Client, azure: Service) -> None:
    azure.expect("virtual_networks.list", failure("TooManyRequests", 429), failure("ServerBusy", 503), [{"a": 1}])
    assert api_network.list_networks(client) == [{"a": 1}]
    assert client.calls == {"Microsoft.Network/virtualNetworks/read": 1}


def test_versions_are_named_with_each_call(client: Client, azure: Service) -> None:
    azure.expect("virtual_networks.list", [])
    azure.expect("virtual_machines.list", [])
    azure.expect("disks.list_by_resource_group", [])
    api_network.list_networks(client)
    api_machines.list_machines(client)
    api_machines.list_disks(client)
    assert [kwargs["api_version"] for _, _, kwargs in azure.asked] == ["2025-07-01", "2025-04-01", "2026-03-02"]


def test_a_write_is_repeated_while_another_one_is_under_way(client: Client, azure: Service) -> None:
    busy = failure("RetryableError", 429, details=("ReferencedResourceNotProvisioned",))
    late = failure("AnotherOperationInProgress", 200)  # accepted, and told at the end of the operation
    azure.expect("route_tables.begin_create_or_update", busy, late, ServiceResponseError("gone"), None)
    api_network.put_route_table(client, "t", {})
    assert len(azure.asked) == 4
    assert azure.asked[0][2]["polling_interval"] == 2.0


def test_what_is_gone_already_is_deleted(client: Client, azure: Service) -> None:
    azure.expect("virtual_networks.begin_delete", failure("ResourceGroupNotFound", 404))
    api_network.delete_network(client, "n")


def test_a_list_of_a_group_that_is_gone_is_empty(client: Client, azure: Service) -> None:
    azure.expect("virtual_machines.list", failure("ResourceGroupNotFound", 404))
    assert api_machines.list_machines(client) == []


def test_an_operation_that_does_not_end_is_told(client: Client, azure: Service) -> None:
    azure.expect("route_tables.begin_create_or_update", "running")
    with pytest.raises(TimedOut, match=r"azure-fra: write the route table t: .*600 s; run again"):
        api_network.put_route_table(client, "t", {})


def bad_login() -> ClientAuthenticationError:
    return ClientAuthenticationError("AADSTS7000222: The provided client secret keys are expired. Trace ID: 7e4a47")


@pytest.mark.parametrize(
    ("raised", "kind", "words"),
    [
        (failure("AuthorizationFailed", 403), Denied, ["Microsoft.Network/virtualNetworks/read", "azure-role.json"]),
        (failure("RequestDisallowedByPolicy", 403), Denied, ["policy", "exemption"]),
        (failure("ExpiredAuthenticationToken", 401), Denied, ["AZURE_CLIENT_SECRET"]),
        (bad_login(), Denied, ["AADSTS7000222", "expired"]),
        (failure("VnetCountLimitReached"), OverQuota, ["VnetCountLimit", "germanywestcentral"]),
        (failure("QuotaExceeded", 409), OverQuota, ["raise it"]),
        (
            failure("OperationNotAllowed", 409, "exceeding approved standardDSv5Family Cores quota. More"),
            OverQuota,
            ["the quota standardDSv5Family Cores"],
        ),
        (failure("OperationNotAllowed", 409, "Disk a is attached to VM b"), InUse, ["attached to VM b"]),
        (failure("InUseSubnetCannotBeDeleted"), InUse, ["said Azure"]),
        (failure("PublicIPAddressCannotBeDeleted"), InUse, []),
        (failure("NicReservedForAnotherVm"), InUse, []),
        (failure("BadRequest", 400, details=("NicInUse",)), InUse, ["in detail"]),
        (failure("SkuNotAvailable", 409), NoCapacity, ["another size or zone"]),
        (failure("ZonalAllocationFailed", 200), NoCapacity, []),
        (failure("PreconditionFailed", 412), AlreadyExists, []),
        (failure("InternalServerError", 200), Fault, ["accepted it", "run again"]),
        (failure("NetcfgInvalidSubnet"), Invalid, ["NetcfgInvalidSubnet", "said Azure"]),
        (failure("NotImplemented", 501), Invalid, ["NotImplemented"]),
    ],
)
def test_a_failure_says_what_which_why_and_what_to_do(
    client: Client, azure: Service, raised: Exception, kind: type[Error], words: list[str]
) -> None:
    azure.expect("virtual_networks.list", *[raised] * 100)
    with pytest.raises(Error) as caught:
        api_network.list_networks(client)
    assert type(caught.value) is kind
    assert len(azure.asked) == 1  # none of these passes by waiting
    assert str(caught.value).startswith("azure-fra: list the networks of the group: ")
    assert "Trace ID" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (failure("SubscriptionRequestsThrottled", 429), Throttled),
        (failure("ServerBusy", 503), Unreachable),
        (ServiceRequestError("no route"), Unreachable),
    ],
)
def test_what_went_on_for_longer_than_our_patience_is_told_as_that(raised: Exception, kind: type[Error]) -> None:
    assert meaning.is_transient(raised)
    assert type(meaning.explain(raised, "Microsoft.Network/virtualNetworks/read", "list", "x")) is kind


def test_a_quota_that_cannot_be_read_is_no_reason_to_stop(client: Client, azure: Service) -> None:
    azure.expect("usages.list", failure("AuthorizationFailed", 403))
    assert api_account.where_readable(api_account.list_network_quotas, client) == []


@pytest.mark.parametrize("raised", [failure("SubscriptionNotFound", 404), failure("AuthorizationFailed", 403)])
def test_a_subscription_that_is_not_seen_is_refused(
    client: Client, monkeypatch: pytest.MonkeyPatch, raised: Exception
) -> None:
    def row(_client: Client) -> None:
        raise raised

    monkeypatch.setattr(Client, "subscription_row", row)
    with pytest.raises(Refused, match=client.subscription):
        api_account.refuse_another_subscription(client)


def test_a_subscription_that_is_switched_off_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        Client, "subscription_row", lambda _client: {"subscriptionId": client.subscription, "state": "Disabled"}
    )
    with pytest.raises(Refused, match="Disabled"):
        api_account.refuse_another_subscription(client)


def test_a_missing_image_is_told(client: Client, azure: Service) -> None:
    azure.expect("virtual_machine_images.list", failure("NotFound", 404))
    with pytest.raises(NotFound, match="Debian:debian-13:13-gen2"):
        api_account.newest_image(client, "Debian", "debian-13", "13-gen2")


@pytest.mark.parametrize(
    ("endpoint", "authority", "who"),
    [
        ("https://127.0.0.1:7802", "https://127.0.0.1:7802", REAL),
        ("https://localhost:7802", "https://localhost:7802", None),
        ("https://[::1]:7802", "https://[::1]:7802", REAL),
        (MANAGER, LOGIN, SANDBOX),
        ("https://127.0.0.1:7802", LOGIN, SANDBOX),
        (MANAGER, "https://127.0.0.1:7802", SANDBOX),
        (MANAGER, "127.0.0.1:7802", REAL),
    ],
)
def test_sandbox_and_azure_are_never_mixed(endpoint: str, authority: str, who: str | None) -> None:
    with pytest.raises(Refused):
        refuse_mixed_worlds(endpoint, Login("t", who, "s", authority))


@pytest.mark.parametrize(
    ("endpoint", "authority", "who"),
    [
        (MANAGER, LOGIN, REAL),
        (MANAGER, LOGIN, None),
        ("https://127.0.0.1:1", "https://127.0.0.1:1", SANDBOX),
        ("https://arm.private.example.org", LOGIN, REAL),
    ],
)
def test_what_belongs_together_is_let_through(endpoint: str, authority: str, who: str | None) -> None:
    refuse_mixed_worlds(endpoint, Login("t", who, "s", authority))


def test_a_secret_is_in_no_text_of_a_login() -> None:
    assert "s3cr3t" not in repr(Login("t", REAL, "s3cr3t"))


def test_no_sdk_is_loaded_before_it_is_needed() -> None:
    code = (
        "import sys; sys.path[:0] = ['collections', '.']\n"
        "from ansible_collections.pangaea.multicloud.plugins.modules import azure_machines, azure_network\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('azure', 'msal', 'requests')])"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
