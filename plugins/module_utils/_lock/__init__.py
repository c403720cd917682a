# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""One lock per cluster: who may change it, and how a killed run still frees it.

Three files in the cluster's state folder, all locked with ``flock`` so that the kernel frees what a dead process held:

``lock``        held by the keeper, a detached child that lives as long as the processes it watches; its text says who
``lock.mutex``  held for microseconds around every look at ``lock``, so that a look never makes a taker fail
``writing``     held shared by a cloud module while it applies, and once, alone, by each new holder: so stragglers end

Linux only: a process is watched by its pidfd.
"""

from __future__ import annotations

from .shared import LockLost, writing

__all__ = ["LockLost", "writing"]
