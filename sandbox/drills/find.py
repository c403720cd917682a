# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding the thing that a drill means, in whatever cloud it stands."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from sandbox.drills.aws import Aws
from sandbox.drills.azure import Azure
from sandbox.drills.cloud import Cloud, Found, Refused
from sandbox.drills.gcp import Gcp
from sandbox.places import CLOUDS, Place

SERVED: dict[str, type[Cloud]] = {one.NAME: one for one in (Aws, Azure, Gcp)}  # in the order in which they are shown


class Unclear(ValueError):
    """Nothing, or more than one thing, is meant. The message lists what there is."""


def where_options(parser: argparse.ArgumentParser, region: str) -> None:
    """The options that narrow a verb; `region` is the help of one."""
    parser.add_argument("--cloud", choices=CLOUDS, help="only there (default: all clouds)")
    parser.add_argument("--region", help=region)


def meant(cloud: str | None, region: str | None) -> list[type[Cloud]]:
    """The clouds that somebody means. Raises Unclear for a region that none of them has."""
    found = [one for name, one in SERVED.items() if cloud in (None, name) and (not region or one.has(region))]
    if not found:
        raise Unclear(f"{cloud or 'no cloud'} has {'no ' if cloud else 'a '}region called {region}")
    return found


class World:
    """The sandbox as a drill sees it. What a cloud holds is asked once."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.region: str | None = options.region
        self.clouds = {one.NAME: one(Place(options.name)) for one in meant(options.cloud, self.region)}
        self._things: list[Found] | None = None

    def all(self, *kinds: str) -> list[Found]:
        """Everything of these kinds; of none: everything."""
        if self._things is None:
            self._things = [one for cloud in self.clouds.values() for one in cloud.things() if self._stands(cloud, one)]
        return [one for one in self._things if not kinds or one.kind in kinds]

    def one(self, name: str, verb: str, kinds: Callable[[Cloud], tuple[str, ...]]) -> tuple[Cloud, Found]:
        """The one thing with this id or name, among the kinds that `verb` is for. Raises Unclear, Refused."""
        able = {key: kinds(cloud) for key, cloud in self.clouds.items() if verb not in cloud.LACKS}
        if not able:
            raise Refused("; ".join(cloud.LACKS[verb] for cloud in self.clouds.values()))
        there = [one for one in self.all() if one.kind in able.get(one.cloud, ())]
        found = [one for one in there if one.is_called(name)]
        if len(found) == 1:
            return self.clouds[found[0].cloud], found[0]
        word = " or ".join(sorted({kind for some in able.values() for kind in some}))
        if found:
            raise Unclear(f"{name} is {len(found)} things: {'; '.join(map(str, found))}; name one by its id, or narrow "
                          "it by --cloud, --region")  # fmt: skip
        others = [cloud.LACKS[verb] for cloud in self.clouds.values() if verb in cloud.LACKS]
        known = "; ".join(sorted(f"{one.id} {one.name}".strip() for one in there)) or "there is none"
        raise Unclear(". ".join([f"no {word} is called {name}{f' in {self.region}' if self.region else ''}; "
                                 f"there are: {known}", *others]))  # fmt: skip

    def _stands(self, cloud: Cloud, one: Found) -> bool:
        return self.region is None or cloud.stands(one, self.region)
