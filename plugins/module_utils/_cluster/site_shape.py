# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The shapes of a site, which differ by cloud, and of what several keys share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from . import syntax
from .clouds import CLOUDS, Cloud
from .constants import PODS_PREFIX
from .shape import Choice, Items, Key, Number, Place, Record, Shape, Text

ENDPOINT = Key(
    Text("the URL of the cloud's API", "http://127.0.0.1:7801", check=syntax.endpoint),
    "URL of the cloud's API where it is not the usual one, as in the sandbox.",
)
CA_FILE = Key(
    Text("a file with certificates", "ca.pem"),
    "File with the certificates to trust at the endpoint, in the place of the usual ones.",
)


def network_text(means: str, example: str) -> Text:
    return Text(means, example, check=syntax.network)


@dataclass(frozen=True)
class PortShape(Shape):
    """A port as a number, or a range of ports as text."""

    number = Number("a port", 1, 65535)
    several = Text("a range of ports", "30000-32767", check=syntax.port)

    def read(self, value: Any, place: Place) -> Any:
        return (self.several if isinstance(value, str) else self.number).read(value, place)

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [self.number.schema(), {**self.several.schema(), "pattern": "^[0-9]+-[0-9]+$"}]}


@dataclass(frozen=True)
class SiteShape(Shape):
    """A site: which keys it has, and what they may hold, depends on its cloud."""

    def read(self, value: Any, place: Place) -> Any:
        if not isinstance(value, dict):
            return place.wrong_kind(
                value, "a mapping", "write its keys below it: cloud, region, cidr, pods and the account"
            )
        name = value.get("cloud")
        cloud = CLOUDS.get(name) if isinstance(name, str) else None
        read = _site(cloud).read(value, place)
        zones = read.get("zones")
        if cloud and zones:
            pattern = cloud.zone_pattern.replace("{region}", read.get("region", ".*"))
            shape = Text(
                f"a zone of {read.get('region', 'the region')}",
                cloud.zone_example.replace("{region}", read.get("region", cloud.region_example)),
                pattern,
            )
            read["zones"] = Items(shape).read(zones, place / "zones")
        return read

    def schema(self) -> dict[str, Any]:
        kinds = []
        for name, cloud in CLOUDS.items():
            kind = _site(cloud).schema()
            kind["properties"]["cloud"] = {"const": name, "description": "The cloud that the site is in."}
            kinds.append({"title": f"a site in {cloud.title}", **kind})
        return {"oneOf": kinds}


def _site(cloud: Cloud | None) -> Record:
    """The keys of a site of one cloud. None: of a cloud that nobody knows; the other keys are judged all the same."""
    kinds = [cloud] if cloud else list(CLOUDS.values())
    keys = {"cloud": Key(Choice("a cloud", tuple(CLOUDS)), "The cloud that the site is in.", required=True)}
    for kind in kinds:
        text = Text(kind.account_means, kind.account_example, kind.account_pattern if cloud else None)
        doc = f"The {kind.title} {kind.account} of the site; compared with the caller's before anything else."
        keys[kind.account] = Key(text, doc, required=bool(cloud))
    region = kinds[0]
    if cloud:
        region_shape = Text(f"a region of {region.title}", region.region_example, region.region_pattern)
    else:
        region_shape = Text("a region", region.region_example)
    keys |= {
        "region": Key(region_shape, "The region, as the cloud calls it.", required=True),
        "cidr": Key(
            network_text("the network of the site", "10.64.0.0/16"),
            "Network of the site's machines; no other range of the cluster may overlap it.",
            required=True,
        ),
        "pods": Key(
            network_text("the pod range of the site", "10.128.0.0/16"),
            f"Pod range of the site; each node gets a /{PODS_PREFIX} of it.",
            required=True,
        ),
        "zones": Key(
            Items(Text("a zone", "eu-central-1a"), least=1),
            "Up to three zones to use; by default the first three that offer the sizes.",
        ),
        "endpoint": ENDPOINT,
        **({"ca_file": CA_FILE} if any(kind.takes_ca for kind in kinds) else {}),
        "state": Key(
            Choice("a state of a site", ("present", "absent")),
            "absent: the site's workers are drained, then everything of it is deleted.",
            default="present",
        ),
    }
    return Record(keys)
