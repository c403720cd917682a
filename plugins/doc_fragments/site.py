# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module takes that makes, looks at or deletes a part of a site, in any cloud."""

    DOCUMENTATION = r"""
options:
  cluster:
    description: Owner key of the cluster, C(<name>-<id>). What does not carry it is never changed or deleted.
    type: str
    required: true
  name:
    description: Name of the cluster, with which the names of all things begin.
    type: str
    required: true
  site:
    description: Name of the site.
    type: str
    required: true
  checksum:
    description: Apply only a plan with this checksum, and refuse any other.
    type: str
  state_dir:
    description:
      - Folder with the lock of the cluster, which must be held while something is written.
      - Without it no lock is looked at.
    type: path
requirements:
  - python >= 3.11
attributes:
  check_mode:
    description: Can run in check_mode and return changed status prediction without modifying target.
    support: full
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check_mode), when in diff mode.
    support: full
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
    support: full
"""
