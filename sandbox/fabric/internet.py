# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's internet: a network namespace between the routers, with a resolver and room for services.

Whoever acts as a person on the internet (ssh, curl) runs in this namespace and has the address RUNNER.
The mirror binds to MIRROR, which is there from the start. Public addresses nobody has swallow what is sent to
them, as on the real internet; everything else is unreachable at once.
"""

from __future__ import annotations

import json
import pathlib
import subprocess

from sandbox.fabric import addresses, cgroup, spawn
from sandbox.fabric.names import Names
from sandbox.fabric.routes import Entries, changes
from sandbox.fabric.system import add_namespace, batch, command, set_kernel

KERNEL = {
    "ipv4/ip_forward": "1",
    "ipv4/conf/all/rp_filter": "0",
    "ipv4/conf/default/rp_filter": "0",
    "ipv4/conf/all/send_redirects": "0",
    "ipv4/conf/default/send_redirects": "0",
    "ipv6/conf/all/disable_ipv6": "1",
    "ipv6/conf/default/disable_ipv6": "1",
}


class Internet:
    """One sandbox's internet. `apply` gives it the routes to public addresses."""

    def __init__(self, names: Names, folder: pathlib.Path) -> None:
        self.namespace = names.internet
        self._folder = folder
        self._entries: Entries = {}
        self._resolver: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        add_namespace(self.namespace)
        set_kernel(self.namespace, KERNEL)
        own = (addresses.RUNNER, addresses.RESOLVER, addresses.MIRROR, addresses.TRANSIT_INTERNET)
        lines = [
            "link set lo up",
            *(f"address replace {address}/32 dev lo" for address in own),
            # A bridge without ports and without ARP: packets go in and are never seen again.
            "link add sink type bridge",
            "link set sink arp off up",
            f"route replace {addresses.PUBLIC} dev sink src {addresses.RUNNER}",
            "route replace unreachable default",
        ]
        batch(self.namespace, lines)
        self.watch()

    def watch(self) -> None:
        """Start the resolver, again if it has ended."""
        if self._resolver is not None and self._resolver.poll() is None:
            return
        # Google's machines ask for their metadata server by name; to the others the name means nothing.
        names = {addresses.MIRROR_NAME: addresses.MIRROR, "metadata.google.internal": addresses.METADATA}
        answers = [f"--host-record={name},{address}" for name, address in names.items()]
        # No upstream at all: what is not of the sandbox does not exist, said at once. cloud-init and others ask
        # for names that a dead resolver would let them wait a minute for.
        rules = ["--no-resolv", "--no-hosts", "--no-poll", "--address=/#/", "--local=/pangaea.test/"]
        listen = [f"--listen-address={addresses.RESOLVER}", "--bind-interfaces", "--pid-file=", "--conf-file=/dev/null"]
        argv = [
            "ip",
            "netns",
            "exec",
            self.namespace,
            "dnsmasq",
            "--keep-in-foreground",
            "--user=root",
            "--log-facility=-",
        ]
        self._resolver = spawn.start(self.namespace, [*argv, *listen, *rules, *answers], self._folder / "resolver.log")

    def join(self, router: str, interface: str) -> str:
        """Lay the link to a router unless it is there; the router's end is called wan. Returns its transit address."""
        links = {link["ifname"]: link for link in json.loads(command("ip", "-n", self.namespace, "-j", "link", "show"))}
        if interface not in links:
            batch(self.namespace, [f"link add {interface} type veth peer name wan netns {router}"])
            batch(self.namespace, [f"link set {interface} up"])
            links = {
                link["ifname"]: link for link in json.loads(command("ip", "-n", self.namespace, "-j", "link", "show"))
            }
        transit = addresses.transit(int(links[interface]["ifindex"]))
        batch(self.namespace, [f"route replace {transit}/32 dev {interface} src {addresses.TRANSIT_INTERNET}"])
        return transit

    def apply(self, entries: Entries) -> None:
        """Make the routes to public addresses so; those of links that went are gone already."""
        gone, new = changes(self._entries, entries)
        batch(self.namespace, gone, check=False)
        self._entries = {key: entry for key, entry in self._entries.items() if key in entries}
        batch(self.namespace, new)
        self._entries = dict(entries)

    def stop(self) -> None:
        cgroup.kill(self.namespace)
        if self._resolver is not None:
            self._resolver.wait()
