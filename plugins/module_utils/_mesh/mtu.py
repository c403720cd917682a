# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""How large a packet may be inside of a tunnel."""

from __future__ import annotations

from collections.abc import Iterable

from .._engine.errors import Refused

# Largest packet from a machine of each cloud to the internet, in bytes. Within a site more is possible (AWS 9001),
# but a tunnel interface has one MTU for all its peers, and the path to another site decides.
# AWS: "Network maximum transmission unit (MTU) for your EC2 instance"
# Azure: "TCP/IP performance tuning for Azure VMs"
# GCP: "Maximum transmission unit" (VPC networks default to 1460)
INTERNET = {"aws": 1500, "azure": 1500, "gcp": 1460}
UNKNOWN = 1500

# Outer IP header (IPv6: 40, the larger one, since a provider may translate), UDP 8, WireGuard 32.
# Source: "Header / MTU sizes for Wireguard", WireGuard mailing list, December 2017.
WIREGUARD = 40 + 8 + 32
LEAST = 1280  # IPv6 needs it on every link: RFC 8200, section 5


def tunnel_mtu(clouds: Iterable[str | None], overhead: int = WIREGUARD) -> int:
    """The MTU of tunnels between machines of ``clouds``: that of the narrowest path, without the ``overhead``.

    Raises Refused below 1280 bytes.
    """
    return inner_mtu((INTERNET.get(cloud or "", UNKNOWN) for cloud in clouds), overhead)


def inner_mtu(paths: Iterable[int], overhead: int = WIREGUARD) -> int:
    """What is left of the narrowest of ``paths`` (bytes). Raises Refused below 1280 bytes."""
    narrowest = min(paths, default=UNKNOWN)
    inner = narrowest - overhead
    if inner < LEAST:
        raise Refused(
            f"a path of {narrowest} bytes leaves {inner} inside of the tunnel, and {LEAST} are needed; "
            "raise the MTU of that network"
        )
    return inner


def ping_size(mtu: int) -> int:
    """Bytes of an ICMP echo's payload that fill one packet of ``mtu``: without IPv4 header 20 and ICMP header 8."""
    return mtu - 28
