# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS by the service models that botocore carries: names, types, required members, enumerations, wire format.

Protocols: botocore.amazonaws.com/protocols ("ec2", "query", "json"); an error's shape is botocore/parsers.py's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.model import ListShape, OperationModel, OperationNotFoundError, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator

from tests.contract.exchange import Exchange, Finding, Message, Opinion
from tests.contract.judges.aws_answer import judge_answer, judge_error
from tests.contract.judges.aws_form import Form

SIGNED = re.compile(r"AWS4-HMAC-SHA256 Credential=[^/]+/\d{8}/([a-z0-9-]+)/([a-z0-9-]+)/aws4_request, ?"
                    r"SignedHeaders=[^,]+, ?Signature=[0-9a-f]{64}")  # fmt: skip
SERVICES = ("ec2", "sts", "ssm", "service-quotas", "elb", "elbv2")
#: Words of the protocols themselves, in every query and in no operation's model.
PROTOCOL = frozenset({"Action", "Version"})


class AwsJudge:
    """Judges all services that the sandbox has, told apart by the signature's scope and the API's version."""

    def judge(self, exchange: Exchange) -> Opinion:
        request = exchange.request
        signed = SIGNED.match(request.headers.get("authorization", ""))
        if signed is None:
            opinion = Opinion(str(exchange), [Finding("Authorization", "is no signature of version 4")])
            return self._refused(opinion, exchange, "ec2")
        form = dict(parse_qsl(request.body.decode(), keep_blank_values=True)) if _is_form(request) else {}
        name = _service(signed[2], form)
        if name is None:
            opinion = Opinion(str(exchange), [Finding("Authorization", f"no service {signed[2]} is known here")])
            return self._refused(opinion, exchange, "ec2")
        model = service(name)
        protocol = str(model.metadata["protocol"])
        action = (
            request.headers.get("x-amz-target", "").rpartition(".")[2] if protocol == "json" else form.get("Action")
        )
        try:
            operation = model.operation_model(action)
        except OperationNotFoundError:
            opinion = Opinion(f"{name} {action}", [Finding("Action", "is in no model")])
            return self._refused(opinion, exchange, protocol)
        opinion = Opinion(f"{name} {action}")
        try:
            opinion.request = list(_request(exchange, model, operation, form))
        except ValueError as error:
            opinion.request = [Finding("body", f"cannot be read: {error}")]
        opinion.answer = list(judge_answer(exchange, protocol, operation))
        return opinion

    @staticmethod
    def _refused(opinion: Opinion, exchange: Exchange, protocol: str) -> Opinion:
        """The opinion on a request that nothing can be answered to but an error."""
        if exchange.answer is not None and exchange.status >= 400:
            opinion.answer = list(judge_error(exchange.answer, exchange.status, None))
        return opinion


@functools.cache
def service(name: str) -> ServiceModel:
    """The model of a service by botocore's name."""
    return botocore.session.get_session().get_service_model(name)


@functools.cache
def _by_signature() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in SERVICES:
        found.setdefault(service(name).signing_name, []).append(name)
    return found


def _service(signing: str, form: dict[str, str]) -> str | None:
    """Two APIs may sign by one name; their versions differ."""
    names = _by_signature().get(signing, [])
    if len(names) < 2:
        return names[0] if names else None
    return next((name for name in names if service(name).api_version == form.get("Version")), names[0])


def _is_form(request: Message) -> bool:
    return request.kind == "application/x-www-form-urlencoded"


def _request(exchange: Exchange, model: ServiceModel, operation: OperationModel,
             form: dict[str, str]) -> Iterator[Finding]:  # fmt: skip
    if (exchange.method, exchange.path) != ("POST", "/"):
        yield Finding("request", f"{exchange.method} {exchange.path} is not the POST to / of this protocol", minor=True)
    params: Any
    if model.metadata["protocol"] == "json":
        wanted = {"x-amz-target": f"{model.metadata['targetPrefix']}.{operation.name}",
                  "content-type": f"application/x-amz-json-{model.metadata['jsonVersion']}"}  # fmt: skip
        for header, value in wanted.items():
            if exchange.request.headers.get(header) != value:
                yield Finding(header, f"is not {value}", minor=True)
        params = exchange.request.json() or {}
    else:
        if form.get("Version") != model.api_version:
            yield Finding("Version", f"{form.get('Version')} is not {model.api_version}")
        flat = {key: text for key, text in form.items() if key not in PROTOCOL}
        if operation.input_shape is None:
            yield from (Finding(key, "no parameters are known") for key in flat)
            return
        reading = Form(str(model.metadata["protocol"]))
        params = reading.read(operation.input_shape, flat)
        yield from reading.findings
    if operation.input_shape is not None:
        yield from _valid(operation.input_shape, params)


def _valid(shape: Shape, params: Any) -> Iterator[Finding]:
    report = ParamValidator().validate(params, shape)
    if report.has_errors():
        yield Finding("parameters", report.generate_report())
    else:
        yield from _enums(shape, params, "")


def _enums(shape: Shape, value: Any, place: str) -> Iterator[Finding]:
    """Values outside of an enumeration, which botocore's validator leaves to the service."""
    if isinstance(shape, StructureShape):
        for name, inner in value.items():
            yield from _enums(shape.members[name], inner, f"{place}.{name}")
    elif isinstance(shape, ListShape):
        for number, inner in enumerate(value):
            yield from _enums(shape.member, inner, f"{place}[{number}]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield Finding(place, f"{value!r} is not one of {', '.join(shape.enum[:8])}")
