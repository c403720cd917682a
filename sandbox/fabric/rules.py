# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The nftables rules of one router, as text: source and destination check, 1:1 NAT, firewalls.

Pure: the same view gives the same text. The text replaces all rules of the table in one transaction and keeps
the chains, so that no packet meets a router without rules and connections are remembered over a change.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping

from sandbox.fabric import addresses
from sandbox.fabric.view import Port, View
from sandbox.fabric.world import Machine, Rule

_CHAINS = {
    "origin": "type filter hook prerouting priority raw; policy accept;",
    "path": "type filter hook prerouting priority mangle; policy accept;",
    "arrive": "type nat hook prerouting priority dstnat; policy accept;",
    "leave": "type nat hook postrouting priority srcnat; policy accept;",
    "through": "type filter hook forward priority filter; policy drop;",
    "own": "type filter hook input priority filter; policy drop;",
    "egress": "",
    "ingress": "",
}
_DHCP = "udp sport 68 udp dport 67"
_DNS = "meta l4proto { tcp, udp } th dport 53"


def ruleset(view: View, tables: Mapping[str, int]) -> str:
    """Text for `nft -f -`. `tables` gives each subnet key its number: packet mark and routing table."""
    rules = {
        "origin": _origin(view),
        "path": _path(view, tables),
        "arrive": _arrive(view),
        "leave": _leave(view),
        "through": _through(view),
        "own": _own(view),
        "egress": _egress(view),
        "ingress": _ingress(view),
    }
    head = "\n".join(f"  chain {name} {{ {hook} }}" for name, hook in _CHAINS.items())
    body = "\n".join(f"add rule ip fabric {name} {rule}" for name, lines in rules.items() for rule in lines)
    return f"table ip fabric {{\n{head}\n}}\nflush table ip fabric\n{body}\n"


def _origin(view: View) -> Iterable[str]:
    """Source check: a machine sends from its own address, unless its cloud lets it forward."""
    if cut := _interfaces(port for port in view.live if port.cut):
        yield f"iifname {cut} drop"
    yield 'iifname { "lo", "wan" } accept'
    if forwarders := _interfaces(port for port in view.live if port.machine.forwards):
        yield f"iifname {forwarders} ip daddr != {addresses.METADATA} accept"
    if own := _own_addresses(view):
        yield f"iifname . ip saddr {own} accept"
    yield f"ip saddr 0.0.0.0 {_DHCP} accept"
    yield "drop"


def _path(view: View, tables: Mapping[str, int]) -> Iterable[str]:
    """Each subnet has its own routes: the mark names the table. The resolver is found whatever they say."""
    if marks := _set(f'"{port.interface}" : {tables[port.machine.subnet]}' for port in view.live):
        yield f"meta mark set iifname map {marks}"
    yield f"ip daddr {_set(view.resolvers)} {_DNS} meta mark set 0"


def _arrive(view: View) -> Iterable[str]:
    if private := _set(f"{m.public_address} : {m.private_address}" for m in _published(view)):
        yield f'iifname "wan" dnat to ip daddr map {private}'
    yield f'iifname != "wan" ip daddr {_set(view.resolvers)} {_DNS} dnat to {addresses.RESOLVER}'


def _leave(view: View) -> Iterable[str]:
    yield f'oifname "wan" {_asked_resolver(view)} snat to {view.transit}'
    if public := _set(f"{m.private_address} : {m.public_address}" for m in _published(view)):
        yield f'oifname "wan" snat to ip saddr map {public}'


def _through(view: View) -> Iterable[str]:
    """What passes the router. The order says what even a connection known as allowed does not survive."""
    if cut := _interfaces(port for port in view.live if port.cut):
        yield f"oifname {cut} drop"
    yield f'oifname "wan" {_asked_resolver(view)} accept'
    yield f'oifname "wan" ip daddr {_set(addresses.PRIVATE)} drop'
    published = _set(m.private_address for m in _published(view))
    yield f'oifname "wan" ip saddr != {published} drop' if published else 'oifname "wan" drop'
    # Destination check, the other half of the one in "origin".
    forwarders = _interfaces(port for port in view.live if port.machine.forwards)
    picky = f'oifname != "wan" oifname != {forwarders}' if forwarders else 'oifname != "wan"'
    if own := _own_addresses(view):
        yield f"{picky} oifname . ip daddr != {own} drop"
    yield "ct state established,related accept"
    yield "ct state invalid drop"
    yield 'iifname != "wan" jump egress'
    yield 'oifname != "wan" jump ingress'
    yield "accept"


def _own(view: View) -> Iterable[str]:
    """What the router itself answers: metadata and DHCP, and those to its machines alone."""
    yield "ct state established,related accept"
    yield f'iifname != "wan" ip daddr {addresses.METADATA} tcp dport 80 accept'
    yield f'iifname != "wan" {_DHCP} accept'


def _egress(view: View) -> Iterable[str]:
    for firewall in view.firewalls:
        ports = _interfaces(port for port in view.members(firewall.key) if port.up)
        for rule in firewall.egress if ports else ():
            yield from (f"iifname {ports} {match} return" for match in _matches(view, rule, "daddr"))
    yield "drop"


def _ingress(view: View) -> Iterable[str]:
    for firewall in view.firewalls:
        ports = _interfaces(port for port in view.members(firewall.key) if port.up)
        for rule in firewall.ingress if ports else ():
            yield from (f"oifname {ports} {match} return" for match in _matches(view, rule, "saddr"))
    yield "drop"


def _matches(view: View, rule: Rule, side: str) -> Iterable[str]:
    """At most one match: none when the rule names only groups without a member."""
    peers: list[ipaddress.IPv4Network] = []
    for peer in rule.peers:
        if peer.startswith("group:"):
            members = view.members(peer.removeprefix("group:"))
            peers += [ipaddress.IPv4Network(port.machine.private_address) for port in members]
        else:
            peers.append(ipaddress.IPv4Network(peer))
    if not peers:
        return
    # Collapsed, since nft refuses a set whose ranges overlap.
    address = f"ip {side} {_set(str(peer) for peer in ipaddress.collapse_addresses(peers))}"
    if rule.protocol == "all":
        yield address
    elif rule.ports is None:
        yield f"{address} meta l4proto {rule.protocol}"
    else:
        yield f"{address} {rule.protocol} dport {rule.ports[0]}-{rule.ports[1]}"


def _asked_resolver(view: View) -> str:
    return f"ip daddr {addresses.RESOLVER} ct original ip daddr {_set(view.resolvers)}"


def _published(view: View) -> list[Machine]:
    """Machines with a public address, running or not: the address stays theirs."""
    return [port.machine for port in view.ports if port.machine.public_address]


def _own_addresses(view: View) -> str:
    return _set(f'"{port.interface}" . {port.machine.private_address}' for port in view.live)


def _interfaces(ports: Iterable[Port]) -> str:
    return _set(f'"{port.interface}"' for port in ports)


def _set(elements: Iterable[str]) -> str:
    """An anonymous set, or "" without elements, which nft would refuse."""
    listed = ", ".join(elements)
    return f"{{ {listed} }}" if listed else ""
