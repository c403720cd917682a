# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers as bytes: what goes over the wire, per protocol of the service."""

from __future__ import annotations

import json
import uuid
from xml.sax.saxutils import escape

from botocore.model import OperationModel
from moto.core.serialize import SerializationContext, get_serializer_class

from sandbox.aws.errors import AwsError
from sandbox.aws.model import Params
from sandbox.port import MARK

Reply = tuple[int, dict[str, str], bytes]


def answer(service_name: str, protocol: str, op: OperationModel, result: Params) -> Reply:
    """Serialise a checked answer."""
    request_id = str(uuid.uuid4())
    serializer = get_serializer_class(service_name, protocol)(op, context=SerializationContext(request_id))
    reply = serializer.serialize(result)
    body = reply["body"]
    headers = {**MARK, **reply["headers"], "x-amzn-requestid": request_id}
    return reply["status_code"], headers, body.encode() if isinstance(body, str) else body


def failure(protocol: str, error: AwsError) -> Reply:
    """Serialise an error in the shape of the protocol: "ec2", "query" or "json"."""
    request_id = str(uuid.uuid4())
    code, message = escape(error.code), escape(error.message)
    if protocol == "json":
        body = json.dumps({"__type": error.code, "message": error.message})
        kind = "application/x-amz-json-1.1"
    elif protocol == "query":
        side = "Sender" if error.status < 500 else "Receiver"
        body = (
            f"<ErrorResponse><Error><Type>{side}</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        kind = "text/xml"
    else:
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
        kind = "text/xml;charset=UTF-8"
    return error.status, {**MARK, "Content-Type": kind, "x-amzn-requestid": request_id}, body.encode()
