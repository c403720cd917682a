# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else in the same accounts: their things must stand untouched, byte for byte, whatever we do.

`bystander` makes them and writes down how they look; `bystander --check` compares and reads the request logs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from typing import Any

from sandbox.drills.cloud import Cloud, Refused
from sandbox.drills.find import SERVED, meant
from sandbox.places import CLOUDS, Place

# {"made": ids, "since": number of the last request before, "looks": {id: JSON}}, these also of what came with them.
Known = dict[str, Any]
SETTLES_WITHIN = 300.0  # seconds; a real machine boots in it


def add(verbs: Any) -> None:
    """Add the verb of this file."""
    text = "add somebody else's network, machine, address, disk and key pair; or check that they are untouched"
    parser = verbs.add_parser("bystander", help=text, description=text)
    parser.add_argument("--cloud", choices=CLOUDS, help="only there (default: all clouds)")
    parser.add_argument(
        "--region", action="append", dest="regions", help="where; may be repeated (default: where something is)"
    )
    parser.add_argument("--no-machine", action="store_true", help="everything but a machine")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--check", action="store_true", help="fail unless all of it is as it was")
    what.add_argument("--remove", action="store_true", help="take it away again")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    place = Place(options.name)
    file = place.folder / "bystander.json"
    all_known: dict[str, Known] = json.loads(file.read_text()) if file.exists() else {}  # by "cloud/region"
    wanted = _wanted(options, place)
    if options.check:
        asked = {where for where in all_known if where in wanted} if options.regions else set(all_known)
        return _check(place, {where: all_known[where] for where in asked if options.cloud in (None, _split(where)[0])})
    if not wanted:
        raise ValueError("no region is in use yet; name one with --region")
    for where in wanted:
        name, region = _split(where)
        cloud = SERVED[name](place)
        if options.remove:
            _remove(cloud, region, all_known.pop(where, None))
        elif where in all_known:
            print(f"drill: the bystander is in {region} already")
        else:
            since = int(cloud.ask("GET", "log?since=0")["last"])
            made = cloud.make_bystander(region, machine=not options.no_machine)
            all_known[where] = {"made": made, "since": since, "looks": _settled(cloud, region, made)}
            print(f"drill: a bystander is in {region}: {', '.join(made)}")
        file.write_text(json.dumps(all_known))  # after each: what was made is known, whatever comes next
    return 0


def _wanted(options: argparse.Namespace, place: Place) -> list[str]:
    """Where: the regions that were named, each in the cloud that has it, or all that hold something."""
    if options.regions:
        return [f"{one.NAME}/{region}" for region in options.regions for one in meant(options.cloud, region)]
    used = {
        f"{one.NAME}/{thing.region}" for one in meant(options.cloud, None) for thing in one(place).things()
        if one.has(thing.region)
    }  # fmt: skip
    return sorted(used)


def _split(where: str) -> tuple[str, str]:
    cloud, _, region = where.partition("/")
    return cloud, region


def _settled(cloud: Cloud, region: str, ids: list[str]) -> dict[str, str]:
    """How they look once nothing of them is on its way."""
    limit = time.monotonic() + SETTLES_WITHIN
    while True:
        # Also what came with them: the machine's disk and interface, the network's own table and group.
        mine = {
            one: text for one, text in _looks(cloud, region).items()
            if one in ids or any(f'{mark}"' in text for mark in ids)
        }  # fmt: skip
        if set(ids) <= set(mine) and not any(f'"{word}"' in text for word in cloud.CHANGING for text in mine.values()):
            return mine
        if time.monotonic() > limit:
            raise Refused(f"the bystander's things in {region} are still on their way after {SETTLES_WITHIN:.0f} s")
        time.sleep(0.3)


def _looks(cloud: Cloud, region: str) -> dict[str, str]:
    """Everything of a region by id, each as one line of JSON."""
    return {one.id: json.dumps(one.row, sort_keys=True) for one in cloud.things() if cloud.stands(one, region)}


def _check(place: Place, known: dict[str, Known]) -> int:
    if not known:
        raise ValueError("there is no bystander; make one first")
    wrong = []
    for where, then in known.items():
        name, region = _split(where)
        cloud = SERVED[name](place)
        before, now = then["looks"], _looks(cloud, region)
        for one, text in before.items():
            if one not in now:
                wrong.append(f"{one} in {region} is gone")
            elif now[one] != text:
                wrong.append(f"{one} in {region} has changed:\n  before {text}\n  now    {now[one]}")
        wrong += _touched(cloud, then)
    for line in wrong:
        print(f"drill: {line}", file=sys.stderr)
    if not wrong:
        regions = ", ".join(sorted(_split(where)[1] for where in known))
        count = sum(len(one["looks"]) for one in known.values())
        print(f"drill: the bystander is untouched in {regions}: {count} things, byte for byte")
    return 1 if wrong else 0


def _touched(cloud: Cloud, known: Known) -> list[str]:
    """Requests of others that tried to change one of these, even where the cloud refused them."""
    return [
        f"request {entry['seq']} ({entry['action']}) named {one}"
        for entry in cloud.ask("GET", f"log?since={known['since']}")["entries"]
        if entry.get("mutating") and entry["actor"] != "drill"
        for one in sorted(known["looks"])
        if cloud.names(entry, one)
    ]


def _remove(cloud: Cloud, region: str, known: Known | None) -> None:
    if known is None:
        print(f"drill: there was no bystander in {region}")
        return
    there = {one.id for one in cloud.things()}  # what somebody deleted is gone already
    cloud.remove_bystander(region, [one for one in known["made"] if one in there])
    print(f"drill: the bystander has left {region}")
