# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Everything that an account holds in a region, ours or not, by kind and id."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from .._engine.resource import Resource
from . import api_account, api_balancers, api_machines, api_network
from .client import Client
from .tags import OWNER, SITE, tags_of

Row = dict[str, Any]
KINDS: dict[str, tuple[str, Callable[[Client], list[Row]]]] = {
    "network": ("VpcId", api_network.list_networks),
    "subnet": ("SubnetId", lambda client: api_network.list_subnets(client, [])),
    "internet_gateway": ("InternetGatewayId", api_network.list_internet_gateways),
    "route_table": ("RouteTableId", lambda client: api_network.list_route_tables(client, [])),
    "firewall": ("GroupId", lambda client: api_network.list_security_groups(client, [])),
    "ssh_key": ("KeyPairId", api_network.list_key_pairs),
    "address": ("AllocationId", api_network.list_addresses),
    "machine": ("InstanceId", lambda client: api_machines.list_instances(client, [])),
    "disk": ("VolumeId", lambda client: api_machines.list_volumes(client, [])),
    "network_interface": ("NetworkInterfaceId", lambda client: api_network.list_network_interfaces(client, [])),
    "load_balancer": ("LoadBalancerArn", api_balancers.list_balancers),
    "classic_load_balancer": ("LoadBalancerName", api_balancers.list_classic_balancers),
    "target_group": ("TargetGroupArn", api_balancers.list_target_groups),
}
TAGGED_APART = {
    "LoadBalancerArn": "ResourceArn",
    "TargetGroupArn": "ResourceArn",
    "LoadBalancerName": "LoadBalancerName",
}


class Snapshot:
    """Reads only; as ``run`` of the engine wants it."""

    def __init__(self, options: dict[str, Any], client: Client | None = None) -> None:
        self.client = client or Client.of(options)
        self.calls = self.client.calls

    def resources(self) -> Iterable[Resource]:
        """Nothing is compared."""
        api_account.refuse_another_account(self.client)
        return []

    def record(self) -> list[str]:
        """Nothing is written."""
        return []

    def result(self) -> dict[str, Any]:
        """``{kind: {id: {"owner", "site", "tags", "row"}}}``; a machine that has ended is no longer held."""
        return {"snapshot": {kind: self._of(key, lists) for kind, (key, lists) in KINDS.items()}}

    def _of(self, key: str, lists: Callable[[Client], list[Row]]) -> dict[str, Any]:
        rows = {
            str(row[key]): row for row in lists(self.client) if row.get("State") != {"Code": 48, "Name": "terminated"}
        }
        if key in TAGGED_APART and rows:
            reads = api_balancers.list_classic_tags if key == "LoadBalancerName" else api_balancers.list_tags
            for tagged in reads(self.client, sorted(rows)):
                rows[tagged[TAGGED_APART[key]]]["Tags"] = tagged["Tags"]
        return {name: _seen(row) for name, row in sorted(rows.items())}


def _seen(row: Row) -> dict[str, Any]:
    tags = tags_of(row)
    plain = json.loads(json.dumps(row, sort_keys=True, default=str))  # times become text, as the module's result needs
    return {"owner": tags.get(OWNER), "site": tags.get(SITE), "tags": tags, "row": plain}
