# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""moto as the store of EC2's things: called in-process, answers as plain dicts in the model's own names.

moto is imported by the daemon only, and through `load()`: it takes over a second, and its switches are read at import.
"""

from __future__ import annotations

import os

os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")  # ours are made in images.py, per region as AWS does

from typing import Any

from botocore.model import ListShape, Shape, StructureShape
from botocore.utils import parse_to_aware_datetime
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.responses import ActionResult
from moto.core.serialize import BaseJSONSerializer, XFormedAttributePicker
from moto.core.utils import camelcase_to_underscores, method_names_from_class
from moto.ec2.models import ec2_backends
from moto.ec2.models import elastic_ip_addresses as moto_addresses
from moto.ec2.models import elastic_network_interfaces as moto_interfaces
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.responses import EC2Response

from sandbox.aws.errors import AwsError, not_implemented
from sandbox.aws.model import Params, operation


class _ToDict(BaseJSONSerializer):  # type: ignore[misc]
    """moto's objects as a dict in the model's names; moto's own serialisers go on to text at once."""

    def get_serialized_name(self, shape: Shape, default_name: str) -> str:
        return default_name

    def _serialize_type_timestamp(self, serialized: Any, value: Any, shape: Shape, key: str) -> None:
        serialized[key] = parse_to_aware_datetime(value)

    def _serialize_type_blob(self, serialized: Any, value: Any, shape: Shape, key: str) -> None:
        serialized[key] = value

    def _serialize_type_boolean(self, serialized: Any, value: Any, shape: Shape, key: str) -> None:
        serialized[key] = str(value).lower() == "true"

    def _serialize_result(self, resp: Any, result: Any) -> Any:
        resp["body"] = {}
        if self.operation_model.output_shape is not None:
            self._serialize(resp["body"], result, self.operation_model.output_shape, "")
        return resp


def backend(account: str, region: str) -> Any:
    """moto's own state of one region of one account."""
    return ec2_backends[account][region]


def call(account: str, region: str, action: str, params: Params, service: str = "ec2") -> Params:
    """Have moto do one action. Raises AwsError with moto's code, NotImplemented where moto has no such action."""
    response = _responses(service)()
    name = camelcase_to_underscores(action)
    if name not in method_names_from_class(type(response)):
        raise not_implemented(action)
    response.region, response.partition, response.current_account = region, "aws", account
    response.params, response.uri_match, response.data = params, {}, {}
    try:
        result = getattr(response, name)()
    except ServiceException as error:
        raise AwsError(error.code, error.message) from error
    return _plain(operation(service, action), result, response)


def _responses(service: str) -> Any:
    """moto's class for a service. The load balancers' are imported when somebody asks for one."""
    if service == "elbv2":
        from moto.elbv2.responses import ELBV2Response

        return ELBV2Response
    if service == "elb":
        from moto.elb.responses import ELBResponse

        return ELBResponse
    return EC2Response


def _plain(op: OperationModel, result: ActionResult, response: Any) -> Params:
    picker = XFormedAttributePicker(response_transformers=response.RESPONSE_KEY_PATH_TO_TRANSFORMER)
    found = _ToDict(op, value_picker=picker).serialize(result.result if result.result is not None else {})
    body: Params = found["body"]
    return _prune(op.output_shape, body) if op.output_shape is not None else {}


def _prune(shape: Shape, value: Any) -> Any:
    """Drop members that are None: absent on the wire, and the model's validator would refuse them."""
    if isinstance(shape, StructureShape):
        return {k: _prune(shape.members[k], v) for k, v in value.items() if v is not None}
    if isinstance(shape, ListShape):
        return [_prune(shape.member, v) for v in value if v is not None]
    return value


def give_addresses(allocate: Any) -> None:
    """Let `allocate()` -> str choose every public address; moto's own are random ones of the real internet."""
    moto_addresses.random_ip = allocate
    moto_interfaces.random_public_ip = allocate


def _tags_of(resource: Any) -> list[dict[str, str]]:
    tags = resource.ec2_backend.tags.get(resource.id, {}) if resource.id else {}
    return [{"key": key, "value": value, "resource_id": resource.id} for key, value in tags.items()]


# moto looks through every tag of the region, with regular expressions, for each thing of each list:
# a list of 100 machines took seconds. The answer is the same.
TaggedEC2Resource.get_tags = _tags_of
