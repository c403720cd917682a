# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the command line and the drills talk to a running sandbox."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from sandbox.places import Place


class NotRunning(Exception):
    """There is no sandbox of that name, or it does not answer. The message says what to do."""


def ask(
    port: int, method: str, path: str, body: dict[str, Any] | None = None, limit: float = 30, ca: Path | None = None
) -> dict[str, Any]:
    """One request to /_sandbox/<path>, by TLS where a `ca` vouches. Raises NotRunning, or ValueError: why."""
    data = None if body is None else json.dumps(body).encode()
    url = f"http{'s' if ca else ''}://127.0.0.1:{port}/_sandbox/{path}"
    request = urllib.request.Request(url, data, method=method)
    trust = [urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=str(ca)))] if ca else []
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *trust)  # a proxy of the host is none of ours
    try:
        with opener.open(request, timeout=limit) as answer:
            return json.loads(answer.read())  # type: ignore[no-any-return]
    except urllib.error.HTTPError as error:
        raise ValueError(json.loads(error.read()).get("error", str(error))) from None
    except (OSError, http.client.HTTPException) as error:
        raise NotRunning(f"the sandbox does not answer on port {port}: {error}") from error


def ask_cloud(place: Place, cloud: str, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    """One request to /_sandbox/<path> of one cloud of a running sandbox. Raises as `ask`."""
    return ask(place.port(cloud, port_of(place)), method, path, body, ca=place.voucher(cloud))


def port_of(place: Place) -> int:
    """The port of a running sandbox. Raises NotRunning."""
    about = place.running()
    if about is None:
        raise NotRunning(
            f"sandbox {place.name} is not running; start it with: python -m sandbox up --name {place.name}"
        )
    return int(about["port"])
