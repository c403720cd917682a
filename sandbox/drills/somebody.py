# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another user of Azure or GCP, who may do what he likes there, and sees to the end what he begins."""

from __future__ import annotations

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sandbox.client import port_of
from sandbox.drills.cloud import Refused
from sandbox.places import AZURE, GCP, Place

ENDS_WITHIN = 300.0  # seconds; a real machine boots in it


class Somebody:
    """Where the cloud is and how he proves who he is."""

    def __init__(self, place: Place, cloud: str, token: Callable[[Somebody], str]) -> None:
        ca = place.voucher(cloud)
        self.url = f"http{'s' if ca else ''}://127.0.0.1:{place.port(cloud, port_of(place))}"
        trust = [urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(ca)))] if ca else []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *trust)
        self._headers = {"Authorization": f"Bearer {token(self)}", "Content-Type": "application/json"}

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[Any, dict[str, str]]:
        """The answer as data, and its headers. Raises Refused with the cloud's own words."""
        url = path if path.startswith(self.url) else f"{self.url}{path}"
        asked = urllib.request.Request(url, body, self._headers if headers is None else headers, method=method)
        try:
            with self._opener.open(asked, timeout=30) as answer:
                text = answer.read()
                return (json.loads(text) if text else None), {key.lower(): one for key, one in answer.headers.items()}
        except urllib.error.HTTPError as error:
            raise Refused(f"the cloud refused: {method} {path}: {error.code} {error.read().decode()}") from None

    def do(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, once what was begun has ended. Raises Refused if it failed or does not end."""
        said, headers = self.send(method, path, None if body is None else json.dumps(body).encode())
        limit = time.monotonic() + ENDS_WITHIN
        look = "" if method == "GET" else _operation(said, headers)
        while look:
            seen, answered = self.send("GET", look)
            if seen and "error" in seen:
                raise Refused(f"it was begun, and failed: {json.dumps(seen['error'])}")
            status = (seen or {}).get("status")
            if status in ("DONE", "Succeeded") or (status is None and "location" not in answered):
                break
            if time.monotonic() > limit:
                raise Refused(f"{method} {path} was begun and has not ended after {ENDS_WITHIN:.0f} s")
            time.sleep(0.2)
        return said


def somebody(place: Place, cloud: str) -> Somebody:
    """The other user of a cloud of that sandbox."""
    return Somebody(place, cloud, TOKENS[cloud])


def _azure(him: Somebody) -> str:
    from sandbox.azure.login import AUDIENCES, DRILL, SECRET, TENANT

    form = {"grant_type": "client_credentials", "client_id": DRILL, "client_secret": SECRET}
    asked = urlencode({**form, "scope": f"{AUDIENCES[0]}/.default"}).encode()
    said, _ = him.send("POST", f"/{TENANT}/oauth2/v2.0/token", asked, headers={})
    return str(said["access_token"])


TOKENS: dict[str, Callable[[Somebody], str]] = {AZURE: _azure, GCP: lambda _him: "sandbox-drill"}


def _operation(said: Any, headers: dict[str, str]) -> str:
    """Where to ask for what was begun; empty when nothing was. Azure says it in a header, Google is answered by it."""
    link = (said or {}).get("selfLink", "")
    if "/operations/" in link:
        return "/compute/v1/projects/" + str(link).partition("/projects/")[2]
    return headers.get("azure-asyncoperation") or headers.get("location", "")
