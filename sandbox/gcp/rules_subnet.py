# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Subnetworks: ranges that do not overlap, fingerprints, growing.

Source: API reference, "subnetworks"; VPC documentation, "Subnets".

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/subnetworks/insert,
compute/docs/reference/rest/v1/subnetworks/patch, vpc/docs/subnets.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.gcp import ranges
from sandbox.gcp.call import Call, rule
from sandbox.gcp.errors import GcpError, in_use, invalid, required, stale
from sandbox.gcp.kinds import INSTANCE, NETWORK, ROUTE, SUBNETWORK
from sandbox.gcp.links import check_name, full, last, path_of
from sandbox.gcp.ranges import Range
from sandbox.gcp.rules_network import network_of, subnet_route
from sandbox.gcp.store import Entry, Row

KNOWN = frozenset({
    "name", "description", "network", "ipCidrRange", "region", "privateIpGoogleAccess", "secondaryIpRanges.rangeName",
    "secondaryIpRanges.ipCidrRange", "fingerprint", "purpose", "stackType",
})  # fmt: skip


@rule("subnetworks.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    body = call.body
    for name in ("name", "network", "ipCidrRange"):
        if not body.get(name):
            raise required(f"resource.{name}")
    if last(body.get("region", call.region)) != call.region:
        raise invalid("resource.region", body["region"], f"The request is for region '{call.region}'.")
    _check_modes(body)
    network = network_of(call)
    cidrs = _ranges(body)
    _check_overlaps(call, network, cidrs)
    call.cloud.quotas.need("SUBNETWORKS", 1, call.project)
    row = {"privateIpGoogleAccess": False, "purpose": "PRIVATE", "stackType": "IPV4_ONLY", **body}
    row |= {"network": network.row["selfLink"], "gatewayAddress": str(cidrs[0][1][1])}
    entry = call.fresh({key: value for key, value in row.items() if key != "fingerprint"})
    entry.row["fingerprint"] = call.cloud.stamps.fingerprint(body)

    def effect() -> None:
        _list_in_network(call, network)
        _make_routes(call, network, [str(cidr) for _, cidr in cidrs])

    return call.insert(entry, effect)


@rule("subnetworks.patch")
def patch(call: Call) -> Row:
    """Google access can change, given the fingerprint; the main range grows by another method."""
    call.only(KNOWN - {"secondaryIpRanges.rangeName", "secondaryIpRanges.ipCidrRange"})
    entry = call.target()
    if call.body.get("fingerprint") != entry.row["fingerprint"]:
        raise stale("resource")
    call.unchangeable(entry, "name", "network", "ipCidrRange", "description", "region", "purpose", "stackType")
    fields = {key: call.body[key] for key in ("privateIpGoogleAccess",) if key in call.body}
    return call.change(entry, {**fields, "fingerprint": call.cloud.stamps.fingerprint(fields)})


@rule("subnetworks.setPrivateIpGoogleAccess")
def set_google_access(call: Call) -> Row:
    entry = call.target()
    fields = {"privateIpGoogleAccess": bool(call.body.get("privateIpGoogleAccess"))}
    return call.change(entry, {**fields, "fingerprint": call.cloud.stamps.fingerprint(fields)})


@rule("subnetworks.expandIpCidrRange")
def expand(call: Call) -> Row:
    """Only to a larger range that holds the old one (VPC documentation, "Expand a primary IPv4 range")."""
    entry = call.target()
    new, old = ranges.subnet("ipCidrRange", call.body.get("ipCidrRange")), Range(entry.row["ipCidrRange"])
    if new == old or not old.subnet_of(new):
        raise invalid("ipCidrRange", new, f"New range must contain the existing range {old}.")
    network = call.ready(path_of(entry.row["network"]))
    _check_overlaps(call, network, [("ipCidrRange", new)], but=entry)
    store = call.cloud.store

    def effect() -> None:
        fields = {"ipCidrRange": str(new), "fingerprint": call.cloud.stamps.fingerprint(str(new))}
        store.edit(entry.path).update(fields, gatewayAddress=str(new[1]))
        for route in _own_routes(call, network, {old}):
            store.edit(route.path)["destRange"] = str(new)

    return call.accept(call.verb, (entry.path, entry.row["id"]), effect)


@rule("subnetworks.delete")
def delete(call: Call) -> Row:
    entry, store = call.target(), call.cloud.store
    network = store.entries[path_of(entry.row["network"])]

    def check() -> None:
        for machine in store.all(INSTANCE):
            if any(nic["subnetwork"] == entry.row["selfLink"] for nic in machine.row["networkInterfaces"]):
                raise in_use("subnetwork", entry.path, machine.path)

    def effect() -> None:
        for route in _own_routes(call, network, set(_all_ranges(entry))):
            store.remove(route.path)
        if store.get(network.path) is not None:
            _list_in_network(call, network)

    return call.delete(entry, check, effect, at_door=True)


def _check_modes(body: Row) -> None:
    for name, only in (("purpose", "PRIVATE"), ("stackType", "IPV4_ONLY")):
        if body.get(name, only) != only:
            raise GcpError(501, "notImplemented", f"the sandbox has only subnetworks with {name} {only}")


def _ranges(body: Row) -> list[tuple[str, Range]]:
    """The main range, then the secondary ones, each with the field that names it."""
    found = [("resource.ipCidrRange", ranges.subnet("resource.ipCidrRange", body["ipCidrRange"]))]
    names = set()
    for number, one in enumerate(body.get("secondaryIpRanges", [])):
        where = f"resource.secondaryIpRanges[{number}]"
        check_name(f"{where}.rangeName", one.get("rangeName"))
        if one["rangeName"] in names:
            raise invalid(f"{where}.rangeName", one["rangeName"], "The name is there twice.")
        names.add(one["rangeName"])
        new = ranges.subnet(f"{where}.ipCidrRange", one.get("ipCidrRange"))
        if clash := next((other for _, other in found if other.overlaps(new)), None):
            raise invalid(f"{where}.ipCidrRange", new, f"The range overlaps {clash} of the same subnetwork.")
        found.append((f"{where}.ipCidrRange", new))
    return found


def _all_ranges(entry: Entry) -> Iterator[Range]:
    for one in (entry.row, *entry.row.get("secondaryIpRanges", [])):
        yield Range(one["ipCidrRange"])


def _own_routes(call: Call, network: Entry, cidrs: set[Range]) -> list[Entry]:
    """The routes that came with a subnetwork's ranges."""
    link = network.row["selfLink"]
    return [
        route
        for route in call.cloud.store.all(ROUTE, call.project)
        if "nextHopNetwork" in route.row and route.row["network"] == link and Range(route.row["destRange"]) in cidrs
    ]


def _check_overlaps(call: Call, network: Entry, new: list[tuple[str, Range]], but: Entry | None = None) -> None:
    """Against all ranges of the network, and against its static routes, which a subnet may not hide."""
    store, link = call.cloud.store, network.row["selfLink"]
    others = [one for one in store.all(SUBNETWORK, call.project) if one.row["network"] == link]
    for where, cidr in new:
        for other in others:
            old = [Range(one["ipCidrRange"]) for one in other.row.get("secondaryIpRanges", [])]
            if any(cidr.overlaps(one) for one in (old if other is but else _all_ranges(other))):
                text = f"{cidr} conflicts with existing subnetwork '{other.name}' in region '{last(other.scope)}'."
                raise invalid(where, cidr, f"Invalid IPCidrRange: {text}")
        for route in store.all(ROUTE, call.project):
            if route.row["network"] == link and not route.automatic and Range(route.row["destRange"]).subnet_of(cidr):
                raise invalid(where, cidr, f"The range holds the destination of the static route '{route.name}'.")


def _list_in_network(call: Call, network: Entry) -> None:
    """A network lists its subnetworks; one that is not yet listed lies in the store already."""
    link = network.row["selfLink"]
    links = [one.row["selfLink"] for one in call.cloud.store.all(SUBNETWORK) if one.row["network"] == link]
    row = call.cloud.store.edit(network.path)
    row.pop("subnetworks", None)
    if links:
        row["subnetworks"] = links


def _make_routes(call: Call, network: Entry, cidrs: list[str]) -> None:
    for cidr in cidrs:
        call.cloud.store.add(subnet_route(call, network, cidr))


def subnet_of(call: Call, where: str, link: str, region: str) -> Entry:
    """The subnetwork that a field names. It must be in that region."""
    found = call.find(where, link, SUBNETWORK, f"regions/{region}")
    if found.scope != f"regions/{region}":
        raise invalid(where, full(found.path), f"The subnetwork must be in region '{region}'.")
    return found


def network_path(subnet: Entry) -> str:
    """The path of the network a subnetwork belongs to."""
    return path_of(str(subnet.row[NETWORK.word]))
