# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the simulated Google as the fabric's world: networks, routes and firewalls become real ones.

What the fabric's model cannot say is told by `gaps`, not left out in silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from sandbox.fabric.world import Firewall, Machine, Network, Route, Subnet, World
from sandbox.gcp import catalog, effective
from sandbox.gcp.cloud import Cloud
from sandbox.gcp.kinds import DISK, FIREWALL, INSTANCE, NETWORK, ROUTE, SUBNETWORK
from sandbox.gcp.links import path_of
from sandbox.gcp.rules_address import public_of
from sandbox.gcp.rules_instance import key_of
from sandbox.gcp.rules_route import machine_at
from sandbox.gcp.store import Entry, Row

RESOLVER = "169.254.169.254"  # Compute Engine documentation, "Internal DNS": the metadata server answers names, too
GONE = ("STOPPING", "TERMINATED", "STOPPED", "SUSPENDED")


def world_of(cloud: Cloud) -> World:
    """Everything of all projects. Networks without a subnetwork stay on paper. Call it with the cloud's lock held."""
    networks = [one for one in cloud.store.all(NETWORK) if _subnets(cloud, one)]
    machines = cloud.store.all(INSTANCE)
    return World(
        tuple(_network(cloud, one) for one in networks),
        tuple(_firewalls(cloud, machines)),
        tuple(_machine(cloud, one) for one in machines),
    )


def gaps(cloud: Cloud) -> list[str]:
    """What of the state the fabric does not do, as sentences."""
    found = []
    routes = [one.row for one in cloud.store.all(ROUTE)]
    found += [f"route {row['name']}: routes for network tags do not reach the fabric" for row in routes
              if row.get("tags")]  # fmt: skip
    seen: dict[tuple[str, str, int], str] = {}
    for row in routes:
        key = (row["network"], row["destRange"], row["priority"])
        if key in seen:
            found.append(f"route {row['name']}: the fabric does not spread traffic over it and {seen[key]}")
        seen[key] = row["name"]
    for one in cloud.store.all(FIREWALL):
        for traffic in one.row.get("denied") or one.row["allowed"]:
            if effective.NUMBERS.get(traffic["IPProtocol"], traffic["IPProtocol"]) not in ("all", *effective.SPOKEN):
                found.append(f"firewall {one.name}: the fabric does not know the protocol {traffic['IPProtocol']}")
    return found


def _subnets(cloud: Cloud, network: Entry) -> list[Entry]:
    return [one for one in cloud.store.all(SUBNETWORK) if one.row["network"] == network.row["selfLink"]]


def _ranges(subnet: Entry) -> list[str]:
    return [part["ipCidrRange"] for part in (subnet.row, *subnet.row.get("secondaryIpRanges", []))]


def _network(cloud: Cloud, network: Entry) -> Network:
    subnets = _subnets(cloud, network)
    cidrs = tuple(cidr for subnet in subnets for cidr in _ranges(subnet))
    routes = tuple(_routes(cloud, network, cidrs))
    shown = tuple(Subnet(_key(one), one.row["ipCidrRange"], routes) for one in subnets)
    return Network(_key(network), cidrs, shown, RESOLVER)


def _key(entry: Entry) -> str:
    return f"gce-{entry.kind.word}-{entry.row['id']}"


def _routes(cloud: Cloud, network: Entry, cidrs: Iterable[str]) -> Iterator[Route]:
    """One route per destination: of those whose next hop can be used, the one with the lowest priority number.

    Source: VPC documentation, "Routes", routing order (unusable next hops are ignored).
    """
    yield from (Route(cidr, "local") for cidr in cidrs)
    best: dict[str, tuple[int, str, str]] = {}
    for one in cloud.store.all(ROUTE):
        row = one.row
        if row["network"] != network.row["selfLink"] or "nextHopNetwork" in row or row.get("tags"):
            continue
        target = _target(cloud, row)
        if target is not None:
            found = (row["priority"], row["name"], target)
            best[row["destRange"]] = min(found, best.get(row["destRange"], found))
    yield from (Route(cidr, target) for cidr, (_, _, target) in sorted(best.items()))


def _target(cloud: Cloud, row: Row) -> str | None:
    """Where a static route leads, or None while its next hop cannot be used."""
    if "nextHopGateway" in row:
        return "internet"
    if "nextHopIp" in row:
        machine = machine_at(cloud.store, row["network"], row["nextHopIp"])
    else:
        machine = cloud.store.get(path_of(row["nextHopInstance"]))
    if machine is None or machine.row["status"] in GONE:
        return None
    return f"machine:{key_of(machine.row)}"


def _firewalls(cloud: Cloud, machines: list[Entry]) -> Iterator[Firewall]:
    """One per network and set of tags, with the effect of all rules of the network."""
    for key, (network, tags) in {_firewall_key(one): _network_tags(one) for one in machines}.items():
        rows = [one.row for one in cloud.store.all(FIREWALL) if one.row["network"] == network]

        def members(tag: str, network: str = network) -> list[str]:
            return [one.row["networkInterfaces"][0]["networkIP"] for one in machines
                    if _network_tags(one)[0] == network and tag in _network_tags(one)[1]]  # fmt: skip

        yield Firewall(key, tuple(effective.rules(rows, "INGRESS", set(tags), members)),
                       tuple(effective.rules(rows, "EGRESS", set(tags), members)))  # fmt: skip


def _network_tags(machine: Entry) -> tuple[str, tuple[str, ...]]:
    return machine.row["networkInterfaces"][0]["network"], tuple(sorted(machine.row["tags"].get("items", [])))


def _firewall_key(machine: Entry) -> str:
    return "gce-tags-" + hashlib.sha256(repr(_network_tags(machine)).encode()).hexdigest()[:16]


def _machine(cloud: Cloud, entry: Entry) -> Machine:
    row = entry.row
    nic = row["networkInterfaces"][0]
    subnet, network = (cloud.store.entries[path_of(nic[name])] for name in ("subnetwork", "network"))
    boot = cloud.store.entries[path_of(row["disks"][0]["source"])]
    image = catalog.image(path_of(boot.row.get("sourceImage", "")))
    public = public_of(row)
    return Machine(
        key=key_of(row), name=entry.name, network=_key(network), subnet=_key(subnet),
        private_address=nic["networkIP"], public_address=public[0] if public else None,
        firewalls=(_firewall_key(entry),), forwards=row["canIpForward"],
        wanted="stopped" if row["status"] in GONE else "running", image=image.fabric if image else DISK.word,
        user_data=metadata_of(row).get("user-data", "").encode(), hop_limit=64, disk_gb=int(boot.row["sizeGb"]),
        datasource="NoCloud",
    )  # fmt: skip


def metadata_of(row: Row) -> dict[str, str]:
    """The metadata of an instance or project, by key."""
    return {item["key"]: item.get("value", "") for item in row["metadata"].get("items", [])}
