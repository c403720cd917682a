# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a deployment's template asks for: resources with ids and bodies, and which of them wait for which.

learn.microsoft.com/azure/azure-resource-manager/templates/syntax, .../resource-dependency. Of the template language
this reads plain values and `[parameters('name')]`; every other expression, copies, conditions, nested templates,
variables and outputs are 501.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.azure import ids, registry
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Kind

if TYPE_CHECKING:
    from sandbox.azure.store import Body, Resource

PARAMETER = re.compile(r"\[parameters\('([^']+)'\)\]")
OWN = frozenset({"type", "name", "apiVersion", "dependsOn", "comments"})  # what is not a part of the resource
MEANT = OWN | {"location", "tags", "sku", "zones", "properties"}


@dataclass
class Part:
    """One resource of a template. `after` are the keys of those that must be there first."""

    id: str
    kind: Kind
    version: str
    body: Body
    after: set[str] = field(default_factory=set)
    operation: str | None = None  # that writes it

    @property
    def key(self) -> str:
        return ids.key(self.id)


def parts(template: Any, given: Body, group: Resource) -> list[Part]:
    """The resources that a template describes. Raises ArmError InvalidTemplate, or 501 for what is not read here."""
    if not isinstance(template, dict) or not isinstance(template.get("resources"), list):
        raise invalid("the template has no list of resources")
    for name in ("variables", "outputs", "functions", "definitions"):
        if template.get(name):
            raise not_implemented(f"{name} of a template")
    values = _values(template.get("parameters") or {}, given)
    found = [_part(row, values, group) for row in template["resources"]]
    by_key = {one.key: one for one in found}
    if len(by_key) < len(found):
        raise invalid("a resource is defined more than once")
    for one, row in zip(found, template["resources"], strict=True):
        one.after = {_meant(word, by_key, group) for word in row.get("dependsOn") or []}
    _refuse_circles(found)
    return found


def invalid(why: str) -> ArmError:
    """As ARM refuses a template before anything of it is made."""
    return ArmError("InvalidTemplate", f"Deployment template validation failed: '{why}.'.")


def _values(declared: Body, given: Body) -> Body:
    """Parameters by name: what was given, else the default."""
    unknown = sorted(given.keys() - declared.keys())
    if unknown:
        raise invalid(f"the template parameter '{unknown[0]}' is not defined")
    values = {}
    for name, rule in declared.items():
        if name in given:
            values[name] = given[name].get("value")
        elif "defaultValue" in rule:
            values[name] = rule["defaultValue"]
        else:
            raise invalid(f"the value for the template parameter '{name}' is not provided")
    return values


def _part(row: Any, values: Body, group: Resource) -> Part:
    if not isinstance(row, dict):
        raise invalid("a resource is not an object")
    for name in ("type", "name", "apiVersion"):
        if not isinstance(row.get(name), str):
            raise invalid(f"a resource has no '{name}'")
    if row.keys() - MEANT:
        raise not_implemented(f"'{min(row.keys() - MEANT)}' of a resource in a template")
    whole = {name: _filled(value, values) for name, value in row.items()}
    kind = registry.BY_TYPE.get(whole["type"].lower())
    if kind is None:
        raise not_implemented(f"the resource type {whole['type']}")
    names = tuple(whole["name"].split("/"))
    if len(names) != len(kind.types):
        raise invalid(f"the resource '{whole['name']}' has not as many names as its type '{whole['type']}'")
    number = ids.join(group.subscription, group.name, kind.namespace, kind.types, names)
    return Part(number, kind, whole["apiVersion"], {name: whole[name] for name in whole.keys() - OWN})


def _filled(value: Any, values: Body) -> Any:
    if isinstance(value, dict):
        return {name: _filled(inner, values) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, values) for inner in value]
    if not isinstance(value, str) or not (value.startswith("[") and value.endswith("]")):
        return value
    if value.startswith("[["):  # an escaped bracket
        return value[1:]
    named = PARAMETER.fullmatch(value)
    if named is None:
        raise not_implemented(f"the template expression {value}")
    if named[1] not in values:
        raise invalid(f"the template parameter '{named[1]}' is not found")
    return values[named[1]]


def _meant(word: str, by_key: dict[str, Part], group: Resource) -> str:
    """The part that an element of dependsOn names: by id, by type and names ("A.B/types/name"), or by name."""
    if word.startswith("["):
        raise not_implemented(f"the template expression {word}")
    prefix = f"{group.key}/providers/"
    keys = [key for key, one in by_key.items() if ids.key(word) in (key, key.removeprefix(prefix))
            or ids.key(word) == ids.last(one.id).lower()]  # fmt: skip
    if len(keys) != 1:
        raise invalid(f"the resource '{word}' is not defined in the template")
    return keys[0]


def _refuse_circles(found: list[Part]) -> None:
    done: set[str] = set()
    left = list(found)
    while left:
        free = [one for one in left if one.after <= done]
        if not free:
            raise invalid(f"circular dependency detected on resource '{left[0].id}'")
        done |= {one.key for one in free}
        left = [one for one in left if one.key not in done]
