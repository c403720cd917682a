# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A site from nothing to nothing by Microsoft's unmodified SDKs."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError

from tests.sandbox.simulators.azure.conftest import COMPUTE, GROUP, KEY, NETWORK, PLACE, Azure, nic, rule, vm, vnet


def test_a_site_from_nothing_to_nothing(azure: Azure) -> None:
    network, compute, resource = azure.network, azure.compute, azure.resource
    resource.resource_groups.create_or_update(GROUP, {"location": PLACE, "tags": {"pangaea-cluster": "shop-k3v9q2ab"}})
    table = network.route_tables.begin_create_or_update(GROUP, "routes", {"location": PLACE}, **NETWORK).result()
    network.routes.begin_create_or_update(GROUP, "routes", "pods", {"properties": {
        "addressPrefix": "10.128.0.0/16", "nextHopType": "VirtualAppliance", "nextHopIpAddress": "10.64.0.4",
    }}, **NETWORK).result()  # fmt: skip
    group = network.network_security_groups.begin_create_or_update(
        GROUP, "nodes", {"location": PLACE, "properties": {"securityRules": [{"name": "ssh", **rule()}]}}, **NETWORK
    ).result()
    body = vnet(nodes="10.64.0.0/24")
    body["properties"]["subnets"][0]["properties"] |= {"networkSecurityGroup": {"id": group.id},
                                                       "routeTable": {"id": table.id}}  # fmt: skip
    made = network.virtual_networks.begin_create_or_update(GROUP, "net", body, **NETWORK).result()
    assert made.properties.provisioning_state == "Succeeded"
    assert made.properties.subnets[0].properties.route_table.id == table.id
    address = network.public_ip_addresses.begin_create_or_update(GROUP, "ip1", {
        "location": PLACE, "sku": {"name": "Standard"}, "zones": ["1"],
        "properties": {"publicIPAllocationMethod": "Static"},
    }, **NETWORK).result()  # fmt: skip
    assert address.properties.ip_address.startswith("198.19.")
    main = {"publicIPAddress": {"id": address.id}}
    card = network.network_interfaces.begin_create_or_update(
        GROUP, "nic1", nic(azure, main=main, enableIPForwarding=True), **NETWORK
    ).result()
    assert card.properties.ip_configurations[0].properties.private_ip_address == "10.64.0.4"
    machine = compute.virtual_machines.begin_create_or_update(
        GROUP, "vm1", vm(azure, zones=["1"], tags={"pangaea-pool": "general"}), **COMPUTE
    ).result()
    assert machine.properties.provisioning_state == "Succeeded" and machine.properties.vm_id
    assert machine.properties.os_profile.custom_data is None
    states = list(compute.virtual_machines.list_all(status_only="true", **COMPUTE))
    assert [one.code for one in states[0].properties.instance_view.statuses][-1] == "PowerState/running"
    assert [disk.name for disk in compute.disks.list_by_resource_group(GROUP)] == ["vm1-os"]
    kinds = {one.type for one in resource.resources.list_by_resource_group(GROUP)}
    assert {"Microsoft.Compute/virtualMachines", "Microsoft.Network/networkInterfaces"} <= kinds
    compute.virtual_machines.begin_delete(GROUP, "vm1", **COMPUTE).result()
    assert list(compute.disks.list_by_resource_group(GROUP)) == []
    assert list(network.network_interfaces.list(GROUP, **NETWORK)) == []
    resource.resource_groups.begin_delete(GROUP).result()
    assert not resource.resource_groups.check_existence(GROUP)


def test_machines_stop_and_start(site: Azure) -> None:
    machines = site.compute.virtual_machines
    machines.begin_create_or_update(GROUP, "vm1", vm(site), **COMPUTE).result()

    def power() -> str:
        return str(machines.instance_view(GROUP, "vm1", **COMPUTE).statuses[-1].code)

    for begin, state in ((machines.begin_power_off, "stopped"), (machines.begin_start, "running"),
                         (machines.begin_deallocate, "deallocated"), (machines.begin_start, "running")):  # fmt: skip
        begin(GROUP, "vm1", **COMPUTE).result()
        assert power() == f"PowerState/{state}"


def test_tags_are_replaced_as_a_whole(site: Azure) -> None:
    network, compute = site.network, site.compute
    network.virtual_networks.update_tags(GROUP, "net", {"tags": {"one": "1", "two": "2"}}, **NETWORK)
    assert network.virtual_networks.update_tags(GROUP, "net", {"tags": {"one": "1"}}, **NETWORK).tags == {"one": "1"}
    compute.virtual_machines.begin_create_or_update(GROUP, "vm1", vm(site, tags={"a": "b"}), **COMPUTE).result()
    changed = compute.virtual_machines.begin_update(GROUP, "vm1", {"tags": {"c": "d"}}, **COMPUTE).result()
    assert changed.tags == {"c": "d"}


def test_keys_and_availability_sets(azure: Azure) -> None:
    compute = azure.compute
    made = compute.ssh_public_keys.create(
        GROUP, "admin", {"location": PLACE, "properties": {"publicKey": KEY}}, **COMPUTE
    )
    assert made.properties.public_key == KEY
    body: dict[str, Any] = {"location": PLACE, "sku": {"name": "Aligned"}}
    made_set = compute.availability_sets.create_or_update(GROUP, "workers", body, **COMPUTE)
    assert made_set.properties.platform_fault_domain_count == 2
    compute.availability_sets.delete(GROUP, "workers", **COMPUTE)
    assert list(compute.availability_sets.list(GROUP, **COMPUTE)) == []


def test_sizes_images_and_quotas_are_read(site: Azure) -> None:
    compute, network = site.compute, site.network
    sizes = {one.name: one for one in compute.resource_skus.list(filter="location eq 'germanynorth'")}
    assert [one.reason_code for one in sizes["Standard_D2ps_v5"].restrictions] == ["NotAvailableForSubscription"]
    images = compute.virtual_machine_images
    assert [one.name for one in images.list_skus(PLACE, "Debian", "debian-13", **COMPUTE)] == [
        "13",
        "13-arm64",
        "13-gen2",
    ]
    newest = images.list(PLACE, "Canonical", "ubuntu-24_04-lts", "server", orderby="name desc", top=1, **COMPUTE)
    assert [one.name for one in newest] == ["24.04.202611010"]
    shown = images.get(PLACE, "Canonical", "ubuntu-24_04-lts", "server-arm64", newest[0].name, **COMPUTE)
    assert shown.properties.architecture == "Arm64"
    used = {one.name.value: one.current_value for one in network.usages.list(PLACE, **NETWORK)}
    assert used["VirtualNetworks"] == 1 and used["StandardSkuPublicIpAddresses"] == 1
    assert {one.name.value: one.limit for one in compute.usage.list(PLACE, **COMPUTE)}["cores"] == 512


def test_pages_are_real(azure: Azure) -> None:
    azure.cloud.settings.set({"page": 2})
    for number in range(5):
        azure.make(f"Microsoft.Network/routeTables/t{number}", {"location": PLACE})
    pages = [len(list(one)) for one in azure.network.route_tables.list(GROUP, **NETWORK).by_page()]
    assert pages == [2, 2, 1]
    assert len(list(azure.resource.resources.list())) == 5


def test_a_wrong_secret_is_no_token(azure: Azure) -> None:
    with pytest.raises(ClientAuthenticationError, match="AADSTS7000215"):
        azure.credential(secret="wrong").get_token("https://management.azure.com/.default")
    with pytest.raises(ClientAuthenticationError, match="AADSTS700016"):
        azure.credential(client="c11e4700-0000-4000-8000-000000000000").get_token(
            "https://management.azure.com/.default"
        )


def test_what_is_missing_is_404_with_its_code(azure: Azure) -> None:
    with pytest.raises(ResourceNotFoundError) as caught:
        azure.network.virtual_networks.get(GROUP, "nothing", **NETWORK)
    assert caught.value.error is not None and caught.value.error.code == "ResourceNotFound"
    with pytest.raises(ResourceNotFoundError) as caught:
        azure.network.virtual_networks.get("nothing", "nothing", **NETWORK)
    assert caught.value.error is not None and caught.value.error.code == "ResourceGroupNotFound"


def test_a_failed_operation_raises_with_its_code(azure: Azure) -> None:
    azure.cloud.faults.add({"kind": "fail", "action": "PUT routeTables", "code": "InternalServerError"})
    with pytest.raises(HttpResponseError) as caught:
        azure.network.route_tables.begin_create_or_update(GROUP, "t", {"location": PLACE}, **NETWORK).result()
    assert caught.value.error is not None and caught.value.error.code == "InternalServerError"
    assert azure.network.route_tables.get(GROUP, "t", **NETWORK).properties.provisioning_state == "Failed"
