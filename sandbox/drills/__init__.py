# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage on order: what somebody else, or bad luck, does to a cluster. Each verb prints what it did."""

from __future__ import annotations

import argparse

from sandbox.drills import bystander, call, damage, trouble


def add_verbs(parser: argparse.ArgumentParser) -> None:
    """Give `drill` its verbs."""
    verbs = parser.add_subparsers(title="verbs", required=True, metavar="VERB")
    for group in (damage, trouble, bystander, call):
        group.add(verbs)
