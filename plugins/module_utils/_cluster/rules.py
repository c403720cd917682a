# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""Rules that hold between values of the cluster file. A value that was refused already is not there any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from . import ranges
from .clouds import CLOUDS, Cloud
from .constants import CONTROL_PLANE, IMAGES, SIZES
from .problem import nearest, one_of
from .shape import Place

Found = dict[str, Any]

NODE_NAME_LIMIT: Final = 63  # a node's name is also a label's value and a host name: RFC 1123
_MOST_CONTROL_PLANE: Final = 7
_MOST_ZONES: Final = 3


def judge(found: Found, place: Place) -> None:
    """Note every broken rule in the document."""
    sites_are_known(found, place)
    control_plane_can_vote(found, place)
    control_plane_stays(found, place)
    machines_have_room_for_their_names(found, place)
    machines_have_names_of_their_own(found, place)
    sizes_and_images_exist(found, place)
    zones_are_few(found, place)
    opened_pools_exist(found, place)
    ssh_keys_are_taken_by_the_clouds(found, place)
    ranges.judge(found, place)


def groups(found: Found) -> Iterator[tuple[str, Found, tuple[str, ...]]]:
    """(word in a machine's name, group, path) of the control plane and each pool."""
    if "control_plane" in found:
        yield CONTROL_PLANE, found["control_plane"], ("control_plane",)
    for name, pool in found.get("pools", {}).items():
        yield name, pool, ("pools", name)


def cloud_of(found: Found, site: str) -> Cloud | None:
    return CLOUDS.get(found.get("sites", {}).get(site, {}).get("cloud", ""))


def sites_are_known(found: Found, place: Place) -> None:
    known = _written(place, "sites")
    if not known:
        return
    for _word, group, path in groups(found):
        skip = group.get("skip")
        named = {"machines": group.get("machines", {}), "skip": skip if isinstance(skip, dict) else {}}
        for key, sites in named.items():
            for site in sites:
                if site not in known:
                    meant = nearest(site, known)
                    fix = f"did you mean {meant}?" if meant else f"the sites are {', '.join(known)}"
                    _complain(place, (*path, key, site), None, "is not a site of this file", fix)


def control_plane_can_vote(found: Found, place: Place) -> None:
    machines = found.get("control_plane", {}).get("machines", {})
    if not machines or len(machines) < len(_written(place, "control_plane", "machines")):
        return
    count, path = sum(machines.values()), ("control_plane", "machines")
    if count == 0:
        _complain(place, path, "0 machines in all:", "nothing could run a cluster", "write at least one")
    elif count % 2 == 0:
        why = f"an even number tolerates no more losses than {count - 1}, and makes one more likely"
        _complain(place, path, f"{count} machines in all:", why, f"write {count - 1} or {count + 1}")
    elif count > _MOST_CONTROL_PLANE:
        why = f"each write would wait for {count // 2 + 1} of them"
        _complain(place, path, f"{count} machines in all:", why, "write 3 or 5")


def control_plane_stays(found: Found, place: Place) -> None:
    for site, count in found.get("control_plane", {}).get("machines", {}).items():
        if count and found.get("sites", {}).get(site, {}).get("state") == "absent":
            why = f"cannot be: the site holds {count} of the control plane, which is fixed at creation"
            _complain(place, ("sites", site, "state"), "absent", why, "remove the line, or delete the whole cluster")


def machines_have_room_for_their_names(found: Found, place: Place) -> None:
    name = found.get("name")
    for word, group, path in groups(found):
        for site, count in group.get("machines", {}).items():
            cloud = cloud_of(found, site)
            if name is None or cloud is None:
                continue
            longest, limit = f"{name}-{site}-{word}-{max(count, 1)}", min(NODE_NAME_LIMIT, cloud.longest_name)
            if len(longest) > limit:
                why = f"has {len(longest)} characters as the name of a machine, {limit} is the limit"
                fix = f"shorten the name of the cluster, the site or the pool by {len(longest) - limit}"
                _complain(place, (*path, "machines", site), longest, why, fix)


def machines_have_names_of_their_own(found: Found, place: Place) -> None:
    """`a` + `b-c` and `a-b` + `c` give the same names; any count may grow, so each pair of names is judged."""
    seen: dict[str, tuple[str, str]] = {}
    for word, _group, path in groups(found):
        for site in found.get("sites", {}):
            other = seen.setdefault(f"{site}-{word}", (site, word))
            if other != (site, word):
                both = f"{word} in site {site} and {other[1]} in site {other[0]}"
                why = f"makes two machines of one name, …-{site}-{word}-1: {both}"
                _complain(place, path, word, why, "rename one of the pools or sites")


def sizes_and_images_exist(found: Found, place: Place) -> None:
    for _word, group, path in groups(found):
        used = {site: cloud for site in group.get("machines", {}) if (cloud := cloud_of(found, site))}
        size = group.get("size")
        if size and size not in SIZES:
            _size(size, used, Place(place.document, (*path, "size")))
        if group.get("image"):
            _image(group["image"], used, found, Place(place.document, (*path, "image")))
    if found.get("image"):
        everywhere = {site: cloud for site in found.get("sites", {}) if (cloud := cloud_of(found, site))}
        _image(found["image"], everywhere, found, place / "image")


def _size(size: str, used: dict[str, Cloud], place: Place) -> None:
    wrong = {site: cloud for site, cloud in used.items() if not re.fullmatch(cloud.size_pattern, size)}
    if not wrong:
        return
    site, cloud = next(iter(wrong.items()))
    meant = nearest(size, SIZES)
    fix = f"did you mean {meant}?" if meant else f"write {one_of(SIZES)}, or an exact type like {cloud.size_example}"
    if len(wrong) < len(used):
        fix = f"write {one_of(SIZES)}, or make one pool per cloud"
    place.bad(size, f"is neither a size nor a machine type of {cloud.title}, where site {site} is", fix)


def _image(image: str, used: dict[str, Cloud], found: Found, place: Place) -> None:
    if image in IMAGES:
        return
    words = one_of(IMAGES)
    for site, cloud in used.items():
        if not cloud.image_pattern or not re.fullmatch(cloud.image_pattern, image):
            meant = nearest(image, IMAGES)
            by_id = " or an id like ami-0123456789abcdef0" if cloud.image_pattern else ""
            fix = f"did you mean {meant}?" if meant else f"write {words}{by_id}"
            place.bad(image, f"is not an image of {cloud.title}, where site {site} is", fix)
            return
    if found.get("access") and not found["access"].get("ssh_user"):
        place.bad(image, "is an image named by id, and nobody knows its login user", "add access.ssh_user")


def zones_are_few(found: Found, place: Place) -> None:
    for name, site in found.get("sites", {}).items():
        zones = site.get("zones") or []
        if len(zones) > _MOST_ZONES:
            why = f"names {len(zones)} zones, and a site is cut into subnets for {_MOST_ZONES}"
            _complain(place, ("sites", name, "zones"), None, why, f"keep {_MOST_ZONES} of them")


def opened_pools_exist(found: Found, place: Place) -> None:
    known = _written(place, "pools")
    for number, opening in enumerate(found.get("access", {}).get("public") or []):
        for position, pool in enumerate(opening.get("pools", [])):
            if pool not in known:
                meant = nearest(pool, known)
                fix = f"did you mean {meant}?" if meant else f"the pools are {', '.join(known) or '(none)'}"
                path = ("access", "public", number, "pools", position)
                _complain(place, path, pool, "is not a pool of this file", fix)


def ssh_keys_are_taken_by_the_clouds(found: Found, place: Place) -> None:
    kinds = [key.split()[0] for key in found.get("access", {}).get("ssh_public_keys") or []]
    for site in found.get("sites", {}):
        cloud = cloud_of(found, site)
        for kind in kinds:
            if cloud and kind not in cloud.key_types:
                why = f"is a kind of ssh key that {cloud.title} does not take, and site {site} is there"
                _complain(place, ("access",), kind, why, f"use {one_of(cloud.key_types)}")
                return


def _written(place: Place, *path: str) -> list[str]:
    """The keys of a mapping as they are in the file, also those that were refused: no rule blames others for them."""
    data = place.document.data
    for part in path:
        data = data.get(part) if isinstance(data, dict) else None
    return list(data) if isinstance(data, dict) else []


def _complain(place: Place, path: tuple[str | int, ...], value: str | None, why: str, fix: str) -> None:
    place.document.bad(path, value, why, fix)
