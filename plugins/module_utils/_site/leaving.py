# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What a site that leaves refuses in every cloud."""

from __future__ import annotations

from collections.abc import Iterable

from .._engine.errors import Refused


def refuse_while_our_machines_are_there(key: str, machines: Iterable[str], module: str) -> None:
    """Raise Refused, naming them: half of a network would be deleted before the cloud says that it is in use."""
    names = sorted(machines)
    if names:
        raise Refused(
            f"delete {key}: the machines {', '.join(names)} are still there; delete the site's machines first "
            f"(state: absent of {module})"
        )
