# Copyright (c) 2026, the Pangaea authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: mesh_peers
short_description: The links of one node
version_added: 0.1.0
description:
  - Works out the links of a node from all nodes. A node whose public key is not known yet is left out.
positional: name, mesh
options:
  _input:
    description:
      - Every node of the cluster that was read. Each has C(name), C(site) and C(private_address) (or C(address)); what
        is known of C(cloud), C(public_address), C(pods) and C(public_key) is used, other keys are not looked at.
    type: list
    elements: dict
    required: true
  name:
    description: Name of the node whose links are wanted.
    type: str
    required: true
  mesh:
    description: How nodes are linked, C(pangaea.network.mesh). C(driver), C(topology), C(port), C(clouds) of all sites.
    type: dict
    default: {}
author:
  - The Pangaea authors (@pangaea)
"""

EXAMPLES = r"""
- name: Show the links of this node
  ansible.builtin.debug:
    msg: "{{ nodes | pangaea.multicloud.mesh_peers(inventory_hostname, pangaea['network']['mesh']) }}"
"""

RETURN = r"""
_value:
  description: The option C(peers) of M(pangaea.multicloud.wireguard).
  type: list
  elements: dict
"""

from typing import Any

from ansible_collections.pangaea.multicloud.plugins.module_utils._mesh.plain import peers, topology_of
from ansible_collections.pangaea.multicloud.plugins.plugin_utils._door import door


def mesh_peers(nodes: list[dict[str, Any]], name: str, mesh: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """See DOCUMENTATION."""
    return peers(topology_of(nodes, mesh), name)


class FilterModule:
    """Ansible's way to find the filter."""

    def filters(self) -> dict[str, Any]:
        """By name."""
        return {"mesh_peers": door(mesh_peers)}
