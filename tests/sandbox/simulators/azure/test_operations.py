# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Long-running operations header by header, conditions, conflicts, tokens, throttling and faults, on the bare wire."""

from __future__ import annotations

import http.client
import time
from typing import Any

import pytest
from azure.identity import EnvironmentCredential

from sandbox.azure.login import CLIENT, SECRET, TENANT
from tests.sandbox.simulators.azure.conftest import GROUP, NETWORK, PLACE, Azure, nic, rule, vm, vnet

TABLE = "Microsoft.Network/routeTables/t"
NET = "Microsoft.Network/virtualNetworks/net"
BODY = {"location": PLACE}


def url(azure: Azure, answer: Any, header: str = "azure-asyncoperation") -> str:
    return str(answer.headers[header]).removeprefix(azure.server.url)


def test_a_put_goes_on_for_at_least_two_polls_and_changes_the_etag(azure: Azure) -> None:
    first = azure.put(TABLE, BODY)
    assert first.status == 201 and first.body["properties"]["provisioningState"] == "Updating"
    assert first.headers["azure-asyncnotification"] == "Enabled" and "retry-after" not in first.headers
    assert "location" not in first.headers
    assert len(first.headers["azure-asyncoperation"]) > 2000  # signatures are long
    states = [azure.ask("GET", url(azure, first)).body["status"] for _ in range(4)]
    assert states == ["InProgress", "InProgress", "Succeeded", "Succeeded"]
    last = azure.ask("GET", TABLE)
    assert last.body["properties"]["provisioningState"] == "Succeeded"
    assert last.headers["etag"] == last.body["etag"] != first.body["etag"]
    assert azure.put(TABLE, BODY).status == 200


def test_retry_after_is_sent_when_it_is_set(azure: Azure) -> None:
    azure.cloud.settings.set({"retry_after": 3})
    first = azure.put(TABLE, BODY)
    assert first.headers["retry-after"] == "3"
    assert azure.ask("GET", url(azure, first)).headers["retry-after"] == "3"


def test_without_operation_headers_the_resource_is_polled(azure: Azure) -> None:
    azure.cloud.settings.set({"style": "resource"})
    assert "azure-asyncoperation" not in azure.put(TABLE, BODY).headers
    states = [azure.ask("GET", TABLE).body["properties"]["provisioningState"] for _ in range(3)]
    assert states == ["Updating", "Updating", "Succeeded"]
    made = azure.network.route_tables.begin_create_or_update(GROUP, "t2", {"location": PLACE}, **NETWORK).result()
    assert made.properties.provisioning_state == "Succeeded"


def test_a_delete_is_202_with_both_headers_and_204_when_there_is_nothing(azure: Azure) -> None:
    azure.make(TABLE, BODY)
    answer = azure.ask("DELETE", TABLE)
    assert answer.status == 202 and answer.body is None
    assert azure.ask("GET", TABLE).body["properties"]["provisioningState"] == "Deleting"
    results = url(azure, answer, "location")
    assert [azure.ask("GET", results).status for _ in range(3)] == [202, 202, 200]
    assert azure.ask("GET", TABLE).status == 404
    assert azure.ask("DELETE", TABLE).status == 204


def test_an_operation_url_without_its_signature_is_refused(azure: Azure) -> None:
    whole = url(azure, azure.put(TABLE, BODY))
    assert azure.ask("GET", whole.split("&s=")[0]).status == 403
    assert azure.ask("GET", whole.replace("&s=", "&s=x")).status == 403


def test_time_ends_an_operation_that_nobody_polls(azure: Azure) -> None:
    azure.put(TABLE, BODY)
    assert azure.ask("GET", TABLE).body["properties"]["provisioningState"] == "Updating"
    azure.cloud.clock.step(6)
    assert azure.ask("GET", TABLE).body["properties"]["provisioningState"] == "Succeeded"


def test_a_second_write_of_a_child_is_refused_while_another_is_under_way(azure: Azure) -> None:
    azure.make(NET, vnet())
    first = azure.put(f"{NET}/subnets/a", {"properties": {"addressPrefix": "10.64.0.0/24"}})
    second = azure.put(f"{NET}/subnets/b", {"properties": {"addressPrefix": "10.64.1.0/24"}})
    assert (second.status, second.error) == (409, "AnotherOperationInProgress")
    assert azure.ask("GET", NET).body["properties"]["provisioningState"] == "Updating"
    azure.finish(first)
    azure.make(f"{NET}/subnets/b", {"properties": {"addressPrefix": "10.64.1.0/24"}})


def test_the_same_conflict_may_come_as_the_result_of_an_operation(azure: Azure) -> None:
    azure.make(NET, vnet())
    azure.make(f"{NET}/subnets/a", {"properties": {"addressPrefix": "10.64.0.0/24"}})
    azure.cloud.settings.set({"conflict": "operation"})
    azure.put(NET, vnet())
    status = azure.finish(azure.put(f"{NET}/subnets/a", {"properties": {"addressPrefix": "10.64.2.0/24"}}))
    assert status["status"] == "Failed" and status["error"]["code"] == "AnotherOperationInProgress"
    assert azure.ask("GET", f"{NET}/subnets/a").body["properties"]["addressPrefix"] == "10.64.0.0/24"


def test_what_is_not_settled_cannot_be_referred_to(azure: Azure) -> None:
    azure.put(NET, vnet(nodes="10.64.0.0/24"))
    answer = azure.put("Microsoft.Network/networkInterfaces/nic1", nic(azure))
    assert (answer.status, answer.error) == (429, "RetryableError: ReferencedResourceNotProvisioned")


@pytest.mark.parametrize(("header", "value", "status"), [
    ("If_None_Match", "*", 412), ("If_Match", 'W/"stale"', 412), ("If_Match", "*", 200), ("If_Match", "now", 200),
])  # fmt: skip
def test_conditions_are_kept(azure: Azure, header: str, value: str, status: int) -> None:
    made = azure.make(TABLE, BODY)
    answer = azure.put(TABLE, BODY, **{header: made["etag"] if value == "now" else value})
    assert answer.status == status
    assert azure.put("Microsoft.Network/routeTables/t2", BODY, If_None_Match="*").status == 201
    assert azure.put("Microsoft.Network/routeTables/t3", BODY, If_Match="*").status == 412


def test_ids_keep_the_case_of_the_first_put_and_compare_without_it(azure: Azure) -> None:
    made = azure.make("Microsoft.Network/routeTables/MyTable", BODY)
    again = azure.ask("GET", f"{azure.prefix.upper()}/PROVIDERS/microsoft.network/ROUTETABLES/mytable")
    assert again.status == 200 and again.body["id"] == made["id"] and made["id"].endswith("/routeTables/MyTable")
    assert azure.put("Microsoft.Network/routeTables/MYTABLE", BODY).status == 200


def test_the_version_is_needed_and_known(azure: Azure) -> None:
    for query, code in (("?api-version=", "MissingApiVersionParameter"),
                        ("?api-version=2019-01-01", "NoRegisteredProviderFound")):  # fmt: skip
        answer = azure.ask("GET", TABLE + query)
        assert (answer.status, answer.error) == (400, code)


@pytest.mark.parametrize(("case", "code"), [
    ("none", "AuthenticationFailed"), ("forged", "InvalidAuthenticationToken"),
    ("old", "ExpiredAuthenticationToken"), ("audience", "InvalidAuthenticationTokenAudience"),
])  # fmt: skip
def test_a_wrong_token_is_401_with_a_challenge(azure: Azure, case: str, code: str) -> None:
    login = azure.server.app.login
    token = {"none": None, "forged": login.token()[:-4] + "AAAA", "old": login.token(life=-1),
             "audience": login.token(audience="https://graph.microsoft.com")}[case]  # fmt: skip
    answer = azure.ask("GET", TABLE, token=token)
    assert (answer.status, answer.error) == (401, code)
    assert answer.headers["www-authenticate"].startswith("Bearer authorization_uri=")


def test_throttling_says_how_long_and_how_many_are_left(azure: Azure) -> None:
    first = azure.ask("GET", TABLE)
    assert int(first.headers["x-ms-ratelimit-remaining-subscription-reads"]) < 250
    for bucket in azure.cloud.throttle.buckets.values():
        bucket.left, bucket.rate = 1.0, 0.0
    assert azure.ask("GET", TABLE).status == 404
    answer = azure.ask("GET", TABLE)
    assert (answer.status, answer.error) == (429, "SubscriptionRequestsThrottled")
    assert answer.headers["retry-after"] == "1"
    assert answer.headers["x-ms-ratelimit-remaining-subscription-reads"] == "0"


def test_the_nth_call_fails_as_ordered_and_the_sdk_retries_it(azure: Azure) -> None:
    azure.cloud.faults.add({"kind": "error", "action": "PUT routeTables", "status": 429, "nth": 2})
    azure.make(TABLE, BODY)
    assert azure.put(TABLE, BODY).status == 429
    assert azure.put(TABLE, BODY).status == 200
    azure.cloud.faults.add({"kind": "error", "action": "GET routeTables", "status": 503, "times": 2})
    assert azure.network.route_tables.get(GROUP, "t", **NETWORK).name == "t"


@pytest.mark.parametrize(("kind", "status"), [("drop_before", 404), ("drop_after", 200)])
def test_a_lost_answer_comes_before_or_after_the_effect(azure: Azure, kind: str, status: int) -> None:
    azure.cloud.faults.add({"kind": kind, "action": "PUT routeTables"})
    with pytest.raises((http.client.HTTPException, OSError)):
        azure.put(TABLE, BODY)
    assert azure.ask("GET", TABLE).status == status


def test_an_operation_may_fail_or_hang(site: Azure) -> None:
    site.cloud.faults.add({"kind": "fail", "action": "PUT virtualMachines", "code": "AllocationFailed",
                           "message": "Allocation failed."})  # fmt: skip
    status = site.finish(site.put("Microsoft.Compute/virtualMachines/vm1", vm(site)))
    assert status["status"] == "Failed" and status["error"]["code"] == "AllocationFailed"
    assert site.ask("GET", "Microsoft.Compute/virtualMachines/vm1").body["properties"]["provisioningState"] == "Failed"
    site.drop("Microsoft.Compute/virtualMachines/vm1")
    site.cloud.faults.clear()
    rule_id = site.cloud.faults.add({"kind": "stuck", "action": "PUT routeTables"}).id
    first = site.put(TABLE, BODY)
    site.cloud.clock.step(3600)
    token = site.server.app.login.token()
    states = {site.ask("GET", url(site, first), token=token).body["status"] for _ in range(5)}
    assert states == {"InProgress"}
    site.cloud.faults.clear(rule_id)
    site.cloud.operations.free()
    assert site.ask("GET", url(site, first), token=token).body["status"] == "Succeeded"


def test_lists_lag_when_they_are_told_to(azure: Azure) -> None:
    azure.make(TABLE, BODY)
    azure.cloud.settings.set({"lag": 30})
    azure.make("Microsoft.Network/routeTables/new", BODY)
    azure.drop(TABLE)

    def listed() -> list[str]:
        return [one["name"] for one in azure.ask("GET", "Microsoft.Network/routeTables").body["value"]]

    assert listed() == ["t"]
    assert azure.ask("GET", TABLE).status == 404
    azure.cloud.clock.step(31)
    assert listed() == ["new"]


def test_the_log_has_every_request_and_no_secret(site: Azure) -> None:
    last = site.server.journal.last
    site.put("Microsoft.Compute/virtualMachines/vm1", vm(site))
    entry = site.server.journal.since(last)[-1]
    assert entry["action"] == "PUT virtualMachines" and entry["service"] == "Microsoft.Compute" and entry["mutating"]
    assert {"seq", "time", "actor", "outcome", "account", "region", "params", "ms"} <= entry.keys()
    assert "I2Nsb3Vk" not in str(entry) and "masked" in str(entry)
    site.ask("GET", TABLE, token=site.server.app.login.token("d4111000-0000-4000-8000-73616e64626f"))
    entry = site.server.journal.since(last)[-1]
    assert (entry["actor"], entry["outcome"], entry["mutating"]) == ("drill", "ResourceNotFound", False)


def test_deleting_a_group_takes_everything_inside(site: Azure) -> None:
    site.make("Microsoft.Compute/virtualMachines/vm1", vm(site))
    site.make("Microsoft.Network/networkSecurityGroups/g/", {"location": PLACE, "properties": {"securityRules": [
        {"name": "a", **rule()}]}})  # fmt: skip
    answer = site.ask("DELETE", f"{site.prefix}?api-version=2025-04-01")
    assert answer.status == 202 and "azure-asyncoperation" not in answer.headers
    assert site.put(TABLE, BODY).error == "ResourceGroupBeingDeleted"
    where = url(site, answer, "location")
    assert [site.ask("GET", where).status for _ in range(3)] == [202, 202, 200]
    assert site.ask("GET", f"{site.prefix}?api-version=2025-04-01").status == 404
    rest = site.ask("GET", f"{site.prefix.rsplit('/', 2)[0]}/resources?api-version=2025-04-01")
    assert rest.body == {"value": []}


def test_the_usual_environment_names_a_service_principal(azure: Azure, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("AZURE_TENANT_ID", TENANT), ("AZURE_CLIENT_ID", CLIENT), ("AZURE_CLIENT_SECRET", SECRET),
                        ("AZURE_AUTHORITY_HOST", azure.server.url), ("REQUESTS_CA_BUNDLE", azure.ca)):  # fmt: skip
        monkeypatch.setenv(name, value)
    credential = EnvironmentCredential(disable_instance_discovery=True)
    token = credential.get_token("https://management.azure.com/.default").token
    assert azure.ask("GET", TABLE, token=token).status == 404  # let in, and nothing is there


def test_the_other_discovery_document_names_this_host(azure: Azure) -> None:
    where = f"{azure.server.url}/{TENANT}/oauth2/v2.0/authorize".replace(":", "%3A").replace("/", "%2F")
    found = azure.ask("GET", f"/common/discovery/instance?api-version=1.1&authorization_endpoint={where}", token=None)
    assert found.body["tenant_discovery_endpoint"].startswith(f"{azure.server.url}/{TENANT}/v2.0/.well-known/")
    wrong = azure.ask("GET", "/no-tenant/v2.0/.well-known/openid-configuration?api-version=1", token=None)
    assert wrong.status == 400 and wrong.body["error"] == "invalid_tenant"


def test_the_control_speaks_like_the_other_clouds(azure: Azure) -> None:
    made = azure.ask(
        "POST", "/_sandbox/faults", {"kind": "error", "action": "* routeTables", "code": "Broken"}, token=None
    )
    assert azure.put(TABLE, BODY).error == "Broken"
    assert azure.ask("GET", "/_sandbox/faults", token=None).body["faults"][0]["fired"] == 1
    assert azure.ask("DELETE", "/_sandbox/faults", {"id": made.body["id"]}, token=None).body == {"removed": 1}
    assert azure.ask("POST", "/_sandbox/faults", {"kind": "magic"}, token=None).status == 400
    assert azure.ask("POST", "/_sandbox/settings", {"style": "magic"}, token=None).status == 400
    azure.ask("POST", "/_sandbox/quotas", {"code": "RouteTables", "value": 0}, token=None)
    assert azure.put(TABLE, BODY).error == "RouteTableCountLimitReached"
    entries = azure.ask("GET", "/_sandbox/log?since=0", token=None).body["entries"]
    assert [one["outcome"] for one in entries[-2:]] == ["Broken", "RouteTableCountLimitReached"]
    assert azure.ask("GET", "/_sandbox/state", token=None).body["bugs"] == []


def test_many_machines_are_listed_in_a_moment(site: Azure) -> None:
    site.cloud.settings.set({"polls": 0, "throttled": False})
    for number in range(30):
        site.make(f"Microsoft.Network/networkInterfaces/n{number}", nic(site))
        site.make(f"Microsoft.Compute/virtualMachines/m{number}", vm(site, f"m{number}", f"n{number}"))
    start = time.process_time()  # of this process, in which the simulator is: other work beside it does not count
    for path in ("Microsoft.Compute/virtualMachines", "Microsoft.Network/networkInterfaces", NET):
        assert site.ask("GET", path).status == 200
    assert time.process_time() - start < 1, "a list of 30 costs more than a third of a second"
