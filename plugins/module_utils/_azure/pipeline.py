# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""How the SDK itself may repeat: reads only, since ours know what else is safe; with jitter and a budget."""

from __future__ import annotations

import random
from typing import Any

READS = frozenset({"GET", "HEAD"})


def patient() -> Any:
    """A retry policy: a lost look at an operation must not end the wait for it. At most 15 s of pauses."""
    from azure.core.pipeline.policies import RetryPolicy

    class Patient(RetryPolicy):  # type: ignore[type-arg,unused-ignore]
        def send(self, request: Any) -> Any:
            return super().send(request) if request.http_request.method in READS else self.next.send(request)

        def sleep(self, settings: Any, transport: Any, response: Any = None) -> None:
            transport.sleep(random.uniform(0, 0.5))  # many that were turned away at once come back at other times
            super().sleep(settings, transport, response)

    return Patient(retry_total=5, retry_status=5, retry_backoff_factor=0.5, retry_backoff_max=8)
