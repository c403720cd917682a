# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The address ranges of a cluster: apart from each other, and wide enough for the machines."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Final

from .clouds import CLOUDS, Cloud
from .constants import PODS_PREFIX
from .problem import Path, dotted
from .shape import Place

Found = dict[str, Any]

PARTS: Final = 4  # a site's network is cut into so many subnets of one size; up to three zones take one each
_SURE_ZONES: Final = 2  # every region has as many; whether a third one offers the sizes is known only there

_RESERVED: Final = {
    "0.0.0.0/8": "which names no machine",
    "127.0.0.0/8": "each machine's own loopback",
    "169.254.0.0/16": "where the clouds have their metadata services and VPN gateways",
    "172.17.0.0/16": "the bridge that Docker makes on many machines",
    "224.0.0.0/3": "which is multicast, or never given out",
}
_WIDEST: Final = 8  # of any range: 10.0.0.0/8 is the widest private network
_WIDEST_SERVICES: Final = 12  # the API server takes 20 bits at most
_NARROWEST_SERVICES: Final = 24  # the tenth address is the DNS, the rest is for Services


@dataclass(frozen=True)
class _Range:
    path: Path
    net: IPv4Network


def subnets(cidr: str) -> list[str]:
    """The parts of a site's network, in order: `10.64.0.0/16` gives 10.64.0.0/18 to 10.64.192.0/18."""
    return [str(part) for part in IPv4Network(cidr).subnets(prefixlen_diff=int(math.log2(PARTS)))]


def tenth_address(services: str) -> str:
    """Where kubeadm puts the cluster's DNS."""
    return str(IPv4Network(services)[10])


def judge(found: Found, place: Place) -> None:
    found_ranges = [here for here in _ranges(found) if _is_a_part(here, place)]
    for position, here in enumerate(found_ranges):
        others = [
            f"{dotted(other.path)} ({other.net})" for other in found_ranges[:position] if here.net.overlaps(other.net)
        ]
        kept = [f"{net}, {use}" for net, use in _RESERVED.items() if here.net.overlaps(IPv4Network(net))]
        if others or kept:
            fix = f"choose one that is apart, for example {_free(here.net, found_ranges)}"
            place.document.bad(here.path, str(here.net), f"overlaps {', '.join(others + kept)}", fix)
    _judge_services(found, place)
    for name, site in found.get("sites", {}).items():
        cloud = CLOUDS.get(site.get("cloud", ""))
        if cloud and "cidr" in site and _judge_width(site, cloud, place / "sites" / name / "cidr"):
            _judge_room(found, name, cloud, place / "sites" / name / "cidr")
        if "pods" in site:
            _judge_pods(found, name, place / "sites" / name / "pods")


def _is_a_part(here: _Range, place: Place) -> bool:
    """False, with a complaint, for a range as wide as the internet: it would overlap everything else too."""
    if here.net.prefixlen >= _WIDEST:
        return True
    why = f"is a /{here.net.prefixlen}, wider than the widest private network"
    place.document.bad(here.path, str(here.net), why, "write a /16, like 10.128.0.0/16")
    return False


def _ranges(found: Found) -> list[_Range]:
    result = []
    for name, site in found.get("sites", {}).items():
        for key in ("cidr", "pods"):
            if key in site:
                result.append(_Range(("sites", name, key), IPv4Network(site[key])))
    services = found.get("network", {}).get("services")
    return [*result, _Range(("network", "services"), IPv4Network(services))] if services else result


def _free(like: IPv4Network, taken: list[_Range]) -> str:
    """A private network of the same size that overlaps nothing."""
    for candidate in IPv4Network("10.0.0.0/8").subnets(new_prefix=max(like.prefixlen, 16)):
        if not any(candidate.overlaps(other.net) for other in taken):
            return str(next(candidate.subnets(new_prefix=like.prefixlen))) if like.prefixlen > 16 else str(candidate)
    return "one in 192.168.0.0/16"


def _judge_services(found: Found, place: Place) -> None:
    services = found.get("network", {}).get("services")
    prefix = IPv4Network(services).prefixlen if services else None
    if prefix is not None and not _WIDEST_SERVICES <= prefix <= _NARROWEST_SERVICES:
        why = f"is a /{prefix}, and a range of Services is a /{_WIDEST_SERVICES} to a /{_NARROWEST_SERVICES}"
        place.document.bad(("network", "services"), services, why, "write a /16, like 10.96.0.0/16")


def _judge_width(site: Found, cloud: Cloud, place: Place) -> bool:
    prefix = IPv4Network(site["cidr"]).prefixlen
    if cloud.widest <= prefix <= cloud.narrowest:
        return True
    usual = f"a network in {cloud.title} that is cut into {PARTS} subnets is a /{cloud.widest} to a /{cloud.narrowest}"
    why = f"is a /{prefix}, and {usual}"
    place.bad(site["cidr"], why, "write a /16 to a /20, which leaves room to grow")
    return False


def _judge_room(found: Found, name: str, cloud: Cloud, place: Place) -> None:
    """Machines take turns over the zones by their number, each group from the first zone on."""
    site = found["sites"][name]
    zones = len(site.get("zones") or []) or _SURE_ZONES
    turns = Counter((number - 1) % zones for group in _numbers(found, name) for number in group)
    most = max(turns.values(), default=0)
    part = IPv4Network(subnets(site["cidr"])[0])
    room = part.num_addresses - cloud.reserved
    if most > room:
        why = (
            f"is too small: up to {most} machines stand in one of its subnets, and a /{part.prefixlen} has room for "
            f"{room} ({cloud.title} keeps {cloud.reserved} addresses)"
        )
        needed = 32 - 2 - math.ceil(math.log2(most + cloud.reserved))
        place.bad(site["cidr"], why, f"write a /{needed} or wider, or ask for fewer machines")


def _judge_pods(found: Found, name: str, place: Place) -> None:
    pods = IPv4Network(found["sites"][name]["pods"])
    nodes = sum(len(group) for group in _numbers(found, name))
    room = 2 ** max(PODS_PREFIX - pods.prefixlen, 0) if pods.prefixlen <= PODS_PREFIX else 0
    if nodes > room or not room:
        why = (
            f"is too small: each node gets a /{PODS_PREFIX} of it, so it serves {room} nodes, and the site has {nodes}"
        )
        needed = PODS_PREFIX - math.ceil(math.log2(max(nodes, 1)))
        place.bad(str(pods), why, f"write a /{needed} or wider, or ask for fewer machines")


def _numbers(found: Found, site: str) -> list[list[int]]:
    """The numbers of the machines that each group has in a site."""
    result = []
    for group in [found.get("control_plane", {}), *found.get("pools", {}).values()]:
        skip = group.get("skip") or []
        skipped = set(skip.get(site, []) if isinstance(skip, dict) else skip)
        result.append([n for n in range(1, group.get("machines", {}).get(site, 0) + 1) if n not in skipped])
    return result
