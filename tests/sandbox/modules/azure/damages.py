# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody may do to a site in Azure, and what a plan must say then."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.sandbox.modules.site import Damage, Marks, created, delete_everything, machines_of, site_of
from tests.sandbox.running import KEY, OWNER
from tests.sandbox.simulators.azure.conftest import PLACE, rule

if TYPE_CHECKING:
    from .lab import Azure

SITE = site_of("azure")
CONTROL, WORKER, SECOND = machines_of(SITE)
MACHINE = f"update machine/{SITE}/{WORKER}"
RULES = {  # each interface has one firewall only, so each firewall has them all
    "nodes": ("in-all", "in-deny", "in-tcp-22", "in-udp-51820", "out-all"),
    "control_plane": ("in-all", "in-deny", "in-tcp-22", "in-tcp-6443", "in-udp-51820", "out-all"),
    "pool-general": ("in-all", "in-deny", "in-tcp-22", "in-tcp-443", "in-tcp-80", "in-udp-51820", "out-all"),
}
OF_RULES = tuple(f"rule/{SITE}/{group}-{rule}" for group, rules in RULES.items() for rule in rules)
OF_MACHINES = tuple(f"machine/{SITE}/{name}" for name in (CONTROL, WORKER, SECOND))
EVERYTHING = (
    f"group/{SITE}", f"route_table/{SITE}/public", *(f"firewall/{SITE}/{name}" for name in RULES),
    f"ssh_key/{SITE}/{OWNER}-{SITE}", f"address/{SITE}/{CONTROL}", f"network/{SITE}", *OF_RULES,
    *(f"subnet/{SITE}/{zone}" for zone in "123"), *OF_MACHINES,
)  # fmt: skip
HOLDS = {
    "group": 1, "network": 1, "route_table": 1, "firewall": 3, "ssh_key": 1, "address": 3, "network_interface": 3,
    "machine": 3, "disk": 3,
}  # fmt: skip
NSG = "Microsoft.Network/networkSecurityGroups"
VNET = "Microsoft.Network/virtualNetworks/shop-azure-fra"
TABLE = "Microsoft.Network/routeTables/shop-azure-fra-public"
PIP = "Microsoft.Network/publicIPAddresses"
NIC = "Microsoft.Network/networkInterfaces"
VM = "Microsoft.Compute/virtualMachines"
SSH = "Microsoft.Compute/sshPublicKeys/shop-k3v9q2ab-azure-fra"


def _tag(where: str, **changes: str | None) -> Callable[[Azure], object]:
    return lambda azure: azure.write_tags(where, **changes)


def _change_a_rule(azure: Azure, name: str, **changes: Any) -> None:
    where = f"{NSG}/shop-azure-fra-nodes/securityRules/{name}"
    azure.put(where, {"properties": {**_given(azure.get(where)["properties"]), **changes}})


def _given(properties: dict[str, Any]) -> dict[str, Any]:
    """Without what the cloud added, and without empty lists."""
    return {name: value for name, value in properties.items() if name != "provisioningState" and value != []}


def _close_ssh(azure: Azure) -> None:
    azure.drop(f"{NSG}/shop-azure-fra-nodes/securityRules/in-tcp-22")


def _open_a_port(azure: Azure) -> None:
    azure.put(f"{NSG}/shop-azure-fra-nodes/securityRules/telnet", rule(300, destinationPortRange="23"))


def _deny_before_all_of_ours(azure: Azure) -> None:
    everything = {"access": "Deny", "protocol": "*", "destinationPortRange": "*"}
    azure.put(f"{NSG}/shop-azure-fra-control_plane/securityRules/stop", rule(4000, **everything))


def _forget_a_peer(azure: Azure) -> None:
    where = f"{NSG}/shop-azure-fra-nodes/securityRules/in-all"
    left = azure.get(where)["properties"]["sourceAddressPrefixes"][1:]
    _change_a_rule(azure, "in-all", sourceAddressPrefixes=left)


def _open_ssh_to_all(azure: Azure) -> None:
    _change_a_rule(azure, "in-tcp-22", sourceAddressPrefix="*")


def _turn_a_rule_into_a_deny(azure: Azure) -> None:
    _change_a_rule(azure, "in-udp-51820", access="Deny")


def _narrow_the_ports_of_a_rule(azure: Azure) -> None:
    _change_a_rule(azure, "in-udp-51820", destinationPortRange="51821")


def _change_the_protocol_of_a_rule(azure: Azure) -> None:
    _change_a_rule(azure, "in-tcp-22", protocol="Udp")


def _aim_a_rule_at_one_machine(azure: Azure) -> None:
    _change_a_rule(azure, "in-tcp-22", destinationAddressPrefix="10.65.0.4")


def _turn_a_rule_around(azure: Azure) -> None:
    _change_a_rule(azure, "in-tcp-22", direction="Outbound", priority=4000)


def _let_in_what_is_denied_at_last(azure: Azure) -> None:
    azure.drop(f"{NSG}/shop-azure-fra-pool-general/securityRules/in-deny")


def _deny_first_what_is_denied_at_last(azure: Azure) -> None:
    _change_a_rule(azure, "in-deny", priority=4000)


def _delete_the_way_out(azure: Azure) -> None:
    azure.drop(f"{NSG}/shop-azure-fra-nodes/securityRules/out-all")


def _add_a_route(azure: Azure) -> None:
    azure.put(f"{TABLE}/routes/theirs", {"properties": {"addressPrefix": "8.8.8.0/24", "nextHopType": "None"}})


def _rewrite_a_subnet(azure: Azure, **changes: Any) -> None:
    where = f"{VNET}/subnets/zone-2"
    present = azure.get(where)["properties"]
    kept = {"addressPrefix": present["addressPrefix"], "routeTable": present["routeTable"]}
    wanted = {name: value for name, value in {**kept, **changes}.items() if value is not None}
    azure.put(where, {"properties": wanted})


def _take_a_subnet_off_its_table(azure: Azure) -> None:
    _rewrite_a_subnet(azure, routeTable=None)


def _put_a_firewall_on_a_subnet(azure: Azure) -> None:
    _rewrite_a_subnet(azure, networkSecurityGroup={"id": azure.path(f"{NSG}/shop-azure-fra-nodes")})


def _delete_an_empty_subnet(azure: Azure) -> None:
    azure.drop(f"{VNET}/subnets/zone-3")


def _delete_a_firewall_that_nobody_uses(azure: Azure) -> None:
    """That of plain nodes: here every worker is in a pool with one of its own."""
    azure.drop(f"{NSG}/shop-azure-fra-nodes")


def _delete_the_key(azure: Azure) -> None:
    azure.drop(SSH)


def _change_the_key(azure: Azure) -> None:
    row = azure.get(SSH)
    other = {"publicKey": KEY.replace("AAAAC3", "AAAAC4")}
    answer = azure.arm.put(azure.path(SSH), {"location": PLACE, "tags": row["tags"], "properties": other})
    assert answer.status == 200


def _delete_a_worker(azure: Azure) -> None:
    azure.drop(f"{VM}/{WORKER}")


def _stop_a_worker(azure: Azure) -> None:
    azure.power("powerOff", WORKER)


def _deallocate_a_worker(azure: Azure) -> None:
    azure.power("deallocate", WORKER)


def _rewrite_the_interface(azure: Azure, machine: str, *, firewall: str | None, address: str | None) -> None:
    row = azure.get(f"{NIC}/{machine}")
    part = row["properties"]["ipConfigurations"][0]["properties"]
    main = {"subnet": part["subnet"], **({"publicIPAddress": {"id": address}} if address else {})}
    properties = {"ipConfigurations": [{"name": "main", "properties": main}]}
    wall = {"networkSecurityGroup": {"id": firewall}} if firewall else {}
    azure.put(f"{NIC}/{machine}", {"location": PLACE, "tags": row["tags"], "properties": {**properties, **wall}})


def _take_the_firewall_off_a_worker(azure: Azure) -> None:
    _rewrite_the_interface(azure, WORKER, firewall=None, address=azure.path(f"{PIP}/{WORKER}"))


def _put_a_worker_behind_another_firewall(azure: Azure) -> None:
    wall = azure.path(f"{NSG}/shop-azure-fra-nodes")
    _rewrite_the_interface(azure, WORKER, firewall=wall, address=azure.path(f"{PIP}/{WORKER}"))


def _take_the_address_off_a_worker(azure: Azure) -> None:
    _rewrite_the_interface(azure, WORKER, firewall=azure.path(f"{NSG}/shop-azure-fra-pool-general"), address=None)


def _delete_the_address_of_a_worker(azure: Azure) -> None:
    _take_the_address_off_a_worker(azure)
    azure.drop(f"{PIP}/{WORKER}")


def _take_the_static_address_away(azure: Azure) -> None:
    _rewrite_the_interface(azure, CONTROL, firewall=azure.path(f"{NSG}/shop-azure-fra-control_plane"), address=None)


def _delete_the_static_address(azure: Azure) -> None:
    _take_the_static_address_away(azure)
    azure.drop(f"{PIP}/{CONTROL}-static")


DAMAGES: dict[str, Damage] = {
    "everything is deleted": Damage(delete_everything, created(EVERYTHING), anew=True),
    "ssh is closed": Damage(_close_ssh, (f"create rule/{SITE}/nodes-in-tcp-22",)),
    "a port is open": Damage(_open_a_port, (f"delete rule/{SITE}/nodes-telnet",)),
    "all is denied first": Damage(_deny_before_all_of_ours, (f"delete rule/{SITE}/control_plane-stop",)),
    "a peer is forgotten": Damage(_forget_a_peer, (f"update rule/{SITE}/nodes-in-all",)),
    "ssh is open to all": Damage(_open_ssh_to_all, (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "a rule is a denial": Damage(_turn_a_rule_into_a_deny, (f"update rule/{SITE}/nodes-in-udp-51820",)),
    "a rule is for another port": Damage(_narrow_the_ports_of_a_rule, (f"update rule/{SITE}/nodes-in-udp-51820",)),
    "ssh is another protocol": Damage(_change_the_protocol_of_a_rule, (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "ssh is for one machine": Damage(_aim_a_rule_at_one_machine, (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "ssh is turned around": Damage(_turn_a_rule_around, (f"update rule/{SITE}/nodes-in-tcp-22",)),
    "the last denial is deleted": Damage(_let_in_what_is_denied_at_last, (f"create rule/{SITE}/pool-general-in-deny",)),
    "the last denial comes first": Damage(_deny_first_what_is_denied_at_last, (f"update rule/{SITE}/nodes-in-deny",)),
    "less may leave": Damage(_delete_the_way_out, (f"create rule/{SITE}/nodes-out-all",)),
    "a route is too many": Damage(_add_a_route, (f"delete route/{SITE}/theirs",)),
    "a subnet is off its table": Damage(_take_a_subnet_off_its_table, (f"update subnet/{SITE}/2",)),
    "a firewall is on a subnet": Damage(_put_a_firewall_on_a_subnet, (f"update subnet/{SITE}/2",)),
    "an empty subnet is deleted": Damage(_delete_an_empty_subnet, (f"create subnet/{SITE}/3",)),
    "the group has another site": Damage(_tag("", pangaea_site="moon"), (f"update group/{SITE}",)),
    "the network has another site": Damage(_tag(VNET, pangaea_site="moon"), (f"update network/{SITE}",)),
    "a firewall has another site": Damage(
        _tag(f"{NSG}/shop-azure-fra-nodes", pangaea_site="moon"), (f"update firewall/{SITE}/nodes",)
    ),
    "the table has no site": Damage(_tag(TABLE, pangaea_site=None), (f"update route_table/{SITE}/public",)),
    "a firewall is deleted": Damage(
        _delete_a_firewall_that_nobody_uses,
        created((f"firewall/{SITE}/nodes", *(key for key in OF_RULES if "/nodes-" in key))),
    ),
    "the address is for another machine": Damage(
        _tag(f"{PIP}/{CONTROL}-static", pangaea_machine="x"), (f"update address/{SITE}/{CONTROL}",)
    ),
    "the key is deleted": Damage(_delete_the_key, (f"create ssh_key/{SITE}/shop-k3v9q2ab-{SITE}",)),
    "the key is another": Damage(_change_the_key, (f"update ssh_key/{SITE}/shop-k3v9q2ab-{SITE}",)),
    "a worker is deleted": Damage(_delete_a_worker, (f"create machine/{SITE}/{WORKER}",)),
    "a worker is stopped": Damage(_stop_a_worker, (MACHINE,)),
    "a worker is deallocated": Damage(_deallocate_a_worker, (MACHINE,)),
    "a worker has another pool": Damage(_tag(f"{VM}/{WORKER}", pangaea_pool="x"), (MACHINE,)),
    # a name in another case is ours in Azure only
    "the control plane has a pool": Damage(
        _tag(f"{VM}/{CONTROL}", Pangaea_Pool="general"), (f"update machine/{SITE}/{CONTROL}",)
    ),
    "an interface has no site": Damage(_tag(f"{NIC}/{WORKER}", pangaea_site=None), (MACHINE,)),
    "a firewall is off a worker": Damage(_take_the_firewall_off_a_worker, (MACHINE,)),
    "a worker is behind another firewall": Damage(_put_a_worker_behind_another_firewall, (MACHINE,)),
    "a worker has no address": Damage(_take_the_address_off_a_worker, (MACHINE,)),
    "the address of a worker is deleted": Damage(_delete_the_address_of_a_worker, (MACHINE,)),
    "the address is taken away": Damage(_take_the_static_address_away, (f"update machine/{SITE}/{CONTROL}",)),
    "the address is released": Damage(
        _delete_the_static_address,
        (
            f"create address/{SITE}/{CONTROL}",
            f"update machine/{SITE}/{CONTROL}",
        ),
    ),
}
_RECORDED = ("pangaea-pods", "pangaea-first-host-key", "pangaea-host-key")
_STRAYS = ("pangaea-machine", "pangaea-pool", *_RECORDED)
_SITE_ONLY = {
    "group": f"update group/{SITE}", "network": f"update network/{SITE}", "firewall": f"update firewall/{SITE}/nodes",
    "table": f"update route_table/{SITE}/public", "key": f"update ssh_key/{SITE}/{OWNER}-{SITE}",
    "interface": MACHINE, "automatic address": MACHINE,
}  # fmt: skip
MARKS = {
    **{thing: Marks(change, ("pangaea-site",), _STRAYS) for thing, change in _SITE_ONLY.items()},
    "address": Marks(
        f"update address/{SITE}/{CONTROL}", ("pangaea-site", "pangaea-machine"), ("pangaea-pool", *_RECORDED)
    ),
    "machine": Marks(MACHINE, ("pangaea-site", "pangaea-pool"), ("pangaea-machine",)),
}
REPAIRS = {
    "PUT networkSecurityGroups/securityRules": "ssh is open to all",
    "DELETE networkSecurityGroups/securityRules": "a port is open",
    "DELETE routeTables/routes": "a route is too many",
    "PUT virtualNetworks/subnets": "a subnet is off its table",
    "PUT networkSecurityGroups": "a firewall is deleted",
    "PATCH resourceGroups": "the group has another site",
    "PATCH virtualNetworks": "the network has another site",
    "PATCH networkSecurityGroups": "a firewall has another site",
    "PATCH routeTables": "the table has no site",
    "PATCH publicIPAddresses": "the address is for another machine",
    "PUT sshPublicKeys": "the key is another",
    "PUT networkInterfaces": "a firewall is off a worker",
    "PATCH networkInterfaces": "an interface has no site",
    "PATCH virtualMachines": "a worker has another pool",
    "POST virtualMachines/start": "a worker is stopped",
}
