# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conversation with AWS from a script: each call is one that the test expects, or the test fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from ansible_collections.pangaea.multicloud.plugins.module_utils._aws.client import Client, Login


def failure(code: str, status: int = 400, message: str = "said AWS") -> ClientError:
    """What boto3 raises for an answer with an error code."""
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Operation")  # type: ignore[arg-type]


class Service:
    """One service of boto3: answers by the script, in order; an answer may be an exception."""

    def __init__(self) -> None:
        self.script: list[tuple[str, Any]] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def expect(self, operation: str, *answers: Any) -> None:
        self.script += [(operation, answer) for answer in answers]

    def get_paginator(self, operation: str) -> Any:
        class Paginator:
            @staticmethod
            def paginate(PaginationConfig: dict[str, int], **request: Any) -> Any:  # noqa: N803  # boto3's word
                answer = getattr(self, operation)(**request)
                yield from (answer if isinstance(answer, list) else [answer])

        return Paginator()

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**request: Any) -> Any:
            assert self.script, f"{operation} was not expected; nothing more is"
            expected, answer = self.script.pop(0)
            assert operation == expected, f"{operation} was not expected; {expected} was"
            self.asked.append((operation, request))
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


@pytest.fixture
def ec2() -> Service:
    return Service()


@pytest.fixture
def client(ec2: Service, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    made = Client(
        region="eu-central-1",
        account="111122223333",
        site="aws-fra",
        name="shop",
        owner="shop-k3v9q2ab",
        endpoint=None,
        login=Login(),
    )
    made._services.update(dict.fromkeys(("ec2", "sts", "ssm", "service-quotas", "elbv2", "elb"), ec2))
    return made
