# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small language of shapes, for the bodies that no official file describes.

A dict is an object: a name with * must be there, "..." is the shape of all further names. [x] is a list of x, a tuple
an enumeration, a class its instances (a boolean is no number), `object` anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.contract.exchange import Finding

Shape = Any


def shaped(shape: Shape, value: Any, place: str = "$") -> Iterator[Finding]:
    """What is wrong with a value. null counts as absent inside an object."""
    if isinstance(shape, dict):
        yield from _object(shape, value, place)
    elif isinstance(shape, list):
        if not isinstance(value, list):
            yield Finding(place, "is no list")
            return
        for number, inner in enumerate(value):
            yield from shaped(shape[0], inner, f"{place}[{number}]")
    elif isinstance(shape, tuple):
        if value not in shape:
            yield Finding(place, f"{value!r} is not one of {', '.join(shape)}")
    elif not isinstance(value, shape) or (isinstance(value, bool) and shape in (int, float)):
        yield Finding(place, f"is no {shape.__name__}")


def _object(shape: dict[str, Shape], value: Any, place: str) -> Iterator[Finding]:
    if not isinstance(value, dict):
        yield Finding(place, "is no object")
        return
    names = {name.rstrip("*"): inner for name, inner in shape.items()}
    for name in shape:
        if name.endswith("*") and value.get(name.rstrip("*")) is None:
            yield Finding(f"{place}.{name.rstrip('*')}", "is missing")
    for name, inner in value.items():
        if inner is None:
            continue
        if name not in names and "..." not in names:
            yield Finding(f"{place}.{name}", "no such member")
        else:
            yield from shaped(names.get(name, names.get("...")), inner, f"{place}.{name}")
