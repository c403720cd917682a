# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the resource manager answers above all subscriptions: what this cloud is, and which subscriptions there are.

learn.microsoft.com/rest/api/resources/subscriptions/list; the endpoints' form is what `az cloud register` reads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure.errors import not_implemented
from sandbox.azure.login import AUDIENCES, TENANT
from sandbox.azure.wire import Reply, Request, check_version

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud
    from sandbox.azure.store import Body

VERSION = "2022-12-01"  # of subscriptions
SHAPE = f"Microsoft.Resources/subscriptions@{VERSION}"


def is_open(path: str) -> bool:
    """Whether everybody may ask, without a token: the endpoints, which say where tokens are given."""
    return path.rstrip("/").lower() == "/metadata/endpoints"


def answer(cloud: Cloud, request: Request) -> Reply:
    """Answer a path that begins with no subscription."""
    what = (request.method, request.raw.rstrip("/").lower())
    if what == ("GET", "/metadata/endpoints"):
        return _endpoints(request)
    if what == ("GET", "/subscriptions"):
        check_version(request, "Microsoft.Resources/subscriptions", VERSION)
        request.only()
        return Reply(200, {"value": [_subscription(one) for one in sorted(cloud.subscriptions)]}, SHAPE, many=True)
    raise not_implemented(f"{request.method} {request.raw}")


def subscription(request: Request) -> Reply:
    """The subscription of the path."""
    check_version(request, "Microsoft.Resources/subscriptions", VERSION)
    request.only()
    return Reply(200, _subscription(request.path.subscription), SHAPE)


def _subscription(number: str) -> Body:
    return {"id": f"/subscriptions/{number}", "subscriptionId": number, "tenantId": TENANT, "displayName": "sandbox",
            "state": "Enabled", "name": "sandbox", "type": "Microsoft.Resources/subscriptions"}  # fmt: skip


def _endpoints(request: Request) -> Reply:
    """Where this cloud's parts are. Only those that are here: a client has no address to ask for another one."""
    check_version(request, "metadata/endpoints", "2022-09-01")
    request.only()
    login = {"loginEndpoint": request.base, "audiences": [f"{one}/" for one in reversed(AUDIENCES)],
             "tenant": "common", "identityProvider": "AAD"}  # fmt: skip
    body = {"name": "sandbox", "resourceManager": request.base, "authentication": login, "suffixes": {}}
    return Reply(200, body, "answer/endpoints@any")
