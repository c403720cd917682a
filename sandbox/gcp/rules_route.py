# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Static routes: exactly one next hop, immutable, with warnings instead of refusals for what may yet come right.

Source: API reference, "routes" (fields and warning codes); VPC documentation, "Routes" and "Static routes".

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/routes/insert, vpc/docs/routes, vpc/docs/static-routes.
"""

from __future__ import annotations

import ipaddress

from sandbox.gcp import ranges
from sandbox.gcp.call import Call, bad_request, rule
from sandbox.gcp.errors import invalid, not_implemented, required
from sandbox.gcp.kinds import INSTANCE, SUBNETWORK
from sandbox.gcp.links import check_tags, full, path_of, reference
from sandbox.gcp.ranges import Range
from sandbox.gcp.rules_network import network_of
from sandbox.gcp.store import Entry, Row, Store

KNOWN = frozenset({"name", "description", "network", "destRange", "priority", "tags", "nextHopInstance", "nextHopIp",
                   "nextHopGateway", "nextHopIlb", "nextHopVpnTunnel", "nextHopNetwork"})  # fmt: skip
HOPS = ("nextHopInstance", "nextHopIp", "nextHopGateway", "nextHopIlb", "nextHopVpnTunnel", "nextHopNetwork")
LOWEST = 65535


@rule("routes.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    body = call.body
    given = [hop for hop in HOPS if body.get(hop)]
    if not given:
        raise required("resource.nextHop")
    if len(given) > 1:
        raise invalid(f"resource.{given[1]}", body[given[1]], "Exactly one next hop must be specified.")
    if not 0 <= body["priority"] <= LOWEST:
        raise invalid("resource.priority", body["priority"], f"Must be from 0 to {LOWEST}.")
    check_tags("resource.tags", body.get("tags", []))
    network = network_of(call)
    cidr = ranges.ipv4("resource.destRange", body["destRange"])
    _check_subnets(call.cloud.store, network, cidr)
    call.cloud.quotas.need("ROUTES", 1, call.project)
    row = {**body, "destRange": str(cidr), "network": network.row["selfLink"], "routeType": "STATIC",
           given[0]: _hop(call, network, given[0], body[given[0]])}  # fmt: skip
    return call.insert(call.fresh({key: value for key, value in row.items() if value != []}))


@rule("routes.delete")
def delete(call: Call) -> Row:
    entry = call.target()
    if "nextHopNetwork" in entry.row:
        raise bad_request("The local route cannot be deleted.")
    return call.delete(entry)


def _hop(call: Call, network: Entry, field: str, value: str) -> str:
    where = f"resource.{field}"
    if field == "nextHopGateway":
        path = path_of(value)
        path = path if path.startswith("projects/") else f"projects/{call.project}/{path}"
        if path != f"projects/{call.project}/global/gateways/default-internet-gateway":
            raise invalid(where, value, "Must be the default internet gateway.")
        return full(path)
    if field == "nextHopIp":
        return _hop_address(call.cloud.store, network, value)
    if field == "nextHopNetwork":
        raise invalid(where, value, "Only the routes of subnetworks have it.")
    if field != "nextHopInstance":
        raise not_implemented(f"routes with {field}")
    path = reference(where, value, call.project, "zones/-", INSTANCE.collection)
    if "/zones/" not in path or "/zones/-/" in path:
        raise invalid(where, value, "The URL is malformed.")
    machine = call.ready(path)
    if all(nic["network"] != network.row["selfLink"] for nic in machine.row["networkInterfaces"]):
        raise invalid(where, value, f"The instance is not on network '{network.name}'.")
    return full(path)


def _hop_address(store: Store, network: Entry, value: str) -> str:
    """An address inside the network, whether or not a machine has it yet."""
    try:
        address = ipaddress.IPv4Address(value)
    except ValueError as error:
        raise invalid("resource.nextHopIp", value, "Must be an IPv4 address.") from error
    if all(address not in Range(one.row["ipCidrRange"]) for one in _subnets(store, network)):
        raise invalid("resource.nextHopIp", value, f"The address is in no subnetwork of '{network.name}'.")
    return str(address)


def _check_subnets(store: Store, network: Entry, cidr: Range) -> None:
    """A static route may not go where a subnet is, nor into a part of it."""
    for one in _subnets(store, network):
        parts = [one.row, *one.row.get("secondaryIpRanges", [])]
        if any(cidr.subnet_of(Range(part["ipCidrRange"])) for part in parts):
            raise invalid("resource.destRange", cidr, f"The range is in that of the subnetwork '{one.name}'.")


def _subnets(store: Store, network: Entry) -> list[Entry]:
    return [one for one in store.all(SUBNETWORK) if one.row["network"] == network.row["selfLink"]]


def shown(store: Store, row: Row) -> Row:
    """A route as a read shows it: with the warnings that hold now."""
    code = _warning(store, row)
    if code is None:
        return row
    hop = path_of(str(row.get("nextHopInstance") or row["nextHopIp"]))
    text = f"Next hop '{hop}' of route '{row['name']}': {code.lower().replace('_', ' ')}."
    return {**row, "warnings": [{"code": code, "message": text}]}


def _warning(store: Store, row: Row) -> str | None:
    if "nextHopIp" in row:
        machine = machine_at(store, row["network"], row["nextHopIp"])
        if machine is None:
            return "NEXT_HOP_ADDRESS_NOT_ASSIGNED"
    elif "nextHopInstance" in row:
        machine = store.get(path_of(row["nextHopInstance"]))
        if machine is None:
            return "NEXT_HOP_INSTANCE_NOT_FOUND"
    else:
        return None
    if not machine.row.get("canIpForward"):
        return "NEXT_HOP_CANNOT_IP_FORWARD"
    return None if machine.row["status"] in ("RUNNING", "PROVISIONING", "STAGING") else "NEXT_HOP_NOT_RUNNING"


def machine_at(store: Store, network: str, address: str) -> Entry | None:
    """The machine with that private address in a network (a full link), or None."""
    for machine in store.all(INSTANCE):
        if any(nic["network"] == network and nic["networkIP"] == address for nic in machine.row["networkInterfaces"]):
            return machine
    return None
