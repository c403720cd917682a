# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What the network modules of all clouds take."""

    DOCUMENTATION = r"""
options:
  state:
    description:
      - V(absent) deletes all that belongs to the site, with what Kubernetes left in its network. It refuses as long as
        something in the network belongs to somebody else.
    type: str
    choices: [present, absent]
    default: present
  cidr:
    description: Network of the site. It cannot be changed later.
    type: str
    required: true
  zones:
    description: Zones that are used. Without it, up to three, the first by name that offer the O(sizes).
    type: list
    elements: str
  sizes:
    description: Sizes of the machines of the site, V(small), V(medium), V(large) or exact types of the cloud.
    type: list
    elements: str
    default: []
  inside:
    description: Networks of the cluster itself, of all sites, whose traffic is let in.
    type: list
    elements: str
    default: []
  admin:
    description: Networks from which ssh and the Kubernetes API can be reached.
    type: list
    elements: str
    default: []
  public:
    description: Ports of the machines of some pools that are open to some networks.
    type: list
    elements: dict
    default: []
    suboptions:
      pools:
        description: Names of the pools.
        type: list
        elements: str
        required: true
      ports:
        description: TCP ports, V(443), or ranges of them, V(30000-32767).
        type: list
        elements: str
        required: true
      cidrs:
        description: Networks that they are open to.
        type: list
        elements: str
        required: true
  mesh_port:
    description: UDP port of the mesh, open to everybody.
    type: int
    default: 51820
  api_port:
    description: TCP port of the Kubernetes API on control-plane machines.
    type: int
    default: 6443
  addresses:
    description: Names of the machines that have a static public address.
    type: list
    elements: str
    default: []
  ssh_public_keys:
    description: Public keys in OpenSSH format, which new machines let in.
    type: list
    elements: str
    default: []
  marks:
    description:
      - Marks kept in the cloud, for example that the cluster was initialised.
      - Only these keys are looked at; other marks stay as they are.
    type: dict
  caller_address:
    description: Public address that this run comes from, if it is known. Refused when O(admin) does not contain it.
    type: str
"""
