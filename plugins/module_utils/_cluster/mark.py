# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The mark ``initialised``: kept on every site, it says which control plane the cluster was made with.

Text of at most 256 characters (the limit of an AWS and Azure tag value), printable everywhere:
``ca=9f86d081884c7d65;size=medium;aws-fra=1;azure-fra=2``. ``ca`` is the start of the cluster CA's SHA-256 fingerprint.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .._engine.errors import Refused

LIMIT = 256  # characters


@dataclass(frozen=True)
class Mark:
    """Which CA, what size, and how many control-plane machines per site."""

    ca: str
    size: str
    machines: dict[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Mark:
        """Read a mark. Raises Refused when it is not one: somebody edited it, and guessing could cost the cluster."""
        try:
            pairs = dict(part.split("=", 1) for part in text.split(";"))
            ca, size = pairs.pop("ca"), pairs.pop("size")
            return cls(ca, size, {site: int(count) for site, count in sorted(pairs.items())})
        except (KeyError, ValueError) as error:
            raise Refused(
                f"the mark 'initialised' reads {text!r}, which is not ca=...;size=...;<site>=<count>: somebody changed "
                "it; restore the tag pangaea-initialised of the network from its history, then run again"
            ) from error

    def __str__(self) -> str:
        text = ";".join([f"ca={self.ca}", f"size={self.size}", *(f"{s}={n}" for s, n in sorted(self.machines.items()))])
        if len(text) > LIMIT:
            raise Refused(
                f"the mark 'initialised' has {len(text)} characters, a tag holds {LIMIT}; use shorter site names"
            )
        return text


def refuse_another_control_plane(marks: list[str], size: str, machines: dict[str, int]) -> None:
    """Raise Refused when the control plane of the cluster file is not the one that the cluster was made with."""
    wanted = {site: count for site, count in sorted(machines.items()) if count}
    found = {str(Mark.parse(text)) for text in marks}
    if len(found) > 1:
        raise Refused(
            f"the sites carry different marks 'initialised': {', '.join(sorted(found))}; set them all to the right one"
        )
    for mark in (Mark.parse(text) for text in found):
        if mark.machines != wanted:
            raise Refused(
                f"control_plane.machines is {_counts(wanted)}, and the cluster was made with {_counts(mark.machines)}: "
                "the number of control-plane machines is fixed at creation; put it back in the cluster file"
            )
        if mark.size != size:
            raise Refused(
                f"control_plane.size is {size}, and the cluster was made with {mark.size}: "
                "the size of the control plane is fixed at creation; put it back in the cluster file"
            )


def _counts(machines: dict[str, int]) -> str:
    return ", ".join(f"{site}: {count}" for site, count in machines.items()) or "none"
