# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWS's own service models say of a request and of an answer.

botocore carries these models; they know names, types, required members and enumerations. They know no rules that
span two fields, and no patterns: those are in `rules_*`.
"""

from __future__ import annotations

import base64
import binascii
import functools
import re
from collections.abc import Mapping
from typing import Any

from botocore.model import ListShape, OperationModel, OperationNotFoundError, ServiceModel, Shape, StructureShape
from botocore.validate import ParamValidator
from moto.core.utils import get_service_model

from sandbox.aws.errors import AwsError, invalid, not_implemented

Params = dict[str, Any]
READS = ("Describe", "Get", "List", "Search")


class BrokenAnswer(Exception):
    """The simulator made an answer that AWS could not send: a bug here, never the client's fault."""


@functools.cache
def service(name: str) -> ServiceModel:
    """The model of one service, by botocore's name ("ec2", "service-quotas")."""
    model: ServiceModel = get_service_model(name)
    return model


def operation(service_name: str, action: str) -> OperationModel:
    """The operation, or AWS's answer to an action that it does not know."""
    try:
        return service(service_name).operation_model(action)
    except OperationNotFoundError:
        raise AwsError("InvalidAction", f"The action {action} is not valid for this web service.") from None


def is_mutating(action: str) -> bool:
    """Whether the action changes something when it succeeds."""
    return not action.startswith(READS)


def from_form(shape: StructureShape, form: Mapping[str, str], protocol: str = "ec2") -> Params:
    """Turn a flat query ({"Filter.1.Name": "vpc-id"}) into the model's nested names. Unknown keys are refused.

    Protocol "query" differs from "ec2" in that its lists are numbered one word deeper: "Subnets.member.1".
    """
    params: Params = {}
    for key, text in form.items():
        parts = key.split(".")
        _put(params, shape, [part for part in parts if part != "member"] if protocol == "query" else parts, text, key)
    compact: Params = _compact(params)
    return compact


def check_request(op: OperationModel, params: Params) -> None:
    """Refuse what the model refuses, and what botocore's validator leaves out: enumerations, maxima, patterns."""
    shape = op.input_shape
    if shape is None:
        return
    report = ParamValidator().validate(params, shape)
    for reason, name, details in report._errors:  # generate_report() would join them into one text
        where = f"{name}.{details.get('name', '')}".strip(".")
        if reason == "missing required field":
            raise AwsError("MissingParameter", f"The request must contain the parameter {details['required_name']}")
        if reason == "unknown field":
            raise AwsError("UnknownParameter", f"The parameter {details['unknown_param']} is not recognized")
        raise invalid(f"Invalid value for {where or op.name}: {reason} ({_short(details)})")
    _check_values(shape, params, "")


def check_answer(op: OperationModel, answer: Params) -> None:
    """Raise BrokenAnswer for an answer that the model does not allow; moto's serialiser would drop it silently."""
    if op.output_shape is None:
        return
    report = ParamValidator().validate(answer, op.output_shape)
    if report.has_errors():
        raise BrokenAnswer(f"{op.name}: {report.generate_report()}")


def _short(details: Mapping[str, Any]) -> str:
    return ", ".join(f"{key}={str(value)[:80]}" for key, value in details.items() if key != "name")


def _check_values(shape: Shape, value: Any, name: str) -> None:
    if isinstance(shape, StructureShape):
        for key, inner in value.items():
            _check_values(shape.members[key], inner, f"{name}.{key}".strip("."))
        return
    most, pattern = shape.metadata.get("max"), shape.metadata.get("pattern")
    if isinstance(shape, ListShape):
        for inner in value:
            _check_values(shape.member, inner, name)
        value = len(value)
    elif (allowed := getattr(shape, "enum", None)) and value not in allowed:
        raise invalid(f"Invalid value '{value}' for {name}")
    elif shape.type_name == "string":
        if pattern and not _pattern(pattern).fullmatch(value):
            raise invalid(f"Invalid value '{value[:80]}' for {name}: it does not match {pattern}")
        value = len(value)
    if most is not None and value > most:
        raise invalid(f"Invalid value for {name}: {value} is more than {most}")


@functools.cache
def _pattern(text: str) -> re.Pattern[str]:
    """The models' patterns are Java's, which name classes of letters; Python's own are a little wider."""
    return re.compile(text.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d"))


def _put(target: Any, shape: Shape, parts: list[str], text: str, key: str) -> None:
    """Follow the parts of one query key down the shapes and set the value there. Lists are dicts by number for now."""
    name, rest = parts[0], parts[1:]
    if isinstance(shape, StructureShape):
        member = _members(shape).get(name)
        if member is None:
            raise AwsError("UnknownParameter", f"The parameter {key} is not recognized")
        name, inner = member, shape.members[member]
    elif isinstance(shape, ListShape) and name.isdigit():
        inner = shape.member
    else:
        raise AwsError("UnknownParameter", f"The parameter {key} is not recognized")
    if rest:
        if not isinstance(inner, StructureShape | ListShape):
            raise AwsError("UnknownParameter", f"The parameter {key} is not recognized")
        _put(target.setdefault(name, _Numbered() if isinstance(inner, ListShape) else {}), inner, rest, text, key)
    elif isinstance(inner, ListShape) and text == "":
        target[name] = _Numbered()
    elif isinstance(inner, StructureShape | ListShape):  # "TagSpecification=x": a name with nothing behind it
        raise AwsError("UnknownParameter", f"The parameter {key} is not recognized")
    else:
        target[name] = _scalar(inner, text, key)


class _Numbered(dict[str, Any]):
    """A list of the query that is still filled: {"1": .., "2": ..}."""


def _compact(value: Any) -> Any:
    if isinstance(value, _Numbered):
        return [_compact(value[number]) for number in sorted(value, key=int)]
    if isinstance(value, dict):
        return {key: _compact(inner) for key, inner in value.items()}
    return value


@functools.cache  # shapes are made once per model and compared by identity
def _members(shape: StructureShape) -> dict[str, str]:
    return {_query_name(member, inner): member for member, inner in shape.members.items()}


def _query_name(member: str, shape: Shape) -> str:
    """The name of a member in an EC2 query: queryName, else the location name with its first letter raised."""
    if "queryName" in shape.serialization:
        return str(shape.serialization["queryName"])
    name = str(shape.serialization.get("name", member))
    return name[0].upper() + name[1:]


def _scalar(shape: Shape, text: str, key: str) -> Any:
    try:
        if shape.type_name in ("integer", "long"):
            return int(text)
        if shape.type_name in ("float", "double"):
            return float(text)
        if shape.type_name == "boolean":
            return {"true": True, "false": False}[text.lower()]
        if shape.type_name == "blob":
            return base64.b64decode(text, validate=True)
        if shape.type_name == "string":
            return text
    except (ValueError, KeyError, binascii.Error):
        raise invalid(f"Invalid value '{text[:80]}' for {key}: it is no {shape.type_name}") from None
    raise not_implemented(f"a parameter of type {shape.type_name} ({key})")
