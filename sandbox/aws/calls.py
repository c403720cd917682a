# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One EC2 request on its way: its region, its parameters, and whether it may change anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws.errors import AwsError
from sandbox.aws.model import Params
from sandbox.aws.region import Region

SETTLES = 1.0  # seconds that a network, a subnet or a volume takes


@dataclass
class Call:
    """A rule checks first and then calls `do`; with DryRun that is where it ends, with nothing changed."""

    region: Region
    action: str
    params: Params
    dry: bool = False
    held: bool = False

    def commit(self) -> None:
        """Everything was checked; what follows has effects."""
        if self.dry:
            raise AwsError("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)

    def do(self, params: Params | None = None, action: str = "") -> Params:
        """Have moto do this action, or another one, with these parameters or its own."""
        self.commit()
        return self.region.moto(action or self.action, self.params if params is None else params)

    def settle(self, key: str, state: str = "pending", seconds: float = SETTLES) -> None:
        """Show the thing in that state for a moment."""
        self.region.begin(key, state, seconds, stuck=self.held)


Rule = Callable[[Call], Params]
RULES: dict[str, Rule] = {}


def rule(*actions: str) -> Callable[[Rule], Rule]:
    """Mark the function that does these actions."""

    def mark(function: Rule) -> Rule:
        for action in actions:
            RULES[action] = function
        return function

    return mark


def tags_of(params: Params, kind: str) -> dict[str, str]:
    """The tags that TagSpecifications give to one kind of thing."""
    return {
        tag["Key"]: tag.get("Value", "")
        for spec in params.get("TagSpecifications", [])
        if spec.get("ResourceType") == kind
        for tag in spec.get("Tags", [])
    }


def shown(tags: dict[str, str]) -> list[dict[str, Any]]:
    """Tags as an answer lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
