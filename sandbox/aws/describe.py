# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every list of EC2: ids, filters and pages the same way for all kinds, intermediate states seen and counted."""

from __future__ import annotations

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES

from sandbox.aws import kinds, store
from sandbox.aws.calls import Call, rule
from sandbox.aws.errors import AwsError
from sandbox.aws.lists import Pages, Row, keep
from sandbox.aws.model import Params
from sandbox.aws.rules_machines import reservation
from sandbox.aws.rules_tags import TAG_FILTERS, check_id, describe_tags

PAGE = 1000  # rows of a page when the request names no number
SMALLER_PAGES = {"DescribeInstanceTypes": 100}
STATUS_FILTERS = {
    "instance-state-name": "InstanceState.Name", "instance-state-code": "InstanceState.Code",
    "instance-status.status": "InstanceStatus.Status", "system-status.status": "SystemStatus.Status",
    "availability-zone": "AvailabilityZone",
}  # fmt: skip
TYPE_FILTERS = {
    "instance-type": "InstanceType", "current-generation": "CurrentGeneration", "bare-metal": "BareMetal",
    "burstable-performance-supported": "BurstablePerformanceSupported", "hypervisor": "Hypervisor",
    "vcpu-info.default-vcpus": "VCpuInfo.DefaultVCpus", "memory-info.size-in-mib": "MemoryInfo.SizeInMiB",
    "processor-info.supported-architecture": "ProcessorInfo.SupportedArchitectures[]",
    "supported-usage-class": "SupportedUsageClasses[]", "supported-root-device-type": "SupportedRootDeviceTypes[]",
    "supported-virtualization-type": "SupportedVirtualizationTypes[]",
}  # fmt: skip
OFFERING_FILTERS = {"instance-type": "InstanceType", "location": "Location"}
ZONE_FILTERS = {
    "zone-name": "ZoneName", "zone-id": "ZoneId", "region-name": "RegionName", "state": "State",
    "opt-in-status": "OptInStatus", "zone-type": "ZoneType", "group-name": "GroupName",
}  # fmt: skip
REGION_FILTERS = {"region-name": "RegionName", "opt-in-status": "OptInStatus", "endpoint": "Endpoint"}


class Describe:
    """Lists with pages; `size` is the page when none is asked for, which a test may make small."""

    def __init__(self) -> None:
        self.pages = Pages()
        self.size = PAGE

    def answer(self, call: Call) -> Params:
        """Answer one Describe action."""
        kind = kinds.BY_ACTION.get(call.action)
        if kind is not None:
            return self._kind(call, kind)
        source = _SOURCES[call.action]
        rows, name, key, filters = source(call)
        return self._part(call, rows, name, key, filters, pages=call.action not in _WHOLE)

    def _kind(self, call: Call, kind: kinds.Kind) -> Params:
        ids = call.params.get(kind.asked, [])
        if ids and "MaxResults" in call.params:
            raise AwsError(
                "InvalidParameterCombination",
                f"The parameter {kind.asked} cannot be used with the parameter maxResults",
            )
        for one in ids:
            check_id(call.region, kind, one)
        rows = [row for row in call.region.rows(kind) if not ids or row[kind.key] in ids]
        rows = _by_name(call, kind, rows)
        answer = self._part(call, rows, kind.rows, kind.key, kind.filters, pages=kind.pages)
        for row in answer[kind.rows]:
            call.region.shared.phases.seen(row[kind.key])
        if kind is kinds.INSTANCE:
            return _reservations(answer)
        if kind is kinds.KEY_PAIR and not call.params.get("IncludePublicKey", False):
            answer["KeyPairs"] = [{k: v for k, v in row.items() if k != "PublicKey"} for row in answer["KeyPairs"]]
        return answer

    def _part(
        self, call: Call, rows: list[Row], name: str, key: str, filters: dict[str, str], *, pages: bool
    ) -> Params:
        if call.dry:
            call.commit()
        rows = keep(rows, call.params.get("Filters", []), filters, call.action)
        if not pages:
            return {name: rows}
        rest = sorted((key, value) for key, value in call.params.items() if key not in ("NextToken", "MaxResults"))
        asked = (call.region.account, call.region.name, call.action, repr(rest))
        size = min(call.params.get("MaxResults", self.size), SMALLER_PAGES.get(call.action, PAGE))
        rows, token = self.pages.page(rows, key, size, call.params.get("NextToken"), asked)
        return {name: rows, **({"NextToken": token} if token else {})}


def _by_name(call: Call, kind: kinds.Kind, rows: list[Row]) -> list[Row]:
    """The other ways of naming things: names of key pairs and groups, public addresses, owners of images."""
    for asked, key in (("KeyNames", "KeyName"), ("PublicIps", "PublicIp"), ("GroupNames", "GroupName")):
        wanted = call.params.get(asked, [])
        missing = sorted(set(wanted) - {row.get(key) for row in rows})
        if missing:
            code = {"KeyNames": "InvalidKeyPair.NotFound", "PublicIps": "InvalidAddress.NotFound"}.get(
                asked, kind.missing
            )
            raise AwsError(code, f"The {key} '{missing[0]}' does not exist")
        rows = [row for row in rows if not wanted or row.get(key) in wanted]
    if kind is kinds.IMAGE and call.params.get("Owners"):
        owners = {call.region.account if one == "self" else one for one in call.params["Owners"]}
        rows = [row for row in rows if row["OwnerId"] in owners]
    return rows


def _reservations(answer: Params) -> Params:
    rows: dict[str, list[Row]] = {}
    for row in answer.pop("Instances"):
        rows.setdefault(row["ReservationId"], []).append(row)
    return {"Reservations": [reservation(group) for group in rows.values()], **answer}


def _status(call: Call) -> tuple[list[Row], str, str, dict[str, str]]:
    ids = call.params.get("InstanceIds", [])
    rows = [row for row in call.region.rows(kinds.INSTANCE) if not ids or row["InstanceId"] in ids]
    if not call.params.get("IncludeAllInstances", False):
        rows = [row for row in rows if row["State"]["Name"] == "running"]
    return [_status_of(call, row) for row in rows], "InstanceStatuses", "InstanceId", STATUS_FILTERS


def _status_of(call: Call, row: Row) -> Row:
    """The cloud's own look from outside: a machine that died behind its back is `impaired`, its state stays running."""
    machines, state = call.region.shared.machines, row["State"]["Name"]
    well = machines is None or machines.status(row["InstanceId"]) == "running"
    word, detail = ("ok", "passed") if well else ("impaired", "failed")
    if state != "running":
        word, detail = "not-applicable", ""
    status: Row = {"Status": word, **({"Details": [{"Name": "reachability", "Status": detail}]} if detail else {})}
    return {
        "InstanceId": row["InstanceId"], "AvailabilityZone": row["Placement"]["AvailabilityZone"],
        "InstanceState": row["State"], "InstanceStatus": status,
        "SystemStatus": {**status, **({"Status": "ok"} if detail else {})},
    }  # fmt: skip


def _types(call: Call) -> tuple[list[Row], str, str, dict[str, str]]:
    names = call.params.get("InstanceTypes", [])
    here = {one["InstanceType"] for one in INSTANCE_TYPE_OFFERINGS["region"][call.region.name]}
    for name in names:
        if name not in here:
            raise AwsError("InvalidInstanceType", f"The following supplied instance types do not exist: [{name}]")
    rows = [row for name, row in INSTANCE_TYPES.items() if name in here and (not names or name in names)]
    return rows, "InstanceTypes", "InstanceType", TYPE_FILTERS


def _offerings(call: Call) -> tuple[list[Row], str, str, dict[str, str]]:
    where = call.params.get("LocationType", "region")
    if where not in INSTANCE_TYPE_OFFERINGS:
        raise AwsError("NotImplemented", f"the sandbox does not implement LocationType {where}", 501)
    rows = [
        {**one, "key": f"{one['InstanceType']}/{one['Location']}"}
        for one in INSTANCE_TYPE_OFFERINGS[where][call.region.name]
    ]
    return rows, "InstanceTypeOfferings", "key", OFFERING_FILTERS


def _zones(call: Call) -> tuple[list[Row], str, str, dict[str, str]]:
    rows = store.call(call.region.account, call.region.name, call.action, {})["AvailabilityZones"]
    names = call.params.get("ZoneNames", [])
    missing = sorted(set(names) - {row["ZoneName"] for row in rows})
    if missing:
        raise AwsError("InvalidParameterValue", f"Invalid availability zone: [{missing[0]}]")
    rows = [{"OptInStatus": "opt-in-not-required", "ZoneType": "availability-zone", **row} for row in rows
            if not names or row["ZoneName"] in names]  # fmt: skip
    return rows, "AvailabilityZones", "ZoneName", ZONE_FILTERS


def _regions(call: Call) -> tuple[list[Row], str, str, dict[str, str]]:
    rows = [row for row in all_regions(call.region.account)
            if call.params.get("AllRegions", False) or row["OptInStatus"] != "not-opted-in"]  # fmt: skip
    names = call.params.get("RegionNames", [])
    missing = sorted(set(names) - {row["RegionName"] for row in rows})
    if missing:
        raise AwsError("InvalidParameterValue", f"Invalid region names: [{missing[0]}]")
    return [row for row in rows if not names or row["RegionName"] in names], "Regions", "RegionName", REGION_FILTERS


# Regions that are off in a new account, and that the owner of the sandbox's account has switched on.
OPTED_IN = frozenset({"eu-central-2"})


def all_regions(account: str) -> list[Row]:
    """Regions of the commercial partition, opted in or not."""
    rows: list[Row] = store.call(account, "us-east-1", "DescribeRegions", {"AllRegions": True})["Regions"]
    return [
        {**row, "OptInStatus": "opted-in"} if row["RegionName"] in OPTED_IN else row
        for row in rows
        if not row["RegionName"].startswith(("us-gov-", "cn-"))
    ]


def _tags(call: Call) -> tuple[list[Row], str, str, dict[str, str]]:
    rows = [{**row, "key": f"{row['ResourceId']}/{row['Key']}"} for row in describe_tags(call)["Tags"]]
    return rows, "Tags", "key", TAG_FILTERS


_SOURCES = {
    "DescribeInstanceStatus": _status, "DescribeInstanceTypes": _types, "DescribeInstanceTypeOfferings": _offerings,
    "DescribeAvailabilityZones": _zones, "DescribeRegions": _regions, "DescribeTags": _tags,
}  # fmt: skip
_WHOLE = {"DescribeAvailabilityZones", "DescribeRegions"}
LISTS = {*kinds.BY_ACTION, *_SOURCES}


@rule("DescribeVpcAttribute", "DescribeInstanceAttribute", "DescribeAccountAttributes", "ModifyVpcAttribute",
      "ModifySubnetAttribute", "CreateRouteTable")  # fmt: skip
def as_moto_does(call: Call) -> Params:
    """Actions in which moto was found to be right."""
    return call.do()
