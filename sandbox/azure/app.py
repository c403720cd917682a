# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated Azure on the wire: tokens, throttling, faults, the request log. A WSGI application behind TLS."""

from __future__ import annotations

import json
import logging
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.azure import ids, routing, tenant
from sandbox.azure.cloud import Cloud
from sandbox.azure.errors import ArmError
from sandbox.azure.faults import before
from sandbox.azure.login import Login
from sandbox.azure.wire import Reply, Request
from sandbox.faults import BrokenEndpoint, Dropped, after
from sandbox.journal import Journal, blank, without_secrets
from sandbox.port import MARK, hang_up

log = logging.getLogger(__name__)
SECRET = frozenset({"customdata", "userdata", "adminpassword", "client_secret", "client_assertion"})
BROKEN = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
Raw = tuple[int, dict[str, str], bytes]


class App:
    """One simulated Azure: the login host and the resource manager behind one port."""

    def __init__(self, cloud: Cloud, journal: Journal) -> None:
        self.cloud, self.journal = cloud, journal
        self.login = Login(cloud.clock.now, cloud.principals)
        self.bugs: list[str] = []  # answers that would have broken their types; tests look here

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        base = f"{environ['wsgi.url_scheme']}://{environ['HTTP_HOST']}"
        try:
            login = self.login.answer(environ["REQUEST_METHOD"], environ["PATH_INFO"], environ.get("QUERY_STRING", ""),
                                      body, base)  # fmt: skip
            status, headers, content = self._login(environ, *login) if login else self.reply(environ, body, base)
        except Dropped:
            hang_up(environ)
            return []
        start_response(f"{status} -", [*{**headers, **MARK}.items(), ("Content-Length", str(len(content)))])
        return [content]

    def _login(self, environ: dict[str, Any], status: int, body: dict[str, Any]) -> Raw:
        action = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO'].rstrip('/').rsplit('/', 1)[-1]}"
        entry = blank(self.cloud.clock.now(), service="login", outcome=body.get("error", "ok"), action=action)
        self.journal.add({**entry, "ms": 0.0})
        return status, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(body).encode()

    def reply(self, environ: dict[str, Any], body: bytes, base: str) -> Raw:
        """Answer one request and log it. Raises Dropped where a fault cuts the connection."""
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        changing = method not in ("GET", "HEAD")
        entry = blank(self.cloud.clock.now(), action=method, params={"path": path}, mutating=changing)
        start, headers = time.monotonic(), _headers(environ)
        try:
            reply = self._reply(environ, body, base, entry, headers)
        except ArmError as error:
            entry["outcome"] = error.code
            reply = Reply(error.status, {"error": error.as_dict()}, "answer/error@any", headers=error.headers)
            self.cloud.checked(reply)
            if error.code == "NotImplemented":
                log.error("%s %s: %s", method, path, error.message)
        except Dropped:
            entry["outcome"] = "(dropped)"
            raise
        except BrokenEndpoint:
            entry["outcome"] = "(html 502)"
            return 502, {"Content-Type": "text/html"}, BROKEN
        except Exception:  # a bug of the simulator: loud in the log, kept for tests, and still ARM's shape
            log.exception("%s %s failed", method, path)
            text = traceback.format_exc(limit=-4)
            self.bugs.append(text)
            entry["outcome"] = "InternalServerError"
            reply = Reply(500, {"error": {"code": "InternalServerError", "message": f"bug of the sandbox: {text}"}})
        finally:
            entry["ms"] = round((time.monotonic() - start) * 1000, 1)
            self.journal.add(entry)
        return _raw(reply, headers)

    def _reply(self, environ: dict[str, Any], body: bytes, base: str, entry: dict[str, Any],
               headers: dict[str, str]) -> Reply:  # fmt: skip
        method, raw = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        asker = ("client", "") if tenant.is_open(raw) else self.login.caller(environ.get("HTTP_AUTHORIZATION"), base)
        actor, client = asker
        path = ids.parse(raw)
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        kind = raw.strip("/") if path is ids.ABOVE else _type(path)
        entry |= {"actor": actor, "account": path.subscription, "service": path.provider or "Microsoft.Resources",
                  "action": f"{method} {kind}",
                  "params": {"path": raw, **{name: value for name, value in query.items() if len(value) < 200
                                             and name not in ("s", "h", "c", "t")}}}  # fmt: skip
        parsed = _json(body)
        if parsed is not None:
            entry["params"]["body"] = without_secrets(parsed, SECRET)
        entry["region"] = self._region(path, parsed)
        self._throttle(actor, path.subscription, method, headers)
        acting = self.cloud.faults.meet(entry["service"], entry["action"], entry["region"], [raw, parsed], actor)
        before(acting)
        request = Request(method, path, query, parsed, _given(environ), actor, base, raw, tuple(acting), client)
        reply = routing.answer(self.cloud, request)
        after(acting)
        return reply

    def _region(self, path: ids.Path, body: Any) -> str:
        """Where it is asked for: as the body says, the path, what the path names, or the group that it is in."""
        if isinstance(body, dict) and body.get("location"):
            return str(body["location"])
        if path.group is None:
            return path.parts[1] if path.types[:1] == ("locations",) and path.names else ""
        group = f"/subscriptions/{path.subscription}/resourceGroups/{path.group}"
        named = f"{group}/providers/{path.provider}/{'/'.join(path.parts[:2])}"
        found = self.cloud.store.find(named) or self.cloud.store.find(group)
        return found.location if found is not None else ""

    def _throttle(self, actor: str, subscription: str, method: str, headers: dict[str, str]) -> None:
        passes, what, left = self.cloud.throttle.take(actor, subscription, method)
        headers[f"x-ms-ratelimit-remaining-subscription-{what}"] = str(left)
        headers[f"x-ms-ratelimit-remaining-subscription-global-{what}"] = str(left * 15)
        if not passes and self.cloud.settings.throttled:
            raise ArmError("SubscriptionRequestsThrottled", f"Number of requests for subscription '{subscription}' and "
                           "operation exceeded the limit. Please try again after '1' seconds after additional tokens "
                           "are available. Refer to https://aka.ms/arm-throttling for additional information.", 429,
                           headers={"Retry-After": "1"})  # fmt: skip


def _type(path: ids.Path) -> str:
    """The type as faults and the log name it."""
    words = [part.lower() for part in path.parts]
    if path.provider is None:
        return words[0] if words else ("resourceGroups" if path.group else "subscriptions")
    if words[:1] == ["locations"] and len(words) > 2:
        return "operations" if words[2].startswith(("operation", "diskoperation")) else words[2]
    return "/".join(path.types)


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    number = str(uuid.uuid4())
    headers = {"x-ms-request-id": number, "x-ms-correlation-request-id": number, "x-ms-arm-service-request-id": number,
               "Cache-Control": "no-cache", "Pragma": "no-cache",
               "Strict-Transport-Security": "max-age=31536000; includeSubDomains"}  # fmt: skip
    client = environ.get("HTTP_X_MS_CLIENT_REQUEST_ID")
    return headers if client is None else {**headers, "x-ms-client-request-id": client}


def _given(environ: dict[str, Any]) -> dict[str, str]:
    named = {"if-match": "HTTP_IF_MATCH", "if-none-match": "HTTP_IF_NONE_MATCH"}
    return {name: environ[key] for name, key in named.items() if key in environ}


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        raise ArmError("InvalidRequestContent", "The request content was invalid and could not be deserialized: it is "
                       "not JSON.") from None  # fmt: skip


def _raw(reply: Reply, headers: dict[str, str]) -> Raw:
    content = b"" if reply.body is None else json.dumps(reply.body).encode()
    kind = {"Content-Type": "application/json; charset=utf-8"} if content else {}
    return reply.status, {**headers, **kind, **reply.headers}, content
