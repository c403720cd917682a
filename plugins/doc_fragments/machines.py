# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the machines modules of all clouds take."""

    DOCUMENTATION = r"""
options:
  state:
    description: V(absent) deletes all machines of the site. It refuses as long as its network holds machines of others.
    type: str
    choices: [present, absent]
    default: present
  network:
    description: RV(network) of the module that made the network of the site.
    type: dict
    required: true
  machines:
    description: The machines that should be there.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name in the cloud, of the host and of the node.
        type: str
        required: true
      role:
        description: What the node will be.
        type: str
        choices: [control_plane, worker]
        required: true
      pool:
        description: Pool of a worker.
        type: str
      number:
        description: Number within its pool, from 1. It decides the zone.
        type: int
        required: true
      size:
        description: V(small), V(medium), V(large), or an exact type of the cloud. It cannot be changed later.
        type: str
        required: true
      image:
        description: V(debian-13), V(ubuntu-24.04), or an image of the cloud by its own name.
        type: str
        default: debian-13
      user:
        description: Login user that is made at the first start. Without it, it follows from O(machines[].image).
        type: str
      disk_gb:
        description: Size of the root disk.
        type: int
        default: 30
      spot:
        description: Whether to buy it on the spot market, where the cloud may end it at any time.
        type: bool
        default: false
      public:
        description: Whether the public address stays when the machine stops.
        type: str
        choices: [static, automatic]
        default: automatic
  remove:
    description:
      - Names of machines to delete. Their nodes must have been drained.
      - With it, nothing else is done.
    type: list
    elements: str
    default: []
  pods:
    description: Range of the site from which each machine gets a part for its pods.
    type: str
    required: true
  pods_prefix:
    description: Length of the prefix of each part.
    type: int
    default: 24
  record:
    description:
      - What nodes said of themselves, by name of the machine, to be written on the machine. Not part of the plan, but
        for a pod range that the machine lost.
      - A host key is written once; another one is refused.
    type: dict
"""
