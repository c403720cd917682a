# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated AWS as one object: accounts, regions, services; one request at a time."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.aws import (
    ACCOUNT,
    balancers,
    describe,
    faults,
    permissions,
    rules_addresses,
    rules_groups,
    rules_network,
    rules_parts,
    services,
    store,
)
from sandbox.aws.calls import RULES, Call
from sandbox.aws.describe import LISTS, Describe
from sandbox.aws.errors import AwsError, not_implemented
from sandbox.aws.model import Params, check_answer, check_request, is_mutating, operation
from sandbox.aws.phases import Phases
from sandbox.aws.pool import Pool
from sandbox.aws.principals import Principals
from sandbox.aws.quotas import Quotas
from sandbox.aws.region import Region, Shared
from sandbox.aws.rules_tags import check_ids, check_tags
from sandbox.aws.tokens import Tokens
from sandbox.aws.understood import check_understood
from sandbox.clock import Clock
from sandbox.host import Machines

_LOADED = (describe, rules_addresses, rules_groups, rules_network, rules_parts)  # their rules register on import


@dataclass(frozen=True)
class Request:
    """One request after its signature was read. `actor` is "client", or "drill" for what somebody else does."""

    account: str
    region: str
    actor: str
    service: str
    action: str
    params: Params
    access_key: str = ""


class Cloud:
    """Holds all state. moto is not safe for threads, so everything happens under one lock."""

    def __init__(self, machines: Machines | None = None, changed: Callable[[], None] = lambda: None) -> None:
        self.clock = Clock()
        self.faults = faults.rules()
        self.quotas, self.machines = Quotas(), machines
        self.shared = Shared(self.clock, Phases(self.clock), self.quotas, machines)
        self.describe = Describe()
        self.tokens = Tokens()
        self.principals = Principals()
        self.lock = threading.RLock()
        self.regions: dict[tuple[str, str], Region] = {}
        self._changed = changed
        self._names = {row["RegionName"]: row["OptInStatus"] for row in describe.all_regions(ACCOUNT)}
        store.give_addresses(Pool(self._public_addresses).allocate)

    def region(self, account: str, name: str) -> Region:
        """The region, made at its first use. Raises AwsError for one that does not exist or is not enabled."""
        if self._names.get(name, "not-opted-in") == "not-opted-in":
            raise AwsError("AuthFailure", f"Credential should be scoped to a valid region, not '{name}'.", 401)
        key = (account, name)
        if key not in self.regions:
            self.regions[key] = Region(account, name, self.shared)
        return self.regions[key]

    def answer(self, request: Request, *, held: bool = False) -> Params:
        """Do one request. Raises AwsError."""
        with self.lock:
            self.tick()
            region = self.region(request.account, request.region)
            op = operation(request.service, request.action)
            if request.service == "ec2":
                answer = self._ec2(Call(region, request.action, request.params, held=held), request.access_key)
                if is_mutating(request.action):
                    self._changed()
            else:
                answer = self._other(region, request)
            answer = _only_members(op.output_shape, answer)
            check_answer(op, answer)
            return answer

    def tick(self) -> None:
        """Let time pass: phases end, the dead are forgotten."""
        with self.lock:
            for region in self.regions.values():
                region.bury()
            if self.shared.phases.tick():
                self._changed()

    def free(self) -> None:
        """Let go of what a fault held under way."""
        with self.lock:
            self.shared.phases.free()

    def _other(self, region: Region, request: Request) -> Params:
        """A request of another service; these call all that breaks their model a validation error."""
        code = "ValidationError" if request.service in ("elb", "elbv2") else "ValidationException"
        try:
            check_request(operation(request.service, request.action), request.params)
        except AwsError as error:
            raise AwsError(code, error.message) from None
        self._allowed(region, request.service, request.action, request.params, request.access_key)
        if request.service in ("elb", "elbv2"):
            check_understood(f"{request.service}:{request.action}", request.params)
            return balancers.answer(region, request.service, request.action, copy.deepcopy(request.params))
        return services.answer(region, request.service, request.action, request.params, request.access_key)

    def _allowed(self, region: Region, service: str, action: str, params: Params, access_key: str) -> None:
        """Raise AwsError for what the policies of a key do not allow."""
        principal = self.principals.find(access_key)
        if principal is not None:
            permissions.check(principal, region, service, action, params)

    def _ec2(self, call: Call, access_key: str) -> Params:
        if call.action not in LISTS and call.action not in RULES:
            raise not_implemented(call.action)
        check_request(operation("ec2", call.action), call.params)
        self._allowed(call.region, "ec2", call.action, call.params, access_key)
        call.params = copy.deepcopy(call.params)
        call.dry = call.params.pop("DryRun", False)
        check_understood(call.action, call.params)
        if call.action in LISTS:
            return self.describe.answer(call)
        known = self.tokens.answer(call)
        if known is not None:
            return known
        asked = copy.deepcopy(call.params)
        check_ids(call.region, call.params)
        check_tags(call)
        if call.dry and call.action not in RULES:
            call.commit()
        answer = RULES[call.action](call)
        call.region.touch()
        call.params = asked
        self.tokens.remember(call, answer)
        return answer

    def _public_addresses(self) -> list[str]:
        found = []
        for region in self.regions.values():
            found += [address.public_ip for address in region.backend.addresses]
            found += [nic.public_ip for nic in region.backend.enis.values() if nic.public_ip]
        return found


def _only_members(shape: Any, answer: Params) -> Params:
    """Without the keys that rows carry for the sandbox's own use."""
    if shape is None:
        return {}
    return {key: _plain(shape.members[key], value) for key, value in answer.items() if key in shape.members}


def _plain(shape: Any, value: Any) -> Any:
    if shape.type_name == "structure":
        return _only_members(shape, value)
    if shape.type_name == "list":
        return [_plain(shape.member, inner) for inner in value]
    return value
