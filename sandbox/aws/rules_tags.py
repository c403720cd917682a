# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags, and the ids of things wherever a request names them.

Source: Amazon EC2 User Guide, "Tag restrictions": 50 per thing, key 128, value 256, `aws:` is AWS's own.

Pages, below docs.aws.amazon.com/: AWSEC2/latest/UserGuide/Using_Tags.html,
AWSEC2/latest/APIReference/errors-overview.html.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sandbox.aws import kinds
from sandbox.aws.calls import Call, rule
from sandbox.aws.errors import AwsError, invalid
from sandbox.aws.model import Params
from sandbox.aws.region import Region

ID = re.compile(r"[a-z]+-(?:[0-9a-f]{8}|[0-9a-f]{17})")
MOST = 50

# What TagSpecifications of a create may name; anything else is refused by that action.
TAGGED_BY = {
    "CreateVpc": {"vpc"}, "CreateSubnet": {"subnet"}, "CreateInternetGateway": {"internet-gateway"},
    "CreateRouteTable": {"route-table"}, "CreateSecurityGroup": {"security-group"},
    "AuthorizeSecurityGroupIngress": {"security-group-rule"}, "AuthorizeSecurityGroupEgress": {"security-group-rule"},
    "CreateKeyPair": {"key-pair"}, "ImportKeyPair": {"key-pair"}, "AllocateAddress": {"elastic-ip"},
    "RunInstances": {"instance", "volume", "network-interface"}, "CreateVolume": {"volume"},
    "CreateNetworkInterface": {"network-interface"},
}  # fmt: skip


def check_ids(region: Region, params: Params) -> None:
    """Refuse ids that are malformed or that name nothing, wherever the request holds them."""
    for member, value in _leaves(params):
        kind = kinds.REFERENCES.get(member)
        if kind is not None:
            check_id(region, kind, value)


def check_id(region: Region, kind: kinds.Kind, value: str) -> None:
    """Refuse one id."""
    if not value.startswith(kind.prefix + "-") or not ID.fullmatch(value):
        word = f'Invalid id: "{value}" (expecting "{kind.prefix}-...")'
        raise AwsError(kind.malformed, word)
    region.row(kind, value)


def check_tags(call: Call) -> None:
    """Refuse tags that AWS refuses, in any request that carries some."""
    allowed = TAGGED_BY.get(call.action, set())
    specs = call.params.get("TagSpecifications", [])
    for spec in specs:
        kind = spec.get("ResourceType")
        if kind not in allowed:
            raise invalid(f"'{kind}' is not a valid taggable resource type for this operation.")
        if not spec.get("Tags"):
            raise invalid("Tag specification must have at least one tag")
        _check_set(spec["Tags"])
    if len({spec["ResourceType"] for spec in specs}) < len(specs):
        raise invalid("The same resource type may not be specified more than once in tag specifications")


@rule("CreateTags")
def create_tags(call: Call) -> Params:
    _check_set(call.params["Tags"])
    _check_resources(call)
    keys = {tag["Key"] for tag in call.params["Tags"]}
    for one in call.params["Resources"]:
        if len(set(call.region.backend.tags.get(one, {})) | keys) > MOST:
            raise AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    tags = [{"Key": tag["Key"], "Value": tag.get("Value", "")} for tag in call.params["Tags"]]
    call.do({"Resources": call.params["Resources"], "Tags": tags})
    return {}


@rule("DeleteTags")
def delete_tags(call: Call) -> Params:
    _check_resources(call)
    if any(tag["Key"].lower().startswith("aws:") for tag in call.params.get("Tags", [])):
        raise invalid("Tag keys starting with 'aws:' are reserved for internal use")
    call.commit()
    for one in call.params["Resources"]:
        there = call.region.backend.tags.get(one, {})
        wanted = call.params.get("Tags") or [{"Key": key} for key in there if not key.startswith("aws:")]
        for tag in wanted:
            if tag.get("Value", there.get(tag["Key"])) == there.get(tag["Key"]):
                there.pop(tag["Key"], None)
    call.region.touch()
    return {}


def describe_tags(call: Call) -> Params:
    live = {row[kind.key] for kind in kinds.ALL if kind.taggable for row in call.region.rows(kind)}
    for one in set(call.region.backend.tags) - live:
        del call.region.backend.tags[one]  # moto keeps the tags of what was deleted
    rows = [
        {"ResourceId": one, "Key": key, "Value": value, "ResourceType": _type(one)}
        for one, tags in call.region.backend.tags.items()
        for key, value in tags.items()
        if _type(one)
    ]
    return {"Tags": rows}


TAG_FILTERS = {"resource-id": "ResourceId", "resource-type": "ResourceType", "key": "Key", "value": "Value"}


def _type(key: str) -> str:
    kind = kinds.BY_PREFIX.get(key.split("-")[0])
    return kind.taggable if kind else ""


def _check_resources(call: Call) -> None:
    for one in call.params["Resources"]:
        kind = kinds.BY_PREFIX.get(one.split("-")[0])
        if kind is None or not ID.fullmatch(one):
            raise AwsError("InvalidID", f"The ID '{one}' is not valid")
        call.region.row(kind, one)


def _check_set(tags: list[Params]) -> None:
    keys = [tag.get("Key", "") for tag in tags]
    if len(keys) > MOST:
        raise AwsError("TagLimitExceeded", "The maximum number of Tags for a resource has been reached.")
    for tag, key in zip(tags, keys, strict=True):
        if not 1 <= len(key) <= 128:
            raise invalid(f"Tag key is missing or exceeds the maximum length of 128 characters: '{key[:80]}'")
        if key.lower().startswith("aws:"):
            raise invalid("Tag keys starting with 'aws:' are reserved for internal use")
        if len(tag.get("Value", "")) > 256:
            raise invalid(f"Tag value of '{key}' exceeds the maximum length of 256 characters")
    double = sorted({key for key in keys if keys.count(key) > 1})
    if double:
        raise invalid(f"Duplicate tag key '{double[0]}' specified.")


def _leaves(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("Filters", "TagSpecifications", "Tags"):
                yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, member)
    elif isinstance(value, str):
        yield member, value
