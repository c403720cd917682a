# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Who talks to Azure, as whom, where and for which cluster; counts what it asks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from .._engine.errors import Refused
from .errors import Unfinished
from .pipeline import patient

SANDBOX_ID = "73616e64626f"  # how the id of a service principal ends that is valid in a simulator only
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
POLL = 2.0  # seconds between two looks at an operation: the SDK's own default is 30
SLOW_POLL = (
    10.0  # the same for operations that go on beside each other: a hundred machines stay under 25 reads a second
)
# Of each service, and of what has a version of its own: what an answer holds must not change with the SDK.
VERSIONS = {
    "network": "2025-07-01",
    "compute": "2025-04-01",
    "resource": "2025-04-01",
    "resource_skus": "2021-07-01",
    "disks": "2026-03-02",
    "subscriptions": "2022-12-01",
}
# Resource manager and login host (learn.microsoft.com/azure/developer/identity, "national clouds").
CLOUDS = {
    "AzureCloud": ("https://management.azure.com", "https://login.microsoftonline.com"),
    "AzureUSGovernment": ("https://management.usgovcloudapi.net", "https://login.microsoftonline.us"),
    "AzureChinaCloud": ("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn"),
}


@dataclass(frozen=True)
class Login:
    """A service principal; all None: as azure-identity finds one (environment, workload, managed identity, az)."""

    tenant: str | None = None
    client_id: str | None = None
    secret: str | None = field(default=None, repr=False)
    authority: str = CLOUDS["AzureCloud"][1]
    ca_file: str | None = None

    def credential(self) -> Any:
        """A credential of azure-identity. No call is made yet."""
        from azure import identity

        # MSAL asks Microsoft about every login host that it does not know: a simulator's is nobody else's business.
        strange = {"disable_instance_discovery": True} if is_loopback(self.authority) else {}
        given = {"authority": self.authority, **strange, **trust(self.ca_file)}
        if self.tenant and self.client_id and self.secret:
            return identity.ClientSecretCredential(self.tenant, self.client_id, self.secret, **given)
        return identity.DefaultAzureCredential(exclude_interactive_browser_credential=True, **given)


class Client:
    """One site's way to Azure. ``calls`` counts by permission; a list counts once however many pages."""

    def __init__(
        self, *, region: str, subscription: str, site: str, name: str, owner: str, endpoint: str, login: Login
    ) -> None:
        self.region, self.subscription, self.site, self.name, self.owner = region, subscription, site, name, owner
        self.endpoint, self.login = endpoint, login
        self.scope = f"{(endpoint if is_loopback(endpoint) else manager_of(login)).rstrip('/')}/.default"
        self.calls: Counter[str] = Counter()
        self._services: dict[str, Any] = {}
        self._credential: Any = None
        self._lock = threading.Lock()
        self._parents: dict[str, threading.Lock] = {}

    @classmethod
    def of(cls, options: dict[str, Any]) -> Client:
        """From a module's options. No call is made yet."""
        manager, authority = CLOUDS[options["cloud_environment"]]
        tenant, client_id, secret = options["tenant"], options["client_id"], options["secret"]
        endpoint = options["endpoint_url"] or manager
        host = options["authority"] or (endpoint if is_loopback(endpoint) else authority)  # a simulator is both
        return cls(
            region=options["region"],
            subscription=options["subscription"].lower(),
            site=options["site"],
            name=options["name"],
            owner=options["cluster"],
            endpoint=endpoint,
            login=Login(tenant, client_id, secret, host, options["ca_file"]),
        )

    @property
    def group(self) -> str:
        """The resource group of the site: ours alone."""
        return f"{self.owner}-{self.site}"

    @property
    def label(self) -> str:
        """With it begin the names of what is in the group."""
        return f"{self.name}-{self.site}"

    def count(self, action: str) -> None:
        """One more call that needs a permission."""
        with self._lock:
            self.calls[action] += 1

    def alone(self, parent: str) -> threading.Lock:
        """A lock for the children of one parent: Azure takes one write at a time (AnotherOperationInProgress)."""
        with self._lock:
            return self._parents.setdefault(parent, threading.Lock())

    def call(self, service: str, kind: str, operation: str, *args: Any, **request: Any) -> Any:
        """One answer as plain data: ``call("resource", "resource_groups", "get", "shop-aws-fra")``."""
        return plain(self._bound(service, kind, operation)(*args, **_version(service, kind), **request))

    def pages(self, service: str, kind: str, operation: str, *args: Any, **request: Any) -> list[dict[str, Any]]:
        """The rows of all pages. Raises when one page is missing: unknown is not absent."""
        return [
            plain(row) for row in self._bound(service, kind, operation)(*args, **_version(service, kind), **request)
        ]

    def finish(self, service: str, kind: str, operation: str, *args: Any, within: float) -> None:
        """Begin an operation and wait for its end. Raises Unfinished after ``within`` seconds."""
        poller = self.begin(service, kind, operation, *args, every=POLL)
        poller.wait(within)
        if not poller.done():
            raise Unfinished(f"the operation had not ended after {within:.0f} s")

    def begin(self, service: str, kind: str, operation: str, *args: Any, every: float | None = None) -> Any:
        """Begin an operation; the SDK looks at it in a thread of its own, and keeps what it ended with."""
        pause = SLOW_POLL if every is None else every
        return self._bound(service, kind, operation)(*args, **_version(service, kind), polling_interval=pause)

    def subscription_row(self) -> dict[str, Any]:
        """The subscription as the credentials see it: the SDK of resources has no function for it."""
        from azure.core.rest import HttpRequest

        path = f"/subscriptions/{self.subscription}?api-version={VERSIONS['subscriptions']}"
        answer = self._service("resource").send_request(HttpRequest("GET", path))
        answer.raise_for_status()
        return dict(answer.json())

    def _bound(self, service: str, kind: str, operation: str) -> Callable[..., Any]:
        return getattr(getattr(self._service(service), kind), operation)  # type: ignore[no-any-return]

    def _service(self, name: str) -> Any:
        with self._lock:
            if name not in self._services:
                if self._credential is None:
                    refuse_mixed_worlds(self.endpoint, self.login)
                    self._credential = self.login.credential()
                self._services[name] = _sdk(name)(
                    self._credential,
                    self.subscription,
                    base_url=self.endpoint,
                    **({"api_version": VERSIONS[name]} if name == "resource" else {}),
                    credential_scopes=[self.scope],
                    retry_policy=patient(),
                    connection_timeout=10,
                    read_timeout=60,
                    user_agent="pangaea.multicloud",
                    **trust(self.login.ca_file),
                )
            return self._services[name]


def _sdk(name: str) -> Any:
    if name == "network":
        from azure.mgmt.network import NetworkManagementClient

        return NetworkManagementClient
    if name == "compute":
        from azure.mgmt.compute import ComputeManagementClient

        return ComputeManagementClient
    from azure.mgmt.resource.resources import ResourceManagementClient

    return ResourceManagementClient


def _version(service: str, kind: str) -> dict[str, str]:
    """The SDKs of network and compute take it with each operation only, that of resources with the client only."""
    return {} if service == "resource" else {"api_version": VERSIONS.get(kind, VERSIONS[service])}


def manager_of(login: Login) -> str:
    """The resource manager of the cloud whose login host is used: tokens are for it, whatever the endpoint."""
    known = {authority: manager for manager, authority in CLOUDS.values()}
    return known.get(login.authority, CLOUDS["AzureCloud"][0])


def plain(answer: Any) -> Any:
    """Models of the SDK as the JSON that they came from."""
    if isinstance(answer, list):
        return [plain(row) for row in answer]
    return answer.as_dict() if hasattr(answer, "as_dict") else answer


def trust(ca_file: str | None) -> Mapping[str, Any]:
    """The SDK's word for the certificates to trust; without it those of the system, or of REQUESTS_CA_BUNDLE."""
    return {"connection_verify": ca_file} if ca_file else {}


def is_loopback(url: str) -> bool:
    """Whether an address is on this machine."""
    return urlparse(url if "://" in url else f"https://{url}").hostname in LOOPBACK


def refuse_mixed_worlds(endpoint: str, login: Login) -> None:
    """Raise Refused when real credentials would go to a simulator, or the other way round."""
    simulated, marked = is_loopback(endpoint), (login.client_id or "").lower().endswith(SANDBOX_ID)
    if simulated != is_loopback(login.authority):
        raise Refused(
            f"endpoint {endpoint} and login host {login.authority} are of two worlds: one is on this machine, so it is "
            "a simulator, and the other is not; give both of the simulator, or none"
        )
    if simulated and not marked:
        raise Refused(
            f"endpoint {endpoint} is on this machine, so it is a simulator, but the client id "
            f"{login.client_id or 'is found elsewhere and'} does not end with {SANDBOX_ID}: real credentials do not go "
            "there; give the simulator's, or remove the endpoint"
        )
    if marked and not simulated:
        raise Refused(
            f"the client id {login.client_id} is one of the sandbox, but the endpoint is {endpoint}; start the sandbox "
            "and name its endpoint, or use credentials of the subscription"
        )
