# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Google on the wire: bearer tokens, JSON, the request log, faults. A WSGI application."""

from __future__ import annotations

import json
import logging
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

from sandbox.faults import BrokenEndpoint, Dropped, after, has
from sandbox.gcp import discovery, faults
from sandbox.gcp.cloud import Cloud, ContractBroken, Orders, Request
from sandbox.gcp.errors import GcpError, not_implemented
from sandbox.gcp.identity import BadGrant, Caller
from sandbox.journal import Journal, blank, without_secrets
from sandbox.port import MARK, hang_up

log = logging.getLogger(__name__)
SECRET = frozenset({"value", "assertion", "private_key"})  # metadata values hold user data and keys
BROKEN = b"<html><title>Error 502 (Server Error)!!1</title><p>The server encountered a temporary error.</html>"
Answer = tuple[int, dict[str, Any]]


class App:
    """One simulated Google behind one port: Compute Engine and the token endpoint."""

    def __init__(self, cloud: Cloud, journal: Journal) -> None:
        self.cloud, self.journal = cloud, journal
        self.bugs: list[str] = []  # what the contract forbids, and what failed; tests look here

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        path = environ.get("PATH_INFO", "")
        try:
            status, answer = (self._token if path == "/token" else self.reply)(environ, body)
        except Dropped:
            hang_up(environ)
            return []
        except BrokenEndpoint:
            return _sent(start_response, 502, "text/html; charset=UTF-8", BROKEN, {})
        content = json.dumps(answer, indent=2).encode()
        challenge = {"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'} if status == 401 else {}
        return _sent(start_response, status, "application/json; charset=UTF-8", content, challenge)

    def _token(self, environ: dict[str, Any], body: bytes) -> Answer:
        if environ["REQUEST_METHOD"] != "POST":
            return 405, {"error": "invalid_request"}
        try:
            return 200, self.cloud.identity.grant(dict(parse_qsl(body.decode())))
        except BadGrant as error:
            return 400, {"error": "invalid_grant", "error_description": str(error)}

    def reply(self, environ: dict[str, Any], body: bytes) -> Answer:
        """Answer one request of the API and log it. Raises Dropped or BrokenEndpoint where a fault says so."""
        verb, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
        entry = blank(self.cloud.clock.now(), service="compute", action=f"{verb} {path}")
        start = time.monotonic()
        try:
            caller = self.cloud.identity.caller(environ.get("HTTP_AUTHORIZATION", ""))
            entry["actor"] = caller.actor
            return 200, self._do(verb, environ, body, caller, entry)
        except GcpError as error:
            entry["outcome"] = error.reason
            if error.status == 501:
                log.error("%s: %s", entry["action"], error.message)
            return error.status, error.body()
        except Dropped:
            entry["outcome"] = "(dropped)"
            raise
        except BrokenEndpoint:
            entry["outcome"] = "(html 502)"
            raise
        except Exception as error:  # a bug of the simulator: loud in the log, and still Google's shape for the client
            log.exception("%s failed", entry["action"])
            entry["outcome"] = "internalError"
            self.bugs.append(str(error) if isinstance(error, ContractBroken) else traceback.format_exc(limit=-3))
            text = "bug of the sandbox: " + self.bugs[-1]
            return 500, GcpError(500, "internalError", text).body()
        finally:
            entry["ms"] = round((time.monotonic() - start) * 1000, 1)
            self.journal.add(entry)

    def _do(self, verb: str, environ: dict[str, Any], body: bytes, caller: Caller, entry: dict[str, Any]) -> Any:
        path = environ.get("PATH_INFO", "")
        method = discovery.match(verb, path)
        if method is None:
            raise not_implemented(f"{verb} {unquote(path)}")
        content = _parsed(body)
        place = method.values.get("zone", method.values.get("region", "global"))
        query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
        given = content if isinstance(content, dict) else {}
        asked = {key: values[-1] for key, values in query.items()}
        shown = {**method.values, **asked, **without_secrets(given, SECRET)}
        entry |= {"account": method.values.get("project"), "region": place, "params": shown,
                  "action": method.id.removeprefix("compute."),
                  "mutating": verb != "GET" and not method.id.endswith(".wait")}  # fmt: skip
        if caller.reads_only and entry["mutating"]:
            raise GcpError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
        acting = self.cloud.faults.meet("compute", entry["action"], place, [path, content], caller.actor)
        faults.before(acting)
        orders = Orders(has(acting, "stuck"), faults.failure(acting), has(acting, faults.PARTIAL))
        answer = self.cloud.answer(Request(method, query, content, caller.email), orders)
        after(acting)
        return answer


def _sent(start_response: Callable[..., Any], status: int, kind: str, content: bytes,
          headers: dict[str, str]) -> list[bytes]:  # fmt: skip
    whole = {**MARK, "Content-Type": kind, "Content-Length": str(len(content)), **headers}
    start_response(f"{status} -", list(whole.items()))
    return [content]


def _parsed(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except ValueError as error:
        raise GcpError(400, "parseError", f"Invalid JSON payload received. {error}") from error
