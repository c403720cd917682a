# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Azure's instance metadata service, as a machine sees it at 169.254.169.254.

Source: learn.microsoft.com/azure/virtual-machines/instance-metadata-service; for the public addresses of the Standard
SKU, which `instance` leaves empty, learn.microsoft.com/azure/load-balancer/howto-load-balancer-imds.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from sandbox.azure import rules_network
from sandbox.azure.cloud import Cloud
from sandbox.azure.store import Body, Resource
from sandbox.azure.world import address_of, configuration, primary, subnet_of

Reply = tuple[int, Mapping[str, str], bytes]
# Those whose answer is the one that is given here; what older ones leave out is not known to the sandbox.
VERSIONS = ("2021-01-01", "2021-02-01", "2021-03-01", "2021-05-01", "2021-08-01", "2021-10-01", "2021-11-01",
            "2021-11-15", "2021-12-13")  # fmt: skip
NEWEST = sorted(VERSIONS, reverse=True)[:3]
PARTS = ("identity", "attested", "scheduledevents")  # which there are in Azure
LEAVES = (str, type(None))


def answer(cloud: Cloud, key: str, method: str, path: str, headers: Mapping[str, str]) -> Reply:
    """Answer one request of the machine whose vmId is `key`."""
    given = {name.lower(): value for name, value in headers.items()}
    split = urlsplit(path)
    query = {name.lower(): values[-1] for name, values in parse_qs(split.query).items()}
    parts = [unquote(part) for part in split.path.split("/") if part]
    if "x-forwarded-for" in given:  # so that no open proxy leaks what only the machine may know
        return _error(400, "Bad request. X-Forwarded-For is not allowed; ask without a proxy")
    if given.get("metadata", "").lower() != "true":
        return _error(400, "Bad request. Required metadata header not specified")
    if method != "GET":
        return _error(405, "Method not allowed")
    if parts[:1] != ["metadata"] or len(parts) < 2:
        return _error(404, "Not found")
    if parts[1:] == ["versions"]:
        return _json({"apiVersions": list(VERSIONS)})
    if parts[1] in PARTS:
        return _error(501, f"the sandbox does not implement metadata/{parts[1]}")
    wrong = _version(query.get("api-version", ""))
    if wrong is not None:
        return wrong
    with cloud.lock:
        machine = next((one for one in cloud.store.of(cloud.kind("virtualMachines")) if one.own["vmId"] == key), None)
        nic = None if machine is None else primary(cloud, machine)
        if machine is None or nic is None:
            return _error(404, "Not found")
        return _found(_tree(cloud, machine, nic), parts[1:], query.get("format", "json"))


def _version(asked: str) -> Reply | None:
    if asked in VERSIONS:
        return None
    if re.fullmatch(r"20\d\d-\d\d-\d\d", asked) and not VERSIONS[0] < asked < VERSIONS[-1]:
        return _error(501, f"the sandbox implements api-versions {VERSIONS[0]} to {VERSIONS[-1]}, not {asked}")
    what = "was not specified in the request" if not asked else "is invalid"
    text = f"Bad request. api-version {what}. For more information refer to aka.ms/azureimds"
    return _error(400, text, **{"newest-versions": NEWEST})


def _found(tree: Any, parts: list[str], form: str) -> Reply:
    for part in parts:
        if isinstance(tree, list):
            tree = dict(enumerate(tree)).get(int(part)) if part.isdigit() else None
        else:
            tree = {name.lower(): inner for name, inner in tree.items()}.get(part.lower()) if tree else None
        if tree is None:
            if parts == ["loadbalancer"]:
                return _error(404, "No load balancer metadata is found. Please check if your VM is using any non-basic "
                              "SKU load balancer and retry later.")  # fmt: skip
            return _error(404, "Not found")
    if form.lower() == "text":
        return 200, {"Content-Type": "text/plain; charset=utf-8"}, _text(tree).encode()
    if isinstance(tree, LEAVES):  # the page on the service says so of leaves below instance
        return _error(400, "Bad request. A leaf has no JSON; ask with format=text")
    return _json(tree)


def _text(tree: Any) -> str:
    if isinstance(tree, LEAVES):
        return str(tree)
    items = enumerate(tree) if isinstance(tree, list) else tree.items()
    return "\n".join(str(name) if isinstance(inner, LEAVES) else f"{name}/" for name, inner in items)


def _tree(cloud: Cloud, machine: Resource, nic: Resource) -> Body:
    public = address_of(cloud, nic)
    private = configuration(nic)["privateIPAddress"]
    balanced = {"publicIpAddresses": [{"frontendIpAddress": public, "privateIpAddress": private}],
                "inboundRules": [], "outboundRules": []}  # fmt: skip
    return {
        "instance": {"compute": _compute(cloud, machine), "network": {"interface": [_interface(cloud, nic)]}},
        "loadbalancer": {"loadbalancer": balanced} if public else None,
    }


def _compute(cloud: Cloud, machine: Resource) -> Body:
    properties = machine.properties
    image, who = properties["storageProfile"]["imageReference"], properties["osProfile"]
    linux = who.get("linuxConfiguration", {})
    tags = sorted(machine.body.get("tags", {}).items())
    return {
        "azEnvironment": "AzurePublicCloud", "customData": "", "evictionPolicy": "",  # customData: never shown here
        "isHostCompatibilityLayerVm": "false", "licenseType": "", "location": machine.location, "name": machine.name,
        "offer": image["offer"],
        "osProfile": {"adminUsername": who["adminUsername"], "computerName": who["computerName"],
                      "disablePasswordAuthentication": str(bool(linux.get("disablePasswordAuthentication"))).lower()},
        "osType": "Linux", "placementGroupId": "", "plan": {"name": "", "product": "", "publisher": ""},
        "platformFaultDomain": "0", "platformUpdateDomain": "0", "priority": "", "provider": "Microsoft.Compute",
        "publicKeys": [dict(one) for one in linux.get("ssh", {}).get("publicKeys", [])],
        "publisher": image["publisher"], "resourceGroupName": machine.group, "resourceId": machine.id,
        "securityProfile": {"secureBootEnabled": "false", "virtualTpmEnabled": "false"}, "sku": image["sku"],
        "storageProfile": _storage(cloud, machine), "subscriptionId": machine.subscription,
        "tags": ";".join(f"{name}:{value}" for name, value in tags),
        "tagsList": [{"name": name, "value": value} for name, value in tags], "userData": "",
        "version": machine.own["exactVersion"], "virtualMachineScaleSet": {"id": ""}, "vmId": machine.own["vmId"],
        "vmScaleSetName": "", "vmSize": properties["hardwareProfile"]["vmSize"],
        "zone": next(iter(machine.body.get("zones") or []), ""),
    }  # fmt: skip


def _storage(cloud: Cloud, machine: Resource) -> Body:
    profile = machine.properties["storageProfile"]
    image, disk = profile["imageReference"], profile["osDisk"]
    kept, kind = cloud.store.find(disk["managedDisk"].get("id", "")), disk["managedDisk"]["storageAccountType"]
    return {
        "dataDisks": [],
        "imageReference": {name: image.get(name, "") for name in ("id", "offer", "publisher", "sku", "version")},
        "osDisk": {
            "caching": disk["caching"], "createOption": disk["createOption"], "diffDiskSettings": {"option": ""},
            "diskSizeGB": str(disk["diskSizeGB"]), "encryptionSettings": {"enabled": "false"}, "image": {"uri": ""},
            "managedDisk": {"id": kept.id if kept else "", "storageAccountType": kind},
            "name": disk["name"], "osType": "Linux", "vhd": {"uri": ""}, "writeAcceleratorEnabled": "false",
        },
        "resourceDisk": {"size": "0"},
    }  # fmt: skip


def _interface(cloud: Cloud, nic: Resource) -> Body:
    """`publicIpAddress` is empty for the Standard SKU, which is the only one. Azure says its hardware address bare."""
    part = configuration(nic)
    address = ipaddress.IPv4Address(part["privateIPAddress"])
    net = next(one for one in rules_network.ranges(subnet_of(cloud, nic)) if address in one)
    ipv4 = {"ipAddress": [{"privateIpAddress": str(address), "publicIpAddress": ""}],
            "subnet": [{"address": str(net.network_address), "prefix": str(net.prefixlen)}]}  # fmt: skip
    return {"ipv4": ipv4, "ipv6": {"ipAddress": []}, "macAddress": nic.own.get("mac", "").replace("-", "")}


def _json(value: Any) -> Reply:
    return 200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(value).encode()


def _error(status: int, text: str, **more: Any) -> Reply:
    return status, {"Content-Type": "application/json; charset=utf-8"}, json.dumps({"error": text, **more}).encode()
