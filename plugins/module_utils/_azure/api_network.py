# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about networks: one function per call. All of Microsoft.Network.

A write is a PUT by name, or a PATCH of the tags: it may be repeated, and waits while another write is under way.
"""

from __future__ import annotations

from typing import Any

from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import is_transient

Row = dict[str, Any]
Tags = dict[str, str]
PUT, DELETE = "begin_create_or_update", "begin_delete"
SOON = 600.0  # seconds in which an operation on a network ends
JOINS_SUBNET = (
    "Microsoft.Network/networkSecurityGroups/join/action",
    "Microsoft.Network/routeTables/join/action",
    "Microsoft.Network/virtualNetworks/subnets/write",
)
JOINS_INTERFACE = (
    "Microsoft.Network/networkSecurityGroups/join/action",
    "Microsoft.Network/publicIPAddresses/join/action",
    "Microsoft.Network/virtualNetworks/subnets/join/action",
)


@lists("Microsoft.Network/virtualNetworks/read", "list the networks of the group")
@retries(is_transient, within=30)
def list_networks(client: Client) -> list[Row]:
    """Networks with their subnets."""
    return client.pages("network", "virtual_networks", "list", client.group)


@calls("Microsoft.Network/virtualNetworks/write", "write the network {name}", *JOINS_SUBNET)
@retries(is_transient, within=300)
def put_network(client: Client, name: str, body: Row) -> None:
    """Create or replace; subnets that are there stay where the body lists none."""
    client.finish("network", "virtual_networks", PUT, client.group, name, body, within=SOON)


@calls("Microsoft.Network/virtualNetworks/write", "write the tags of the network {name}")
@retries(is_transient, within=60)
def tag_network(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("network", "virtual_networks", "update_tags", client.group, name, {"tags": tags})


@deletes("Microsoft.Network/virtualNetworks/delete", "delete the network {name}")
@retries(is_transient, within=300)
def delete_network(client: Client, name: str) -> None:
    """With its subnets. Raises InUse while something stands in one."""
    client.finish("network", "virtual_networks", DELETE, client.group, name, within=SOON)


@calls(
    "Microsoft.Network/virtualNetworks/subnets/write",
    "write the subnet {name}",
    "Microsoft.Network/virtualNetworks/subnets/read",  # the SDK looks at what it wrote
    *JOINS_SUBNET[:2],
)
@retries(is_transient, within=300)
def put_subnet(client: Client, network: str, name: str, body: Row) -> None:
    """Create or replace. One write on a network at a time."""
    with client.alone(network):
        client.finish("network", "subnets", PUT, client.group, network, name, body, within=SOON)


@lists("Microsoft.Network/networkSecurityGroups/read", "list the firewalls of the group")
@retries(is_transient, within=30)
def list_firewalls(client: Client) -> list[Row]:
    """Network security groups with their rules."""
    return client.pages("network", "network_security_groups", "list", client.group)


@calls("Microsoft.Network/networkSecurityGroups/write", "write the firewall {name}")
@retries(is_transient, within=300)
def put_firewall(client: Client, name: str, body: Row) -> None:
    """Create or replace, with the rules that the body lists and no others."""
    client.finish("network", "network_security_groups", PUT, client.group, name, body, within=SOON)


@calls("Microsoft.Network/networkSecurityGroups/write", "write the tags of the firewall {name}")
@retries(is_transient, within=60)
def tag_firewall(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("network", "network_security_groups", "update_tags", client.group, name, {"tags": tags})


@deletes("Microsoft.Network/networkSecurityGroups/delete", "delete the firewall {name}")
@retries(is_transient, within=300)
def delete_firewall(client: Client, name: str) -> None:
    """With its rules. Raises InUse while an interface has it."""
    client.finish("network", "network_security_groups", DELETE, client.group, name, within=SOON)


@calls(
    "Microsoft.Network/networkSecurityGroups/securityRules/write",
    "write the rule {name} of {firewall}",
    "Microsoft.Network/networkSecurityGroups/securityRules/read",  # the SDK looks at what it wrote
)
@retries(is_transient, within=300)
def put_rule(client: Client, firewall: str, name: str, body: Row) -> None:
    """Create or replace. One write on a firewall at a time."""
    with client.alone(firewall):
        client.finish("network", "security_rules", PUT, client.group, firewall, name, body, within=SOON)


@deletes("Microsoft.Network/networkSecurityGroups/securityRules/delete", "delete the rule {name} of {firewall}")
@retries(is_transient, within=300)
def delete_rule(client: Client, firewall: str, name: str) -> None:
    """One write on a firewall at a time."""
    with client.alone(firewall):
        client.finish("network", "security_rules", DELETE, client.group, firewall, name, within=SOON)


@lists("Microsoft.Network/routeTables/read", "list the route tables of the group")
@retries(is_transient, within=30)
def list_route_tables(client: Client) -> list[Row]:
    """Route tables with their routes."""
    return client.pages("network", "route_tables", "list", client.group)


@calls("Microsoft.Network/routeTables/write", "write the route table {name}")
@retries(is_transient, within=300)
def put_route_table(client: Client, name: str, body: Row) -> None:
    """Create or replace, with the routes that the body lists and no others."""
    client.finish("network", "route_tables", PUT, client.group, name, body, within=SOON)


@calls("Microsoft.Network/routeTables/write", "write the tags of the route table {name}")
@retries(is_transient, within=60)
def tag_route_table(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("network", "route_tables", "update_tags", client.group, name, {"tags": tags})


@deletes("Microsoft.Network/routeTables/delete", "delete the route table {name}")
@retries(is_transient, within=300)
def delete_route_table(client: Client, name: str) -> None:
    """With its routes. Raises InUse while a subnet uses it."""
    client.finish("network", "route_tables", DELETE, client.group, name, within=SOON)


@deletes("Microsoft.Network/routeTables/routes/delete", "delete the route {name} of {table}")
@retries(is_transient, within=300)
def delete_route(client: Client, table: str, name: str) -> None:
    """One that somebody added. One write on a table at a time."""
    with client.alone(table):
        client.finish("network", "routes", DELETE, client.group, table, name, within=SOON)


@lists("Microsoft.Network/publicIPAddresses/read", "list the public addresses of the group")
@retries(is_transient, within=30)
def list_addresses(client: Client) -> list[Row]:
    """Static ones, those of machines, and those that Kubernetes took."""
    return client.pages("network", "public_ip_addresses", "list", client.group)


@calls("Microsoft.Network/publicIPAddresses/write", "write the address {name}")
@retries(is_transient, within=300)
def put_address(client: Client, name: str, body: Row) -> None:
    """Create or replace; which address it becomes is Azure's choice, and it stays."""
    client.finish("network", "public_ip_addresses", PUT, client.group, name, body, within=SOON)


@calls("Microsoft.Network/publicIPAddresses/write", "write the tags of the address {name}")
@retries(is_transient, within=60)
def tag_address(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("network", "public_ip_addresses", "update_tags", client.group, name, {"tags": tags})


@deletes("Microsoft.Network/publicIPAddresses/delete", "delete the address {name}")
@retries(is_transient, within=300)
def delete_address(client: Client, name: str) -> None:
    """Raises InUse while an interface has it."""
    client.finish("network", "public_ip_addresses", DELETE, client.group, name, within=SOON)


@lists("Microsoft.Network/networkInterfaces/read", "list the network interfaces of the group")
@retries(is_transient, within=30)
def list_interfaces(client: Client) -> list[Row]:
    """With firewall, addresses, and the machine that has each."""
    return client.pages("network", "network_interfaces", "list", client.group)


@calls("Microsoft.Network/networkInterfaces/write", "write the network interface {name}", *JOINS_INTERFACE)
@retries(is_transient, within=300)
def put_interface(client: Client, name: str, body: Row) -> None:
    """Create or replace; its private address stays while its subnet does."""
    client.finish("network", "network_interfaces", PUT, client.group, name, body, within=SOON)


@calls("Microsoft.Network/networkInterfaces/write", "write the tags of the network interface {name}")
@retries(is_transient, within=60)
def tag_interface(client: Client, name: str, tags: Tags) -> None:
    """Replace its tags."""
    client.call("network", "network_interfaces", "update_tags", client.group, name, {"tags": tags})


@deletes("Microsoft.Network/networkInterfaces/delete", "delete the network interface {name}")
@retries(is_transient, within=300)
def delete_interface(client: Client, name: str) -> None:
    """Raises InUse while a machine has it, or for 180 s after one failed to start with it."""
    client.finish("network", "network_interfaces", DELETE, client.group, name, within=SOON)


@deletes("Microsoft.Network/loadBalancers/delete", "delete the load balancer {name}")
@retries(is_transient, within=300)
def delete_balancer(client: Client, name: str) -> None:
    """Before the addresses that it serves."""
    client.finish("network", "load_balancers", DELETE, client.group, name, within=SOON)


@lists("Microsoft.Network/virtualNetworks/read", "list the networks of the subscription")
@retries(is_transient, within=30)
def list_all_networks(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("network", "virtual_networks", "list_all")


@lists("Microsoft.Network/networkSecurityGroups/read", "list the firewalls of the subscription")
@retries(is_transient, within=30)
def list_all_firewalls(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("network", "network_security_groups", "list_all")


@lists("Microsoft.Network/routeTables/read", "list the route tables of the subscription")
@retries(is_transient, within=30)
def list_all_route_tables(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("network", "route_tables", "list_all")


@lists("Microsoft.Network/publicIPAddresses/read", "list the public addresses of the subscription")
@retries(is_transient, within=30)
def list_all_addresses(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("network", "public_ip_addresses", "list_all")


@lists("Microsoft.Network/networkInterfaces/read", "list the network interfaces of the subscription")
@retries(is_transient, within=30)
def list_all_interfaces(client: Client) -> list[Row]:
    """Of all groups, for a snapshot."""
    return client.pages("network", "network_interfaces", "list_all")
