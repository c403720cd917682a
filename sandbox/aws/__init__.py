# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated AWS: moto keeps the things, and everything here in front of it makes them behave as AWS says."""

from __future__ import annotations

ACCOUNT = "123456789012"  # of the access key "sandbox", and of "sandbox-drill", which is somebody else in it
