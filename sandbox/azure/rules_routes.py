# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Route tables. Pages: [udr] learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview,
[rest] learn.microsoft.com/rest/api/virtualnetwork/routes/create-or-update."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sandbox.azure import cidr
from sandbox.azure.errors import ArmError, in_network, not_implemented
from sandbox.azure.kinds import Rules
from sandbox.azure.references import user_ids

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body, Resource


class RouteTables(Rules):
    """A list of routes, and the subnets that use it."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        new.properties.setdefault("disableBgpRoutePropagation", False)
        new.own.setdefault("guid", str(uuid.uuid4()))
        if old is None:
            cloud.quota("RouteTables", new.location, "RouteTableCountLimitReached", "route tables")

    def in_use(self, cloud: Cloud, resource: Resource) -> ArmError | None:
        users = user_ids(cloud, resource)
        if not users:
            return None
        return in_network("InUseRouteTableCannotBeDeleted", f"Route table {resource.name} is in use by {users[0]} and "
                          "cannot be deleted.")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        shown["properties"]["resourceGuid"] = resource.own["guid"]
        shown["properties"]["routes"] = [cloud.view(one) for one in cloud.store.children(resource)]
        users = user_ids(cloud, resource)
        if users:
            shown["properties"]["subnets"] = [{"id": one} for one in users]


class Routes(Rules):
    """One route."""

    def check(self, cloud: Cloud, new: Resource, old: Resource | None, siblings: list[Resource]) -> None:
        route = new.properties
        prefix, hop, address = route.get("addressPrefix"), route["nextHopType"], route.get("nextHopIpAddress")
        if not prefix:
            raise in_network("RouteAddressPrefixMissing", f"Route {new.name} has no address prefix.")
        if not prefix[:1].isdigit():
            raise not_implemented(f"the service tag {prefix!r} as a route's prefix")
        net = cidr.network(prefix, new.id)
        if hop == "VirtualApplianceEcmp":
            raise not_implemented("next hop VirtualApplianceEcmp")
        if hop == "VirtualAppliance" and not address:  # [udr] "Virtual appliance"
            raise in_network("MissingNextHopIpAddress", f"NextHopIpAddress cannot be Null or Empty in route {new.name} "
                             "when NextHopType is VirtualAppliance.")  # fmt: skip
        if hop != "VirtualAppliance" and address:  # [rest] "only allowed in routes where next hop is VirtualAppliance"
            raise in_network("RouteNextHopIpAddressNotAllowed", f"Route {new.name}: a next hop IP address is only "
                             f"allowed with next hop type VirtualAppliance, not {hop}.")  # fmt: skip
        if address:
            cidr.address(address, "RouteInvalidNextHopIpAddress", f"route {new.name}")
        for other in siblings:
            if cidr.Net(other.properties["addressPrefix"]) == net:  # [udr] no two routes with the same prefix
                raise in_network("RouteConflict", f"Route {new.name} conflicts with route {other.name}. Routes cannot "
                                 f"have the same address prefix {prefix}.")  # fmt: skip
        if len(siblings) + 1 > cloud.quotas.of("RoutesPerRouteTable"):
            raise in_network("MaxRoutesPerRouteTableLimitReached", "Cannot create more than "
                             f"{cloud.quotas.of('RoutesPerRouteTable')} routes per route table.")  # fmt: skip

    def view(self, cloud: Cloud, resource: Resource, shown: Body) -> None:
        shown["properties"]["hasBgpOverride"] = False
