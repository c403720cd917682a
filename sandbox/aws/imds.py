# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""EC2's instance metadata service, version 2 and, where an instance allows it, version 1.

Source: Amazon EC2 User Guide, "Use the Instance Metadata Service" and "Instance metadata categories".
The fabric carries the packets and gives the answer to a PUT the hop limit as its TTL.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from typing import Any

from sandbox.aws import kinds
from sandbox.aws.cloud import Cloud
from sandbox.aws.lists import Row
from sandbox.aws.region import Region
from sandbox.aws.world import user_data

VERSIONS = (
    "1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15", "2008-02-01", "2008-09-01",
    "2009-04-04", "2011-01-01", "2016-09-02", "2018-09-24", "2019-10-01", "2020-10-27", "2021-01-03", "2021-03-23",
    "2021-07-15", "2022-07-09", "2022-09-24", "latest",
)  # fmt: skip
LONGEST = 21600  # seconds a session token may live
TOKEN, TTL = "x-aws-ec2-metadata-token", "x-aws-ec2-metadata-token-ttl-seconds"
Reply = tuple[int, Mapping[str, str], bytes]
Tree = dict[str, Any]

_sessions: dict[str, tuple[str, float]] = {}  # token -> instance id, end; in memory, as long as the daemon


def answer(cloud: Cloud, key: str, method: str, path: str, headers: Mapping[str, str]) -> Reply:
    """Answer one request of instance `key`."""
    given = {name.lower(): value for name, value in headers.items()}
    with cloud.lock:
        region = next((one for one in cloud.regions.values() if one.find(kinds.INSTANCE, key)), None)
        if region is None:
            return _error(404, "Not Found")
        row, instance = region.row(kinds.INSTANCE, key), region.instance(key)
        if instance.metadata_options.http_endpoint == "disabled":
            return _error(403, "Forbidden")
        path = path.split("?")[0]
        if method == "PUT":
            return _session(key, path, given)
        if method not in ("GET", "HEAD"):
            return _error(405, "Method Not Allowed")
        if not _may(key, given, required=instance.metadata_options.http_tokens == "required"):
            return _error(401, "Unauthorized")
        return _get(region, row, instance, path)


def _session(key: str, path: str, given: Mapping[str, str]) -> Reply:
    if path.rstrip("/") != "/latest/api/token":
        return _error(404, "Not Found")
    if "x-forwarded-for" in given:  # whoever comes through a proxy is refused, so that no open proxy leaks tokens
        return _error(403, "Forbidden")
    ttl = given.get(TTL, "")
    if not ttl.isdigit() or not 1 <= int(ttl) <= LONGEST:
        return _error(400, "Bad Request")
    token = secrets.token_urlsafe(42)
    _sessions[token] = (key, time.monotonic() + int(ttl))
    return 200, {"Content-Type": "text/plain", TTL: ttl}, token.encode()


def _may(key: str, given: Mapping[str, str], *, required: bool) -> bool:
    token = given.get(TOKEN)
    if token is None:
        return not required
    whose, end = _sessions.get(token, ("", 0.0))
    return whose == key and time.monotonic() < end


def _get(region: Region, row: Row, instance: Any, path: str) -> Reply:
    parts = [part for part in path.split("/") if part]
    if not parts:
        return _text("\n".join(VERSIONS))
    if parts[0] not in VERSIONS:
        return _error(404, "Not Found")
    found: Any = _tree(region, row, instance)
    for part in parts[1:]:
        if not isinstance(found, dict) or part not in found:
            return _error(404, "Not Found")
        found = found[part]
    if isinstance(found, bytes):
        return 200, {"Content-Type": "application/octet-stream"}, found
    return _text(_listing(found) if isinstance(found, dict) else found)


def _listing(tree: Tree) -> str:
    return "\n".join(
        f"{name}/" if isinstance(value, dict) and name not in PLAIN else name for name, value in tree.items()
    )


# Listed without a slash although they have something below, as the real service does.
PLAIN = frozenset({"user-data"})


def _tree(region: Region, row: Row, instance: Any) -> Tree:
    tree: Tree = {"meta-data": _meta_data(region, row, instance), "dynamic": {"instance-identity": {
        "document": json.dumps(_document(region, row), indent=2)}}}  # fmt: skip
    data = user_data(instance)
    return {**tree, "user-data": data} if data else tree


def _meta_data(region: Region, row: Row, instance: Any) -> Tree:
    nic = row["NetworkInterfaces"][0]
    zone = row["Placement"]["AvailabilityZone"]
    tree: Tree = {
        "ami-id": row["ImageId"], "ami-launch-index": str(row.get("AmiLaunchIndex", 0)),
        "ami-manifest-path": "(unknown)",
        "block-device-mapping": {"ami": row["RootDeviceName"].removeprefix("/dev/"), "root": row["RootDeviceName"]},
        "hostname": row["PrivateDnsName"], "instance-action": "none", "instance-id": row["InstanceId"],
        "instance-life-cycle": row.get("InstanceLifecycle", "on-demand"), "instance-type": row["InstanceType"],
        "local-hostname": row["PrivateDnsName"], "local-ipv4": row["PrivateIpAddress"], "mac": nic["MacAddress"],
        "network": {"interfaces": {"macs": {nic["MacAddress"]: _interface(region, row, nic)}}},
        "placement": {"availability-zone": zone, "availability-zone-id": _zone_id(region, row), "region": region.name},
        "profile": "default-hvm", "reservation-id": row["ReservationId"],
        "security-groups": "\n".join(group["GroupName"] for group in nic["Groups"]),
        "services": {"domain": "amazonaws.com", "partition": "aws"},
    }  # fmt: skip
    if "PublicIpAddress" in row:
        tree |= {"public-hostname": row.get("PublicDnsName", ""), "public-ipv4": row["PublicIpAddress"]}
    if row.get("KeyName"):
        pair = region.backend.key_pairs.get(row["KeyName"])
        if pair is not None:
            tree["public-keys"] = {f"0={row['KeyName']}": "", "0": {"openssh-key": pair.public_key}}
    if instance.metadata_options.instance_metadata_tags == "enabled":
        tree["tags"] = {"instance": {tag["Key"]: tag["Value"] for tag in row.get("Tags", [])}}
    return tree


def _interface(region: Region, row: Row, nic: Row) -> Tree:
    subnet, vpc = region.row(kinds.SUBNET, row["SubnetId"]), region.row(kinds.VPC, row["VpcId"])
    tree: Tree = {
        "device-number": "0", "interface-id": nic["NetworkInterfaceId"], "local-hostname": row["PrivateDnsName"],
        "local-ipv4s": row["PrivateIpAddress"], "mac": nic["MacAddress"], "network-card": "0",
        "owner-id": region.account,
        "security-group-ids": "\n".join(group["GroupId"] for group in nic["Groups"]),
        "security-groups": "\n".join(group["GroupName"] for group in nic["Groups"]),
        "subnet-id": row["SubnetId"], "subnet-ipv4-cidr-block": subnet["CidrBlock"],
        "vpc-id": row["VpcId"], "vpc-ipv4-cidr-block": vpc["CidrBlock"], "vpc-ipv4-cidr-blocks": vpc["CidrBlock"],
    }  # fmt: skip
    if "PublicIpAddress" in row:
        tree |= {
            "ipv4-associations": {row["PublicIpAddress"]: row["PrivateIpAddress"]},
            "public-hostname": row.get("PublicDnsName", ""), "public-ipv4s": row["PublicIpAddress"],
        }  # fmt: skip
    return tree


def _zone_id(region: Region, row: Row) -> str:
    return str(region.row(kinds.SUBNET, row["SubnetId"])["AvailabilityZoneId"])


def _document(region: Region, row: Row) -> Row:
    return {
        "accountId": region.account, "architecture": row["Architecture"],
        "availabilityZone": row["Placement"]["AvailabilityZone"],
        "billingProducts": None, "devpayProductCodes": None, "imageId": row["ImageId"], "instanceId": row["InstanceId"],
        "instanceType": row["InstanceType"], "kernelId": None, "marketplaceProductCodes": None,
        "pendingTime": row["LaunchTime"].strftime("%Y-%m-%dT%H:%M:%SZ"), "privateIp": row["PrivateIpAddress"],
        "ramdiskId": None, "region": region.name, "version": "2017-09-30",
    }  # fmt: skip


def _text(text: str) -> Reply:
    return 200, {"Content-Type": "text/plain"}, text.encode()


def _error(status: int, title: str) -> Reply:
    page = f'<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>{status} - {title}</title></head></html>\n'
    return status, {"Content-Type": "text/html"}, page.encode()
