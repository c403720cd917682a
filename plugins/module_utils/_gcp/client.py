# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Who talks to GCP, as whom, where and for which cluster; counts what it asks."""

from __future__ import annotations

import itertools
import json
import threading
import uuid
from collections import Counter
from typing import Any

from .errors import Answered
from .login import Login, is_loopback, refuse_mixed_worlds

Row = dict[str, Any]
GCP = "https://compute.googleapis.com"
TIMEOUT = 150.0  # seconds; the wait for an operation answers after two minutes at the latest
REQUESTS = uuid.UUID("6f7a1f0e-6a53-4d0c-9c7e-0d6f5d1c2b3a")  # the namespace of our request ids
PAGE = 500  # the most that the API takes


class Client:
    """One site's way to GCP. ``calls`` counts by method; a list counts once however many pages."""

    def __init__(
        self, *, region: str, project: str, site: str, name: str, owner: str, endpoint: str | None, login: Login
    ) -> None:
        self.region, self.project, self.site, self.name, self.owner = region, project, site, name, owner
        self.endpoint, self.login = endpoint, login
        self.calls: Counter[str] = Counter()
        self._session: Any = None
        self._lock = threading.Lock()
        self._run, self._numbers = uuid.uuid4().hex, itertools.count(1)

    @classmethod
    def of(cls, options: dict[str, Any]) -> Client:
        """From a module's options. No call is made yet."""
        endpoint = (options["endpoint_url"] or "").rstrip("/").removesuffix("/compute/v1")
        return cls(
            region=options["region"],
            project=options["project"],
            site=options["site"],
            name=options["name"],
            owner=options["cluster"],
            endpoint=endpoint or None,
            login=Login.of(options),
        )

    def count(self, method: str) -> None:
        """One more call of a method."""
        with self._lock:
            self.calls[method] += 1

    def request_id(self, key: str, body: Any) -> str:
        """The id under which one write is sent, however often: an answer that got lost is answered again.

        Each write is a generation of its own. Were an id made of key and body alone, the API would take the second
        repair of the same damage within the hour for the first one, and do nothing.
        """
        generation = f"{self._run}/{next(self._numbers)}"
        text = json.dumps([self.owner, key, generation, body], sort_keys=True, default=str)
        return str(uuid.uuid5(REQUESTS, text))

    def get(self, path: str, **query: Any) -> Row:
        """One answer. ``path`` is below the project, or begins with ``projects/``."""
        return self._ask("GET", path, None, query)

    def send(self, verb: str, path: str, request: str | None, body: Row | None = None, **query: Any) -> Row:
        """One write: its operation, begun."""
        return self._ask(verb, path, body, {**query, **({"requestId": request} if request else {})})

    def pages(self, path: str, **query: Any) -> list[Row]:
        """The rows of all pages. Raises when one page is missing: unknown is not absent."""
        return [row for page in self._pages(path, query) for row in page.get("items", [])]

    def scopes(self, path: str, collection: str, prefix: str, **query: Any) -> list[Row]:
        """The rows of an aggregated list, of the places that begin with ``prefix`` (``zones/europe-west3-``).

        One call for all zones of all regions. A place of others that does not answer is no matter of ours; one of ours
        is an error: what it holds is unknown.
        """
        found: list[Row] = []
        for page in self._pages(path, {**query, "returnPartialSuccess": "true"}):
            for scope, part in page.get("items", {}).items():
                if not scope.startswith(prefix):
                    continue
                found += part.get(collection, [])
                if part.get("warning", {}).get("code", "NO_RESULTS_ON_PAGE") != "NO_RESULTS_ON_PAGE":
                    raise Answered(503, {"error": {"message": part["warning"].get("message", scope)}})
            lost = [place for place in page.get("unreachables", []) if f"/{prefix}" in place]
            if lost:
                raise Answered(503, {"error": {"message": f"{', '.join(lost)} did not answer"}})
        return found

    def _pages(self, path: str, query: Row) -> list[Row]:
        pages, token = list[Row](), None
        while True:
            more: Row = {"pageToken": token} if token else {}
            page = self._ask("GET", path, None, {"maxResults": PAGE, **query, **more})
            pages.append(page)
            token = page.get("nextPageToken")
            if not token:
                return pages

    def _ask(self, verb: str, path: str, body: Row | None, query: Row) -> Row:
        whole = path if path.startswith("projects/") else f"projects/{self.project}/{path}".rstrip("/")
        url = f"{self.endpoint or GCP}/compute/v1/{whole}"
        answer = self._opened().request(verb, url, json=body, params=query, timeout=TIMEOUT)
        try:
            content = answer.json()
        except ValueError:  # a gateway's HTML page in the place of an answer
            raise Answered(answer.status_code, {"error": {"message": "the answer is no JSON"}}) from None
        if answer.status_code != 200 or not isinstance(content, dict):
            raise Answered(answer.status_code, content)
        return content

    def _opened(self) -> Any:
        with self._lock:
            if self._session is None:
                found = self.login.find()
                refuse_mixed_worlds(self.endpoint, found)
                from google.auth.transport.requests import AuthorizedSession
                from requests.adapters import HTTPAdapter

                session = AuthorizedSession(found.credentials)
                session.mount("https://", HTTPAdapter(pool_maxsize=16))
                session.mount("http://", HTTPAdapter(pool_maxsize=16))
                session.headers["User-Agent"] = "pangaea.multicloud"
                session.trust_env = not is_loopback(self.endpoint)  # no proxy knows our own loopback interface
                self._session = session
            return self._session
