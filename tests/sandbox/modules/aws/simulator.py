# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's own AWS behind HTTP in this process: one, because moto's state is one for the process."""

from __future__ import annotations

import functools

from moto.ec2.models import ec2_backends

from sandbox.aws.app import App
from sandbox.aws.cloud import Cloud
from sandbox.aws.quotas import Quotas
from sandbox.journal import Journal
from sandbox.port import Port


class Simulator:
    """One simulated AWS: moto's state is one for the process."""

    def __init__(self) -> None:
        self.cloud, self.journal = Cloud(), Journal(None)
        self.page = self.cloud.describe.size
        port = Port(App(self.cloud, self.journal))
        port.start()
        self.url = port.url

    def clean(self, account: str) -> None:
        """Forget an account, and whatever was set for its test."""
        with self.cloud.lock:
            self.cloud.faults.clear()
            self.cloud.shared.phases.running.clear()
            self.cloud.shared.quotas.applied.update(Quotas().applied)
            self.cloud.describe.size = self.page
            for key in [key for key in self.cloud.regions if key[0] == account]:
                del self.cloud.regions[key]
            ec2_backends.pop(account, None)


simulator = functools.cache(Simulator)
