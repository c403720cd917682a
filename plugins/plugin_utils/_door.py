# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The way from a pure function to a filter of Ansible."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.pangaea.multicloud.plugins.module_utils._engine.errors import Error


def door(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as a filter: its refusals become Ansible's, with the same sentence."""

    @wraps(function)
    def filtered(*values: Any, **options: Any) -> Any:
        try:
            return function(*values, **options)
        except Error as error:
            raise AnsibleFilterError(str(error)) from error

    return filtered
