# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any request to the API of Azure or GCP as somebody else, who may do what he likes there."""

from __future__ import annotations

import argparse
import json
import ssl
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from sandbox.client import port_of
from sandbox.places import AZURE, GCP, Place

EPILOG = """examples:
  python -m sandbox drill call gcp GET /compute/v1/projects/pangaea-sandbox/global/firewalls
  python -m sandbox drill call gcp DELETE /compute/v1/projects/pangaea-sandbox/global/firewalls/NAME
  python -m sandbox drill call azure DELETE '/subscriptions/ID/resourceGroups/GROUP/providers/Microsoft.Network\\
/networkSecurityGroups/NSG/securityRules/NAME?api-version=2025-07-01'"""
ENDS_WITHIN = 120.0  # seconds


def add(verbs: Any) -> None:
    """Add the verb of this file."""
    text = "send one request to Azure or GCP as somebody else, and wait for what it began"
    parser = verbs.add_parser(
        "call", help=text, description=text, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cloud", choices=sorted(SOMEBODY))
    parser.add_argument("method", choices=("GET", "POST", "PUT", "PATCH", "DELETE"))
    parser.add_argument("path", help="with its query")
    parser.add_argument("--body", type=json.loads, help="JSON")
    parser.set_defaults(run=_run)


class Somebody:
    """Another user of a cloud: where it is and how he proves who he is."""

    def __init__(self, place: Place, cloud: str, scheme: str, token: Callable[[Somebody], str]) -> None:
        self.url = f"{scheme}://127.0.0.1:{place.port(cloud, port_of(place))}"
        trust = ssl.create_default_context(cafile=str(place.ca)) if scheme == "https" else None
        handlers = [urllib.request.HTTPSHandler(context=trust)] if trust else []
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)
        self._headers = {"Authorization": f"Bearer {token(self)}", "Content-Type": "application/json"}

    def send(
        self, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> tuple[Any, dict[str, str]]:
        """The answer as data, and its headers. Raises ValueError with the cloud's own refusal."""
        url = path if path.startswith(self.url) else f"{self.url}{path}"
        asked = urllib.request.Request(url, body, self._headers if headers is None else headers, method=method)
        try:
            with self._opener.open(asked, timeout=30) as answer:
                text = answer.read()
                return (json.loads(text) if text else None), {key.lower(): one for key, one in answer.headers.items()}
        except urllib.error.HTTPError as error:
            raise ValueError(f"{method} {path}: {error.code} {error.read().decode()}") from None


def somebody(place: Place, cloud: str) -> Somebody:
    """The other user of a cloud of that sandbox."""
    return SOMEBODY[cloud](place)


def _gcp(place: Place) -> Somebody:
    return Somebody(place, GCP, "http", lambda _self: "sandbox-drill")


def _azure(place: Place) -> Somebody:
    from sandbox.azure.login import AUDIENCES, DRILL, SECRET, TENANT

    def token(him: Somebody) -> str:
        form = {"grant_type": "client_credentials", "client_id": DRILL, "client_secret": SECRET}
        asked = urlencode({**form, "scope": f"{AUDIENCES[0]}/.default"}).encode()
        said, _ = him.send("POST", f"/{TENANT}/oauth2/v2.0/token", asked, headers={})
        return str(said["access_token"])

    return Somebody(place, AZURE, "https", token)


SOMEBODY: dict[str, Callable[[Place], Somebody]] = {AZURE: _azure, GCP: _gcp}


def _run(options: argparse.Namespace) -> int:
    him = somebody(Place(options.name), options.cloud)
    body = None if options.body is None else json.dumps(options.body).encode()
    said, headers = him.send(options.method, options.path, body)
    said = _end(him, said, headers)
    print(json.dumps(said, indent=1) if options.method == "GET" else f"drill: {options.method} {options.path}")
    return 0


def _end(him: Somebody, said: Any, headers: dict[str, str]) -> Any:
    """Wait until what was begun has ended. Raises ValueError if it failed."""
    limit = time.monotonic() + ENDS_WITHIN
    look = _operation(said, headers)
    while look and time.monotonic() < limit:
        seen, answered = him.send("GET", look)
        if seen and "error" in seen:
            raise ValueError(f"it was begun, and failed: {json.dumps(seen['error'])}")
        status = (seen or {}).get("status")
        if status in ("DONE", "Succeeded") or (status is None and "location" not in answered):
            return said
        time.sleep(0.5)
    if look:
        print("drill: it has not ended yet", file=sys.stderr)
    return said


def _operation(said: Any, headers: dict[str, str]) -> str:
    """Where to ask for what was begun; empty when nothing was. Azure says it in a header, Google is answered by it."""
    link = (said or {}).get("selfLink", "")
    if "/operations/" in link:
        return "/compute/v1/projects/" + str(link).partition("/projects/")[2]
    return headers.get("azure-asyncoperation") or headers.get("location", "")
