# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One network's router: a network namespace into which every machine is plugged by a cable of its own.

There is no bridge: a machine sees its subnet as usual and the router answers for the others (proxy ARP), so that
every packet between two machines meets the router's rules.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from sandbox.fabric import addresses, dhcp, routes, rules
from sandbox.fabric.internet import KERNEL, Internet
from sandbox.fabric.metadata import Answer, Log, Service
from sandbox.fabric.names import Names, interface
from sandbox.fabric.system import add_namespace, batch, command, delete_namespace, inside, set_kernel
from sandbox.fabric.view import Port, View
from sandbox.fabric.world import Machine, Network, World

_KERNEL = {
    **KERNEL,
    "ipv4/conf/all/proxy_arp": "1",
}
# A forwarding machine shows us the same packet twice. The value exists once a rule has asked for connections.
_LIBERAL = {"netfilter/nf_conntrack_tcp_be_liberal": "1"}


class Router:
    """One router. `apply` makes it as the world wants it; each part is touched only if it differs."""

    def __init__(self, names: Names, internet: Internet, network: str, answer: Answer, log: Log) -> None:
        self.namespace = names.router(network)
        self.uplink = interface("n", network)
        self._names = names
        self._view: View | None = None
        self._tables: dict[str, int] = {}
        self._entries: routes.Entries = {}
        self._ruleset = ""
        self._plugged: dict[str, Machine] = {}
        add_namespace(self.namespace)
        set_kernel(self.namespace, _KERNEL)
        self.transit = internet.join(self.namespace, self.uplink)
        own = [
            "link set lo up",
            f"address replace {self.transit}/32 dev wan",
            f"address replace {addresses.METADATA}/32 dev lo",
            "link set wan up",
        ]
        batch(self.namespace, own)
        self._metadata = Service(self.namespace, self._who, answer, log)
        self._dhcp = dhcp.Service(self.namespace, self._at)

    def apply(self, world: World, network: Network, up: frozenset[str], cut: frozenset[str]) -> None:
        """Make rules, cables and routes so, in an order in which nothing is ever open that should be closed."""
        view = View.of(world, network, self.transit, up, cut)
        self._number(network)
        entries = routes.router(view, self._tables)
        gone, _ = routes.changes(self._entries, entries)
        self._view = view
        self._load(rules.ruleset(view, self._tables))
        batch(self.namespace, gone, check=False)  # a route may have gone with its cable
        self._entries = {key: entry for key, entry in self._entries.items() if key in entries}
        self._replug(view.live)
        _, new = routes.changes(self._entries, entries)
        # A rule cannot be replaced, and one that an interrupted apply has added already is as wanted.
        batch(self.namespace, [line for line in new if line.startswith("rule ")], check=False)
        batch(self.namespace, [line for line in new if not line.startswith("rule ")])
        self._entries = entries

    def close(self) -> None:
        self._metadata.close()
        self._dhcp.close()
        for key in list(self._plugged):
            self._unplug(key)
        delete_namespace(self.namespace)

    def drop(self, machine: str) -> None:
        """Take a machine's link down at once; the next `apply` clears up."""
        batch(self.namespace, [f"link set {interface('m', machine)} down"], check=False)

    def _who(self, address: str) -> Machine | None:
        ports = self._view.ports if self._view else ()
        return next((port.machine for port in ports if port.machine.private_address == address), None)

    def _at(self, ours: str) -> tuple[Machine, str, str] | None:
        """(machine, its subnet's range, its resolver) behind one of our interfaces."""
        view = self._view
        for port in view.ports if view else ():
            if view is not None and port.interface == ours:
                return port.machine, view.subnet(port.machine).cidr, addresses.resolvers(view.network)[0]
        return None

    def _number(self, network: Network) -> None:
        """Give each subnet a table; it keeps it for as long as it is there."""
        keys = [subnet.key for subnet in network.subnets]
        self._tables = {key: number for key, number in self._tables.items() if key in keys}
        for key in keys:
            if key not in self._tables:
                used = set(self._tables.values())
                self._tables[key] = next(n for n in range(routes.FIRST_TABLE, 100_000) if n not in used)

    def _load(self, ruleset: str) -> None:
        if ruleset != self._ruleset:
            inside(self.namespace, lambda: command("nft", "-f", "-", text=ruleset))
            set_kernel(self.namespace, _LIBERAL)
            self._ruleset = ruleset

    def _replug(self, live: Iterable[Port]) -> None:
        wanted = {port.machine.key: port.machine for port in live}
        for key in [key for key in self._plugged if key not in wanted]:
            self._unplug(key)
        for key, machine in wanted.items():
            before = self._plugged.get(key)
            if before is None:
                self._plug(machine)
            elif before.public_address != machine.public_address:
                self._forget(machine.private_address)
            self._plugged[key] = machine

    def _plug(self, machine: Machine) -> None:
        """Make the machine's namespace and the cable: what DHCP would have told it is set before it boots."""
        assert self._view is not None
        namespace, ours = self._names.machine(machine.key), interface("m", machine.key)
        subnet = self._view.subnet(machine)
        length = ipaddress.IPv4Network(subnet.cidr).prefixlen
        add_namespace(namespace)
        batch(self.namespace, [f"link delete {ours}"], check=False)  # what an interrupted apply has left
        batch(self.namespace, [f"link add {ours} type veth peer name eth0 netns {namespace}", f"link set {ours} up"])
        # By default a router takes up to 0.8 s before it answers for others.
        set_kernel(self.namespace, {f"ipv4/neigh/{ours}/proxy_delay": "0"})
        lines = [
            "link set lo up",
            f"address add {machine.private_address}/{length} broadcast + dev eth0",
            "link set eth0 up",
            f"route add default via {addresses.gateway(subnet.cidr)} dev eth0",
        ]
        batch(namespace, lines)

    def _unplug(self, key: str) -> None:
        machine = self._plugged.pop(key)
        batch(self.namespace, [f"link delete {interface('m', key)}"], check=False)
        delete_namespace(self._names.machine(key))
        self._forget(machine.private_address)

    def _forget(self, address: str) -> None:
        """Drop remembered connections of an address: the next owner must not inherit what they were allowed."""
        for side in ("--orig-src", "--reply-src"):
            inside(self.namespace, lambda side=side: command("conntrack", "-D", side, address, check=False))  # type: ignore[misc]
