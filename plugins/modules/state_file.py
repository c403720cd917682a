#!/usr/bin/python
# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What it does is in plugins/action/state_file.py: it runs on the controller, and no module is started.

from __future__ import annotations

DOCUMENTATION = r"""
module: state_file
short_description: Write a file of the state folder on the controller
version_added: 0.1.0
author: The Pangaea authors (@pangaea)
description:
  - Writes a text file on the controller, whatever the host of the play, readable for this user alone.
  - The file is replaced as a whole, so that nobody reads half of it. A missing folder is made, for this user alone.
options:
  path:
    description: The file, absolute.
    type: path
    required: true
  content:
    description: All of its text.
    type: str
    required: true
attributes:
  action:
    description: Has an action plugin on the controller.
    support: full
  check_mode:
    description: Says whether the file would change, and leaves it.
    support: full
  diff_mode:
    description: Shows no differences.
    support: none
  idempotent:
    description: A second run changes nothing.
    support: full
"""

EXAMPLES = r"""
- name: Leave the addresses of the machines for the next run
  pangaea.multicloud.state_file:
    path: "{{ pangaea['state_dir'] }}/addresses.json"
    content: "{{ addresses | to_nice_json }}\n"
"""

RETURN = r"""
path:
  description: The file.
  type: str
  returned: success
"""
