# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about networks: one function per call.

All writes carry a request id, so that one whose answer got lost is sent again and makes nothing twice; names are unique
besides. Routes and addresses cannot be changed: another one is made.
"""

from __future__ import annotations

from typing import Any

from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import is_missing, is_transient
from .operations import writes

Row = dict[str, Any]


@lists("networks.list", "list the networks of the project", "compute.networks.list")
@retries(is_transient, within=30)
def list_networks(client: Client) -> list[Row]:
    """All networks, ours or not."""
    return client.pages("global/networks")


@lists("subnetworks.list", "list the subnetworks of the region", "compute.subnetworks.list")
@retries(is_transient, within=30)
def list_subnets(client: Client) -> list[Row]:
    """All subnetworks of the region."""
    return client.pages(f"regions/{client.region}/subnetworks")


@lists("subnetworks.aggregatedList", "list the subnetworks of all regions", "compute.subnetworks.list")
@retries(is_transient, within=30)
def list_all_subnets(client: Client) -> list[Row]:
    """A network reaches all regions, and others may have made subnetworks of it anywhere."""
    return client.scopes("aggregated/subnetworks", "subnetworks", "regions/")


@lists("firewalls.list", "list the firewalls of the project", "compute.firewalls.list")
@retries(is_transient, within=30)
def list_firewalls(client: Client) -> list[Row]:
    """All firewall rules of all networks: their names are unique in the project."""
    return client.pages("global/firewalls")


@lists("routes.list", "list the routes of the project", "compute.routes.list")
@retries(is_transient, within=30)
def list_routes(client: Client) -> list[Row]:
    """All routes of all networks, with those that GCP made."""
    return client.pages("global/routes")


@lists("addresses.list", "list the public addresses of the region", "compute.addresses.list")
@retries(is_transient, within=30)
def list_addresses(client: Client) -> list[Row]:
    """All reserved addresses of the region."""
    return client.pages(f"regions/{client.region}/addresses")


@calls("addresses.get", "look at the address {name}", "compute.addresses.get")
@retries(lambda error: is_transient(error) or is_missing(error), within=30)
def get_address(client: Client, name: str) -> Row:
    """One that exists, as it is now, with its fingerprint. A read may come late after the write before it."""
    return client.get(f"regions/{client.region}/addresses/{name}")


@calls("networks.insert", "create the network {body[name]}", "compute.networks.create")
@writes()
def insert_network(client: Client, request: str, body: Row) -> Row:
    """GCP adds a default route. Raises AlreadyExists, OverQuota."""
    return client.send("POST", "global/networks", request, body)


@calls("networks.patch", "change the network {name}", "compute.networks.update")
@writes()
def patch_network(client: Client, request: str, name: str, body: Row) -> Row:
    """Set the fields of ``body``; the others stay."""
    return client.send("PATCH", f"global/networks/{name}", request, body)


@deletes("networks.delete", "delete the network {name}", "compute.networks.delete")
@writes()
def delete_network(client: Client, request: str, name: str) -> Row:
    """With the routes that GCP made. Raises InUse."""
    return client.send("DELETE", f"global/networks/{name}", request)


@calls(
    "subnetworks.insert",
    "create the subnetwork {body[name]}",
    "compute.subnetworks.create",
    "compute.networks.updatePolicy",
)
@writes()
def insert_subnet(client: Client, request: str, body: Row) -> Row:
    """In the site's region. Raises Invalid for a range that overlaps."""
    return client.send("POST", f"regions/{client.region}/subnetworks", request, body)


@deletes("subnetworks.delete", "delete the subnetwork {name}", "compute.subnetworks.delete")
@writes()
def delete_subnet(client: Client, request: str, name: str) -> Row:
    """Raises InUse while a machine is in it."""
    return client.send("DELETE", f"regions/{client.region}/subnetworks/{name}", request)


@calls(
    "firewalls.insert", "create the firewall {body[name]}", "compute.firewalls.create", "compute.networks.updatePolicy"
)
@writes()
def insert_firewall(client: Client, request: str, body: Row) -> Row:
    """Raises AlreadyExists, OverQuota."""
    return client.send("POST", "global/firewalls", request, body)


@calls("firewalls.patch", "change the firewall {name}", "compute.firewalls.update", "compute.networks.updatePolicy")
@writes()
def patch_firewall(client: Client, request: str, name: str, body: Row) -> Row:
    """Set the fields of ``body``; the others stay. It has no fingerprint: the last writer wins.

    The name is one of the few fields that the contract marks as required, here as well.
    """
    return client.send("PATCH", f"global/firewalls/{name}", request, {"name": name, **body})


@deletes("firewalls.delete", "delete the firewall {name}", "compute.firewalls.delete", "compute.networks.updatePolicy")
@writes()
def delete_firewall(client: Client, request: str, name: str) -> Row:
    """Nothing keeps it."""
    return client.send("DELETE", f"global/firewalls/{name}", request)


@calls("routes.insert", "create the route {body[name]}", "compute.routes.create", "compute.networks.updatePolicy")
@writes()
def insert_route(client: Client, request: str, body: Row) -> Row:
    """Raises AlreadyExists, OverQuota."""
    return client.send("POST", "global/routes", request, body)


@deletes("routes.delete", "delete the route {name}", "compute.routes.delete", "compute.networks.updatePolicy")
@writes()
def delete_route(client: Client, request: str, name: str) -> Row:
    """Not of one that came with a subnetwork: that goes with it."""
    return client.send("DELETE", f"global/routes/{name}", request)


@calls(
    "addresses.insert", "reserve the address {body[name]}", "compute.addresses.create", "compute.addresses.setLabels"
)
@writes()
def insert_address(client: Client, request: str, body: Row) -> Row:
    """Which address it becomes is GCP's choice. Raises AlreadyExists, OverQuota."""
    return client.send("POST", f"regions/{client.region}/addresses", request, body)


@calls("addresses.setLabels", "write the labels of the address {name}", "compute.addresses.setLabels")
@writes()
def set_address_labels(client: Client, request: str, name: str, body: Row) -> Row:
    """All labels at once, with their fingerprint. Raises an error that ``is_stale`` when somebody wrote since."""
    return client.send("POST", f"regions/{client.region}/addresses/{name}/setLabels", request, body)


@deletes("addresses.delete", "release the address {name}", "compute.addresses.delete")
@writes()
def delete_address(client: Client, request: str, name: str) -> Row:
    """Raises InUse while a machine has it."""
    return client.send("DELETE", f"regions/{client.region}/addresses/{name}", request)
