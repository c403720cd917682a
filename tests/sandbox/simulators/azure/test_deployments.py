# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What clients ask that are no SDK: the cloud's endpoints, templates, other api-versions, bodies sent back."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.azure.cloud import SUBSCRIPTION
from sandbox.azure.login import SECRET
from tests.sandbox.simulators.azure.conftest import PLACE, Azure, nic, vm, vnet

DEPLOYMENT = "Microsoft.Resources/deployments/first"
NET, NIC, VM = ("Microsoft.Network/virtualNetworks", "Microsoft.Network/networkInterfaces",
                "Microsoft.Compute/virtualMachines")  # fmt: skip


def row(kind: str, name: str, body: dict[str, Any], *after: str, version: str = "2025-07-01") -> dict[str, Any]:
    """One resource of a template."""
    return {"type": kind, "name": name, "apiVersion": version, "dependsOn": list(after), **body}


def shop(azure: Azure) -> list[dict[str, Any]]:
    """A machine, its interface and its network, in the wrong order."""
    return [row(VM, "vm1", vm(azure), f"{NIC}/nic1", version="2025-04-01"),
            row(NIC, "nic1", nic(azure), "net"), row(NET, "net", vnet(nodes="10.64.0.0/24"))]  # fmt: skip


def deployment(resources: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    template = {"$schema": "x", "contentVersion": "1.0.0.0", "resources": resources, **more.pop("template", {})}
    return {"properties": {"mode": "Incremental", "template": template, **more}}


def refused(azure: Azure, body: dict[str, Any]) -> str:
    answer = azure.put(DEPLOYMENT, body)
    assert answer.status >= 400 and azure.ask("GET", NET).body["value"] == []
    return answer.error


def test_the_endpoints_are_told_to_everybody_and_lead_to_the_login(azure: Azure) -> None:
    said = azure.ask("GET", "/metadata/endpoints?api-version=2022-09-01", token=None)
    assert said.status == 200 and said.body["resourceManager"] == azure.server.url
    assert said.body["authentication"]["loginEndpoint"] == azure.server.url
    assert azure.ask("GET", "/metadata/endpoints?api-version=2019-01-01", token=None).status == 400


def test_the_subscriptions_are_listed_for_whoever_has_a_token(azure: Azure) -> None:
    listed = azure.ask("GET", "/subscriptions?api-version=2022-12-01")
    assert [one["subscriptionId"] for one in listed.body["value"]] == [SUBSCRIPTION]
    assert azure.ask("GET", "/subscriptions?api-version=2022-12-01", token=None).status == 401
    assert azure.ask("GET", "/tenants?api-version=2022-12-01").status == 501


def test_a_version_that_a_client_uses_is_taken_for_its_kind_only(azure: Azure) -> None:
    assert azure.ask("GET", "Microsoft.Network/networkSecurityGroups?api-version=2022-01-01").status == 200
    assert azure.ask("GET", f"{NET}?api-version=2022-01-01").error == "NoRegisteredProviderFound"


def test_a_body_that_was_read_can_be_sent_back(site: Azure) -> None:
    read = site.ask("GET", f"{NET}/net").body
    assert read["properties"]["virtualNetworkPeerings"] == []
    site.make(f"{NET}/net", {**read, "tags": {"a": "b"}})
    assert site.ask("GET", f"{NET}/net").body["tags"] == {"a": "b"}
    peered = {**read["properties"], "virtualNetworkPeerings": [{"name": "p"}]}
    assert site.put(f"{NET}/net", {**read, "properties": peered}).status == 501


def test_a_template_is_made_in_the_order_of_what_depends_on_what(azure: Azure) -> None:
    first = azure.put(DEPLOYMENT, deployment(shop(azure), mode="incremental"))
    assert (first.status, first.body["properties"]["provisioningState"]) == (201, "Accepted")
    assert azure.ask("GET", first.headers["azure-asyncoperation"].removeprefix(azure.server.url)).body == {
        "status": "Running"
    }
    assert _end(azure, first)["status"] == "Succeeded"
    made = azure.ask("GET", DEPLOYMENT).body["properties"]
    assert made["provisioningState"] == "Succeeded"
    assert [one["id"].rsplit("/", 1)[1] for one in made["outputResources"]] == ["net", "nic1", "vm1"]
    assert azure.ask("GET", f"{VM}/vm1").body["properties"]["provisioningState"] == "Succeeded"
    again = azure.put(DEPLOYMENT, deployment(shop(azure)))
    assert again.status == 200 and _end(azure, again)["status"] == "Succeeded"


def test_a_part_that_fails_fails_the_deployment_and_stops_what_waits_for_it(azure: Azure) -> None:
    rows = shop(azure)
    rows[1]["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] += "-not-there"
    ended = _end(azure, azure.put(DEPLOYMENT, deployment(rows)))
    assert (ended["status"], ended["error"]["code"]) == ("Failed", "DeploymentFailed")
    assert [one["code"] for one in ended["error"]["details"]] == ["InvalidResourceReference"]
    assert azure.ask("GET", DEPLOYMENT).body["properties"]["provisioningState"] == "Failed"
    assert azure.ask("GET", f"{NET}/net").status == 200
    assert azure.ask("GET", f"{VM}/vm1").status == 404


def test_a_running_deployment_is_not_replaced(azure: Azure) -> None:
    azure.put(DEPLOYMENT, deployment(shop(azure)))
    assert azure.put(DEPLOYMENT, deployment(shop(azure))).error == "DeploymentActive"


def test_a_parameter_is_filled_in_and_a_secret_one_stays_out_of_the_log(azure: Azure) -> None:
    rows = [row(NET, "net", vnet("[parameters('range')]"))]
    declared = {"parameters": {"range": {"type": "string"}, "adminPassword": {"type": "securestring"}}}
    given = {"range": {"value": "10.7.0.0/16"}, "adminPassword": {"value": SECRET}}
    azure.put(DEPLOYMENT, deployment(rows, template=declared, parameters=given))
    assert azure.ask("GET", f"{NET}/net").body["properties"]["addressSpace"] == {"addressPrefixes": ["10.7.0.0/16"]}
    assert SECRET not in str(azure.server.journal.since(0))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"dependsOn": ["other"]}, "InvalidTemplate"),
        ({"dependsOn": ["net"]}, "InvalidTemplate"),  # itself
        ({"name": "net/x"}, "InvalidTemplate"),
        ({"apiVersion": None}, "InvalidTemplate"),
        ({"location": "[parameters('place')]"}, "InvalidTemplate"),
        ({"location": "[resourceGroup().location]"}, "NotImplemented"),
        ({"condition": True}, "NotImplemented"),
        ({"type": "Microsoft.Storage/storageAccounts"}, "NotImplemented"),
    ],
)
def test_a_bad_template_is_refused_before_anything_is_made(azure: Azure, change: dict[str, Any], code: str) -> None:
    assert refused(azure, deployment([{**row(NET, "net", vnet()), **change}])) == code


def test_a_deployment_that_the_sandbox_cannot_do_is_refused(azure: Azure) -> None:
    rows = [row(NET, "net", vnet())]
    assert refused(azure, deployment(rows, mode="Complete")) == "NotImplemented"
    assert refused(azure, deployment([*rows, *rows])) == "InvalidTemplate"
    assert refused(azure, deployment(rows, template={"outputs": {"x": {}}})) == "NotImplemented"
    assert refused(azure, deployment(rows, parameters={"x": {"value": 1}})) == "InvalidTemplate"
    assert refused(azure, {"properties": {"template": {}}}) == "InvalidRequestContent"


def test_a_word_that_az_writes_in_small_letters_is_taken_and_another_one_is_not(site: Azure) -> None:
    body = vm(site)
    body["properties"]["storageProfile"]["osDisk"]["createOption"] = "fromImage"
    site.make(f"{VM}/vm1", body)
    shown = site.ask("GET", f"{VM}/vm1").body["properties"]["storageProfile"]["osDisk"]
    assert shown["createOption"] == "FromImage"
    body["properties"]["storageProfile"]["osDisk"]["createOption"] = "fromNowhere"
    assert site.put(f"{VM}/vm2", body).status == 400


def test_the_versions_of_an_image_show_what_they_are_on_request(azure: Azure) -> None:
    base = f"/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Compute/locations/{PLACE}/publishers/Debian"
    offers = f"{base}/artifacttypes/vmimage/offers"
    (newest,) = azure.ask("GET", f"{offers}/debian-13/skus/13-gen2/versions?$expand=properties&$top=1&$orderby="
                          "name%20desc&api-version=2024-11-01").body  # fmt: skip
    assert newest["properties"]["osDiskImage"]["operatingSystem"] == "Linux"
    assert azure.ask("GET", f"{offers}?$expand=properties&api-version=2024-07-01").status == 501


def _end(azure: Azure, answer: Any) -> dict[str, Any]:
    """The last status of a deployment."""
    url = answer.headers["azure-asyncoperation"].removeprefix(azure.server.url)
    for _ in range(30):
        status = azure.ask("GET", url).body
        if status["status"] != "Running":
            return dict(status)
    raise AssertionError("the deployment does not end")
