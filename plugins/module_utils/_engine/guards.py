# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Danger has a name: each guard raises Refused with what, which, why and the way out."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import NotOurs, Refused
from .resource import Change, Resource


def refuse_what_is_not_ours(steps: Iterable[tuple[Resource, Change]]) -> None:
    """Raise NotOurs for every change of a thing that carries another owner or none."""
    for resource, change in steps:
        if change.before is None or change.before.get("owner") == resource.owner:
            continue
        owner = change.before.get("owner")
        named = f"it belongs to {owner}" if owner else "it carries no owner"
        where = f" ({change.before['id']})" if "id" in change.before else ""
        raise NotOurs(
            f"{change}{where}: {named}, this cluster is {resource.owner}; if it is this cluster's, "
            f"{resource.claim}; if not, rename or remove it",
            key=change.key,
        )


def refuse_to_change_what_is_fixed(steps: Iterable[tuple[Resource, Change]]) -> None:
    """Raise Refused for an update of fields that the cloud cannot change."""
    for resource, change in steps:
        if change.action != "update" or change.before is None:
            continue
        for name in sorted(resource.fixed & change.fields.keys()):
            raise Refused(
                f"{change}: {name} is {change.before.get(name)!r} and should be {change.fields[name]!r}, "
                f"but it cannot be changed once it exists; {resource.way_out}",
                key=change.key,
                field=name,
            )


def refuse_a_moved_plan(checksum: str, expected: str | None) -> None:
    """Raise Refused if the plan is not the one that was reviewed (``expected``; None: nobody reviewed one)."""
    if expected and expected != checksum:
        raise Refused(
            f"the plan is {checksum}, and {expected} was asked for: something changed since it was made; "
            "look at a new plan, then apply that one"
        )


def refuse_too_many_deletes(deletes: list[str], limit: int) -> None:
    """Raise Refused when one run would delete more than ``limit`` things that were not asked to go."""
    if len(deletes) > limit:
        raise Refused(
            f"{len(deletes)} deletes in one run, and the limit is {limit}: {', '.join(deletes[:5])} ...; "
            "if that is meant, raise limits.max_deletes in the cluster file"
        )
