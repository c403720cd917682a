# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request needs to be allowed: its action on each resource that it touches, and the actions that it implies.

Source: Service Authorization Reference, "Actions, resources, and condition keys for Amazon EC2" (and for Elastic Load
Balancing V2, Systems Manager, Service Quotas); EC2 User Guide, "Example policies to control access to the EC2 API" (a
launch is judged on every resource that it uses or makes) and "Grant permission to tag EC2 resources during creation".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from sandbox.aws import kinds
from sandbox.aws.errors import AwsError
from sandbox.aws.model import Params
from sandbox.aws.policies import Asked
from sandbox.aws.principals import Principal
from sandbox.aws.region import Region

# The types of resources that an action is judged on, as far as a request names one of them. "+" marks what it makes.
TOUCHES = {
    "AllocateAddress": "+elastic-ip",
    "AssociateAddress": "elastic-ip instance network-interface",
    "AssociateRouteTable": "route-table subnet",
    "AttachInternetGateway": "internet-gateway vpc",
    "AuthorizeSecurityGroupEgress": "security-group",
    "AuthorizeSecurityGroupIngress": "security-group",
    "CreateInternetGateway": "+internet-gateway",
    "CreateRoute": "route-table",
    "CreateRouteTable": "+route-table vpc",
    "CreateSecurityGroup": "+security-group vpc",
    "CreateSubnet": "+subnet vpc",
    "CreateTags": "resources",
    "CreateVpc": "+vpc",
    "DeleteInternetGateway": "internet-gateway",
    "DeleteKeyPair": "key-pair",
    "DeleteNetworkInterface": "network-interface",
    "DeleteRoute": "route-table",
    "DeleteRouteTable": "route-table",
    "DeleteSecurityGroup": "security-group",
    "DeleteSubnet": "subnet",
    "DeleteTags": "resources",
    "DeleteVolume": "volume",
    "DeleteVpc": "vpc",
    "DetachInternetGateway": "internet-gateway vpc",
    "DisassociateAddress": "elastic-ip network-interface",
    "DisassociateRouteTable": "route-table subnet",
    "ImportKeyPair": "+key-pair",
    "ModifyInstanceMetadataOptions": "instance",
    "ModifyNetworkInterfaceAttribute": "network-interface security-group",
    "RebootInstances": "instance",
    "ReleaseAddress": "elastic-ip",
    "ReplaceRoute": "route-table",
    "ReplaceRouteTableAssociation": "route-table subnet",
    "RevokeSecurityGroupEgress": "security-group",
    "RevokeSecurityGroupIngress": "security-group",
    "RunInstances": "+instance +network-interface +volume image key-pair security-group subnet",
    "StartInstances": "instance",
    "StopInstances": "instance",
    "TerminateInstances": "instance",
}
NAMES = {"elb": "elasticloadbalancing", "elbv2": "elasticloadbalancing", "service-quotas": "servicequotas"}
FREE = frozenset({"sts:GetCallerIdentity"})  # "No permissions are required": STS API Reference, also against a denial
# The code and status of a refusal, by the protocol of the service.
REFUSALS = {"ec2": ("UnauthorizedOperation", 403), "elb": ("AccessDenied", 403), "elbv2": ("AccessDenied", 403),
            "sts": ("AccessDenied", 403)}  # fmt: skip


def check(principal: Principal, region: Region, service: str, action: str, params: Params) -> None:
    """Raise AwsError for the first thing that the principal may not do. What EC2 is asked to do is named first."""
    for asked in needed(region, service, action, params):
        if not principal.may(asked):
            raise _refusal(principal, service, asked)


def needed(region: Region, service: str, action: str, params: Params) -> Iterator[Asked]:
    """Everything that one request needs, the main action first."""
    where = {"aws:requestedregion": (region.name,)}
    name = f"{NAMES.get(service, service)}:{action}"
    if service != "ec2":
        if name not in FREE:
            yield Asked(name, _resource_elsewhere(region, service, action, params), where)
        return
    where["ec2:region"] = (region.name,)
    if action.startswith("Describe"):
        yield Asked(name, "*", where)
        return
    if action not in TOUCHES:
        raise AwsError("NotImplemented", f"the sandbox does not know what permissions {action} needs, and lets only "
                       "keys without a policy do it; see docs/fidelity.md", 501)  # fmt: skip
    for resource, more in _resources(region, action, params):
        yield Asked(name, resource, {**where, **more})
    for spec in params.get("TagSpecifications", []):
        context = {**where, **_requested(spec.get("Tags", [])), "ec2:createaction": (action,)}
        yield Asked("ec2:CreateTags", _arn(region, str(spec.get("ResourceType"))), context)


def _resources(region: Region, action: str, params: Params) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """ARN and tags of each resource that an action of EC2 is judged on."""
    types = TOUCHES[action].split()
    if types == ["resources"]:  # of CreateTags and DeleteTags: whatever the request lists
        wanted = _requested(params.get("Tags", []))
        for one in params.get("Resources", []):
            kind = kinds.BY_PREFIX.get(one.split("-")[0])
            yield _arn(region, kind.taggable if kind else "unknown", one), {**_tags(region, kind, one), **wanted}
        return
    for made in [one[1:] for one in types if one.startswith("+")]:
        tags = [tag for spec in params.get("TagSpecifications", []) if spec.get("ResourceType") == made
                for tag in spec.get("Tags", [])]  # fmt: skip
        name = params.get("KeyName", "*") if made == "key-pair" else "*"
        yield _arn(region, made, name), _requested(tags)
    for kind, key in _named(region, params):
        if kind.taggable in types:
            yield _arn(region, kind.taggable, _shown(region, kind, key)), _tags(region, kind, key)


def _named(region: Region, params: Params) -> Iterator[tuple[kinds.Kind, str]]:
    """The things that a request names: by id, by the name of a key pair, by an association."""
    for member, key in _leaves(params):
        if member in kinds.REFERENCES:
            yield kinds.REFERENCES[member], key
        elif member == "ImageId":
            yield kinds.IMAGE, key
        elif member == "KeyName":
            yield kinds.KEY_PAIR, key
        elif member == "AssociationId":
            yield from _associated(region, key)


def _associated(region: Region, key: str) -> Iterator[tuple[kinds.Kind, str]]:
    for row in region.rows(kinds.ADDRESS):
        if row.get("AssociationId") == key:
            yield kinds.ADDRESS, row["AllocationId"]
            yield kinds.INTERFACE, row["NetworkInterfaceId"]
    for row in region.rows(kinds.ROUTES):
        for one in row["Associations"]:
            if one["RouteTableAssociationId"] == key:
                yield kinds.ROUTES, row["RouteTableId"]
                if one.get("SubnetId"):
                    yield kinds.SUBNET, one["SubnetId"]


def _leaves(value: Any, member: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("Tags", "TagSpecifications", "IpPermissions"):  # a rule's peers are not judged
                yield from _leaves(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, member)
    elif isinstance(value, str):
        yield member, value


def _arn(region: Region, kind: str, key: str = "*") -> str:
    owner = "" if kind == "image" else region.account  # public images are nobody's
    return f"arn:aws:ec2:{region.name}:{owner}:{kind}/{key}"


def _shown(region: Region, kind: kinds.Kind, key: str) -> str:
    """What stands in the ARN: the id, of a key pair its name."""
    row = region.find(kind, key) if kind is kinds.KEY_PAIR and key.startswith("key-") else None
    return str(row["KeyName"]) if row else key


def _tags(region: Region, kind: kinds.Kind | None, key: str) -> dict[str, tuple[str, ...]]:
    """The tags that a resource has, as condition keys."""
    row = _row(region, kind, key) if kind is not None else None
    tags = {tag["Key"]: tag["Value"] for tag in (row or {}).get("Tags", [])}
    return {f"{prefix}/{name}".lower(): (value,) for name, value in tags.items()
            for prefix in ("aws:ResourceTag", "ec2:ResourceTag")}  # fmt: skip


def _row(region: Region, kind: kinds.Kind, key: str) -> Any:
    if kind is kinds.KEY_PAIR and not key.startswith("key-"):
        return next((row for row in region.rows(kind) if row["KeyName"] == key), None)
    return region.find(kind, key)


def _requested(tags: list[Params]) -> dict[str, tuple[str, ...]]:
    """The tags that a request brings, as condition keys."""
    found = {f"aws:RequestTag/{tag['Key']}".lower(): (str(tag.get("Value", "")),) for tag in tags}
    return {**found, "aws:tagkeys": tuple(tag["Key"] for tag in tags)} if tags else {}


def _resource_elsewhere(region: Region, service: str, action: str, params: Params) -> str:
    """The resource of an action of another service."""
    if action == "GetParameter":  # public parameters are Amazon's own
        name = params["Name"]
        return f"arn:aws:ssm:{region.name}:{'' if name.startswith('/aws/') else region.account}:parameter{name}"
    if action == "GetServiceQuota":
        quota = f"{params['ServiceCode']}/{params['QuotaCode']}"
        return f"arn:aws:servicequotas:{region.name}:{region.account}:{quota}"
    if service == "elb" and action.startswith(("Create", "Delete")) and "LoadBalancerName" in params:
        return f"arn:aws:elasticloadbalancing:{region.name}:{region.account}:loadbalancer/{params['LoadBalancerName']}"
    return str(params.get("LoadBalancerArn") or params.get("TargetGroupArn") or "*")


def _refusal(principal: Principal, service: str, asked: Asked) -> AwsError:
    """In AWS's words: IAM User Guide, "Troubleshoot access denied error messages"."""
    where = "" if asked.resource == "*" else f" on resource: {asked.resource}"
    reason = ("with an explicit deny in an identity-based policy" if principal.policy.decides(asked) == "Deny"
              else f"because no identity-based policy allows the {asked.action} action")  # fmt: skip
    text = f"User: {principal.arn} is not authorized to perform: {asked.action}{where} {reason}"
    code, status = REFUSALS.get(service, ("AccessDeniedException", 400))
    if service == "ec2":
        text = f"You are not authorized to perform this operation. {text}"
        if where:
            seal = hashlib.shake_256(f"{principal.arn} {asked}".encode()).digest(360)
            text += f". Encoded authorization failure message: {base64.urlsafe_b64encode(seal).decode()}"
    return AwsError(code, text, status)
