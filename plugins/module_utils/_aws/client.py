# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Who talks to AWS, as whom, where and for which cluster; counts what it asks."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlparse

from .._engine.errors import Denied, Refused

SANDBOX_KEYS = ("sandbox", "testing")  # how an access key begins that is valid in a simulator only
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Login:
    """Credentials as the options give them; all None: as boto3 finds them (environment, files, role)."""

    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    session_token: str | None = field(default=None, repr=False)
    profile: str | None = None

    def session(self, region: str) -> Any:
        """A boto3 session. Raises what the SDK raises for an unknown profile."""
        import boto3

        if self.access_key:
            return boto3.session.Session(
                aws_access_key_id=self.access_key,
                aws_secret_access_key=self.secret_key,
                aws_session_token=self.session_token,
                region_name=region,
            )
        return boto3.session.Session(profile_name=self.profile, region_name=region)


class Client:
    """One site's way to AWS. ``calls`` counts by operation; a list counts once however many pages."""

    def __init__(
        self, *, region: str, account: str, site: str, name: str, owner: str, endpoint: str | None, login: Login
    ) -> None:
        self.region, self.account, self.site, self.name, self.owner = region, account, site, name, owner
        self.endpoint, self.login = endpoint, login
        self.calls: Counter[str] = Counter()
        self._services: dict[str, Any] = {}
        self._session: Any = None
        self._lock = threading.Lock()

    @classmethod
    def of(cls, options: dict[str, Any]) -> Client:
        """From a module's options. No call is made yet."""
        return cls(
            region=options["region"],
            account=options["account"],
            site=options["site"],
            name=options["name"],
            owner=options["cluster"],
            endpoint=options["endpoint_url"] or None,
            login=Login(options["access_key"], options["secret_key"], options["session_token"], options["profile"]),
        )

    def count(self, operation: str) -> None:
        """One more call of an operation."""
        with self._lock:
            self.calls[operation] += 1

    def call(self, service: str, operation: str, **request: Any) -> Any:
        """One answer of one operation, named as boto3 does: ``call("ec2", "create_vpc", CidrBlock=...)``."""
        return getattr(self._service(service), operation)(**request)

    def pages(self, service: str, operation: str, rows: str, *, page: int | None = None, **request: Any) -> list[Any]:
        """The rows of all pages, ``page`` to a page. Raises when one page is missing: unknown is not absent."""
        paginator = self._service(service).get_paginator(operation)
        config = {"PageSize": page} if page else {}
        return [row for part in paginator.paginate(PaginationConfig=config, **request) for row in part.get(rows, [])]

    def _service(self, name: str) -> Any:
        with self._lock:  # making a client is not safe in several threads, using one is
            if name not in self._services:
                from botocore.config import Config

                if self._session is None:
                    self._session = self.login.session(self.region)
                    refuse_mixed_worlds(self.endpoint, _access_key(self._session))
                config = Config(
                    region_name=self.region,
                    retries={
                        "mode": "standard",
                        "total_max_attempts": 1,
                    },  # ours retry: they know what is safe to repeat
                    connect_timeout=10,
                    read_timeout=60,
                    max_pool_connections=16,
                    ignore_configured_endpoint_urls=True,  # one way to say it: the option
                    user_agent_extra="pangaea.multicloud",
                )
                self._services[name] = self._session.client(name, endpoint_url=self.endpoint, config=config)
            return self._services[name]


def _access_key(session: Any) -> str:
    found = session.get_credentials()
    if found is None:
        raise Denied(
            "log in to AWS: no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "or name a profile, or give access_key and secret_key"
        )
    return str(found.get_frozen_credentials().access_key)


def refuse_mixed_worlds(endpoint: str | None, access_key: str) -> None:
    """Raise Refused when real credentials would go to a simulator, or the other way round."""
    simulated = endpoint is not None and urlparse(endpoint).hostname in LOOPBACK
    marked = access_key.lower().startswith(SANDBOX_KEYS)
    if simulated and not marked:
        raise Refused(
            f"endpoint {endpoint} is on this machine, so it is a simulator, but the access key {access_key[:4]}... "
            "does not begin with 'sandbox' or 'testing': real credentials do not go there; give the simulator's, or "
            "remove the endpoint"
        )
    if marked and not simulated:
        raise Refused(
            f"the access key {access_key} is one of the sandbox, but the endpoint is {endpoint or 'AWS itself'}; "
            "start the sandbox and name its endpoint, or use credentials of the account"
        )
