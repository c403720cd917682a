# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Calls about the subscription and what the region offers: identity, groups, quotas, types, images."""

from __future__ import annotations

from typing import Any

from .._engine.errors import Denied, Error, NotFound, Refused
from .._engine.wait import retries
from .calls import calls, deletes, lists
from .client import Client
from .errors import is_transient

Row = dict[str, Any]


@calls("Microsoft.Resources/subscriptions/read", "look at the subscription {client.subscription}")
@retries(is_transient, within=30)
def get_subscription(client: Client) -> Row:
    """``{"subscriptionId", "tenantId", "state"}``. Raises NotFound, Denied where the credentials do not see it."""
    return client.subscription_row()


@lists("Microsoft.Resources/subscriptions/resourceGroups/read", "look at the resource group {client.group}")
@retries(is_transient, within=30)
def list_group(client: Client) -> list[Row]:
    """The one group of the site, or nothing."""
    return [client.call("resource", "resource_groups", "get", client.group)]


@lists("Microsoft.Resources/subscriptions/resourceGroups/read", "list the resource groups")
@retries(is_transient, within=30)
def list_groups(client: Client) -> list[Row]:
    """All of the subscription."""
    return client.pages("resource", "resource_groups", "list")


@calls("Microsoft.Resources/subscriptions/resourceGroups/write", "write the resource group {client.group}")
@retries(is_transient, within=300)
def put_group(client: Client, body: Row) -> None:
    """Make it; waits for one of that name that is being deleted."""
    client.call("resource", "resource_groups", "create_or_update", client.group, body)


@calls("Microsoft.Resources/subscriptions/resourceGroups/write", "write the tags of the resource group {client.group}")
@retries(is_transient, within=60)
def tag_group(client: Client, tags: dict[str, str]) -> None:
    """Replace its tags."""
    client.call("resource", "resource_groups", "update", client.group, {"tags": tags})


@deletes("Microsoft.Resources/subscriptions/resourceGroups/delete", "delete the resource group {client.group}")
@retries(is_transient, within=300)
def delete_group(client: Client) -> None:
    """With all that is in it: the caller looks first that nothing is."""
    client.finish("resource", "resource_groups", "begin_delete", client.group, within=1800)


@lists("Microsoft.Resources/subscriptions/resourceGroups/resources/read", "list what the resource group holds")
@retries(is_transient, within=30)
def list_resources(client: Client) -> list[Row]:
    """Everything in the group, of any kind: ``{"id", "name", "type", "location", "tags"}``."""
    return client.pages("resource", "resources", "list_by_resource_group", client.group)


@lists("Microsoft.Resources/subscriptions/resources/read", "list what the subscription holds")
@retries(is_transient, within=30)
def list_all_resources(client: Client) -> list[Row]:
    """The same of all groups, for a snapshot."""
    return client.pages("resource", "resources", "list")


@lists("Microsoft.Network/locations/usages/read", "read the quotas of the network")
@retries(is_transient, within=10)
def list_network_quotas(client: Client) -> list[Row]:
    """``[{"name": {"value", "localizedValue"}, "currentValue", "limit"}]`` of the region."""
    return client.pages("network", "usages", "list", client.region)


@lists("Microsoft.Compute/locations/usages/read", "read the quotas of machines")
@retries(is_transient, within=10)
def list_machine_quotas(client: Client) -> list[Row]:
    """The same, with vCPUs in all and of each family of types."""
    return client.pages("compute", "usage", "list", client.region)


@lists("Microsoft.Compute/skus/read", "list what the region offers")
@retries(is_transient, within=60)
def list_skus(client: Client) -> list[Row]:
    """Machine types and disks of the region, with zones and restrictions. Long: only when something is created."""
    return client.pages("compute", "resource_skus", "list", filter=f"location eq '{client.region}'")


@calls(
    "Microsoft.Compute/locations/publishers/artifacttypes/offers/skus/versions/read",
    "find the newest image {publisher}:{offer}:{sku}",
)
@retries(is_transient, within=30)
def newest_image(client: Client, publisher: str, offer: str, sku: str) -> str:
    """Its version. Raises NotFound where the region does not have it."""
    images, where = "virtual_machine_images", (client.region, publisher, offer, sku)
    rows: list[Row] = client.call("compute", images, "list", *where, top=1, orderby="name desc")
    return str(rows[0]["name"])


def refuse_another_subscription(client: Client) -> None:
    """Raise Refused if the credentials do not see the site's subscription. Before any other call."""
    try:
        row = get_subscription(client)
    except (NotFound, Denied) as error:
        if isinstance(error, Denied) and error.details.get("code") not in ("AuthorizationFailed", "Forbidden"):
            raise
        raise Refused(
            f"site {client.site} is in subscription {client.subscription}, which the credentials do not see ({error}); "
            "use credentials that have a role there, or correct the site's subscription in the cluster file"
        ) from error
    if row["subscriptionId"].lower() != client.subscription or row.get("state", "Enabled") not in ("Enabled", "Warned"):
        raise Refused(
            f"site {client.site} is in subscription {client.subscription}, and Azure shows {row['subscriptionId']} "
            f"({row.get('state')}); enable it, or correct the site's subscription in the cluster file"
        )


def where_readable(reads: Any, client: Client) -> list[Row]:
    """Quotas; nothing where they cannot be read, which is no reason to stop: creating will tell."""
    try:
        rows: list[Row] = reads(client)
        return rows
    except Error:
        return []
