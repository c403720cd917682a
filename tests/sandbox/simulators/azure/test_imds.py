# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The metadata service, as a machine asks it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandbox.azure import imds
from sandbox.azure.cloud import SUBSCRIPTION

from .conftest import GROUP, KEY, PLACE, Azure, nic, vm

VERSION = "api-version=2021-02-01"
ALLOWED = {"Metadata": "true"}


@pytest.fixture
def machine(site: Azure) -> str:
    """The vmId of a machine with a public address."""
    address = {"publicIPAddress": {"id": f"{site.prefix}/providers/Microsoft.Network/publicIPAddresses/ip1"}}
    site.make("Microsoft.Network/networkInterfaces/nic1", nic(site, main=address))
    body = vm(site, tags={"pangaea-site": "azure-fra", "a": "b"}, zones=["2"])
    return str(site.make("Microsoft.Compute/virtualMachines/vm1", body)["properties"]["vmId"])


def ask(azure: Azure, key: str, path: str, headers: dict[str, str] | None = None, method: str = "GET") -> Any:
    """Status and body, which is text where it is no JSON."""
    status, said, body = imds.answer(azure.cloud, key, method, path, ALLOWED if headers is None else headers)
    return status, json.loads(body) if "json" in said["Content-Type"] else body.decode()


def test_a_machine_reads_what_it_is(site: Azure, machine: str) -> None:
    status, said = ask(site, machine, f"/metadata/instance/compute?{VERSION}")
    assert status == 200
    picked = {name: said[name] for name in ("name", "location", "zone", "vmId", "vmSize", "subscriptionId", "offer")}
    assert picked == {
        "name": "vm1", "location": PLACE, "zone": "2", "vmId": machine, "vmSize": "Standard_B2s",
        "subscriptionId": SUBSCRIPTION, "offer": "debian-13",
    }  # fmt: skip
    assert said["resourceGroupName"] == GROUP
    assert said["resourceId"] == f"{site.prefix}/providers/Microsoft.Compute/virtualMachines/vm1"
    assert said["tags"] == "a:b;pangaea-site:azure-fra"
    assert {"name": "pangaea-site", "value": "azure-fra"} in said["tagsList"]
    assert said["publicKeys"] == [{"path": "/home/ana/.ssh/authorized_keys", "keyData": KEY}]
    assert said["storageProfile"]["osDisk"]["diskSizeGB"] == "30"
    assert said["storageProfile"]["osDisk"]["managedDisk"]["id"].endswith("/disks/vm1-os")
    assert said["osProfile"] == {"adminUsername": "ana", "computerName": "vm1", "disablePasswordAuthentication": "true"}


def test_custom_data_and_the_public_address_are_not_where_one_looks_for_them(site: Azure, machine: str) -> None:
    _, said = ask(site, machine, f"/metadata/instance?{VERSION}")
    assert said["compute"]["customData"] == "" and "I2Nsb3VkLWNvbmZpZw" not in json.dumps(said)
    (interface,) = said["network"]["interface"]
    assert interface["ipv4"] == {
        "ipAddress": [{"privateIpAddress": "10.64.0.4", "publicIpAddress": ""}],
        "subnet": [{"address": "10.64.0.0", "prefix": "24"}],
    }
    hardware = site.ask("GET", "Microsoft.Network/networkInterfaces/nic1").body["properties"]["macAddress"]
    assert interface["macAddress"] == hardware.replace("-", "")
    public = site.ask("GET", "Microsoft.Network/publicIPAddresses/ip1").body["properties"]["ipAddress"]
    _, said = ask(site, machine, "/metadata/loadbalancer?api-version=2021-02-01")
    addresses = [{"frontendIpAddress": public, "privateIpAddress": "10.64.0.4"}]
    assert said["loadbalancer"]["publicIpAddresses"] == addresses


def test_a_machine_without_a_public_address_has_no_load_balancer(site: Azure) -> None:
    site.make("Microsoft.Compute/virtualMachines/vm2", vm(site, "vm2", "nic2"))
    key = site.ask("GET", "Microsoft.Compute/virtualMachines/vm2").body["properties"]["vmId"]
    assert ask(site, key, f"/metadata/loadbalancer?{VERSION}")[0] == 404


def test_one_value_is_asked_for_as_text(site: Azure, machine: str) -> None:
    leaf = f"/metadata/instance/network/interface/0/ipv4/ipAddress/0/privateIpAddress?{VERSION}"
    assert ask(site, machine, f"{leaf}&format=text") == (200, "10.64.0.4")
    assert ask(site, machine, leaf)[0] == 400
    assert ask(site, machine, f"/metadata/instance?{VERSION}&format=text") == (200, "compute/\nnetwork/")
    assert ask(site, machine, f"/metadata/instance/network/interface/1?{VERSION}")[0] == 404
    assert ask(site, machine, f"/metadata/instance/compute/nothing?{VERSION}")[0] == 404


@pytest.mark.parametrize(
    ("path", "headers", "method", "status"),
    [
        (f"/metadata/instance?{VERSION}", {}, "GET", 400),
        (f"/metadata/instance?{VERSION}", {"Metadata": "false"}, "GET", 400),
        (f"/metadata/instance?{VERSION}", {**ALLOWED, "X-Forwarded-For": "10.64.0.9"}, "GET", 400),
        (f"/metadata/instance?{VERSION}", ALLOWED, "POST", 405),
        ("/metadata/instance", ALLOWED, "GET", 400),
        ("/metadata/instance?api-version=banana", ALLOWED, "GET", 400),
        ("/metadata/instance?api-version=2021-02-02", ALLOWED, "GET", 400),
        ("/metadata/instance?api-version=2017-08-01", ALLOWED, "GET", 501),
        ("/metadata/scheduledevents?api-version=2020-07-01", ALLOWED, "GET", 501),
        (f"/metadata/identity/oauth2/token?{VERSION}", ALLOWED, "GET", 501),
        ("/latest/meta-data/", ALLOWED, "GET", 404),
        ("/metadata/versions", ALLOWED, "GET", 200),
    ],
)
def test_what_may_not_be_asked_so_is_refused(
    site: Azure, machine: str, path: str, headers: dict[str, str], method: str, status: int
) -> None:
    assert ask(site, machine, path, headers, method)[0] == status


def test_a_version_that_is_missing_is_said_with_the_newest(site: Azure, machine: str) -> None:
    _, said = ask(site, machine, "/metadata/instance")
    assert said["newest-versions"] == ["2021-12-13", "2021-11-15", "2021-11-01"]
    assert "was not specified" in said["error"]


def test_nobody_else_is_answered(site: Azure, machine: str) -> None:
    assert ask(site, machine[::-1], f"/metadata/instance?{VERSION}")[0] == 404
