# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Which part of a site's pod range each machine gets: the lowest free one, kept for as long as the machine lives."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network

from .._engine.errors import Refused


def part_or_none(text: str | None, site_range: str, prefix: int) -> str | None:
    """``text`` if it is a part that a machine of this site may have; None for anything else, as if it were lost."""
    try:
        part = IPv4Network(text or "")
    except ValueError:
        return None
    return text if part.prefixlen == prefix and part.subnet_of(IPv4Network(site_range)) else None


def refuse_shared_parts(parts: Mapping[str, str]) -> None:
    """Raise Refused when two machines (``{name: part}``) have the same part: their pods would share addresses."""
    owners: dict[str, str] = {}
    for name, part in sorted(parts.items()):
        if part in owners:
            raise Refused(
                f"{owners[part]} and {name} both have the pod range {part}: somebody changed the tag of one of them; "
                "put it back as /etc/pangaea/node.json on that machine says, or replace it"
            )
        owners[part] = name


def give_out(site_range: str, prefix: int, used: Iterable[str], names: Iterable[str]) -> dict[str, str]:
    """``{name: part}`` for new machines in their order: the lowest free parts. Raises Refused when none is left."""
    taken = set(used)
    free = (str(part) for part in IPv4Network(site_range).subnets(new_prefix=prefix))
    left = (part for part in free if part not in taken)
    given: dict[str, str] = {}
    for name in names:
        part = next(left, None)
        if part is None:
            raise Refused(
                f"machine {name}: all parts (/{prefix}) of the site's pod range {site_range} are used; "
                "remove machines first, or put the new ones in another site"
            )
        given[name] = part
    return given
