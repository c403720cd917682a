# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is read per region: operations, quotas, sizes, images."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from sandbox.azure import catalog
from sandbox.azure.errors import ArmError, not_implemented
from sandbox.azure.lists import page, place_of
from sandbox.azure.operations import Operation
from sandbox.azure.quotas import SHOWN
from sandbox.azure.rules_machines import vcpus
from sandbox.azure.wire import Reply, Request, check_version

if TYPE_CHECKING:
    from sandbox.azure.cloud import Cloud

VERSIONS = {"microsoft.network": "2025-07-01", "microsoft.compute": "2025-04-01"}
OPERATIONS = {"microsoft.network": ("operations", "operationresults"),
              "microsoft.compute": ("operations", "diskoperations"), "microsoft.resources": ()}  # fmt: skip


def answer(cloud: Cloud, request: Request) -> Reply:
    """GET .../providers/NAMESPACE/locations/LOCATION/..."""
    namespace, parts = str(request.path.provider).lower(), request.path.parts[1:]
    location, what, rest = parts[0].lower(), parts[1].lower() if len(parts) > 1 else "", parts[2:]
    if what in OPERATIONS[namespace] and len(rest) == 1:
        results = what == "operationresults" or request.query.get("monitor") == "true"
        return operation(cloud, request, rest[0], results=results)
    if location not in catalog.LOCATIONS:
        raise ArmError("InvalidLocation", f"The location '{location}' is not valid.")
    if what == "usages" and not rest:
        check_version(request, f"{namespace}/locations/usages", VERSIONS[namespace])
        return _usages(cloud, request, namespace, location)
    if namespace == "microsoft.compute" and what == "publishers":
        check_version(request, "Microsoft.Compute/locations/publishers", VERSIONS[namespace])
        return _images(request, location, rest)
    raise not_implemented(f"{request.method} {request.raw}")


def operation(cloud: Cloud, request: Request, number: str, *, results: bool) -> Reply:
    """How an operation is. The signature of its URL is checked, as nobody else may look."""
    found = cloud.operations.find(number)
    if found is None:
        raise ArmError("OperationNotFound", f"The operation '{number}' could not be found.", 404)
    if not hmac.compare_digest(request.query.get("s", ""), found.signature):
        raise ArmError("InvalidOperationUrl", "The signature of the operation's URL is missing or wrong; follow the "
                       "URL of the header unchanged.", 403)  # fmt: skip
    cloud.operations.look(found)
    return _result(cloud, request, found) if results else _status(cloud, found)


def _status(cloud: Cloud, found: Operation) -> Reply:
    body: dict[str, Any] = {"status": found.status}
    if found.namespace == "Microsoft.Resources" and found.status == "InProgress":
        body["status"] = "Running"  # the word of deployments
    if found.namespace == "Microsoft.Compute":
        body |= {"startTime": cloud.stamp(found.since), "name": found.id}
        if found.ended is not None:
            body["endTime"] = cloud.stamp(found.ended)
    if found.status == "Failed" and found.error is not None:
        body["error"] = found.error.as_dict()
    running = found.status == "InProgress" and cloud.settings.retry_after is not None
    return Reply(200, body, "answer/operation@any",
                 headers={"Retry-After": str(cloud.settings.retry_after)} if running else {})  # fmt: skip


def _result(cloud: Cloud, request: Request, found: Operation) -> Reply:
    """202 while it runs, then 200, or the error itself."""
    if found.status == "InProgress":
        headers = {"Location": f"{request.base}{request.raw}?{_query(request)}"}
        if cloud.settings.retry_after is not None:
            headers["Retry-After"] = str(cloud.settings.retry_after)
        return Reply(202, headers=headers)
    if found.error is not None:
        raise ArmError(found.error.code, found.error.message, 409 if found.error.status < 400 else found.error.status)
    return Reply(200)


def _query(request: Request) -> str:
    return "&".join(f"{name}={value}" for name, value in request.query.items())


def _usages(cloud: Cloud, request: Request, namespace: str, location: str) -> Reply:
    request.only("$skiptoken")
    found = []
    for name, (owner, label, _) in SHOWN.items():
        if owner.lower() != namespace or "Per" in name:
            continue
        if name == "cores":
            used = vcpus(cloud, location)
        else:
            used = cloud.used(name, location, "publicIPAddresses" if "PublicIp" in name or "PublicIP" in name else "")
        number = f"/subscriptions/{request.path.subscription}/providers/{owner}/locations/{location}/usages/{name}"
        found.append(cloud.quotas.row(name, label, used, number if owner == "Microsoft.Network" else None))
    if namespace == "microsoft.compute":
        for family in sorted({one.family for one in catalog.SIZES}):
            like = next(one for one in catalog.SIZES if one.family == family)
            found.append(cloud.quotas.row(family, f"{family} vCPUs", vcpus(cloud, location, like)))
    for row in found:  # usages of compute have no id; pages need a place
        row["name"] = dict(row["name"])
    return Reply(200, {"value": found}, "answer/usage@any", many=True)


def skus(cloud: Cloud, request: Request) -> Reply:
    """Machine sizes with their restrictions; filtered by place only, as the real list."""
    check_version(request, "Microsoft.Compute/skus", "2021-07-01")
    request.only("$filter", "$skiptoken")
    place = place_of(request)
    found = [catalog.sku_row(size, location) for location in catalog.LOCATIONS if place in ("", location)
             for size in catalog.SIZES]  # fmt: skip
    found.sort(key=lambda one: (one["name"].lower(), one["locations"]))
    return page(cloud, request, found, "answer/sku@any") if place else Reply(200, {"value": found}, "answer/sku@any",
                                                                             many=True)  # fmt: skip


def _images(request: Request, location: str, rest: tuple[str, ...]) -> Reply:
    """publishers/P/artifacttypes/vmimage/offers/O/skus/S/versions/V, at each of its levels. Bare lists, no pages."""
    request.only("$top", "$orderby", "$expand")
    words = [part.lower() for part in rest]
    if len(words) > 1 and words[1:3] != ["artifacttypes", "vmimage"]:
        raise not_implemented(f"{request.method} {request.raw}")
    names, levels = [words[0:1], words[4:5], words[6:7], words[8:9]], words[3::2]
    if levels != ["offers", "skus", "versions"][: len(levels)]:
        raise not_implemented(f"{request.method} {request.raw}")
    given = [name[0] for name in names if name]
    found = [one for one in catalog.IMAGES if _named(one, given)]
    whole = request.query.get("$expand")
    if whole is not None and (whole != "properties" or len(given) != 3):  # of versions only
        raise not_implemented(f"$expand={whole} of {'/'.join(rest)}")
    base = f"/Subscriptions/{request.path.subscription}/Providers/Microsoft.Compute/Locations/{location}/Publishers"
    if len(given) == 4:
        for one in found:
            if given[3] in one.versions or given[3] == "latest":
                version = one.versions[-1] if given[3] == "latest" else given[3]
                return Reply(200, _version(base, location, one, version), "answer/image@any")
        found = []
    if given and not found:
        raise ArmError("NotFound", "Artifact: VMImage was not found.", 404)
    if whole is not None:
        return Reply(200, _ordered(request, [_version(base, location, one, version) for one in found
                                             for version in one.versions]), "answer/image@any")  # fmt: skip
    kept: list[tuple[str, str]] = []
    for one in found:
        chain = (one.publisher, f"ArtifactTypes/VMImage/Offers/{one.offer}", f"Skus/{one.sku}")
        where = [f"{base}/{'/'.join(chain[:depth])}" for depth in range(1, 4)]
        if len(given) == 3:
            kept += [(version, f"{where[2]}/Versions/{version}") for version in one.versions]
        else:
            name = (one.publisher, one.offer, one.sku)[len(given)]
            kept.append((name, where[len(given)]))
    rows = [{"id": where, "name": name, "location": location} for name, where in sorted(set(kept))]
    return Reply(200, _ordered(request, rows), "answer/image@any")


def _named(image: catalog.Image, given: list[str]) -> bool:
    have = (image.publisher, image.offer, image.sku)
    return all(name == part.lower() for name, part in zip(given, have, strict=False))


def _version(base: str, location: str, image: catalog.Image, version: str) -> dict[str, Any]:
    where = f"{base}/{image.publisher}/ArtifactTypes/VMImage/Offers/{image.offer}/Skus/{image.sku}/Versions/{version}"
    return {"id": where, "name": version, "location": location, "properties": {
        "architecture": image.architecture, "hyperVGeneration": image.generation,
        "osDiskImage": {"operatingSystem": "Linux", "sizeInGb": image.size_gb}, "dataDiskImages": [],
    }}  # fmt: skip


def _ordered(request: Request, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = request.query.get("$orderby", "name asc").lower()
    if order not in ("name", "name asc", "name desc"):
        raise not_implemented(f"$orderby={order}")
    rows = rows[::-1] if order == "name desc" else rows
    top = request.query.get("$top", str(len(rows)))
    if not top.isdigit():
        raise ArmError("InvalidParameter", "The value of parameter $top is invalid.", target="$top")
    return rows[: int(top)]
