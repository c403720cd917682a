# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A request's body on its way in: the official type, then what holds for every resource.

Pages, below learn.microsoft.com/: azure/azure-resource-manager/troubleshooting/error-sku-not-available.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.azure import catalog
from sandbox.azure.contract import Breach
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.kinds import Kind, served, unserved

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body, Resource

TAGS, TAG_NAME, TAG_VALUE = 50, 512, 256  # learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
NOT_IN_TAGS = frozenset("<>%&\\?/")


def taken_in(cloud: Cloud, kind: Kind, body: Any, old: Resource | None) -> Body:
    """The body as it may be stored. Raises ArmError 400 for what breaks the type, 501 for what has no effect here."""
    if not isinstance(body, dict):
        raise ArmError("InvalidRequestContent", "The request content was invalid and could not be deserialized.")
    breaches = cloud.contract.check(kind.full, kind.version, body, answer=False)
    breaches.sort(key=lambda one: (one.rule == "required", one.path))
    if kind.tracked and "location" not in body:  # before anything else, by ARM itself
        raise ArmError("LocationRequired", "The location property is required for this definition.")
    if breaches:
        raise refusal(kind, breaches[0])
    clean = cloud.contract.without_read_only(kind.full, kind.version, body)
    left = unserved(kind, clean)
    if left:
        raise not_implemented(f"{left[0]} of {kind.full}")
    if "properties" in clean:
        clean["properties"] = served(kind, clean)
    clean = {name: part for name, part in clean.items() if name not in ("id", "name", "type", "etag")}
    if kind.tracked:
        clean["location"] = location(kind, clean["location"], old)
        check_tags(clean.get("tags", {}))
    return clean


def refusal(kind: Kind, breach: Breach) -> ArmError:
    """The first breach in the words of the kind's provider (recorded traffic, and public issues that quote it)."""
    path = breach.path.removeprefix("$.")
    if kind.namespace == "Microsoft.Network":
        codes = {"required": "MissingJsonReferenceId" if breach.name == "id" else "MissingJsonProperty"}
        words = {
            "unknown": f"Could not find member '{breach.name}' on object of type '{kind.types[-1]}'. Path '{path}'.",
            "required": f"Required property '{breach.name}' is missing. Path '{path}'.",
        }
        text = words.get(breach.rule, f"Error converting value at path '{path}': {breach.message}.")
        return ArmError("InvalidRequestFormat", "Cannot parse the request.",
                        details=[(codes.get(breach.rule, "InvalidJson"), text)])  # fmt: skip
    if breach.rule == "required":
        return ArmError("InvalidParameter", f"Required parameter '{path.removeprefix('properties.')}' is missing "
                        "(null).", target=path.removeprefix("properties."))  # fmt: skip
    if breach.rule in ("unknown", "type"):
        what = f"Could not find member '{breach.name}' on object" if breach.rule == "unknown" else breach.message
        return ArmError("BadRequest", f"{what}. Path '{path}'.", target=path)
    return ArmError("InvalidParameter", f"The value of parameter {breach.name} is invalid: {breach.message}.",
                    target=breach.name)  # fmt: skip


def location(kind: Kind, text: object, old: Resource | None) -> str:
    """A region's short name; "Germany West Central" means the same."""
    name = str(text).lower().replace(" ", "")
    if name not in catalog.LOCATIONS:
        raise ArmError("LocationNotAvailableForResourceType", f"The provided location '{text}' is not available for "
                       f"resource type '{kind.full}'. List of available regions for the resource type is "
                       f"'{','.join(catalog.LOCATIONS)}'.")  # fmt: skip
    if old is not None and old.location != name:
        raise ArmError("InvalidResourceLocation", f"The resource '{old.name}' already exists in location "
                       f"'{old.location}' in resource group '{old.group}'. A resource with the same name cannot be "
                       f"created in location '{name}'. Please select a new resource name.", 409)  # fmt: skip
    return name


def check_tags(tags: Body) -> None:
    """At most 50, names without some characters, and names that differ in more than case."""
    if len(tags) > TAGS:
        raise ArmError("TooManyTags", f"The number of tags {len(tags)} exceeds the limit of {TAGS} per resource.")
    if len({name.lower() for name in tags}) != len(tags):
        raise ArmError("InvalidTagName", "Tag names are case-insensitive, and two of them are equal.")
    for name, value in tags.items():
        if not 1 <= len(name) <= TAG_NAME or NOT_IN_TAGS & set(name):
            raise ArmError("InvalidTagNameCharacters", f"The tag name '{name[:80]}' has {len(name)} characters or "
                           "reserved characters '<,>,%,&,\\,?,/' or control characters.")  # fmt: skip
        if len(value) > TAG_VALUE:
            raise ArmError("InvalidTagValueLength", f"Tag value of '{name}' is too long: {len(value)} of {TAG_VALUE}.")


def check_name(kind: Kind, name: str) -> None:
    """learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules"""
    if not kind.name.fullmatch(name):
        text = f"Resource name {name} is invalid. It does not follow the naming rules of {kind.full}."
        details: list[tuple[str, str]] | None = [] if kind.namespace == "Microsoft.Network" else None
        raise ArmError("InvalidResourceName", text, details=details)
