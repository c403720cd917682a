# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses that the sandbox itself uses. Clouds give out public addresses from PUBLIC, but not from SERVICES."""

from __future__ import annotations

import ipaddress

from sandbox.fabric.world import Network

PUBLIC = "198.18.0.0/15"  # RFC 2544: routed nowhere, so nobody's real address is hidden
SERVICES = "198.18.0.0/24"
RUNNER = "198.18.0.1"
RESOLVER = "198.18.0.2"
MIRROR = "198.18.0.10"
MIRROR_NAME = "mirror.pangaea.test"

# Between the internet and each router; never seen by a machine.
TRANSIT_INTERNET = "100.64.0.1"
_TRANSIT = ipaddress.IPv4Network("100.64.0.0/10")

METADATA = "169.254.169.254"
LINK_RESOLVER = "169.254.169.253"
# What an internet never carries.
PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")


def transit(index: int) -> str:
    """The address of the router whose link has this index in the internet's namespace."""
    return str(_TRANSIT[256 + index])


def gateway(subnet: str) -> str:
    """The router's address in a subnet: the first one."""
    return str(ipaddress.IPv4Network(subnet)[1])


def resolvers(network: Network) -> list[str]:
    """Where a network offers a resolver to its machines; the first is what they are told."""
    return [network.resolver] if network.resolver else [str(ipaddress.IPv4Network(cidr)[2]) for cidr in network.cidrs]
