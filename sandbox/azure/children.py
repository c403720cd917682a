# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Resources inside resources: in a path of their own, or in the body of their parent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.azure import ids
from sandbox.azure.bodies import check_name
from sandbox.azure.errors import ArmError, in_network, not_implemented
from sandbox.azure.kinds import Kind, served, unserved
from sandbox.azure.rules_network import Subnets
from sandbox.azure.store import Body, Resource
from sandbox.azure.wire import Request

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud


def new_resource_id(cloud: Cloud, request: Request, kind: Kind) -> str:
    path = request.path
    group = cloud.store.find(f"/subscriptions/{path.subscription}/resourceGroups/{path.group}")
    assert group is not None  # routing looked
    if kind.parent is None:
        return ids.join(path.subscription, group.name, kind.namespace, kind.types, path.names)
    above = ids.join(path.subscription, group.name, kind.namespace, kind.types[:-1], path.names[:-1])
    parent = cloud.store.find(above)
    if parent is None:
        raise in_network("ParentResourceNotFound", f"Can not perform requested operation on nested resource. Parent "
                         f"resource '{path.names[-2]}' not found.", 404)  # fmt: skip
    return f"{parent.id}/{kind.types[-1]}/{path.names[-1]}"


def siblings_of(cloud: Cloud, new: Resource) -> list[Resource]:
    parent = cloud.store.parent(new)
    return [one for one in cloud.store.children(parent) if one.kind is new.kind] if parent is not None else []


def listed_children(cloud: Cloud, new: Resource, old: Resource | None) -> tuple[list[Resource], list[Resource]]:
    """The children that a body lists, and those that it leaves out and so deletes."""
    children: list[Resource] = []
    gone: list[Resource] = []
    for kind in cloud.children_of(new.kind):
        have = {one.key: one for one in (cloud.store.children(old) if old else ())}
        given = new.properties.pop(kind.types[-1], None)
        if given is None and new.kind.types == ("virtualNetworks",):
            continue  # left out altogether: subnets stay (API versions since 2023, recorded)
        for number, body in enumerate(given or []):
            child = _child(cloud, new, kind, body, number)
            before = have.pop(child.key, None)
            if before is not None:
                child.id, child.created, child.own, child.etag = before.id, before.created, before.own, before.etag
            children.append(child)
        gone += have.values()
        if len({one.key for one in children}) != len(children):
            raise in_network("InvalidRequestFormat", f"Two {kind.types[-1]} of {new.name} have the same name.")
    return children, gone


def _child(cloud: Cloud, new: Resource, kind: Kind, body: Body, number: int) -> Resource:
    name = body.get("name")
    if not name:
        raise ArmError("InvalidRequestFormat", "Cannot parse the request.",
                       details=[("MissingJsonProperty", f"Required property 'name' is missing. Path "
                                 f"'properties.{kind.types[-1]}[{number}]'.")])  # fmt: skip
    check_name(kind, name)
    clean: Body = {"properties": dict(body.get("properties") or {})}
    left = unserved(kind, clean)
    if left:
        raise not_implemented(f"{left[0]} of {kind.full}")
    clean["properties"] = served(kind, clean)
    return Resource(f"{new.id}/{kind.types[-1]}/{name}", kind, clean, cloud.clock.now() + number * 1e-6)


def check_children(cloud: Cloud, new: Resource, children: list[Resource], gone: list[Resource]) -> None:
    for one in gone:
        used = one.kind.rules.in_use(cloud, one)
        if used is not None:
            raise used
    for number, child in enumerate(children):
        child.kind.rules.check(cloud, child, cloud.store.find(child.id), children[:number])
    staying = children or [one for one in cloud.store.children(new) if one not in gone]
    for subnet in staying if new.kind.types == ("virtualNetworks",) else ():
        assert isinstance(subnet.kind.rules, Subnets)
        subnet.kind.rules.check_inside(subnet, new)
    if new.kind.types == ("virtualNetworks", "subnets"):
        assert isinstance(new.kind.rules, Subnets)
        parent = cloud.store.parent(new)
        assert parent is not None
        new.kind.rules.check_inside(new, parent)
