# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The official types as `Field`s: EC2's service model, Azure's resource types, Google's discovery document.

Read here once more, and not by the simulators' own readers: what those overlook must show. The two documents are the
simulators' files, which are the publishers' (their READMEs say which); a test compares them with the whole ones where
these are at hand.
"""

from __future__ import annotations

import dataclasses
import gzip
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from tests.contract.mutants import Field

SANDBOX = Path(__file__).parents[2] / "sandbox"
Table = list[dict[str, Any]]


# Amazon ---------------------------------------------------------------------------------------------------------------


@cache
def operation(service: str, action: str) -> OperationModel:
    """One operation of botocore's model of a service."""
    return botocore.session.get_session().get_service_model(service).operation_model(action)


def of_amazon(service: str, action: str) -> Field:
    """The request of an action, by the names that a query has on the wire."""
    shape = operation(service, action).input_shape
    assert shape is not None
    return _amazon(shape, service)


def _amazon(shape: Shape, service: str) -> Field:
    if isinstance(shape, StructureShape):
        return Field("object", fields=cache(lambda: {
            wire_name(name, inner, service): dataclasses.replace(
                _amazon(inner, service), required=name in shape.required_members)
            for name, inner in shape.members.items()
        }))  # fmt: skip
    if isinstance(shape, ListShape):
        return Field("list", item=lambda: _amazon(shape.member, service))
    if isinstance(shape, MapShape):
        return Field("any")  # no request here has one
    limits, pattern = (shape.metadata.get("min"), shape.metadata.get("max")), shape.metadata.get("pattern", "")
    sort = {"integer": "integer", "long": "integer", "float": "number", "double": "number", "boolean": "boolean"}
    found = sort.get(shape.type_name, "text")
    bounds = {"lengths" if found == "text" else "numbers": limits}
    return Field(found, words=tuple(getattr(shape, "enum", ())), pattern=pattern, **bounds)  # type: ignore[arg-type]


def wire_name(name: str, shape: Shape, service: str) -> str:
    """A member's name in a query: EC2 raises the first letter of the location's name."""
    if service != "ec2":
        return str(shape.serialization.get("name", name)) if not isinstance(shape, ListShape) else name
    known = shape.serialization.get("queryName") or shape.serialization.get("name", name)
    return str(known[0].upper() + known[1:])


# Microsoft ------------------------------------------------------------------------------------------------------------


@cache
def azure_tables() -> list[Table]:
    """The official types, then those that the simulator's authors wrote in the same form."""
    from sandbox.azure.own_types import TABLE

    files = sorted((SANDBOX / "azure/types").glob("*.json.gz"))
    return [*(json.loads(gzip.decompress(path.read_bytes())) for path in files), TABLE]


def of_microsoft(name: str, tables: list[Table] | None = None) -> Field:
    """A resource type, such as "Microsoft.Network/routeTables@2025-07-01". Raises LookupError."""
    for table in tables or azure_tables():
        for entry in table:
            if entry["$type"] == "ResourceType" and entry["name"].lower() == name.lower():
                whole = _microsoft(table, entry["body"])
                in_url = {"id", "name", "type", "apiVersion", "etag"}
                fields = {key: one for key, one in whole.fields().items() if key not in in_url}
                return Field("object", fields=partial(dict, fields))
    raise LookupError(name)


def _microsoft(table: Table, reference: dict[str, str]) -> Field:
    kind = table[int(reference["$ref"].rsplit("/", 1)[1])]
    sort = kind["$type"]
    if sort == "ObjectType":
        extra = kind.get("additionalProperties")
        return Field("object", rest=_microsoft(table, extra) if extra else None, fields=cache(lambda: {
            name: dataclasses.replace(_microsoft(table, rule["type"]), required=bool(rule["flags"] & 1),
                                      ignored=bool(rule["flags"] & 2))
            for name, rule in kind["properties"].items()
        }))  # fmt: skip
    if sort == "ArrayType":
        return Field("list", item=lambda: _microsoft(table, kind["itemType"]))
    if sort == "UnionType":
        members = [table[int(one["$ref"].rsplit("/", 1)[1])] for one in kind["elements"]]
        words = tuple(one["value"] for one in members if "value" in one)
        return Field("text", words=words, closed=all("value" in one for one in members))
    if sort == "StringLiteralType":
        return Field("text", words=(kind["value"],))
    if sort == "StringType":
        return Field("text", lengths=(kind.get("minLength"), kind.get("maxLength")), pattern=kind.get("pattern", ""))
    if sort == "IntegerType":
        return Field("integer", numbers=(kind.get("minValue"), kind.get("maxValue")))
    return Field({"BooleanType": "boolean"}.get(sort, "any"))


# Google ---------------------------------------------------------------------------------------------------------------

FORMATS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1), "int64": (-(2**63), 2**63 - 1),
           "uint64": (0, 2**64 - 1)}  # fmt: skip


@cache
def discovery() -> dict[str, Any]:
    """The discovery document, as the simulator has it."""
    return json.loads((SANDBOX / "gcp/contract/compute.v1.json").read_text())  # type: ignore[no-any-return]


def of_google(method: str, document: dict[str, Any] | None = None) -> Field:
    """The body of a method, such as "routes.insert"."""
    whole = document or discovery()
    about = next(one for one in _methods(whole) if one["id"] == f"compute.{method}")
    return _google(whole, {"$ref": about["request"]["$ref"]}, about["id"])


def _methods(whole: dict[str, Any]) -> list[dict[str, Any]]:
    if "methods" in whole:
        return list(whole["methods"])
    return [method for resource in whole["resources"].values() for method in resource.get("methods", {}).values()]


def _google(whole: dict[str, Any], rule: dict[str, Any], method: str) -> Field:
    found = whole["schemas"][rule["$ref"]] if "$ref" in rule else rule
    asked = method in rule.get("annotations", {}).get("required", ())
    ignored = bool(rule.get("readOnly")) or rule.get("description", "").startswith("[Output Only]")
    marks = {"required": asked, "ignored": ignored}
    sort = found.get("type", "any")
    if sort == "object":
        extra = found.get("additionalProperties")
        return Field("object", rest=_google(whole, extra, method) if extra else None, fields=cache(lambda: {
            name: _google(whole, one, method) for name, one in found.get("properties", {}).items()
        }), **marks)  # fmt: skip
    if sort == "array":
        return Field("list", item=lambda: _google(whole, found["items"], method), **marks)
    if sort == "string" and found.get("format") in FORMATS:
        return Field("decimal", numbers=FORMATS[found["format"]], **marks)
    if sort == "string":
        return Field("text", words=tuple(found.get("enum", ())), pattern=found.get("pattern", ""), **marks)
    if sort == "integer":
        return Field("integer", numbers=FORMATS[found["format"]], **marks)
    return Field(sort if sort in ("boolean", "number") else "any", **marks)
