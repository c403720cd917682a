# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The one road from a module's options to its result. ``check_mode`` is read here and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, NoReturn, Protocol

from .._lock import LockLost, writing
from .errors import Error
from .guards import refuse_a_moved_plan, refuse_to_change_what_is_fixed, refuse_what_is_not_ours
from .plan import Plan
from .resource import Change, Resource


class Module(Protocol):
    """What is used of AnsibleModule, so that this package needs nothing of Ansible."""

    params: dict[str, Any]
    check_mode: bool

    def exit_json(self, **result: Any) -> NoReturn:
        """End well."""

    def fail_json(self, msg: str, **result: Any) -> NoReturn:
        """End badly."""


class Work(Protocol):
    """One part of one site: what a module plans and applies."""

    calls: Counter[str]  # API calls by operation, a list counted once however many pages

    def resources(self) -> Iterable[Resource]:
        """What should be, compared with what is. Raises Error: a bad login fails cleanly, too."""

    def record(self) -> list[str]:
        """Write what is known only after the machines exist; not part of the plan. Sentences of what was written."""

    def result(self) -> dict[str, Any]:
        """The module's own result keys, from the last reads; ids are None for what does not exist yet."""


def run(module: Module, work_of: Callable[[dict[str, Any]], Work]) -> NoReturn:
    """Plan, guard, apply unless in check mode, and end the module with its result.

    Options used: ``checksum`` (refuse another plan), ``state_dir`` (where the ``writing`` lock lies).
    """
    applied: list[Change] = []
    recorded: list[str] = []
    work: Work | None = None
    try:
        work = work_of(module.params)
        plan = Plan.of(work.resources())
        refuse_what_is_not_ours(plan.steps)
        refuse_to_change_what_is_fixed(plan.steps)
        refuse_a_moved_plan(plan.checksum, module.params.get("checksum"))
        if not module.check_mode:  # the only one in the collection's cloud side
            with writing(module.params.get("state_dir")):
                plan.apply(applied.append)
                recorded = work.record()
        result = work.result()
    except (Error, LockLost) as error:
        module.fail_json(
            msg=str(error),
            kind=error.kind,
            changed=bool(applied),
            changes=[str(change) for change in applied],
            api_calls=dict(work.calls) if work else {},
            **error.details,
        )
    module.exit_json(
        changed=bool(plan.steps or recorded),
        changes=[*(str(change) for change in plan.changes), *recorded],
        applied=[*(str(change) for change in applied), *recorded],  # nothing in check mode
        plan=plan.as_dict(),
        diff=plan.diff(),
        api_calls=dict(work.calls),
        **result,
    )
