# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: may change without warning.

"""The cluster file: parsed, judged whole, and as values. Knows no cloud's API, no SDK and nothing of Ansible."""

from __future__ import annotations

from .model import Access, Cluster, Group, Machine, Site
from .problem import BadClusterFile, Problem

__all__ = ["Access", "BadClusterFile", "Cluster", "Group", "Machine", "Problem", "Site"]
