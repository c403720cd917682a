# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one resource says about another: in use, taken, the same twice, too many, dying with its machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.simulators.azure.conftest import PLACE, Azure, nic, rule, vm, vnet

NET = "Microsoft.Network/virtualNetworks/net"
NIC1, NIC2 = "Microsoft.Network/networkInterfaces/nic1", "Microsoft.Network/networkInterfaces/nic2"
IP, VM = "Microsoft.Network/publicIPAddresses/ip1", "Microsoft.Compute/virtualMachines/vm1"


def full(azure: Azure, path: str) -> str:
    return f"{azure.prefix}/providers/{path}"


def refused(answer: Any, status: int, code: str, names: str = "") -> None:
    """An error, and whom it names."""
    assert answer.status >= 400, answer.body
    assert (answer.status, answer.error) == (status, code), answer.body
    assert names in answer.message, answer.message


def test_what_is_in_use_is_not_deleted_and_the_user_is_named(site: Azure) -> None:
    group = site.make("Microsoft.Network/networkSecurityGroups/g", {"location": PLACE})
    table = site.make("Microsoft.Network/routeTables/t", {"location": PLACE})
    site.make(f"{NET}/subnets/other", {"properties": {
        "addressPrefix": "10.64.1.0/28", "networkSecurityGroup": {"id": group["id"]},
        "routeTable": {"id": table["id"]}}})  # fmt: skip
    site.make(NIC1, nic(site, main={"publicIPAddress": {"id": full(site, IP)}}))
    site.make(VM, vm(site))
    other, card = full(site, f"{NET}/subnets/other"), full(site, NIC1)
    for path, code, user in (
        ("Microsoft.Network/networkSecurityGroups/g", "InUseNetworkSecurityGroupCannotBeDeleted", other),
        ("Microsoft.Network/routeTables/t", "InUseRouteTableCannotBeDeleted", other),
        (f"{NET}/subnets/nodes", "InUseSubnetCannotBeDeleted", f"{card}/ipConfigurations/main"),
        (NET, "InUseSubnetCannotBeDeleted", f"{card}/ipConfigurations/main"),
        (IP, "PublicIPAddressCannotBeDeleted", f"{card}/ipConfigurations/main"),
        (NIC1, "NicInUse", full(site, VM)),
    ):
        refused(site.ask("DELETE", path), 400, code, user)
    refused(site.ask("DELETE", "Microsoft.Compute/disks/vm1-os"), 409, "OperationNotAllowed", full(site, VM))


def test_back_references_are_shown(site: Azure) -> None:
    site.make(NIC1, nic(site, main={"publicIPAddress": {"id": full(site, IP)}}))
    where = full(site, f"{NIC1}/ipConfigurations/main")
    assert site.ask("GET", IP).body["properties"]["ipConfiguration"] == {"id": where}
    assert {"id": where} in site.ask("GET", f"{NET}/subnets/nodes").body["properties"]["ipConfigurations"]
    site.make(VM, vm(site))
    shown = site.ask("GET", NIC1).body["properties"]
    assert shown["virtualMachine"] == {"id": full(site, VM)} and shown["primary"] is True and shown["macAddress"]


def test_a_network_put_deletes_the_subnets_it_leaves_out_unless_it_names_none(site: Azure) -> None:
    site.make(NET, vnet())
    names = [one["name"] for one in site.ask("GET", NET).body["properties"]["subnets"]]
    assert names == ["nodes", "other"]
    refused(site.put(NET, vnet(other="10.64.1.0/28")), 400, "InUseSubnetCannotBeDeleted", "nic1")
    site.make(NET, vnet(nodes="10.64.0.0/24", third="10.64.3.0/24"))
    names = [one["name"] for one in site.ask("GET", NET).body["properties"]["subnets"]]
    assert names == ["nodes", "third"]
    refused(site.put(NET, vnet("10.65.0.0/16")), 400, "NetcfgInvalidSubnet")
    refused(site.put(f"{NET}/subnets/nodes", {"properties": {"addressPrefix": "10.64.9.0/24"}}), 400,
            "InUsePrefixCannotBeDeleted", "nic1")  # fmt: skip


def test_rules_and_routes_conflict_within_their_parent(azure: Azure) -> None:
    group, table = "Microsoft.Network/networkSecurityGroups/g", "Microsoft.Network/routeTables/t"
    azure.make(group, {"location": PLACE, "properties": {"securityRules": [{"name": "a", **rule(200)}]}})
    refused(azure.put(f"{group}/securityRules/b", rule(200)), 400, "SecurityRuleConflict", "rule a")
    azure.make(f"{group}/securityRules/b", rule(200, direction="Outbound"))
    azure.make(f"{group}/securityRules/a", rule(200, access="Deny"))
    both = {"sourceAddressPrefix": None, "sourceAddressPrefixes": ["10.0.0.0/8", "10.1.0.0/16"]}
    refused(
        azure.put(f"{group}/securityRules/c", rule(300, **both)), 400, "OverlappingSubnetsNotPermittedInSecurityRule"
    )
    defaults = azure.ask("GET", group).body["properties"]["defaultSecurityRules"]
    assert {one["properties"]["priority"] for one in defaults} == {65000, 65001, 65500}
    route = {"properties": {"addressPrefix": "10.1.0.0/16", "nextHopType": "None"}}
    azure.make(table, {"location": PLACE, "properties": {"routes": [{"name": "a", **route}]}})
    refused(azure.put(f"{table}/routes/b", route), 400, "RouteConflict", "route a")
    azure.make(table, {"location": PLACE})
    assert azure.ask("GET", f"{table}/routes").body["value"] == []


@pytest.mark.parametrize(("address", "code"), [
    ("10.64.0.3", "PrivateIPAddressInReservedRange"), ("10.64.0.255", "PrivateIPAddressInReservedRange"),
    ("10.64.5.5", "PrivateIPAddressNotInSubnet"), ("10.64.0.4", "PrivateIPAddressIsAllocated"),
    ("10.64.0", "InvalidIPAddressFormat"),
])  # fmt: skip
def test_a_static_address_is_free_and_in_its_subnet(site: Azure, address: str, code: str) -> None:
    given = {"privateIPAllocationMethod": "Static", "privateIPAddress": address}
    refused(site.put("Microsoft.Network/networkInterfaces/nic3", nic(site, main=given)), 400, code)


def test_an_address_is_on_one_interface_and_a_subnet_gets_full(site: Azure) -> None:
    site.make(NIC1, nic(site, main={"publicIPAddress": {"id": full(site, IP)}}))
    refused(
        site.put(NIC2, nic(site, main={"publicIPAddress": {"id": full(site, IP)}})), 400, "PublicIPAddressInUse", "nic1"
    )
    for number in range(11):  # /28: 16 minus 5
        site.make(f"Microsoft.Network/networkInterfaces/o{number}", nic(site, "other"))
    refused(site.put("Microsoft.Network/networkInterfaces/o11", nic(site, "other")), 400, "SubnetIsFull", "other")


def test_a_reference_is_of_the_right_kind_and_region_and_there(site: Azure) -> None:
    missing = nic(site)
    missing["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] += "x"
    refused(site.put("Microsoft.Network/networkInterfaces/nic3", missing), 400, "InvalidResourceReference", "nodesx")
    elsewhere = {**nic(site), "location": "westeurope"}
    refused(
        site.put("Microsoft.Network/networkInterfaces/nic3", elsewhere), 400, "InvalidResourceReference", "same region"
    )
    refused(site.put(NIC1, {**nic(site), "location": "westeurope"}), 409, "InvalidResourceLocation", PLACE)
    orphan = {"properties": {"addressPrefix": "10.0.0.0/24"}}
    refused(site.put("Microsoft.Network/virtualNetworks/none/subnets/a", orphan), 404, "ParentResourceNotFound", "none")


def test_interface_disk_and_address_die_with_the_machine_only_when_marked(site: Azure) -> None:
    ip = {"publicIPAddress": {"id": full(site, IP), "properties": {"deleteOption": "Delete"}}}
    site.make(NIC1, nic(site, main=ip))
    site.make(VM, vm(site))
    site.drop(VM)
    for path in (NIC1, IP, "Microsoft.Compute/disks/vm1-os"):
        assert site.ask("GET", path).status == 404, path
    kept = vm(site, "vm2", "nic2")
    kept["properties"]["storageProfile"]["osDisk"].pop("deleteOption")
    kept["properties"]["networkProfile"]["networkInterfaces"][0].pop("properties")
    site.make("Microsoft.Compute/virtualMachines/vm2", kept)
    site.drop("Microsoft.Compute/virtualMachines/vm2")
    assert "virtualMachine" not in site.ask("GET", NIC2).body["properties"]
    assert site.ask("GET", "Microsoft.Compute/disks/vm2-os").body["properties"]["diskState"] == "Unattached"


def test_what_a_machine_was_made_with_stays(site: Azure) -> None:
    site.make(VM, vm(site, zones=["1"]))
    assert site.put("Microsoft.Compute/virtualMachines/vm2", vm(site, "vm2")).error == "NicInUse"
    changed = vm(site, zones=["1"])
    changed["properties"]["osProfile"]["customData"] = "QUFB"
    refused(site.put(VM, changed), 409, "PropertyChangeNotAllowed", "customData")
    refused(site.put(VM, vm(site, zones=["2"])), 409, "PropertyChangeNotAllowed", "zones")
    bigger = vm(site, zones=["1"])
    bigger["properties"]["hardwareProfile"]["vmSize"] = "Standard_B4ms"
    bigger["properties"].pop("osProfile")
    assert site.make(VM, bigger)["properties"]["osProfile"]["computerName"] == "vm1"
    read = site.ask("GET", VM).body
    site.make(VM, read)  # a client that sends back what it read changes nothing
    assert site.ask("GET", VM).body["properties"] == read["properties"]


def test_quotas_stop_with_their_name_and_stopped_machines_give_theirs_back(site: Azure) -> None:
    site.cloud.quotas.set("cores", 3)
    site.make(VM, vm(site))
    refused(site.put("Microsoft.Compute/virtualMachines/vm2", vm(site, "vm2", "nic2")), 409, "OperationNotAllowed",
            "Current Limit: 3, Current Usage: 2, Additional Required: 2")  # fmt: skip
    site.finish(site.ask("POST", f"{VM}/deallocate"))
    site.make("Microsoft.Compute/virtualMachines/vm2", vm(site, "vm2", "nic2"))
    refused(site.ask("POST", f"{VM}/start"), 409, "OperationNotAllowed", "Current Usage: 2")
    site.cloud.quotas.set("StandardSkuPublicIpAddresses", 1)
    body = {"location": PLACE, "sku": {"name": "Standard"}, "properties": {"publicIPAllocationMethod": "Static"}}
    refused(site.put("Microsoft.Network/publicIPAddresses/ip2", body), 400, "PublicIPCountLimitReached", "more than 1")


def test_a_region_without_a_size_or_zones_says_so(azure: Azure) -> None:
    there = {"location": "germanynorth"}
    network = {**vnet(nodes="10.64.0.0/24"), **there}
    azure.make(NET, network)
    azure.make(NIC1, {**nic(azure), **there})
    machine = {**vm(azure), **there}
    machine["properties"]["hardwareProfile"]["vmSize"] = "Standard_D2ps_v5"
    refused(azure.put(VM, machine), 409, "SkuNotAvailable", "germanynorth")
    refused(azure.put(VM, {**vm(azure, zones=["1"]), **there}), 400, "AvailabilityZoneNotSupported")


def test_a_machine_that_failed_keeps_its_interface_for_three_minutes(site: Azure) -> None:
    site.cloud.faults.add({"kind": "fail", "action": "PUT virtualMachines", "code": "AllocationFailed"})
    body = vm(site)
    body["properties"]["networkProfile"]["networkInterfaces"][0].pop("properties")
    site.finish(site.put(VM, body))
    site.drop(VM)
    refused(site.put("Microsoft.Compute/virtualMachines/vm9", vm(site, "vm9")), 400, "NicReservedForAnotherVm", "vm1")
    site.cloud.clock.step(181)
    site.make("Microsoft.Compute/virtualMachines/vm9", vm(site, "vm9"))


def test_a_delete_preempts_what_is_under_way_on_a_machine(site: Azure) -> None:
    first = site.put(VM, vm(site))
    answer = site.ask("DELETE", VM)
    assert site.finish(first)["error"]["code"] == "OperationPreempted"
    assert site.finish(answer)["status"] == "Succeeded"
    assert site.ask("GET", VM).status == 404


def test_a_put_after_a_failed_one_tries_again(site: Azure) -> None:
    fault = {"kind": "fail", "action": "PUT virtualMachines", "code": "AllocationFailed"}
    site.cloud.faults.add(fault)
    assert site.finish(site.put(VM, vm(site)))["status"] == "Failed"
    states = site.ask("GET", f"{VM}/instanceView").body["statuses"]
    assert [one["code"] for one in states] == ["ProvisioningState/failed"]
    site.make(VM, vm(site))
    states = site.ask("GET", f"{VM}/instanceView").body["statuses"]
    assert [one["code"] for one in states] == ["ProvisioningState/succeeded", "PowerState/running"]


class Fabric:
    """Says of machines what a test wants."""

    def __init__(self) -> None:
        self.word, self.reboots = "booting", 0

    def status(self, key: str) -> str:
        return self.word

    def reboot(self, key: str) -> None:
        self.reboots += 1


def test_with_a_fabric_a_machine_runs_when_it_runs(site: Azure) -> None:
    fabric = Fabric()
    site.cloud.machines = fabric
    answer = site.put(VM, vm(site))
    where = answer.headers["azure-asyncoperation"].removeprefix(site.server.url)
    assert {site.ask("GET", where).body["status"] for _ in range(6)} == {"InProgress"}
    assert site.ask("GET", VM + "?$expand=instanceView").body["properties"]["instanceView"]["statuses"][-1]["code"] == (
        "PowerState/starting"
    )
    fabric.word = "running"
    assert site.finish(answer)["status"] == "Succeeded"
    answer = site.ask("POST", f"{VM}/powerOff")
    where = answer.headers["azure-asyncoperation"].removeprefix(site.server.url)
    assert {site.ask("GET", where).body["status"] for _ in range(6)} == {"InProgress"}
    fabric.word = "stopped"
    assert site.finish(answer)["status"] == "Succeeded"
    # Tags of a machine that is stopped are changed all the same.
    assert site.finish(site.ask("PATCH", VM, {"tags": {"team": "us"}}))["status"] == "Succeeded"
    fabric.word = "failed"
    status = site.finish(site.put("Microsoft.Compute/virtualMachines/vm2", vm(site, "vm2", "nic2")))
    assert status["error"]["code"] == "OSProvisioningTimedOut"


def test_an_empty_disk_has_a_size_and_a_zone_that_there_is_and_only_grows(azure: Azure) -> None:
    def disk(size: int | None, **root: Any) -> dict[str, Any]:
        sized = {} if size is None else {"diskSizeGB": size}
        return {"location": PLACE, **root, "properties": {"creationData": {"createOption": "Empty"}, **sized}}

    path = "Microsoft.Compute/disks/data"
    assert azure.put(path, disk(None)).error == "InvalidParameter"
    assert azure.put(path, disk(0)).error == "InvalidParameter"
    assert azure.put(path, disk(4, zones=["9"])).error == "InvalidAvailabilityZone"
    made = azure.make(path, disk(4, zones=["1"]))
    assert (made["properties"]["diskState"], made["sku"]["name"]) == ("Unattached", "Standard_LRS")
    assert "hyperVGeneration" not in made["properties"]
    assert azure.make(path, disk(8, zones=["1"]))["properties"]["diskSizeGB"] == 8
    assert azure.put(path, disk(4, zones=["1"])).error == "OperationNotAllowed"
    assert azure.put(path, disk(8, zones=["2"])).error == "PropertyChangeNotAllowed"
    azure.drop(path)
    assert azure.ask("GET", path).status == 404
