# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flat parameters of AWS's query protocols as the nested ones of a model."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from tests.contract.exchange import Finding

_EXAMPLES: dict[str, Any] = {"integer": 100, "long": 100, "float": 1.0, "double": 1.0, "boolean": True, "blob": b"",
                             "timestamp": datetime(2026, 1, 1)}  # fmt: skip


class Form:
    """Reads the flat parameters of a query ("Filter.1.Value.2") into the model's nested ones."""

    def __init__(self, protocol: str) -> None:
        self.protocol, self.findings = protocol, list[Finding]()

    def read(self, shape: Shape, flat: dict[str, str], place: str = "") -> Any:
        """The value of a shape out of all keys below it; "" is the key of the value itself."""
        if isinstance(shape, StructureShape):
            return self._structure(shape, flat, place)
        if isinstance(shape, ListShape):
            return self._list(shape, flat, place)
        for key in flat.keys() - {""}:
            self.findings.append(Finding(f"{place}.{key}", "no such parameter"))
        return self._scalar(shape, flat.get("", ""), place)

    def _structure(self, shape: StructureShape, flat: dict[str, str], place: str) -> dict[str, Any]:
        names = {self._name(member, inner): member for member, inner in shape.members.items()}
        value = {}
        for name, below in _grouped(flat).items():
            here = f"{place}.{name}".strip(".")
            if name in names:
                value[names[name]] = self.read(shape.members[names[name]], below, here)
            else:
                self.findings.append(Finding(here, "no such parameter"))
        return value

    def _list(self, shape: ListShape, flat: dict[str, str], place: str) -> list[Any]:
        if flat == {"": ""}:
            return []  # how both protocols send a list without items
        if self.protocol == "query" and not shape.serialization.get("flattened"):
            word = shape.member.serialization.get("name", "member")
            groups = _grouped(flat)
            for other in groups.keys() - {word}:
                self.findings.append(Finding(f"{place}.{other}", f"items of this list are below {word}"))
            flat = groups.get(word, {})
        items = _grouped(flat)
        if items.keys() != {str(number) for number in range(1, len(items) + 1)}:
            self.findings.append(Finding(place, f"items are numbered {', '.join(items)}, not from 1 on"))
        return [self.read(shape.member, items[number], f"{place}.{number}") for number in items]

    def _name(self, member: str, shape: Shape) -> str:
        """As AWS writes it: for "ec2" the queryName, or the location name with a capital; else the location name."""
        if self.protocol == "query":
            flattened = isinstance(shape, ListShape) and shape.serialization.get("flattened")
            inner = shape.member.serialization.get("name") if flattened else None
            return str(inner or shape.serialization.get("name", member))
        if "queryName" in shape.serialization:
            return str(shape.serialization["queryName"])
        name = str(shape.serialization.get("name", member))
        return name[:1].upper() + name[1:]

    def _scalar(self, shape: Shape, text: str, place: str) -> Any:
        try:
            return scalar(shape, text)
        except (ValueError, KeyError, binascii.Error):
            self.findings.append(Finding(place, f"{text[:60]!r} is no {shape.type_name}"))
            return _EXAMPLES[shape.type_name]


def _grouped(flat: dict[str, str]) -> dict[str, dict[str, str]]:
    """Keys by their first word: {"Filter": {"1.Name": "vpc-id"}}."""
    groups: dict[str, dict[str, str]] = {}
    for key, text in flat.items():
        first, _, rest = key.partition(".")
        groups.setdefault(first, {})[rest] = text
    return groups


def scalar(shape: Shape, text: str) -> Any:
    """What a text on the wire means. Raises ValueError, KeyError, binascii.Error."""
    match shape.type_name:
        case "integer" | "long":
            return int(text)
        case "float" | "double":
            return float(text)
        case "boolean":
            return {"true": True, "false": False}[text]
        case "blob":
            return base64.b64decode(text, validate=True)
        case "timestamp":
            return datetime.fromisoformat(text.replace("Z", "+00:00"))
    return text
