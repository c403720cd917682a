# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""What can go wrong, by name. Each message says what, which, why and what to do."""

from __future__ import annotations

from typing import Any


class Error(Exception):
    """A failure that the user can read and act on.

    ``details`` are keys added to a module's failure, for example ``{"applied": [...]}``.
    """

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.details: dict[str, Any] = details

    @property
    def kind(self) -> str:
        """Name of the class: what a report and an exit code are chosen by."""
        return type(self).__name__


class Refused(Error):
    """Doing it would be unsafe, or is not allowed; nothing was touched."""


class NotOurs(Refused):
    """A thing stands where ours should, and carries another owner or none."""


class NotConverged(Error):
    """Everything was done, and reading it back still shows a difference."""


class TimedOut(Error):
    """Something did not become ready in its time."""


class Invalid(Error):
    """The cloud says that the request itself is wrong: a bug of ours, or a value only the cloud can judge."""


class Denied(Error):
    """The credentials lack a permission, which the message names. Waiting does not help."""


class OverQuota(Error):
    """A quota is used up; the message names it. Waiting does not help."""


class NoCapacity(Error):
    """The cloud has no such machine left in that place now."""


class InUse(Error):
    """Another thing still uses this one; it may be free later."""


class NotFound(Error):
    """The named thing does not exist."""


class AlreadyExists(Error):
    """Another thing has that name already."""


class Throttled(Error):
    """The cloud asks to slow down, and went on asking for as long as we had patience."""


class Unreachable(Error):
    """An API or a node gave no usable answer. What it holds is unknown, which is not the same as absent."""


class Fault(Error):
    """The cloud failed in a way that it does not explain."""
