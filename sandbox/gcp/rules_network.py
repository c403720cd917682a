# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks: custom mode only; their default routes come and go with them.

Source: API reference, "networks"; VPC documentation, "VPC networks" and "Routes" (default routes).

Pages, below cloud.google.com/: compute/docs/reference/rest/v1/networks/insert, vpc/docs/vpc, vpc/docs/mtu.
"""

from __future__ import annotations

from sandbox.gcp.call import Call, rule
from sandbox.gcp.errors import in_use, invalid, not_implemented
from sandbox.gcp.kinds import FIREWALL, INSTANCE, NETWORK, ROUTE, SUBNETWORK
from sandbox.gcp.links import full
from sandbox.gcp.store import Entry, Row, Store

KNOWN = frozenset({"name", "description", "autoCreateSubnetworks", "routingConfig.routingMode", "mtu",
                   "networkFirewallPolicyEnforcementOrder"})  # fmt: skip
CHANGEABLE = ("routingConfig", "mtu", "networkFirewallPolicyEnforcementOrder")


@rule("networks.insert")
def insert(call: Call) -> Row:
    call.only(KNOWN)
    body = call.body
    if body.get("autoCreateSubnetworks") is not False:
        raise not_implemented("networks in auto or legacy mode (set autoCreateSubnetworks to false)")
    _check_mtu(body)
    row = {
        "autoCreateSubnetworks": False, "mtu": 1460, "routingConfig": {"routingMode": "REGIONAL"}, **body,
        "networkFirewallPolicyEnforcementOrder": body.get(
            "networkFirewallPolicyEnforcementOrder", "AFTER_CLASSIC_FIREWALL"),
    }  # fmt: skip
    entry = call.fresh(row)
    call.cloud.quotas.need("NETWORKS", 1, call.project)
    entry.row["selfLinkWithId"] = full(f"projects/{call.project}/global/networks/{entry.row['id']}")
    return call.insert(entry, effect=lambda: call.cloud.store.add(default_route(call, entry)))


@rule("networks.patch")
def patch(call: Call) -> Row:
    """Most is fixed at creation (API reference, networks.patch)."""
    call.only(KNOWN)
    entry = call.target()
    call.unchangeable(entry, "name", "autoCreateSubnetworks", "description")
    _check_mtu(call.body)
    fields = {key: value for key, value in call.body.items() if key in CHANGEABLE}
    return call.change(entry, fields)


@rule("networks.delete")
def delete(call: Call) -> Row:
    entry, store = call.target(), call.cloud.store

    def check() -> None:
        user = next(iter(users(store, entry)), None)
        if user is not None:
            raise in_use("network", entry.path, user.path)

    def effect() -> None:
        for route in store.all(ROUTE, call.project):
            if route.row["network"] == entry.row["selfLink"]:
                store.remove(route.path)

    return call.delete(entry, check, effect)


def users(store: Store, network: Entry) -> list[Entry]:
    """What keeps a network from being deleted. Its own default and subnet routes do not."""
    link = network.row["selfLink"]
    nics = [one for one in store.all(INSTANCE) if any(nic["network"] == link for nic in one.row["networkInterfaces"])]
    others = [one for kind in (SUBNETWORK, FIREWALL) for one in store.all(kind) if one.row["network"] == link]
    routes = [one for one in store.all(ROUTE) if one.row["network"] == link and not one.automatic]
    return [*others, *routes, *nics]


def default_route(call: Call, network: Entry) -> Entry:
    """The way to the internet that each new network has. It can be deleted and replaced."""
    return automatic(call, network, "0.0.0.0/0", "Default route to the Internet.", {
        "priority": 1000, "nextHopGateway": full(f"projects/{call.project}/global/gateways/default-internet-gateway"),
        "routeType": "STATIC",
    })  # fmt: skip


def subnet_route(call: Call, network: Entry, cidr: str) -> Entry:
    """The route that each range of a subnet brings with it."""
    about = f"Default local route to the subnetwork {cidr}."
    return automatic(call, network, cidr, about, {
        "priority": 0, "nextHopNetwork": network.row["selfLink"], "routeType": "SUBNET",
    })  # fmt: skip


def automatic(call: Call, network: Entry, cidr: str, about: str, rest: Row) -> Entry:
    """A route that the cloud makes."""
    name = f"default-route-r-{call.cloud.stamps.hexadecimal(16)}"
    path = f"projects/{call.project}/global/routes/{name}"
    row = {
        "kind": ROUTE.kind, "id": call.cloud.stamps.number(), "creationTimestamp": call.cloud.stamps.time(),
        "name": name, "description": about, "network": network.row["selfLink"], "destRange": cidr,
        "selfLink": full(path), **rest,
    }  # fmt: skip
    return Entry(path, ROUTE, row, automatic=True)


def _check_mtu(body: Row) -> None:
    """Source: VPC documentation, "Maximum transmission unit": 1300 to 8896."""
    mtu = body.get("mtu")
    if mtu is not None and not 1300 <= mtu <= 8896:
        raise invalid("resource.mtu", mtu, "Must be from 1300 to 8896.")


def network_of(call: Call, where: str = "resource.network") -> Entry:
    """The network that a body names, which is global whatever the call's scope."""
    return call.find(where, call.body["network"], NETWORK, "global")
