# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage is named, exactly that and no more; then it is repaired; then nothing is left to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.modules.azure.lab import CONTROL, WORKER, Lab
from tests.sandbox.simulators.azure.conftest import KEY, PLACE, rule

Damage = Callable[[Lab], None]
NSG = "Microsoft.Network/networkSecurityGroups"
VNET = "Microsoft.Network/virtualNetworks/shop-azure-fra"
TABLE = "Microsoft.Network/routeTables/shop-azure-fra-public"
PIP = "Microsoft.Network/publicIPAddresses"
NIC = "Microsoft.Network/networkInterfaces"
VM = "Microsoft.Compute/virtualMachines"
SSH = "Microsoft.Compute/sshPublicKeys/shop-k3v9q2ab-azure-fra"
MACHINE = f"update machine/azure-fra/{WORKER}"


def _change_a_rule(lab: Lab, name: str, **changes: Any) -> None:
    where = f"{NSG}/shop-azure-fra-nodes/securityRules/{name}"
    lab.put(where, {"properties": {**_given(lab.get(where)["properties"]), **changes}})


def _given(properties: dict[str, Any]) -> dict[str, Any]:
    """Without what the cloud added, and without empty lists."""
    return {name: value for name, value in properties.items() if name != "provisioningState" and value != []}


def _close_ssh(lab: Lab) -> None:
    lab.drop(f"{NSG}/shop-azure-fra-nodes/securityRules/in-tcp-22")


def _open_a_port(lab: Lab) -> None:
    lab.put(f"{NSG}/shop-azure-fra-nodes/securityRules/telnet", rule(300, destinationPortRange="23"))


def _deny_before_all_of_ours(lab: Lab) -> None:
    everything = {"access": "Deny", "protocol": "*", "destinationPortRange": "*"}
    lab.put(f"{NSG}/shop-azure-fra-control_plane/securityRules/stop", rule(4000, **everything))


def _forget_a_peer(lab: Lab) -> None:
    where = f"{NSG}/shop-azure-fra-nodes/securityRules/in-all"
    left = lab.get(where)["properties"]["sourceAddressPrefixes"][1:]
    _change_a_rule(lab, "in-all", sourceAddressPrefixes=left)


def _open_ssh_to_all(lab: Lab) -> None:
    _change_a_rule(lab, "in-tcp-22", sourceAddressPrefix="*")


def _turn_a_rule_into_a_deny(lab: Lab) -> None:
    _change_a_rule(lab, "in-udp-51820", access="Deny")


def _narrow_the_ports_of_a_rule(lab: Lab) -> None:
    _change_a_rule(lab, "in-udp-51820", destinationPortRange="51821")


def _change_the_protocol_of_a_rule(lab: Lab) -> None:
    _change_a_rule(lab, "in-tcp-22", protocol="Udp")


def _aim_a_rule_at_one_machine(lab: Lab) -> None:
    _change_a_rule(lab, "in-tcp-22", destinationAddressPrefix="10.65.0.4")


def _turn_a_rule_around(lab: Lab) -> None:
    _change_a_rule(lab, "in-tcp-22", direction="Outbound", priority=4000)


def _let_in_what_is_denied_at_last(lab: Lab) -> None:
    lab.drop(f"{NSG}/shop-azure-fra-pool-general/securityRules/in-deny")


def _deny_first_what_is_denied_at_last(lab: Lab) -> None:
    _change_a_rule(lab, "in-deny", priority=4000)


def _delete_the_way_out(lab: Lab) -> None:
    lab.drop(f"{NSG}/shop-azure-fra-nodes/securityRules/out-all")


def _add_a_route(lab: Lab) -> None:
    lab.put(f"{TABLE}/routes/theirs", {"properties": {"addressPrefix": "8.8.8.0/24", "nextHopType": "None"}})


def _rewrite_a_subnet(lab: Lab, **changes: Any) -> None:
    where = f"{VNET}/subnets/zone-2"
    present = lab.get(where)["properties"]
    kept = {"addressPrefix": present["addressPrefix"], "routeTable": present["routeTable"]}
    wanted = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    lab.put(where, {"properties": wanted})


def _take_a_subnet_off_its_table(lab: Lab) -> None:
    _rewrite_a_subnet(lab, routeTable=None)


def _put_a_firewall_on_a_subnet(lab: Lab) -> None:
    _rewrite_a_subnet(lab, networkSecurityGroup={"id": lab.path(f"{NSG}/shop-azure-fra-nodes")})


def _delete_an_empty_subnet(lab: Lab) -> None:
    lab.drop(f"{VNET}/subnets/zone-3")


def _move_the_group_to_another_site(lab: Lab) -> None:
    lab.retag("", pangaea_site="moon")


def _move_the_network_to_another_site(lab: Lab) -> None:
    lab.retag(VNET, pangaea_site="moon")


def _move_a_firewall_to_another_site(lab: Lab) -> None:
    lab.retag(f"{NSG}/shop-azure-fra-nodes", pangaea_site="moon")


def _move_the_table_to_another_site(lab: Lab) -> None:
    lab.retag(TABLE, pangaea_site=None)


def _delete_a_firewall_that_nobody_uses(lab: Lab) -> None:
    """That of plain nodes: here every worker is in a pool with one of its own."""
    lab.drop(f"{NSG}/shop-azure-fra-nodes")


def _give_the_address_to_another_machine(lab: Lab) -> None:
    lab.retag(f"{PIP}/{CONTROL}-static", pangaea_machine="x")


def _delete_the_key(lab: Lab) -> None:
    lab.drop(SSH)


def _change_the_key(lab: Lab) -> None:
    row = lab.get(SSH)
    other = {"publicKey": KEY.replace("AAAAC3", "AAAAC4")}
    answer = lab.azure.put(lab.path(SSH), {"location": PLACE, "tags": row["tags"], "properties": other})
    assert answer.status == 200


def _delete_a_worker(lab: Lab) -> None:
    lab.drop(f"{VM}/{WORKER}")


def _stop_a_worker(lab: Lab) -> None:
    lab.power("powerOff", WORKER)


def _deallocate_a_worker(lab: Lab) -> None:
    lab.power("deallocate", WORKER)


def _move_a_worker_to_another_pool(lab: Lab) -> None:
    lab.retag(f"{VM}/{WORKER}", pangaea_pool="x")


def _move_an_interface_to_another_site(lab: Lab) -> None:
    lab.retag(f"{NIC}/{WORKER}", pangaea_site=None)


def _rewrite_the_interface(lab: Lab, machine: str, *, firewall: str | None, address: str | None) -> None:
    row = lab.get(f"{NIC}/{machine}")
    part = row["properties"]["ipConfigurations"][0]["properties"]
    main = {"subnet": part["subnet"], **({"publicIPAddress": {"id": address}} if address else {})}
    properties = {"ipConfigurations": [{"name": "main", "properties": main}]}
    wall = {"networkSecurityGroup": {"id": firewall}} if firewall else {}
    lab.put(f"{NIC}/{machine}", {"location": PLACE, "tags": row["tags"], "properties": {**properties, **wall}})


def _take_the_firewall_off_a_worker(lab: Lab) -> None:
    _rewrite_the_interface(lab, WORKER, firewall=None, address=lab.path(f"{PIP}/{WORKER}"))


def _put_a_worker_behind_another_firewall(lab: Lab) -> None:
    wall = lab.path(f"{NSG}/shop-azure-fra-nodes")
    _rewrite_the_interface(lab, WORKER, firewall=wall, address=lab.path(f"{PIP}/{WORKER}"))


def _take_the_address_off_a_worker(lab: Lab) -> None:
    _rewrite_the_interface(lab, WORKER, firewall=lab.path(f"{NSG}/shop-azure-fra-pool-general"), address=None)


def _delete_the_address_of_a_worker(lab: Lab) -> None:
    _take_the_address_off_a_worker(lab)
    lab.drop(f"{PIP}/{WORKER}")


def _take_the_static_address_away(lab: Lab) -> None:
    _rewrite_the_interface(lab, CONTROL, firewall=lab.path(f"{NSG}/shop-azure-fra-control_plane"), address=None)


def _delete_the_static_address(lab: Lab) -> None:
    _take_the_static_address_away(lab)
    lab.drop(f"{PIP}/{CONTROL}-static")


DAMAGES: dict[Damage, list[str]] = {
    _close_ssh: ["create rule/azure-fra/nodes-in-tcp-22"],
    _open_a_port: ["delete rule/azure-fra/nodes-telnet"],
    _deny_before_all_of_ours: ["delete rule/azure-fra/control_plane-stop"],
    _forget_a_peer: ["update rule/azure-fra/nodes-in-all"],
    _open_ssh_to_all: ["update rule/azure-fra/nodes-in-tcp-22"],
    _turn_a_rule_into_a_deny: ["update rule/azure-fra/nodes-in-udp-51820"],
    _narrow_the_ports_of_a_rule: ["update rule/azure-fra/nodes-in-udp-51820"],
    _change_the_protocol_of_a_rule: ["update rule/azure-fra/nodes-in-tcp-22"],
    _aim_a_rule_at_one_machine: ["update rule/azure-fra/nodes-in-tcp-22"],
    _turn_a_rule_around: ["update rule/azure-fra/nodes-in-tcp-22"],
    _let_in_what_is_denied_at_last: ["create rule/azure-fra/pool-general-in-deny"],
    _deny_first_what_is_denied_at_last: ["update rule/azure-fra/nodes-in-deny"],
    _delete_the_way_out: ["create rule/azure-fra/nodes-out-all"],
    _add_a_route: ["delete route/azure-fra/theirs"],
    _take_a_subnet_off_its_table: ["update subnet/azure-fra/2"],
    _put_a_firewall_on_a_subnet: ["update subnet/azure-fra/2"],
    _delete_an_empty_subnet: ["create subnet/azure-fra/3"],
    _move_the_group_to_another_site: ["update group/azure-fra"],
    _move_the_network_to_another_site: ["update network/azure-fra"],
    _move_a_firewall_to_another_site: ["update firewall/azure-fra/nodes"],
    _move_the_table_to_another_site: ["update route_table/azure-fra/public"],
    _delete_a_firewall_that_nobody_uses: [
        "create firewall/azure-fra/nodes",
        *(f"create rule/azure-fra/nodes-{name}" for name in ("in-all", "in-deny", "in-tcp-22")),
        *(f"create rule/azure-fra/nodes-{name}" for name in ("in-udp-51820", "out-all")),
    ],
    _give_the_address_to_another_machine: [f"update address/azure-fra/{CONTROL}"],
    _delete_the_key: ["create ssh_key/azure-fra/shop-k3v9q2ab-azure-fra"],
    _change_the_key: ["update ssh_key/azure-fra/shop-k3v9q2ab-azure-fra"],
    _delete_a_worker: [f"create machine/azure-fra/{WORKER}"],
    _stop_a_worker: [MACHINE],
    _deallocate_a_worker: [MACHINE],
    _move_a_worker_to_another_pool: [MACHINE],
    _move_an_interface_to_another_site: [MACHINE],
    _take_the_firewall_off_a_worker: [MACHINE],
    _put_a_worker_behind_another_firewall: [MACHINE],
    _take_the_address_off_a_worker: [MACHINE],
    _delete_the_address_of_a_worker: [MACHINE],
    _take_the_static_address_away: [f"update machine/azure-fra/{CONTROL}"],
    _delete_the_static_address: [
        f"create address/azure-fra/{CONTROL}",
        f"update machine/azure-fra/{CONTROL}",
    ],
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__.strip("_"))
def test_damage_is_named_then_repaired_then_silent(lab: Lab, damage: Damage) -> None:
    network = lab.converge()  # the site that the damage before left repaired
    assert lab.plan() == []
    damage(lab)
    assert lab.plan() == DAMAGES[damage]
    again = lab.converge()
    assert lab.plan() == []
    assert (again["id"], again["zones"]) == (network["id"], network["zones"])


def test_a_private_address_survives_all_repairs(lab: Lab) -> None:
    network = lab.converge()
    before = {name: one["private_address"] for name, one in lab.machines(network=network)["machines"].items()}
    _take_the_firewall_off_a_worker(lab)
    _deallocate_a_worker(lab)
    lab.converge()
    after = {name: one["private_address"] for name, one in lab.machines(network=network)["machines"].items()}
    assert after == before


def test_tags_of_others_stay_when_ours_are_put_back(lab: Lab) -> None:
    lab.converge()
    lab.retag(VNET, pangaea_site="moon", cost_center="7")
    lab.retag(f"{VM}/{WORKER}", pangaea_pool="x", cost_center="8")
    lab.converge()
    assert lab.get(VNET)["tags"]["cost-center"] == "7"
    assert lab.get(f"{VM}/{WORKER}")["tags"]["cost-center"] == "8"
