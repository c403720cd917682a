# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Azure answers and no official file here describes: each with the page that its shape was written from.

A path that is in neither the official types nor this table breaks the contract: nothing is passed over in silence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.contract.judges.shape import Shape

TAGS = {"...": str}
ERROR = {"code*": str, "message*": str, "target": str, "innererror": object, "additionalInfo": [object],
         "details": [{"code*": str, "message*": str, "target": str, "details": object, "additionalInfo": [object]}],
         }  # fmt: skip
#: github.com/microsoft/api-guidelines, azure/Guidelines.md, "error response content".
ERROR_ANSWER = {"error*": ERROR}
#: learn.microsoft.com/rest/api/network-gateway/.../update-tags (TagsObject): all that a PATCH of a network kind takes.
TAGS_ONLY = {"tags*": TAGS}
STATUS = {"code": str, "level": ("Info", "Warning", "Error"), "displayStatus": str, "message": str, "time": str}
GROUP = {"id*": str, "name*": str, "type*": ("Microsoft.Resources/resourceGroups",), "location*": str,
         "managedBy": str, "tags": TAGS, "properties*": {"provisioningState*": str}}  # fmt: skip
DISK = {"id*": str, "name*": str, "type*": ("Microsoft.Compute/disks",), "location*": str, "tags": TAGS, "zones": [str],
        "managedBy": str, "sku": {"name": str, "tier": str},
        "properties*": {"creationData*": {"createOption*": str, "...": object}, "diskSizeGB": int,
                        "diskSizeBytes": int, "provisioningState": str, "diskState": str, "...": object},
        }  # fmt: skip


@dataclass(frozen=True)
class Untyped:
    """A kind of path, what may be asked of it and what it answers; `asks` by method, `answers` None: nothing."""

    page: str
    path: re.Pattern[str]
    asks: dict[str, Shape]
    answers: Shape
    rows: bool = False  # the answer is {"value": [...], "nextLink"}


def _row(page: str, path: str, asks: dict[str, Shape] | str, answers: Shape, *, rows: bool = False) -> Untyped:
    whole = path.replace("{s}", "/subscriptions/[^/]+").replace("{p}", "/providers").replace("{}", "[^/]+")
    methods = dict.fromkeys(asks.split(), None) if isinstance(asks, str) else asks
    return Untyped(page, re.compile(whole, re.IGNORECASE), methods, answers, rows)


def _list(page: str, path: str, answers: Shape) -> Untyped:
    return _row(page, path, "GET", answers, rows=True)


LEARN = "learn.microsoft.com/rest/api/"
IMAGE_ROW = {"id*": str, "name*": str, "location*": str, "tags": TAGS, "properties": object, "extendedLocation": object}
PUBLISHERS = "{s}{p}/Microsoft.Compute/locations/{}/publishers"
IMAGES = PUBLISHERS + "/{}/artifacttypes/vmimage/offers/{}/skus/{}/versions"
NO_OFFICIAL_TYPE = (
    _row(LEARN + "resources/subscriptions/get", "{s}", "GET",
         {"id*": str, "subscriptionId*": str, "displayName*": str, "tenantId": str, "state*": str, "name": str,
          "type": str, "tags": TAGS, "authorizationSource": str, "subscriptionPolicies": object,
          "managedByTenants": object}),
    _list(LEARN + "resources/resource-groups/list", "{s}/resourceGroups", GROUP),
    _row(LEARN + "resources/resource-groups", "{s}/resourceGroups/{}",
         {"GET": None, "HEAD": None, "DELETE": None, "PATCH": {"tags": TAGS, "managedBy": str},
          "PUT": {"location*": str, "tags": TAGS, "managedBy": str}}, GROUP),
    _list(LEARN + "resources/resources/list", "{s}(/resourceGroups/{})?/resources",
          {"id*": str, "name*": str, "type*": str, "location": str, "tags": TAGS, "kind": str, "sku": object,
           "zones": [str], "managedBy": str, "createdTime": str, "changedTime": str, "provisioningState": str}),
    _list(LEARN + "compute/disks/list", "{s}(/resourceGroups/{})?{p}/Microsoft.Compute/disks", DISK),
    _row(LEARN + "compute/disks", "{s}/resourceGroups/{}{p}/Microsoft.Compute/disks/{}",
         {"GET": None, "DELETE": None, "PATCH": {"tags": TAGS, "sku": object, "properties": object},
          "PUT": {"location*": str, "tags": TAGS, "zones": [str], "sku": {"name": str},
                  "properties*": {"creationData*": object, "...": object}}}, DISK),
    _row(LEARN + "compute/virtual-machines/instance-view", "{s}/resourceGroups/{}{p}/Microsoft.Compute/"
         "virtualMachines/{}/instanceView", "GET", {"statuses*": [STATUS], "...": object}),
    _list(LEARN + "compute/resource-skus/list", "{s}{p}/Microsoft.Compute/skus",
          {"resourceType*": str, "name*": str, "tier": str, "size": str, "family": str, "locations*": [str],
           "locationInfo*": [{"location*": str, "zones": [str], "zoneDetails": [object]}],
           "capabilities": [{"name*": str, "value*": str}],
           "restrictions": [{"type*": ("Location", "Zone"), "values*": [str],
                             "reasonCode*": ("QuotaId", "NotAvailableForSubscription"),
                             "restrictionInfo": {"locations": [str], "zones": [str]}}]}),
    _list(LEARN + "compute/usage/list", "{s}{p}/Microsoft.(Compute|Network)/locations/{}/usages",
          {"id": str, "unit*": str, "currentValue*": int, "limit*": int,
           "name*": {"value*": str, "localizedValue*": str}}),
    _row(LEARN + "compute/virtual-machine-images/list-skus", PUBLISHERS + "(/{}/artifacttypes/vmimage/offers"
         "(/{}/skus)?)?", "GET", [IMAGE_ROW]),
    _row(LEARN + "compute/virtual-machine-images/list", IMAGES, "GET", [IMAGE_ROW]),
    _row(LEARN + "compute/virtual-machine-images/get", IMAGES + "/{}", "GET", IMAGE_ROW),
    _row("learn.microsoft.com/azure/azure-resource-manager/management/async-operations",
         "{s}({p}/[^/]+/locations/{})?/operations/{}", "GET",
         {"status*": ("InProgress", "Succeeded", "Failed", "Canceled"), "error": ERROR, "id": str, "name": str,
          "startTime": str, "endTime": str, "percentComplete": int, "properties": object}),
    _row("learn.microsoft.com/azure/azure-resource-manager/management/async-operations",
         "{s}{p}/Microsoft.Compute/locations/{}/diskoperations/{}", "GET",
         {"status*": ("InProgress", "Succeeded", "Failed", "Canceled"), "error": ERROR, "id": str, "name": str,
          "startTime": str, "endTime": str, "percentComplete": int, "properties": object}),
    _row("learn.microsoft.com/azure/azure-resource-manager/management/async-operations",
         "{s}({p}/[^/]+/locations/{})?/operationResults/{}", "GET", object),
    # The login host.
    _row("learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow", "/{}/oauth2(/v2.0)?/token",
         "POST", {"access_token*": str, "token_type*": str, "expires_in*": int, "ext_expires_in": int, "...": object}),
    _row("learn.microsoft.com/entra/identity-platform/v2-protocols-oidc",
         "/{}(/v2.0)?/.well-known/openid-configuration", "GET",
         {"token_endpoint*": str, "authorization_endpoint*": str, "issuer*": str, "...": object}),
    _row("learn.microsoft.com/entra/msal (instance discovery)", "/common/discovery/instance", "GET",
         {"tenant_discovery_endpoint*": str, "...": object}),
)  # fmt: skip
#: learn.microsoft.com/rest/api/compute/virtual-machines: actions without a body on either side.
NO_OFFICIAL_ACTION = frozenset({"start", "poweroff", "deallocate", "restart"})
