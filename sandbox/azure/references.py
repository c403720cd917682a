# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a resource names must be there, settled, and in the same region.

Pages, below learn.microsoft.com/: azure/azure-resource-manager/troubleshooting/common-deployment-errors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure import ids
from sandbox.azure.errors import ArmError, in_network

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Resource


def refer(cloud: Cloud, resource: Resource, named: object, short: str, path: str) -> Resource:
    """The resource of kind `short` that an id in a body means. Raises ArmError as the network provider does."""
    words = named.get("id") if isinstance(named, dict) else None
    if not isinstance(words, str) or not words:
        raise ArmError("InvalidRequestFormat", "Cannot parse the request.",
                       details=[("MissingJsonReferenceId",
                                 f"Value for reference id is missing. Path {path}.")])  # fmt: skip
    kind = cloud.kind(short)
    cut = ids.parse(words)
    full = "/".join((cut.provider or "", *cut.types)).lower()
    if full != kind.full.lower() or cut.is_collection or cut.group is None:
        raise ArmError("LinkedInvalidPropertyId", f"Property id '{words}' at path '{path}' is invalid. Expect fully "
                       "qualified resource Id that start with '/subscriptions/{subscriptionId}' or "
                       "'/providers/{resourceProviderNamespace}/'.")  # fmt: skip
    found = cloud.store.find(words)
    top = cloud.store.parent(found) if found is not None and found.kind.parent else found
    if found is None or top is None or (top.location != resource.location and resource.kind.tracked):
        raise in_network("InvalidResourceReference", f"Resource {words} referenced by resource {resource.id} was not "
                         "found. Please make sure that the referenced resource exists, and that both resources are in "
                         "the same region.")  # fmt: skip
    for one in (found, top):
        if one.operation is not None:
            raise not_settled(one, resource)
    return found


def not_settled(used: Resource, by: Resource) -> ArmError:
    """429 RetryableError with the real reason in details (recorded traffic)."""
    verb = "Delete" if used.state == "Deleting" else "Put"
    what = used.kind.types[-1]
    detail = (
        f"Cannot proceed with operation because resource {used.id} used by resource {by.id} is not in Succeeded state. "
        f"Resource is in {used.state} state and the last operation that updated/is updating the resource is "
        f"{verb}{what[0].upper()}{what[1:]}Operation."
    )
    return ArmError("RetryableError", "A retryable error occurred.", 429,
                    details=[("ReferencedResourceNotProvisioned", detail)])  # fmt: skip


def user_ids(cloud: Cloud, resource: Resource, *, but: str = "") -> list[str]:
    """The ids of what names a resource; `but`: except what lies below that id."""
    own = ids.key(but) if but else "\0"
    return sorted({where for one, where in cloud.store.users(resource.key) if not one.key.startswith(own)})
