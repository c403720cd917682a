# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""From the text of a cluster file to the cluster, or to everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from . import keys, rules
from .clouds import CLOUDS
from .document import Document
from .fields import CLUSTER
from .model import Access, Cluster, Concessions, Group, Mirrors, Opening, Site, checksum
from .problem import BadClusterFile, Problem
from .shape import BAD, Place


def load(path: Path) -> Cluster:
    """Raises BadClusterFile, also when there is no such file."""
    try:
        content = path.read_bytes()
        text = content.decode("utf-8")
    except FileNotFoundError:
        hint = "make one with `./runner.py init`, or name the folder that holds it"
        raise BadClusterFile(str(path), [Problem("(file)", None, "does not exist", hint)]) from None
    except UnicodeDecodeError as error:
        why = f"is not UTF-8 text (byte {error.start})"
        raise BadClusterFile(str(path), [Problem("(file)", None, why, "save it as UTF-8")]) from None
    except OSError as error:
        why = f"cannot be read: {error.strerror}"
        raise BadClusterFile(
            str(path), [Problem("(file)", None, why, "name the cluster file, or make it readable")]
        ) from None
    return _parse(text, path, checksum(content))


def parse(text: str, path: Path) -> Cluster:
    return _parse(text, path, checksum(text.encode()))


def _parse(text: str, path: Path, digest: str) -> Cluster:
    path = path.expanduser().absolute()
    document = Document.parse(text)
    place = Place(document)
    found: Any = BAD
    if document.data is not None:
        found = CLUSTER.read(document.data, place)
    elif not document.problems:
        document.bad((), None, "is empty", "make a cluster file with `./runner.py init`")
    if found is BAD:
        raise BadClusterFile(str(path), document.problems)
    found["access"] = keys.resolve(found.get("access"), place / "access", path.parent)
    keys.resolve_certificates(found.get("sites"), place / "sites", path.parent)
    found["mirrors"] = keys.resolve_mirrors(found.get("mirrors"), place / "mirrors", path.parent)
    rules.judge(found, place)
    if document.problems:
        raise BadClusterFile(str(path), document.problems)
    return _cluster(found, path, digest)


def _cluster(found: dict[str, Any], path: Path, digest: str) -> Cluster:
    """What the shapes and rules passed, as values."""
    mesh = found["network"]["mesh"]
    return Cluster(
        file=path,
        file_checksum=digest,
        name=found["name"],
        id=found["id"],
        version=found["kubernetes"]["version"],
        concessions=_concessions(found["kubernetes"]["concessions"]),
        driver=mesh["driver"],
        topology=mesh["topology"],
        services=found["network"]["services"],
        sites=tuple(_site(name, site) for name, site in found["sites"].items()),
        control_plane=_group(found, None, found["control_plane"]),
        pools=tuple(_group(found, name, pool) for name, pool in found["pools"].items()),
        access=_access(found["access"]),
        mirrors=Mirrors(**found["mirrors"]),
        max_deletes=found["limits"]["max_deletes"],
    )


def _concessions(found: dict[str, Any]) -> Concessions:
    return Concessions(
        ignore_preflight_errors=tuple(found["ignore_preflight_errors"]),
        kubelet=found["kubelet"],
        kube_proxy=found["kube_proxy"],
        restrict_oom_score_adj=found["containerd"]["restrict_oom_score_adj"],
    )


def _site(name: str, found: dict[str, Any]) -> Site:
    return Site(
        name=name,
        cloud=found["cloud"],
        region=found["region"],
        account=found[CLOUDS[found["cloud"]].account],
        cidr=found["cidr"],
        pods=found["pods"],
        zones=tuple(found["zones"]) if found["zones"] else None,
        endpoint=found["endpoint"],
        ca_file=found.get("ca_file"),
        state=found["state"],
    )


def _group(found: dict[str, Any], name: str | None, group: dict[str, Any]) -> Group:
    skip = group.get("skip") or []
    by_site = skip if isinstance(skip, dict) else dict.fromkeys(group["machines"], skip)
    return Group(
        pool=name,
        size=group["size"],
        image=group["image"] or found["image"],
        disk_gb=group["disk_gb"] or found["disk_gb"],
        machines=group["machines"],
        skip={site: frozenset(numbers) for site, numbers in by_site.items()},
        spot=group.get("spot", False),
        labels=group.get("labels", {}),
        taints=tuple(group.get("taints", ())),
    )


def _access(found: dict[str, Any]) -> Access:
    return Access(
        admin=tuple(found["admin"]),
        public=tuple(Opening(tuple(o["pools"]), tuple(o["ports"]), tuple(o["cidrs"])) for o in found["public"]),
        ssh_public_keys=tuple(found["ssh_public_keys"]),
        ssh_private_key_file=found["ssh_private_key_file"],
        ssh_proxy_command=found["ssh_proxy_command"],
        ssh_user=found["ssh_user"],
    )
