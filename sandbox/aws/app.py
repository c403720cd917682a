# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated AWS on the wire: signatures, protocols, the request log, faults. A WSGI application."""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qsl

from sandbox.aws import ACCOUNT, wire
from sandbox.aws.cloud import Cloud, Request
from sandbox.aws.errors import AwsError
from sandbox.aws.faults import before
from sandbox.aws.model import Params, from_form, is_mutating, operation
from sandbox.aws.wire import Reply
from sandbox.faults import BrokenEndpoint, Dropped, after, has
from sandbox.journal import Journal, blank, without_secrets
from sandbox.port import MARK, hang_up

log = logging.getLogger(__name__)
SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request")
# The name that a signature carries -> botocore's name and the protocol of the answers.
SERVICES = {
    "ec2": ("ec2", "ec2"), "sts": ("sts", "query"), "ssm": ("ssm", "json"), "servicequotas": ("service-quotas", "json"),
}  # fmt: skip
SECRET = frozenset({"userdata", "publickeymaterial", "privatekey"})  # parameters
BROKEN = (
    b"<html><head><title>500 Internal Server Error</title></head><body><h1>Internal Server Error</h1></body></html>"
)


class App:
    """One simulated AWS behind one port, all services and regions; they are told apart by the signature's scope."""

    def __init__(self, cloud: Cloud, journal: Journal) -> None:
        self.cloud, self.journal = cloud, journal
        self.bugs: list[str] = []  # of the simulator; tests look here

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        try:
            status, headers, content = self.reply(environ, body)
        except Dropped:
            hang_up(environ)
            return []
        start_response(f"{status} -", [*headers.items(), ("Content-Length", str(len(content)))])
        return [content]

    def reply(self, environ: dict[str, Any], body: bytes) -> Reply:
        """Answer one request and log it. Raises Dropped where a fault cuts the connection."""
        entry = blank(self.cloud.clock.now())
        start, protocol = time.monotonic(), "ec2"
        try:
            key, region, name = _scope(environ)
            service, protocol = _service(name, body)
            account, actor = self._caller(key)
            entry |= {"actor": actor, "account": account, "region": region, "service": service}
            action, params = _parse(environ, service, protocol, body)
            entry |= {"action": action, "params": without_secrets(params, SECRET)}
            entry["mutating"] = is_mutating(action) and not params.get("DryRun", False)
            request = Request(account, region, actor, service, action, params, key)
            reply = self._do(request, protocol)
        except AwsError as error:
            entry["outcome"] = error.code
            reply = wire.failure(protocol, error)
            if error.code == "NotImplemented":
                log.error("%s %s: %s", entry["service"], entry["action"], error.message)
        except Dropped:
            entry["outcome"] = "(dropped)"
            raise
        except BrokenEndpoint:
            entry["outcome"] = "(html 500)"
            reply = 500, {**MARK, "Content-Type": "text/html"}, BROKEN
        except Exception:  # a bug of the simulator: loud in the log, and still AWS's shape for the client
            log.exception("%s %s failed", entry["service"], entry["action"])
            entry["outcome"] = "InternalError"
            self.bugs.append(traceback.format_exc(limit=-3))
            reply = wire.failure(protocol, AwsError("InternalError", f"bug of the sandbox: {self.bugs[-1]}", 500))
        finally:
            entry["ms"] = round((time.monotonic() - start) * 1000, 1)
            self.journal.add(entry)
        return reply

    def _caller(self, key: str) -> tuple[str, str]:
        bound = self.cloud.principals.find(key)
        return (bound.account, "client") if bound is not None else _caller(key)

    def _do(self, request: Request, protocol: str) -> Reply:
        acting = self.cloud.faults.meet(request.service, request.action, request.region, request.params, request.actor)
        before(acting)
        answer = self.cloud.answer(request, held=has(acting, "stuck"))
        after(acting)
        return wire.answer(request.service, protocol, operation(request.service, request.action), answer)


def _scope(environ: dict[str, Any]) -> tuple[str, str, str]:
    """Access key, region and service of the signature. Raises AwsError."""
    found = SIGNED.match(environ.get("HTTP_AUTHORIZATION", ""))
    if found is None:
        raise AwsError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
    return found[1], found[3], found[4]


def _service(name: str, body: bytes) -> tuple[str, str]:
    if name == "elasticloadbalancing":  # two APIs under one name, told apart by their version
        return ("elb" if b"Version=2012-06-01" in body else "elbv2"), "query"
    if name not in SERVICES:
        raise AwsError(
            "NotImplemented", f"the sandbox does not implement the service {name}; see docs/fidelity.md", 501
        )
    return SERVICES[name]


def _caller(key: str) -> tuple[str, str]:
    """Account and actor. Only keys marked as the sandbox's own are let in, so that nobody leaves real ones here.

    "sandbox" is the default account, "sandbox-111122223333" that account, "sandbox-drill" somebody else in ours.
    """
    if key != "sandbox" and not key.startswith("sandbox-"):
        raise AwsError("AuthFailure", "AWS was not able to validate the provided access credentials: "
                       "the sandbox takes access keys that begin with 'sandbox' only", 401)  # fmt: skip
    rest = key.removeprefix("sandbox").removeprefix("-")
    return rest if re.fullmatch(r"\d{12}", rest) else ACCOUNT, "drill" if rest == "drill" else "client"


def _parse(environ: dict[str, Any], service: str, protocol: str, body: bytes) -> tuple[str, Params]:
    if protocol == "json":
        action = environ.get("HTTP_X_AMZ_TARGET", "").split(".")[-1]
        operation(service, action)
        return action, json.loads(body or b"{}")
    form = dict(parse_qsl(body.decode() or environ.get("QUERY_STRING", ""), keep_blank_values=True))
    action = form.pop("Action", "")
    form.pop("Version", None)
    if not action:
        raise AwsError("MissingAction", "The request must contain the parameter Action")
    shape = operation(service, action).input_shape
    return action, from_form(shape, form, protocol) if shape is not None else {}
