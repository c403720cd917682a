# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS's answers: XML and JSON against the output of an operation, errors against the shape of their protocol."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from botocore.model import ListShape, OperationModel, Shape, StructureShape

from tests.contract.exchange import Exchange, Finding, Message
from tests.contract.judges.aws_form import scalar

#: What the model says and AWS does not do: (shape, value) -> why.
KNOWN_FAULTS = {
    ("AttachmentStatus", "available"): "of an internet gateway that is attached (API reference, "
    "InternetGatewayAttachment); the model lends it the states of network interfaces",
}
JSON_KINDS: dict[str, Any] = {
    "structure": dict, "list": list, "map": dict, "string": str, "boolean": bool, "integer": int, "long": int,
    "float": (int, float), "double": (int, float), "timestamp": (int, float),
}  # fmt: skip
REQUEST_ID = {"ec2": "requestId", "query": "ResponseMetadata"}


def judge_answer(exchange: Exchange, protocol: str, operation: OperationModel) -> Iterator[Finding]:
    answer = exchange.answer
    if answer is None:
        return
    if exchange.status >= 400:
        yield from judge_error(answer, exchange.status, protocol)
    elif exchange.status != 200:
        yield Finding("status", "is neither 200 nor an error")
    elif protocol == "json":
        yield from _json_value(operation.output_shape, answer.json(), "$")
    else:
        yield from _xml_answer(answer, protocol, operation)


def _xml_answer(answer: Message, protocol: str, operation: OperationModel) -> Iterator[Finding]:
    root = _xml(answer)
    if root is None:
        yield Finding("body", "is no XML")
        return
    if _tag(root) != f"{operation.name}Response":
        yield Finding(_tag(root), f"is not {operation.name}Response")
        return
    extra = REQUEST_ID[protocol]
    if extra not in [_tag(child) for child in root]:
        yield Finding(extra, "is missing")
    children = [child for child in root if _tag(child) != extra]
    shape = operation.output_shape
    if protocol == "query" and shape is not None and (wrapper := shape.serialization.get("resultWrapper")):
        if [_tag(child) for child in children] != [wrapper]:
            yield Finding("body", f"holds {', '.join(map(_tag, children)) or 'nothing'}, not one {wrapper}")
            return
        children = list(children[0])
    if shape is None:
        # The model of an operation without output; EC2 says <return>true</return> there (API reference, each action).
        yield from (Finding(_tag(child), "no output is known") for child in children if _tag(child) != "return")
        return
    yield from _xml_members(shape, children, "")


def _xml_members(shape: StructureShape, children: list[ElementTree.Element], place: str) -> Iterator[Finding]:
    names = _element_names(shape)
    seen: set[str] = set()
    for child in children:
        tag = _tag(child)
        here = f"{place}/{tag}"
        if tag not in names:
            # EC2 answers <return> where the model has no member for it, too (API reference).
            if not (tag == "return" and not place):
                yield Finding(here, "no such member")
            continue
        inner = names[tag]
        flattened = isinstance(inner, ListShape) and inner.serialization.get("flattened")
        if tag in seen and not flattened:
            yield Finding(here, "is there more than once")
        seen.add(tag)
        yield from _xml_value(inner.member if flattened else inner, child, here)


def _xml_value(shape: Shape, element: ElementTree.Element, place: str) -> Iterator[Finding]:
    if isinstance(shape, StructureShape):
        yield from _xml_members(shape, list(element), place)
    elif isinstance(shape, ListShape):
        word = shape.member.serialization.get("name", "member")
        for number, child in enumerate(element):
            if _tag(child) != word:
                yield Finding(f"{place}/{_tag(child)}", f"items are called {word}")
            else:
                yield from _xml_value(shape.member, child, f"{place}[{number}]")
    elif len(element):
        yield Finding(place, f"has elements inside, and is a {shape.type_name}")
    else:
        yield from _text_value(shape, element.text or "", place)
        return
    if (element.text or "").strip():
        yield Finding(place, f"has text inside, and is a {shape.type_name}")


def _text_value(shape: Shape, text: str, place: str) -> Iterator[Finding]:
    try:
        value = scalar(shape, text)
    except (ValueError, KeyError, binascii.Error):
        yield Finding(place, f"{text[:60]!r} is no {shape.type_name}")
        return
    if getattr(shape, "enum", None) and value not in shape.enum and (shape.name, value) not in KNOWN_FAULTS:
        yield Finding(place, f"{value!r} is not one of {', '.join(shape.enum[:8])}")


_ELEMENTS: dict[int, dict[str, Shape]] = {}


def _element_names(shape: StructureShape) -> dict[str, Shape]:
    """Members by their elements; a model makes its shapes once, and lives as long as the process."""
    found = _ELEMENTS.get(id(shape))
    if found is None:
        found = _ELEMENTS[id(shape)] = {
            str(inner.serialization.get("name", member)): inner for member, inner in shape.members.items()
        }
    return found


def _json_value(shape: Shape | None, value: Any, place: str) -> Iterator[Finding]:
    if shape is None:
        if value not in (None, {}):
            yield Finding(place, "no output is known")
        return
    wanted = JSON_KINDS[shape.type_name]
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        yield Finding(place, f"is no {shape.type_name}")
    elif isinstance(shape, StructureShape):
        for name, inner in value.items():
            member = shape.members.get(name)
            if member is None:
                yield Finding(f"{place}.{name}", "no such member")
            else:
                yield from _json_value(member, inner, f"{place}.{name}")
    elif isinstance(shape, ListShape):
        for number, inner in enumerate(value):
            yield from _json_value(shape.member, inner, f"{place}[{number}]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield Finding(place, f"{value!r} is not one of {', '.join(shape.enum[:8])}")


def judge_error(answer: Message, status: int, protocol: str | None) -> Iterator[Finding]:
    """An error has the shape of its protocol; where the protocol is not known, of any."""
    if answer.kind == "text/html" and status >= 500 and "x-pangaea-sandbox" in answer.headers:
        return  # on order only, as a broken front end says it; HTML that nobody ordered has not the mark
    if protocol == "json" or (protocol is None and answer.kind.startswith("application/x-amz-json")):
        body = answer.json()
        if not isinstance(body, dict) or not isinstance(body.get("__type"), str):
            yield Finding("body", "an error has the member __type")
        return
    root = _xml(answer)
    shape = [] if root is None else [_tag(root), *(_tag(child) for child in root)]
    if shape == ["Response", "Errors", "RequestID"] and protocol != "query":
        wanted, found = ["Code", "Message"], root.findall("Errors/Error") if root is not None else []
    elif shape[1:] and shape[0] == "ErrorResponse" and protocol != "ec2" and root is not None:
        root = ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", answer.body))
        wanted, found = ["Type", "Code", "Message"], root.findall("Error")
        if root.find("RequestId") is None:
            yield Finding("RequestId", "is missing")
    else:
        yield Finding("body", f"is not the error of protocol {protocol}: {answer.body[:80]!r}")
        return
    if len(found) != 1:
        yield Finding("Errors", f"{len(found)} errors")
    for one in found:
        for name in wanted:
            if not one.findtext(name):
                yield Finding(f"Error/{name}", "is missing")
        if "Type" in wanted and one.findtext("Type") not in ("Sender", "Receiver"):
            yield Finding("Error/Type", "is neither Sender nor Receiver")


def _xml(answer: Message) -> ElementTree.Element | None:
    try:
        return ElementTree.fromstring(answer.body)
    except ElementTree.ParseError:
        return None


def _tag(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]
