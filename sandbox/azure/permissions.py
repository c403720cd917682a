# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which actions a request needs: its own, and those on what its body names.

learn.microsoft.com/azure/role-based-access-control/permissions/networking and .../compute (names of actions),
.../azure/azure-resource-manager/management/overview (a path gives the action); join: learn.microsoft.com/azure/
virtual-network/manage-virtual-network, "Permissions", and reports of LinkedAuthorizationFailed. Not verified: that the
disk of a new machine needs disks/write, and what is deleted with a machine the delete of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sandbox.azure import ids
from sandbox.azure.errors import ArmError
from sandbox.azure.roles import Principal
from sandbox.azure.wire import Request

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud

Needed = tuple[str, str]  # action and scope
GROUPS = "Microsoft.Resources/subscriptions/resourceGroups"
# Paths that are the manager's own, with neither group nor provider.
OWN = {"": "subscriptions", "resources": "subscriptions/resources", "resourcegroups": "subscriptions/resourceGroups",
       "operationresults": "subscriptions/operationresults"}  # fmt: skip
VERBS = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete", "POST": "action"}
JOINS = {
    "networkSecurityGroup": "Microsoft.Network/networkSecurityGroups/join/action",
    "routeTable": "Microsoft.Network/routeTables/join/action",
    "subnet": "Microsoft.Network/virtualNetworks/subnets/join/action",
    "publicIPAddress": "Microsoft.Network/publicIPAddresses/join/action",
    "networkInterfaces": "Microsoft.Network/networkInterfaces/join/action",
}
DISK, NETWORK = "Microsoft.Compute/disks", "Microsoft.Network"


def check(cloud: Cloud, principal: Principal, request: Request) -> None:
    """Raise ArmError for what the principal's roles do not give."""
    action, scope = own(request)
    who = f"The client '{principal.client}' with object id '{principal.object_id}'"
    if not principal.may(action, scope):
        raise ArmError("AuthorizationFailed", f"{who} does not have authorization to perform action '{action}' over "
                       f"scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your "
                       "credentials.", 403)  # fmt: skip
    missing = [one for one in linked(cloud, request) if not principal.may(*one)]
    if missing:
        actions, scopes = (",".join(dict.fromkeys(part)) for part in zip(*missing, strict=True))
        raise ArmError("LinkedAuthorizationFailed", f"{who} has permission to perform action '{action}' on scope "
                       f"'{scope}'; however, it does not have permission to perform action(s) '{actions}' on the "
                       f"linked scope(s) '{scopes}' (respectively) or the linked scope(s) are invalid.",
                       403)  # fmt: skip


def own(request: Request) -> Needed:
    """The action of the request itself and where it is."""
    path, verb = request.path, VERBS[request.method]
    scope = request.raw.rstrip("/")
    if path.provider is None:
        words = [part.lower() for part in path.parts]
        if path.group is not None:
            return f"{GROUPS}{'/resources' if words == ['resources'] else ''}/{verb}", scope.removesuffix("/resources")
        kind = OWN.get(words[0] if words else "", "subscriptions")
        return f"Microsoft.Resources/{kind}/{verb}", f"/subscriptions/{path.subscription}"
    if path.is_collection:  # a list of a kind is asked of its provider, an action of its resource
        scope = scope.rsplit("/", 1)[0]
    return f"{path.provider}/{'/'.join(path.types)}/{verb}", scope


def linked(cloud: Cloud, request: Request) -> Iterator[Needed]:
    """The actions on other resources that a request implies."""
    types = "/".join(request.path.types).lower()
    if request.method == "PUT" and request.path.provider is not None:
        yield from _joins(request.body)
        if types == "virtualmachines":
            yield from _disk(request)
    if request.method == "DELETE" and types == "virtualmachines":
        yield from _dies_with(cloud, request)


def _joins(value: Any, name: str = "") -> Iterator[Needed]:
    """Each reference of a body that is a join, wherever it stands."""
    if isinstance(value, dict):
        if name in JOINS and isinstance(value.get("id"), str):
            yield JOINS[name], value["id"]
        for key, inner in value.items():
            yield from _joins(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _joins(inner, name)


def _disk(request: Request) -> Iterator[Needed]:
    """The OS disk that a machine is made with."""
    properties = request.body.get("properties") if isinstance(request.body, dict) else None
    disk = ((properties or {}).get("storageProfile") or {}).get("osDisk") or {}
    if disk.get("createOption") == "FromImage":
        name = disk.get("name") or f"{request.path.names[-1]}_OsDisk_1"
        yield f"{DISK}/write", _beside(request, f"{DISK}/{name}")


def _dies_with(cloud: Cloud, request: Request) -> Iterator[Needed]:
    """What is marked to be deleted with a machine."""
    machine = cloud.store.find(request.raw)
    if machine is None:
        return
    disk = machine.properties.get("storageProfile", {}).get("osDisk", {})
    if disk.get("deleteOption") == "Delete":
        yield f"{DISK}/delete", _beside(request, f"{DISK}/{disk.get('name')}")
    for one in machine.properties.get("networkProfile", {}).get("networkInterfaces", []):
        interface = cloud.store.find(one["id"])
        if one.get("properties", {}).get("deleteOption") != "Delete" or interface is None:
            continue
        yield f"{NETWORK}/networkInterfaces/delete", one["id"]
        for part in interface.properties.get("ipConfigurations", []):
            address = cloud.store.find((part.get("properties", {}).get("publicIPAddress") or {}).get("id", ""))
            if address is not None and address.properties.get("deleteOption") == "Delete":
                yield f"{NETWORK}/publicIPAddresses/delete", address.id


def _beside(request: Request, rest: str) -> str:
    path = request.path
    namespace, kind, name = rest.split("/")
    return ids.join(path.subscription, str(path.group), namespace, (kind,), (name,))
